"""What other vendors' readers send to a machine at the edge gets to the topic, or is kept; the inbox waits for it."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path

import httpx

from services.kafka.local import LocalKafka
from storage.spool.spool import Spool
from tests.integration.kafka.conftest import wait_until
from tests.integration.kafka.edge.conftest import kafka_section, machine
from tests.integration.kafka.edge.test_recognize import Topic
from tests.integration.pipeline.ingesting.test_posted import free_port
from tests.integration.runs.logged import LoggedRun
from tests.unit.ingest.vendors.samples import REKOR

TOKEN = "the-token"


def test_a_vendors_read_gets_to_the_topic_and_an_unreadable_message_is_kept(broker: LocalKafka, tmp_path: Path) -> None:
    port = free_port()
    source = (
        '[[ingest.sources]]\nid = "gate"\nvendor = "rekor"\n'
        f'token_sha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\n'
    )
    edge = machine(
        tmp_path,
        source,
        kafka=kafka_section(broker, "reads.vendors"),
        images=f'url = "{tmp_path / "store"}"',
        ingest=f'listen = "127.0.0.1:{port}"',
    )

    def post(body: bytes) -> int:
        url = f"http://127.0.0.1:{port}/ingest/reads/rekor/gate"
        return httpx.post(url, content=body, headers={"x-api-key": TOKEN}, trust_env=False).status_code

    def waiting() -> dict[str, int]:
        told = edge.run("status", "--json").stdout
        return json.loads(told)["outgoing"]  # type: ignore[no-any-return]

    topic = Topic(broker, "reads.vendors")
    try:
        with LoggedRun(edge.start("recognize", detached=True)) as run:
            run.wait_for("listening at")
            assert post(json.dumps(REKOR).encode()) == 202
            assert post(b"<no json>") == 202
            wait_until(lambda: len(topic.look()) == 1, 120)
            wait_until(lambda: waiting()["unreadable"] == 1, 120)
            run.process.send_signal(signal.SIGTERM)
            assert run.process.wait(timeout=90) == 0
        (sent,) = [one for _, _, one in topic.messages]
        assert sent.read.report is not None
        assert sent.read.report.vendor == "rekor"
        assert sent.read.camera_id.startswith("gate")
        # The broker has the read, so that its message is gone; the other one is tried again at the next start.
        with Spool(tmp_path / "data" / "inbox" / "messages.sqlite") as inbox:
            assert inbox.waiting() == {}
        assert not any(str(sent.read.plate) in line for line in run.lines)
    finally:
        topic.close()
