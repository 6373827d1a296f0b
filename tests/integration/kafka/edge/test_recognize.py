"""`platewatch recognize` and `platewatch matcher` on machines of their own keep what one run keeps."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.events import PublishedRead
from services.kafka.client import open_consumer
from services.kafka.local import LocalKafka
from tests.integration.kafka.conftest import wait_until
from tests.integration.kafka.edge.conftest import import_list, kafka_section, machine
from tests.integration.runs.site import Site, video_camera

KEPT = (("reads", "read_id"), ("reads", "plate"), ("hits", "hit_id"), ("alerts", "alert_id"))


class Topic:
    """What lies on the topic of reads."""

    def __init__(self, broker: LocalKafka, name: str) -> None:
        self.name = name
        self.messages: list[tuple[int, bytes, PublishedRead]] = []
        self._consumer = open_consumer(
            broker.client_settings, [broker.bootstrap_server], auto_offset_reset="earliest", group_id=None
        )
        self._consumer.subscribe([name])

    def look(self) -> list[tuple[int, bytes, PublishedRead]]:
        """Take what came since; return everything so far."""
        for partition, records in self._consumer.poll(timeout_ms=50).items():
            self.messages += [
                (partition.partition, record.key, PublishedRead.model_validate_json(record.value)) for record in records
            ]
        return self.messages

    def close(self) -> None:
        self._consumer.close()


def check_order(messages: list[tuple[int, bytes, PublishedRead]]) -> None:
    """See that the revisions of one pass lie in one partition, the finished one last, and repeats have one id."""
    for read_id in {one.read.read_id for _, _, one in messages}:
        of_pass = [(partition, key, one) for partition, key, one in messages if one.read.read_id == read_id]
        assert len({(partition, key) for partition, key, _ in of_pass}) == 1
        assert of_pass[-1][2].read.is_final
        revisions = {(one.read.is_final, one.read.revision) for _, _, one in of_pass}
        assert len({one.message_id for _, _, one in of_pass}) == len(revisions)


@contextmanager
def running(site: Site, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A service as a service manager starts it; it is ended if the test has not done so."""
    process = site.start(*arguments, detached=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_machines_keep_what_one_run_keeps_whatever_is_killed(
    clip: Path, broker: LocalKafka, database_url: str, second_database_url: str, tmp_path: Path
) -> None:
    alone = machine(tmp_path / "alone", video_camera(clip), database=f'url = "{second_database_url}"')
    import_list(alone)
    alone.play()

    kafka = kafka_section(broker, "reads.killed")
    images = f'url = "{tmp_path / "store"}"'
    edge = machine(tmp_path / "edge", video_camera(clip), kafka=kafka, images=images)
    middle = machine(tmp_path / "middle", kafka=kafka, images=images, database=f'url = "{database_url}"')
    import_list(middle)
    topic = Topic(broker, "reads.killed")
    try:
        with running(edge, "recognize") as stopped:
            # An early read is out: the rest of its pass, and of the video, is still to come.
            wait_until(topic.look, 120)
            stopped.send_signal(signal.SIGTERM)
            _, err = stopped.communicate(timeout=90)
            assert stopped.returncode == 0, err
            assert "stopped:" in err
        before = len(topic.look())
        with running(edge, "recognize") as killed:
            wait_until(lambda: len(topic.look()) > before, 120)
            killed.send_signal(signal.SIGKILL)
            killed.wait()
        pid = broker.pid
        assert pid is not None
        with running(middle, "matcher") as matcher, running(edge, "recognize", "--until-done", "--json") as last:
            os.kill(pid, signal.SIGKILL)
            out, err = last.communicate(timeout=120)
            assert last.returncode == 0, err
            assert '"frames":150,"reads":3' in out
            wait_until(lambda: middle.kept("reads where is_final", "read_id") == alone.kept("reads", "read_id"), 120)
            wait_until(lambda: middle.kept("alerts", "alert_id") == alone.kept("alerts", "alert_id"), 120)
            matcher.send_signal(signal.SIGTERM)
            matcher.communicate(timeout=90)
        wait_until(lambda: len({one.read.read_id for _, _, one in topic.look() if one.read.is_final}) == 3)
    finally:
        topic.close()
    assert middle.all_kept(*KEPT) == alone.all_kept(*KEPT)
    plates, alerts, crops, frames = middle.all_kept(
        ("reads", "plate"), ("alerts", "alert_id"), ("reads", "plate_image_key"), ("reads", "context_image_key")
    )
    assert "UKW4183" in plates
    assert len(alerts) == 1
    # Every picture that a read names is in the store that all machines reach, and none waits anywhere.
    for key in crops + frames:
        assert (tmp_path / "store" / key).is_file(), key
    check_order(topic.messages)
