"""What fetches a source's messages, by its settings."""

from __future__ import annotations

from pathlib import Path

from ingest.pulling.puller import Puller
from schemas.errors import ConfigurationError
from schemas.settings import DahuaPull, HikvisionPlatesPull, HikvisionStreamPull, IngestSource, MqttPull, RtspPull


def puller_of(source: IngestSource, agency_id: str, data_dir: Path, *, is_trial: bool = False) -> Puller:
    """Return what fetches a source's messages; nothing is connected to yet.

    Args:
        source: The source; it is one that is fetched, with its zone.
        agency_id: Whose reads they are.
        data_dir: Where it is kept how far was fetched.
        is_trial: Take nothing from whoever fetches it otherwise.

    Raises:
        ConfigurationError: It is none that is fetched.
    """
    # What they speak takes a while to import: only a program that fetches in such a way pays for it.
    pull = source.pull
    if isinstance(pull, MqttPull):
        from ingest.pulling.mqtt import MqttPuller

        return MqttPuller(pull, f"platewatch-{agency_id}-{source.id}", is_trial=is_trial)
    if isinstance(pull, HikvisionPlatesPull):
        from ingest.pulling.plates import PlatesPuller

        return PlatesPuller(source, pull, data_dir)
    if isinstance(pull, HikvisionStreamPull | DahuaPull):
        from ingest.pulling.events import EventStreamPuller

        return EventStreamPuller(pull)
    if isinstance(pull, RtspPull):
        from ingest.pulling.rtsp.puller import MetadataPuller

        return MetadataPuller(pull)
    raise ConfigurationError(f"ingest.sources '{source.id}': it is not fetched; it has no pull")
