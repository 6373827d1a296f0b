"""Whose certificates a download trusts: the authorities of this machine, not only those of a package.

requests, which jgo downloads with, trusts the list that comes with certifi and knows `REQUESTS_CA_BUNDLE` alone. A
proxy that opens TLS has a certificate of the department's own authority, which stands in `SSL_CERT_FILE` or in the
system's folder of authorities, where everything else of ours finds it.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from schemas.errors import ConfigurationError

_OWN_VARIABLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_OPENSSL_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@contextmanager
def machine_authorities() -> Iterator[None]:
    """Have requests trust what this machine trusts, for as long as this context lasts.

    Raises:
        ConfigurationError: A variable names authorities that are not there.
    """
    authorities = None if any(os.environ.get(name) for name in _OWN_VARIABLES) else find_authorities()
    if authorities is None:
        yield
        return
    os.environ[_OWN_VARIABLES[0]] = str(authorities)
    try:
        yield
    finally:
        del os.environ[_OWN_VARIABLES[0]]


def find_authorities() -> Path | None:
    """Return the file or folder of authorities that this machine trusts; None: it has none, certifi's have to do.

    Raises:
        ConfigurationError: A variable names one that is not there.
    """
    for name in _OPENSSL_VARIABLES:
        value = os.environ.get(name)
        if value:
            path = Path(value)
            if not os.access(path, os.R_OK):
                raise ConfigurationError(f"{name} names {value}, which cannot be read; correct or remove it")
            return path
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None and Path(paths.cafile).stat().st_size:
        return Path(paths.cafile)
    folder = Path(paths.capath) if paths.capath is not None else None
    # Certificates are found in it by names that are hashes; without any it is as good as empty.
    return folder if folder is not None and any(folder.glob("*.0")) else None
