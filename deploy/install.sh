#!/bin/sh
# Installs Platewatch from the bundle that this file lies in, without a network:
#
#     ./install.sh /opt/platewatch [PYTHON]
#
# An installation that is there is brought up to date. Every file is compared with SHA256SUMS first; a file that differs,
# lacks, or is not listed ends it before anything is changed.
set -eu

if [ $# -lt 1 ]; then
    echo "usage: $0 FOLDER [PYTHON]" >&2
    exit 2
fi
bundle=$(cd "$(dirname "$0")" && pwd)
prefix=$1
python=${2:-python3}

cd "$bundle"
if ! sha256sum --check --strict --quiet SHA256SUMS; then
    echo "platewatch: the bundle is not as it was built; nothing was installed: copy it again" >&2
    exit 1
fi
unlisted=$(find . -type f ! -name SHA256SUMS | sed 's|^\./||' | while read -r file; do
    awk -v file="$file" 'substr($0, 67) == file { found = 1 } END { exit !found }' SHA256SUMS || echo "$file"
done)
if [ -n "$unlisted" ]; then
    echo "platewatch: not in SHA256SUMS, nothing was installed: $unlisted" >&2
    exit 1
fi

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "platewatch: $python is not Python 3.11 or newer; give another one as the second argument" >&2
    exit 1
fi
umask 022
test -x "$prefix/bin/python" || "$python" -m venv "$prefix"
"$prefix/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links wheels \
    --require-hashes --requirement requirements.txt
# Whatever its version number says: a build between two releases has that of the last one.
"$prefix/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall \
    wheels/platewatch-*.whl
if [ -d jars ]; then
    mkdir -p "$prefix/share/platewatch"
    cp -R jars/. "$prefix/share/platewatch/"
fi
"$prefix/bin/platewatch" --version
echo "installed in $prefix; go on with: $prefix/bin/platewatch docs install"
