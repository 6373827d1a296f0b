"""Lists' files that a test sends."""

from __future__ import annotations

from collections.abc import Iterable

import httpx

HEADER = "plate,state,category,case_number,notes\n"


def rows(numbers: Iterable[int], note: str = "") -> bytes:
    """A list's file with a row for each number."""
    lines = (f"LST{number:04d},VA,stolen vehicle,26-{number},{note}\n" for number in numbers)
    return (HEADER + "".join(lines)).encode()


def send(client: httpx.Client, content: bytes, file_name: str = "region.csv", **fields: str) -> httpx.Response:
    """Send a file as a browser does."""
    files = {"file": (file_name, content, "text/csv")}
    return client.post("/lists/files", data={"layout": "csv"} | fields, files=files)


def active(client: httpx.Client, content: bytes, name: str, **fields: str) -> httpx.Response:
    """Send a file, and have it become active."""
    place = send(client, content, name=name, **fields).headers["location"]
    return client.post(f"{place}/import", data={"reason": "checked by hand"})
