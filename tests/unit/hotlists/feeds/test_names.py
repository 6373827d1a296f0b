"""Names of files that are fetched."""

from __future__ import annotations

import pytest

from hotlists.feeds.names import is_partial_name, plain_name


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("/lists/VEHEXTRT.txt", "VEHEXTRT.txt"),
        ("/lists/", "ncic"),
        ("../../etc/passwd", "passwd"),
        ("..", "ncic"),
        ("a\\b\\c.txt", "c.txt"),
        ("/.hidden", "hidden"),
        ("/a\nb\x00.txt", "a_b_.txt"),
        ("/" + "x" * 400 + ".txt", "x" * 146 + ".txt"),
        ("a. b" + "x" * 147, "b" + "x" * 147),
        ("/a/. .", "ncic"),
    ],
)
def test_a_remote_name_cannot_leave_its_folder(remote: str, name: str) -> None:
    assert plain_name(remote, "ncic") == name


def test_what_is_still_being_written_is_not_taken() -> None:
    written = ["a.csv.tmp", "a.part", "A.FILEPART", "a.csv.crdownload", "a.partial", ".a.csv"]
    assert [is_partial_name(name) for name in written] == [True] * 6
    assert [is_partial_name(name) for name in ("a.csv", "part.txt", "tmp", "a.tmp.csv")] == [False] * 4
