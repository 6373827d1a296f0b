"""What a start would refuse of a configuration, where cameras and other readers are taken."""

from __future__ import annotations

from ingest.server.pushing import check_pushing
from ingest.server.sources import check_ingest
from ingest.vendors.registry import adapter_of
from pipeline.reloading import check_everywhere
from schemas.errors import ConfigurationError
from schemas.settings import Settings


def check(settings: Settings) -> None:
    """Find what a start with this configuration would refuse, as far as it can be told without one.

    Raises:
        ConfigurationError: It cannot be used.
    """
    if not has_work(settings):
        raise ConfigurationError(
            "no cameras and no hotlist feeds are configured, no ingest.listen, and no source with pull; add "
            "[[cameras]] with id, type and path (see README), add a live one by platewatch camera add, or set "
            "console.enabled and add one on a page"
        )
    check_everywhere(settings)
    check_sources(settings)


def has_work(settings: Settings) -> bool:
    """Return whether the configuration says of anything that a run would do; pages may give it some later."""
    fetches = any(source.pull is not None for source in settings.ingest.sources)
    listens = settings.ingest.listen is not None or settings.console.enabled
    return bool(settings.cameras or settings.hotlists.feeds or listens or fetches)


def check_sources(settings: Settings) -> None:
    """Find what a service would refuse that takes cameras' pictures and other readers' messages.

    Raises:
        ConfigurationError: It cannot be used.
    """
    check_ingest(settings.ingest)
    check_pushing(settings.cameras, settings.ingest)
    for source in settings.ingest.sources:
        adapter_of(source.vendor)
