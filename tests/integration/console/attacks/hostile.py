"""Something of everything, with texts that would like to be more than texts."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

from hotlists.importing.importer import ImportOptions
from operations.cars.reporting import take_report
from operations.hotlists.adding import add_entry
from operations.hotlists.importing import import_list
from operations.life.change import Sayer
from operations.life.deciding import acknowledge_alert
from operations.people.accounts import add_person
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.events import AlarmKind
from schemas.roles import Role
from schemas.types import Location, PlateRead
from storage.alerts.alarms import Alarms
from storage.alerts.unit_of_work import Ledger
from storage.audit.writer import write_audit
from storage.quarantine.quarantine import Quarantine
from storage.spool.messages import Message
from tests.integration.console.board.alerts import made, raise_alert
from tests.integration.console.site import ConsoleSite
from tests.unit.alerts.samples import sample_entry, sample_read

TAG = "evil-tag"
ATTRIBUTE = "onevil"
TEXT = f'<{TAG} x=1>"><{TAG}>\' {ATTRIBUTE}=1 x=\'" {ATTRIBUTE}="1</script></title></textarea><{TAG}>{{{{7*7}}}}-->'
"""Out of a text, out of an attribute in either quotes, out of a script, a title, a comment; and a template's own."""
SHORT = f"<{TAG}>"
LINK = "javascript:window.evil=1"


class Harm(HTMLParser):
    """Finds in a page what was a text when it was stored."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == TAG:
            self.found.append(tag)
        for name, value in attrs:
            if name == ATTRIBUTE or (name.startswith("on") and not name.startswith("on-")):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction", "hx-get") and (value or "").startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")
            self.text += f" {value}"
        if tag in ("script", "style") and not dict(attrs).get("src") and dict(attrs).get("type") != "application/json":
            self.found.append(f"{tag} in the page")

    def handle_data(self, data: str) -> None:
        self.text += data


class Forms(HTMLParser):
    """Finds a page's forms: method, address, and the fields with their values; those for text have None."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("method", "get").upper(), given.get("action", ""), {}))
        if not self.found:
            return
        fields, name = self.found[-1][2], given.get("name", "")
        if tag == "option" and fields and given.get("value"):
            last = next(reversed(fields))
            fields[last] = fields[last] or given["value"]
        elif tag == "select" and name:
            fields[name] = ""
        elif tag in ("input", "textarea", "button") and name:
            kind = given.get("type", "text" if tag != "button" else "submit")
            is_text = kind in ("text", "search", "password", "") or tag == "textarea"
            fields.setdefault(name, None if is_text else given.get("value", ""))


def forms_of(page: str, text: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return a page's forms as somebody sends them who types the same into every field for text."""
    forms = Forms()
    forms.feed(page)
    return [
        (method, action, {name: text if value is None else value for name, value in fields.items()})
        for method, action, fields in forms.found
    ]


def harm_of(page: str) -> Harm:
    """Return what is wrong with a page."""
    harm = Harm()
    harm.feed(page)
    if "49-->" in harm.text:
        harm.found.append("a template's own")
    return harm


def fill(site: ConsoleSite, folder: Path) -> str:
    """Put hostile texts wherever people, cameras, lists and other agencies put theirs; return the alert's id."""
    database, settings = site.database, site.settings
    keeper = Actor(TEXT, SignIn.LOCAL_USER, TEXT, settings.agency_id)
    entry = sample_entry()._replace(
        instructions=TEXT,
        case_number=TEXT,
        originating_agency=TEXT,
        priority=TEXT,
        source_code=TEXT,
        extra=((TEXT, TEXT), ("link", LINK)),
    )
    report = {
        **{"car_id": "unit-1", "at": datetime.now(UTC).isoformat(), "person": TEXT[:90], "unit": TEXT[:90]},
        "lists": [{"hotlist_id": TEXT[:90], "why_red": TEXT}],
        "states": [{"kind": TEXT[:90], "words": TEXT, "stops": True}],
        **{"refused": 1, "refusals": [{"kind": "read", "upload_id": TEXT[:90], "reason": TEXT}]},
    }
    take_report(database, "unit-1", report)
    alert = made(77, entry=entry, read={"plate": SHORT, "camera_id": TEXT}, hit={"explanation": TEXT, "characters": ()})
    raised = raise_alert(database, alert)
    acknowledge_alert(Sayer(keeper, person=TEXT[:90]), database, raised, note=TEXT)
    read = _read(settings.agency_id)
    with Ledger(database).begin([read]) as unit:
        unit.add_reads([read])
    add_entry(keeper, database, entry._replace(hotlist_id="local"), "a reason that says something")
    file = folder / f"{SHORT} onevil=1.csv"
    file.write_text(f'plate,state,category,note\nABC1234,VA,stolen_vehicle,"{SHORT}"\n"{SHORT}",VA,{SHORT},x\n')
    import_list(keeper, database, settings, file, "csv", ImportOptions(hotlist_id="evil-list"))
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    alarms.raise_alarm(AlarmKind.CAMERA_FAILED, TEXT, TEXT, datetime.now(UTC))
    add_person(keeper, database, settings, "evil", [Role.OFFICER], full_name=TEXT[:110])
    why = AuditRecord(keeper, Action.SEARCH, {"pattern": TEXT, TEXT: TEXT}, purpose=TEXT, case_number=TEXT)
    write_audit(database, why, 1)
    _quarantine(site)
    return str(raised)


def _read(agency_id: str) -> PlateRead:
    moment = datetime.now(UTC) - timedelta(minutes=10)
    return dataclasses.replace(
        sample_read(7_777),
        plate=SHORT,
        camera_id=TEXT,
        agency_id=agency_id,
        captured_at=moment,
        first_seen=moment,
        last_seen=moment,
        location=Location(36.83, -76.29),
    )


def _quarantine(site: ConsoleSite) -> None:
    message = Message(
        "gate", datetime.now(UTC), TEXT.encode(), f"text/html; {SHORT}", {"X-Evil": TEXT, SHORT: "1"}, f"/{TEXT}"
    )
    Quarantine(site.database).add(message, TEXT, TEXT)
