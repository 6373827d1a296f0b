"""What a picture's first bytes say, before it is unpacked."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from ingest.picture_header import read_header
from tests.unit.ingest.picture_samples import SUFFIXES, scene, write


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_header_says_the_size_that_decoding_gives(tmp_path: Path, suffix: str) -> None:
    header = read_header(write(tmp_path / f"a{suffix}", scene(33, 71)).read_bytes())
    assert header is not None
    assert (header.width, header.height) == (71, 33)


def test_lossless_webp_header_is_understood(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.webp"), scene(33, 71), [cv2.IMWRITE_WEBP_QUALITY, 101])
    header = read_header((tmp_path / "a.webp").read_bytes())
    assert header is not None
    assert (header.width, header.height) == (71, 33)
