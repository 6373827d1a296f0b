"""Which addresses never leave this machine."""

from __future__ import annotations

import ipaddress

_NAMES = frozenset({"localhost", "ip6-localhost", "ip6-loopback"})
"""Names that every machine gives itself. Any other name may be answered by somebody else's name server."""


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, by the loopback interface.

    Args:
        host: Name or address, an IPv6 address with or without brackets.
    """
    name = host.strip().removeprefix("[").removesuffix("]").removesuffix(".").lower()
    if name in _NAMES:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
