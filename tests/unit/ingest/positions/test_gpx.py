"""Recorded tracks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.positions import gpx
from ingest.positions.gpx import gpx_fixes
from schemas.errors import InvalidInput

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def point(latitude: float, longitude: float, time: str | None) -> str:
    inner = "" if time is None else f"<time>{time}</time>"
    return f'<trkpt lat="{latitude}" lon="{longitude}">{inner}</trkpt>'


def written(folder: Path, *points: str, before: str = "") -> Path:
    path = folder / "drive.gpx"
    path.write_text(
        f'<?xml version="1.0"?>{before}<gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{''.join(points)}</trkseg></trk></gpx>"
    )
    return path


def test_points_become_fixes_in_the_order_of_their_times_whatever_their_zone(tmp_path: Path) -> None:
    path = written(
        tmp_path, point(36.81, -76.3, "2026-05-04T08:00:02-04:00"), point(36.8, -76.3, "2026-05-04T12:00:00.500Z")
    )
    fixes = gpx_fixes(path)
    assert [(fix.at, fix.latitude) for fix in fixes] == [
        (NOON + timedelta(seconds=0.5), 36.8),
        (NOON + timedelta(seconds=2), 36.81),
    ]
    assert all(fix.at.utcoffset() == timedelta(0) for fix in fixes)


def test_points_at_no_place_or_without_a_time_are_left_out(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        point(0, 0, "2026-05-04T12:00:00Z"),
        point(91, 5, "2026-05-04T12:00:01Z"),
        point(36.8, -76.3, None),
        point(36.8, -76.3, "2026-05-04T12:00:02Z"),
    )
    assert [fix.at for fix in gpx_fixes(path)] == [NOON + timedelta(seconds=2)]


def test_what_cannot_be_used_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="has no times"):
        gpx_fixes(written(tmp_path, point(36.8, -76.3, None)))
    with pytest.raises(InvalidInput, match="without a zone"):
        gpx_fixes(written(tmp_path, point(36.8, -76.3, "2026-05-04T12:00:00")))
    with pytest.raises(InvalidInput, match="has no track"):
        gpx_fixes(written(tmp_path))
    for before in ('<!DOCTYPE g [<!ENTITY a "b">]>', "<!DOCTYPE g>", '<!ENTITY a "b">'):
        with pytest.raises(InvalidInput, match="document type"):
            gpx_fixes(written(tmp_path, point(1, 1, "2026-05-04T12:00:00Z"), before=before))
    with pytest.raises(InvalidInput, match="cannot be read"):
        gpx_fixes(tmp_path / "none.gpx")
    with pytest.raises(InvalidInput, match="cannot be read"):
        gpx_fixes(tmp_path)
    for text in (
        b"",
        b"$GPRMC,120001",
        b"<gpx",
        b"<gpx version='1.1'><trk><trkseg><trkpt lat='x'/></trkseg></trk></gpx>",
    ):
        (tmp_path / "bad.gpx").write_bytes(text)
        with pytest.raises(InvalidInput, match="no GPX file"):
            gpx_fixes(tmp_path / "bad.gpx")
    (tmp_path / "latin.gpx").write_bytes(b"<gpx>\xe9</gpx>")
    with pytest.raises(InvalidInput, match="no UTF-8"):
        gpx_fixes(tmp_path / "latin.gpx")
    monkeypatch.setattr(gpx, "MOST_BYTES", 10)
    with pytest.raises(InvalidInput, match="larger"):
        gpx_fixes(written(tmp_path))
