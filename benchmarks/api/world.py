"""What there has to be so that requests reach something: reads, alerts, a list, an alarm, people, and tokens."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

from PIL import Image

from alerts.build import alert_message
from benchmarks.console.site import alert_about
from hotlists.importing.importer import ImportOptions
from operations.cars.cars import add_car
from operations.hotlists.uploading import import_upload
from operations.people.accounts import add_person
from operations.people.tokens import make_token
from schemas import ids
from schemas.actor import Actor, SignIn
from schemas.events import AlarmKind
from schemas.roles import Role, Scope
from schemas.settings import Settings
from schemas.types import Location, PlateRead
from storage.alerts.alarms import Alarms
from storage.alerts.numbering import number_alerts
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.reads.images import ImageStore, image_key

PLATES = ("VNV4527", "VNV4S27", "ABC1234", "XYZ4321")
LIST = "local-wanted"
_CSV = b"plate,state,category\nABC1234,VA,stolen_vehicle\nXYZ4321,MD,stolen_plate\n,VA,stolen_vehicle\n"


@dataclass(frozen=True, slots=True)
class World:
    """What there is, by the name of the path's parameter, and a token for each scope."""

    known: Mapping[str, str]
    tokens: Mapping[str, str]
    read_id: UUID
    alert_ids: tuple[UUID, ...]


def make_world(database: Database, settings: Settings) -> World:
    """Put something of everything into an empty database, of the installation's own agency.

    Args:
        database: The database.
        settings: The configuration of the console that is asked.
    """
    keeper = Actor("keeper", SignIn.LOCAL_USER, "a benchmark", settings.agency_id)
    # First: it takes back the alerts whose entries are on no list.
    options = ImportOptions(hotlist_id=LIST, settings=settings.hotlists)
    import_upload(keeper, database, settings, _CSV, "wanted.csv", "csv", options)
    picture = _picture()
    reads = [_read(number, plate, settings.agency_id) for number, plate in enumerate(PLATES)]
    images = ImageStore(settings)
    for read in reads:
        images.save(image_key(read, "plate"), picture)
    alerts = [alert_about(plate, "", settings.agency_id) for plate in PLATES]
    with Ledger(database).begin(reads) as unit:
        unit.add_reads(reads)
        for alert in alerts:
            unit.add_alert(alert_message(alert), alert.hit.hit_id, alert.hit.tier, alert.read.captured_at, "alerts")
    number_alerts(database)
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    alarms.raise_alarm(AlarmKind.CAMERA_SILENT, "gate", "nothing came for an hour; look at it", datetime.now(UTC))
    add_car(keeper, database, settings, "unit-1", ["unit-1-front"], "Unit 1")
    tokens = _tokens(keeper, database, settings)
    known = {
        "alert_id": str(alerts[0].alert_id),
        "read_id": str(reads[0].read_id),
        "hotlist_id": LIST,
        "alarm_number": str(alarms.standing()[0].alarm_number),
        "car_id": "unit-1",
        "name": "fuzzed",
        "kind": "plate",
    }
    return World(known, tokens, reads[0].read_id, tuple(alert.alert_id for alert in alerts))


def _tokens(keeper: Actor, database: Database, settings: Settings) -> dict[str, str]:
    """Return a token for each scope, and one for all, of whoever's roles have most of it."""
    made = {}
    for scope in Scope:
        role = Role.ADMINISTRATOR if scope is Scope.PEOPLE else Role.SUPERVISOR
        name = f"keeper-of-{scope}"
        add_person(keeper, database, settings, name, [role])
        # Whoever makes a token for themselves is that person.
        own = Actor(name, SignIn.PASSWORD, "a benchmark", settings.agency_id, frozenset({role}))
        made[scope.value] = make_token(own, database, settings, name, "fuzz", [scope], 2).token
    add_person(keeper, database, settings, "fuzzed", [Role.OFFICER])
    return made


def _read(number: int, plate: str, agency_id: str) -> PlateRead:
    moment = datetime.now(UTC) - timedelta(hours=1, minutes=number)
    read = PlateRead(
        read_id=ids.read_id("gate", "world.mp4", moment, number),
        camera_id="gate",
        agency_id=agency_id,
        captured_at=moment,
        first_seen=moment,
        last_seen=moment,
        plate=plate,
        confidence=0.9,
        characters=(),
        jurisdiction="US-VA",
        location=Location(36.83, -76.29),
    )
    return dataclasses.replace(read, plate_image_key=image_key(read, "plate"))


def _picture() -> bytes:
    written = BytesIO()
    Image.new("RGB", (120, 40), "white").save(written, "JPEG")
    return written.getvalue()
