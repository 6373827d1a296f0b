"""Why a broker that accepts connections lets nobody in: kafka-python says the same of every cause, after a timeout.

A wrong password, a certificate that is not trusted and a port that speaks TLS, or does not, are told apart by shaking
hands once more, by hand.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Final

TIMEOUT_SECONDS: Final = 3.0
_TLS: Final = frozenset({"SSL", "SASL_SSL"})


def why_not(options: Mapping[str, Any], addresses: Sequence[tuple[str, int]]) -> str:
    """Return the likely cause in words, with what to do.

    Args:
        options: kafka-python's, those of the client that failed.
        addresses: The bootstrap servers as host and port.
    """
    protocol = str(options.get("security_protocol", "PLAINTEXT"))
    for host, port in addresses:
        problem = _encryption_problem(options, protocol, host, port)
        if problem is not None:
            return problem
    user = options.get("sasl_plain_username")
    if protocol.startswith("SASL_"):
        mechanism = options.get("sasl_mechanism")
        return (
            f"the way there works, but the login does not: check the user ('{user}'), the password and sasl_mechanism "
            f"('{mechanism}'), and that this port is a Kafka broker's"
        )
    if protocol == "SSL":
        return (
            "TLS works, but nothing is answered: the broker may ask for a login (security_protocol SASL_SSL) or for a "
            "client's certificate (ssl_certfile, ssl_keyfile)"
        )
    return "check the port, and whether the broker asks for a login (security_protocol)"


def _encryption_problem(options: Mapping[str, Any], protocol: str, host: str, port: int) -> str | None:
    """Return what is wrong about TLS at an address, or None."""
    if protocol not in _TLS:
        if _handshake(_trusting_everybody(), host, port) is None:
            wanted = "SASL_SSL" if protocol.startswith("SASL_") else "SSL or SASL_SSL"
            return f"{host}:{port} speaks TLS, and security_protocol is '{protocol}'; set it to {wanted}"
        return None
    error = _handshake(_as_kafka_python(options), host, port)
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _WRONG_NAME:
            return (
                f"the certificate of {host}:{port} is for another name ({error.verify_message}); use the name that "
                "it is for in kafka.bootstrap_servers"
            )
        authorities = options.get("ssl_cafile") or "the system's authorities"
        return (
            f"the certificate of {host}:{port} is not trusted by {authorities} ({error.verify_message}); set "
            "kafka.options.ssl_cafile to the authority that signed it"
        )
    if isinstance(error, (ssl.SSLError, ConnectionError)):
        return (
            f"{host}:{port} does not speak TLS, or refuses ours, and security_protocol is '{protocol}' "
            f"({_reason(error)}); check the port"
        )
    return None


_WRONG_NAME: Final = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


def _handshake(context: ssl.SSLContext, host: str, port: int) -> OSError | None:
    """Shake hands with a server; return what went wrong, or None."""
    try:
        with (
            socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return None
    except OSError as error:
        return error


def _trusting_everybody() -> ssl.SSLContext:
    """Return a context that only finds out whether TLS is spoken; nothing is sent over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _as_kafka_python(options: Mapping[str, Any]) -> ssl.SSLContext:
    """Return the context that kafka-python makes of its options."""
    given = options.get("ssl_context")
    if isinstance(given, ssl.SSLContext):
        return given
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = bool(options.get("ssl_check_hostname", True))
    if options.get("ssl_cafile"):
        context.load_verify_locations(str(options["ssl_cafile"]))
    else:
        context.load_default_certs()
    if options.get("ssl_certfile"):
        context.load_cert_chain(
            str(options["ssl_certfile"]), options.get("ssl_keyfile"), password=options.get("ssl_password")
        )
    return context


def _reason(error: OSError) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return str(reason or error).replace("_", " ").lower()
