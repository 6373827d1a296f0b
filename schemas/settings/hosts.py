"""Which hosts may be asked: networks by their addresses, and names by themselves."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

_NAME = re.compile(r"^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def host_rule(value: str) -> str:
    """Return what says which hosts may be asked as it is kept: 10.20.0.0/16, cam-7.example.gov, *.cams.example.gov.

    Raises:
        ValueError: It is neither a network nor a name.
    """
    text = value.strip().lower().rstrip(".")
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        last = text.rpartition(".")[2]
        # What ends in digits is an address to some programs, though to none of ours.
        if "/" in text or _NAME.fullmatch(text) is None or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
            raise ValueError(
                f"'{value}' is neither a network nor a host's name, expected one like 10.20.0.0/16, 10.20.0.7, "
                "cam-7.example.gov or *.cams.example.gov"
            ) from error
        return text


def network(value: str) -> str:
    """Return a network, or one address, as it is kept.

    Raises:
        ValueError: It is none.
    """
    try:
        return str(ipaddress.ip_network(value.strip()))
    except ValueError as error:
        raise ValueError(f"'{value}' is no network, expected one like 10.1.0.0/24 or 10.1.0.7") from error


def address_of(text: str) -> Address | None:
    """Return the address that a text is, written in the one way that is not taken for another; None: it is none.

    IPv4 addresses that stand in IPv6 are those of IPv4.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address
    return address


def is_permitted(host: str, rules: Sequence[str]) -> bool:
    """Return whether a host may be asked. Names are compared as names: nobody asks for their addresses.

    Args:
        host: An address without brackets, or a name.
        rules: As `host_rule` returns them.
    """
    address = address_of(host)
    if address is not None:
        return any(address in one for one in networks(rules) if one.version == address.version)
    name = host.lower().rstrip(".")
    for rule in rules:
        if rule == name or (rule.startswith("*.") and name.endswith(rule[1:]) and len(name) > len(rule) - 1):
            return True
    return False


def networks(rules: Sequence[str]) -> list[Network]:
    """Return the networks among what says which hosts may be asked."""
    found: list[Network] = []
    for rule in rules:
        try:
            found.append(ipaddress.ip_network(rule))
        except ValueError:
            continue
    return found
