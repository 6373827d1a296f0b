"""The examples of docs/api.md, as they stand there, against a console."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.console.site import Stage

DOCUMENT = Path(__file__).parents[4] / "docs" / "api.md"
EXAMPLES = re.findall(r"^ *```bash\n(.*?)^ *```$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_there_are_some_for_most_scopes() -> None:
    assert len(EXAMPLES) >= 7
    assert {"$ALERTS", "$READS", "$LISTS", "$TOKEN"} <= set(re.findall(r"\$[A-Z]+", "".join(EXAMPLES)))


def test_they_do_what_they_say(stage: Stage, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.fail("curl is not there; install it (apt-get install curl)", pytrace=False)
    certificate = stage.site.server._certificate.certificate
    environment = os.environ | {
        "URL": stage.site.url,
        "CERTIFICATE": str(certificate),
        "ALERT": str(stage.world.alert_ids[1]),
        "TOKEN": stage.world.tokens["alerts"],
        **{scope.upper(): token for scope, token in stage.world.tokens.items()},
    }
    told = []
    for example in EXAMPLES:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, (example, done.stdout, done.stderr)
        told.append(json.loads(done.stdout or (tmp_path / "openapi.json").read_text()))
    document, me, page, changes, acknowledged, found, audited, imported, added = told
    assert document["openapi"] == "3.1.0"
    assert me["scopes"] == ["alerts"]
    assert len(page["items"]) == 2
    assert changes["cursor"] > 0
    assert acknowledged["standing"] == "acknowledged"
    assert {one["read"]["plate"] for one in found["items"]} == {"VNV4527"}
    assert [one["details"]["pattern"] for one in audited["items"]] == ["VN?45*"]
    assert (imported["hotlist_id"], imported["entries"]) == ("wanted", 1)
    assert added["outcome"] == "added"
