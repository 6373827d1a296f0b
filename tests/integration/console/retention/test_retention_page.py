"""The page about retention: what the law says by kind, what goes next, and proofs with their check."""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from operations.duties.preserving import PreservationWish, preserve
from operations.proving import FOLDER, write_proof
from schemas.audit import Action
from schemas.roles import Role
from schemas.settings import Settings
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.console.site import KEEPER, running_console
from tests.integration.storage.samples import sample_read

NOW = datetime.now(UTC)
CLEAN = {"files": 40, "bytes": 1000, "plates": 7, "held_plates": 0, "picture_probes": 3}
OUTCOME = {"reads": 12, "hits": 3, "alerts": 2, "pictures": 24}


def proof(database: Database, settings: Settings, minutes: int, **found: object) -> Path:
    searched = CLEAN | {"found": {}, "unread": [], "in_broker": []} | found
    return write_proof(database, settings, NOW - timedelta(minutes=minutes), OUTCOME | {"searched": searched})


def test_what_is_kept_what_goes_next_and_proofs_with_their_check(database: Database, tmp_path: Path) -> None:
    old = sample_read(1, captured_at=NOW - timedelta(days=19))
    Records(database).write([ReadRecord(old), ReadRecord(sample_read(2, captured_at=NOW))])
    with running_console(database, tmp_path / "data") as console:
        settings = console.settings
        wish = PreservationWish(old.plate, "J. Roe, counsel", "letter", "26-7", "seen at a theft", 3)
        preserve(KEEPER, database, settings, wish)
        good = proof(database, settings, 3)
        left = proof(database, settings, 2, found={"postgres/base/1/2": 1})
        changed = proof(database, settings, 1)
        signed = json.loads(changed.read_text())
        changed.write_text(json.dumps(signed | {"document": signed["document"].replace('"reads":12', '"reads":13')}))
        strange = proof(database, settings, 0)
        strange.write_text(json.dumps(json.loads(strange.read_text()) | {"key_id": "<b>other</b>"}))
        with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
            page = client.get("/retention").text
            far = client.get("/retention", params={"days": "30"}).text
            assert client.get("/retention", params={"days": "0"}).status_code == 422
            file = client.get(f"/retention/proofs/{good.name}")
            assert json.loads(file.text) == json.loads(good.read_text())
            for name in ("..%2Fsigning%2Fkeys.json", "purge-1.json", "%00", f"{good.name}%0a", "%2e%2e%5cx"):
                assert client.get(f"/retention/proofs/{name}").status_code == 404, name
        with console.client(console.signed_in("kim", Role.ANALYST, Role.ADMINISTRATOR)) as client:
            assert client.get("/retention").status_code == 403
            assert client.get(f"/retention/proofs/{good.name}").status_code == 403
    assert re.search(r'<th scope="row">reads</th><td>21 days</td>', page)
    assert re.search(r'<th scope="row">audit</th><td>730 days</td>', page)
    assert f'<th scope="row">{old.captured_at:%Y-%m-%d}</th><td class="number">1</td><td class="number">1</td>' in page
    assert f'<th scope="row">{NOW:%Y-%m-%d}</th>' not in page
    assert f'<th scope="row">{NOW:%Y-%m-%d}</th>' in far
    assert "case 26-7" in page
    rows = {name: row for row in page.split("<tr>") for name in re.findall(r"/retention/proofs/(\S+?)\"", row)}
    assert "signed, unchanged" in rows[good.name]
    assert "nothing was found" in rows[good.name]
    assert "1 files to look at" in rows[left.name]
    assert "was changed since it was signed" in rows[changed.name]
    assert "&lt;b&gt;other&lt;/b&gt;, which is not known here" in rows[strange.name]
    looks = audit_entries(database, AuditFilter(action=Action.VIEW_PROOFS), limit=20)
    assert [row.details.get("proof") for row in looks] == [good.name, None, None]
    assert (tmp_path / "data" / FOLDER).is_dir()


def test_what_is_no_proof_is_named_and_stops_nothing(database: Database, tmp_path: Path) -> None:
    text = base64.b64encode(b"x").decode()
    contents = [
        "",
        "[]",
        "{}",
        '{"document": 1}',
        "\xff",
        f'{{"document": "{{}}", "signature": "{text}", "key_id": []}}',
    ]
    with running_console(database, tmp_path / "data") as console:
        folder = console.settings.data_dir / FOLDER
        folder.mkdir(parents=True)
        for number, content in enumerate(contents):
            (folder / f"purge-<img src={number}>.json").write_bytes(content.encode("latin-1"))
        with console.client(console.signed_in("ada", Role.AUDITOR)) as client:
            page = client.get("/retention")
    assert page.status_code == 200
    assert "<img src=" not in page.text
    assert page.text.count("is no proof of a purge") == len(contents) - 1
    assert "is signed with the key [], which is not known here" in page.text
