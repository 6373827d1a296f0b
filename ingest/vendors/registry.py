"""All adapters by the names that settings and URLs have for them."""

from __future__ import annotations

from ingest.vendors.adapter import Adapter
from ingest.vendors.adapters.cameras.axis import Axis
from ingest.vendors.adapters.cameras.blueiris import BlueIris
from ingest.vendors.adapters.cameras.dahua import Dahua
from ingest.vendors.adapters.cameras.frigate import Frigate
from ingest.vendors.adapters.cameras.hikvision import Hikvision
from ingest.vendors.adapters.cameras.onvif import Onvif
from ingest.vendors.adapters.cameras.survision import Survision
from ingest.vendors.adapters.cameras.unifi import UniFi
from ingest.vendors.adapters.servers.flock import Flock
from ingest.vendors.adapters.servers.genetec import Genetec
from ingest.vendors.adapters.servers.mapping import Mapped
from ingest.vendors.adapters.servers.plate_recognizer import ParkPow, PlateRecognizer
from ingest.vendors.adapters.servers.platewatch import Platewatch
from ingest.vendors.adapters.servers.rekor import Rekor
from ingest.vendors.adapters.servers.verkada import Verkada
from schemas.errors import ConfigurationError
from schemas.settings import IngestSource

OWN = "platewatch"
"""The vendor whose messages are our own PlateRead: what is wrong with one is answered at once (422)."""

_ADAPTERS: dict[str, Adapter] = {
    adapter.name: adapter
    for adapter in (
        *(Rekor(), PlateRecognizer(), ParkPow(), Genetec(), Verkada(), Flock(), Platewatch(), Mapped()),
        *(Hikvision(), Dahua(), Axis(), UniFi(), Frigate(), BlueIris(), Survision(), Onvif()),
    )
}


def adapter_of(vendor: str) -> Adapter:
    """Return a vendor's adapter.

    Raises:
        ConfigurationError: There is none of this name.
    """
    found = _ADAPTERS.get(vendor)
    if found is None:
        raise ConfigurationError(f"'{vendor}' is no vendor that is known; use one of {', '.join(vendors())}")
    return found


def vendors() -> tuple[str, ...]:
    """Return the names of all vendors, sorted."""
    return tuple(sorted(_ADAPTERS))


def with_zone(source: IngestSource, agency_zone: str) -> IngestSource:
    """Return a source as adapters take it: with the agency's zone where it has none of its own."""
    return source if source.timezone else source.model_copy(update={"timezone": agency_zone})
