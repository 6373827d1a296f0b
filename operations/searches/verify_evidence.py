"""Check a package of evidence without Platewatch: Python 3.11 and the package `cryptography` are enough.

    python verify_evidence.py PACKAGE.zip --key PUBLIC.pem

The key has to come from somewhere else than the package (`platewatch keys signing`). Prints each problem; exits with 1
where there is one. The same by hand: unpack, then `openssl pkeyutl -verify -pubin -inkey PUBLIC.pem -rawin
-in SHA256SUMS -sigfile SHA256SUMS.sig` and `sha256sum -c SHA256SUMS`.
"""

import hashlib
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

SUMS, SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"


def problems(package: Path, key: Path) -> Iterator[str]:
    """Yield what is wrong with a package; nothing where it is as it was signed."""
    public = load_pem_public_key(key.read_bytes())
    with zipfile.ZipFile(package) as found:
        names = found.namelist()
        if len(set(names)) != len(names) or not {SUMS, SIGNATURE} <= set(names):
            yield f"{SUMS} or its signature is missing, or a file is there twice"
            return
        try:
            if not isinstance(public, Ed25519PublicKey):
                raise InvalidSignature
            public.verify(found.read(SIGNATURE), found.read(SUMS))
        except InvalidSignature:
            yield "the signature is not this key's"
            return
        listed = {line[66:]: line[:64] for line in found.read(SUMS).decode().splitlines()}
        for name in sorted({*listed} ^ ({*names} - {SUMS, SIGNATURE})):
            yield f"{name} is not what was signed, or not there"
        for name in sorted(listed.keys() & set(names)):
            if hashlib.sha256(found.read(name)).hexdigest() != listed[name]:
                yield f"{name} was changed"


if __name__ == "__main__":
    faults = list(problems(Path(sys.argv[1]), Path(sys.argv[sys.argv.index("--key") + 1])))
    sys.stdout.write("\n".join(faults or ["as it was signed"]) + "\n")
    sys.exit(bool(faults))
