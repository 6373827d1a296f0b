"""Whoever may not do something is refused whatever they ask for, and is not told what is there and what is not.

Every operation is found by itself: one that is new has to say here which action it is, or why it asks nobody.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import inspect
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import operations
from hotlists.feeds.uploads import Upload, UploadNote
from hotlists.importing.importer import ImportOptions
from operations.added.adding import NewCamera
from operations.alerts import AlertView
from operations.analyses.question import Convoy
from operations.backup.making import BackupWish
from operations.board.hub import BoardHub
from operations.board.making import CardMaker
from operations.board.pictures import PictureKind
from operations.cameras.figures import Span
from operations.cameras.watching import LiveViews
from operations.duties.preserving import PreservationWish
from operations.hotlists.choosing import chosen_entries
from operations.hotlists.withdrawing import WantedEntries
from operations.life.change import Sayer
from operations.life.deciding import Look
from operations.reasons import Why
from operations.searches.query import ReadQuery
from operations.sharing.asking import Wanted
from schemas.actions import Action
from schemas.actor import Actor, SignIn
from schemas.errors import NotPermitted, PlatewatchError
from schemas.export_forms import ExportForm
from schemas.permissions import PERMISSIONS
from schemas.roles import Role, Scope
from schemas.settings import KafkaSettings, NeighborSettings, RtspCamera, Settings
from schemas.types import AlertOutcome, RecordAnswer, Rejection
from storage.audit.reader import AuditFilter, audit_entries
from storage.database import Database
from storage.reads.images import ImageStore
from storage.sharing.disseminations import DisseminationFilter
from storage.sharing.questions import AskedQuestion
from tests.integration.operations.audited import without_audit
from tests.integration.sharing.samples import current
from tests.integration.storage.samples import START, sample_entry

_A = Action
ROOT = Path(operations.__file__).parent
SOMETHING = UUID(int=7)
WHY = Why("stolen vehicle, seen leaving Main Street", "26-117")

ACTIONS: dict[str, Action] = {
    "added.adding.add_camera": _A.ADD_CAMERA,
    "added.adding.describe_camera": _A.CHANGE_CAMERA,
    "added.adding.remove_camera": _A.REMOVE_CAMERA,
    "alarms.view_alarms": _A.VIEW_ALARMS,
    "alarms.acknowledge_alarm": _A.ACKNOWLEDGE_ALARM,
    "analyses.asking.ask_analysis": _A.REQUEST_ANALYSIS,
    "analyses.asking.approve": _A.APPROVE_ANALYSIS,
    "analyses.asking.run_analysis": _A.RUN_ANALYSIS,
    "analyses.asking.view_analyses": _A.VIEW_ANALYSES,
    "analyses.asking.open_result": _A.OPEN_RESULT,
    "audit.exporting.export_audit": _A.EXPORT_AUDIT,
    "audit.looking.view_audit": _A.VIEW_AUDIT,
    "audit.looking.save_audit": _A.EXPORT_AUDIT,
    "audit.noting.note_review": _A.NOTE_REVIEW,
    "audit.noting.view_notes": _A.VIEW_AUDIT,
    "audit.reviewing.review_audit": _A.REVIEW_AUDIT,
    "audit.verifying.verify_audit": _A.VERIFY_AUDIT,
    "backup.exporting.export_all": _A.EXPORT_ALL,
    "backup.exporting.import_all": _A.IMPORT_ALL,
    "backup.making.make_backup": _A.BACK_UP,
    "backup.restoring.restore_backup": _A.RESTORE_BACKUP,
    "board.listing.list_alerts": _A.VIEW_ALERTS,
    "board.listing.changed_alerts": _A.VIEW_ALERTS,
    "board.opening.open_board": _A.VIEW_ALERTS,
    "board.pictures.alert_picture": _A.VIEW_ALERT,
    "broker.rights.view_rights": _A.VIEW_RIGHTS,
    "broker.rights.apply_rights": _A.APPLY_RIGHTS,
    "broker.rights.renew_login": _A.RENEW_LOGIN,
    "broker.topics.check_topics": _A.CHECK_TOPICS,
    "broker.topics.create_topics": _A.CREATE_TOPICS,
    "cameras.figures.view_figures": _A.VIEW_FIGURES,
    "cameras.overview.view_cameras": _A.VIEW_CAMERAS,
    "cameras.overview.view_camera": _A.VIEW_CAMERAS,
    "cameras.overview.last_picture": _A.VIEW_CAMERAS,
    "cameras.trying.try_new": _A.CHECK_CAMERA,
    "cameras.trying.try_known": _A.CHECK_CAMERA,
    "cars.cars.add_car": _A.ADD_CAR,
    "cars.cars.change_cameras": _A.CHANGE_CAR,
    "cars.cars.renew_token": _A.RENEW_CAR_TOKEN,
    "cars.cars.revoke_car": _A.REVOKE_CAR,
    "cars.looking.view_car": _A.VIEW_CARS,
    "cars.looking.view_cars": _A.VIEW_CARS,
    "deliveries.view_deliveries": _A.VIEW_DELIVERIES,
    "deliveries.retry_deliveries": _A.RETRY_DELIVERIES,
    "deliveries.view_refused_messages": _A.VIEW_DELIVERIES,
    "deliveries.retry_refused_messages": _A.RETRY_DELIVERIES,
    "duties.audits.note_audit": _A.NOTE_AUDIT,
    "duties.ending.view_ending": _A.VIEW_ENDING,
    "duties.preserving.preserve": _A.PRESERVE,
    "duties.preserving.view_preservations": _A.VIEW_PRESERVATIONS,
    "duties.preserving.view_preservation": _A.VIEW_PRESERVATIONS,
    "duties.preserving.show_preserved": _A.VIEW_PRESERVED,
    "duties.preserving.renew_preservation": _A.RENEW_PRESERVATION,
    "duties.preserving.release_preservation": _A.RELEASE_PRESERVATION,
    "duties.retaining.view_retention": _A.VIEW_ENDING,
    "feeds.health.view_feeds": _A.VIEW_LISTS,
    "feeds.pulling.pull_feeds": _A.PULL,
    "hotlists.adding.add_entry": _A.ADD,
    "hotlists.comparing.view_difference": _A.VIEW_ENTRIES,
    "hotlists.history.find_entries": _A.VIEW_ENTRIES,
    "hotlists.history.view_history": _A.VIEW_ENTRIES,
    "hotlists.holding.view_holds": _A.VIEW_VERSIONS,
    "hotlists.holding.force_hold": _A.IMPORT,
    "hotlists.holding.discard_hold": _A.DISCARD_LIST,
    "hotlists.importing.import_list": _A.IMPORT,
    "hotlists.lists.view_lists": _A.VIEW_LISTS,
    "hotlists.lists.view_entries": _A.VIEW_ENTRIES,
    "hotlists.lists.view_list_rejects": _A.VIEW_REJECTS,
    "hotlists.lists.remove_list": _A.REMOVE,
    "hotlists.taxonomy.view_taxonomy": _A.VIEW_LISTS,
    "hotlists.trying.try_entry": _A.TRY_ENTRY,
    "hotlists.uploading.import_upload": _A.IMPORT,
    "hotlists.uploads.receiving_list": _A.TRY_LIST,
    "hotlists.uploads.sent_lists": _A.TRY_LIST,
    "hotlists.uploads.sent_list": _A.TRY_LIST,
    "hotlists.uploads.try_list": _A.TRY_LIST,
    "hotlists.uploads.import_sent_list": _A.IMPORT,
    "hotlists.uploads.discard_sent_list": _A.DISCARD_LIST,
    "hotlists.versions.view_versions": _A.VIEW_VERSIONS,
    "hotlists.versions.view_rejects": _A.VIEW_REJECTS,
    "hotlists.versions.roll_back": _A.ROLL_BACK,
    "hotlists.withdrawing.note_entries_shown": _A.VIEW_ENTRIES,
    "hotlists.withdrawing.withdraw_entries": _A.WITHDRAW,
    "hotlists.withdrawing.restore_entries": _A.RESTORE,
    "keys.rotate_signing_key": _A.RENEW_SIGNING_KEY,
    "life.checking.ask_record": _A.ASK_RECORD,
    "life.checking.answer_record": _A.ANSWER_RECORD,
    "life.comparing.compare_alert": _A.VIEW_ALERT,
    "life.deciding.acknowledge_alert": _A.ACKNOWLEDGE_ALERT,
    "life.deciding.confirm_alert": _A.CONFIRM_ALERT,
    "life.deciding.reject_alert": _A.REJECT_ALERT,
    "life.deciding.close_alert": _A.CLOSE_ALERT,
    "life.looking.show_alert": _A.VIEW_ALERT,
    "matching.note_match": _A.MATCH,
    "past.asking.match_past_of_list": _A.HISTORICAL,
    "past.asking.match_past_of_entry": _A.HISTORICAL,
    "people.accounts.add_person": _A.ADD_PERSON,
    "people.accounts.change_person": _A.CHANGE_PERSON,
    "people.accounts.disable_person": _A.DISABLE_PERSON,
    "people.accounts.reset_person": _A.RESET_PERSON,
    "people.accounts.view_people": _A.VIEW_PEOPLE,
    "people.entering.make_entry": _A.ADD_PERSON,
    "people.review.review_access": _A.VIEW_PEOPLE,
    "people.sessions.end_session": _A.CHANGE_PERSON,
    "people.sessions.end_sessions_of": _A.CHANGE_PERSON,
    "people.tokens.make_token": _A.CHANGE_PERSON,
    "people.tokens.end_token": _A.CHANGE_PERSON,
    "proving.view_proofs": _A.VIEW_PROOFS,
    "proving.read_proof": _A.VIEW_PROOFS,
    "purging.purge": _A.PURGE,
    "quarantine.list_quarantine": _A.VIEW_QUARANTINE,
    "quarantine.show_quarantined": _A.VIEW_QUARANTINE,
    "quarantine.retry_quarantined": _A.RETRY_QUARANTINED,
    "quarantine.discard_quarantined": _A.DISCARD_QUARANTINED,
    "reports.counting.law_report": _A.VIEW_REPORT,
    "reports.filing.file_report": _A.VIEW_REPORT,
    "reports.stops.add_stops": _A.ADD_STOPS,
    "reports.stops.report_stops": _A.VIEW_REPORT,
    "revisions.view_revisions": _A.VIEW_REVISIONS,
    "rules.view_rules": _A.VIEW_RULES,
    "rules.add_rules": _A.ADD_RULES,
    "rules.try_rule": _A.TRY_RULE,
    "rules.switch_rule": _A.SWITCH_RULE,
    "rules.remove_rule": _A.REMOVE_RULE,
    "searches.correcting.correct_read": _A.CORRECT_READ,
    "searches.correcting.write_corrections": _A.VIEW_CORRECTIONS,
    "searches.evidence.make_evidence": _A.MAKE_EVIDENCE,
    "searches.evidence.pack_evidence": _A.MAKE_EVIDENCE,
    "searches.exporting.export_reads": _A.EXPORT,
    "searches.finding.find_reads": _A.SEARCH,
    "searches.finding.find_look_alikes": _A.SEARCH,
    "searches.misreads.view_misreads": _A.VIEW_CORRECTIONS,
    "searches.passes.find_passes": _A.VIEW_PASSES,
    "searches.reading.show_read": _A.VIEW_REVISIONS,
    "searches.saving.save_search": _A.SAVE_SEARCH,
    "searches.saving.list_searches": _A.VIEW_SEARCHES,
    "searches.saving.run_search": _A.VIEW_SEARCHES,
    "searches.saving.remove_search": _A.REMOVE_SEARCHES,
    "searches.saving.end_searches_of_case": _A.REMOVE_SEARCHES,
    "searches.searching.search_reads": _A.SEARCH,
    "sharing.asking.ask_neighbor": _A.QUERY,
    "sharing.asking.asked_by": _A.VIEW_ANSWER,
    "sharing.asking.fetch_answer": _A.VIEW_ANSWER,
    "sharing.deciding.check_proposal": _A.CHECK_AGREEMENT,
    "sharing.deciding.propose_agreement": _A.ADD_AGREEMENT,
    "sharing.deciding.approve_agreement": _A.APPROVE_AGREEMENT,
    "sharing.deciding.end_agreement": _A.END_AGREEMENT,
    "sharing.log.view_disseminations": _A.VIEW_DISSEMINATIONS,
    "sharing.looking.view_agreements": _A.VIEW_AGREEMENTS,
    "sharing.looking.who_sees_what": _A.VIEW_AGREEMENTS,
    "sharing.looking.check_alert": _A.CHECK_AGREEMENT,
    "sharing.looking.check_entry": _A.CHECK_AGREEMENT,
    "sharing.said.view_heard": _A.VIEW_DISSEMINATIONS,
    "sharing.theirs.what_we_see": _A.VIEW_AGREEMENTS,
    "status.cameras.camera_statuses": _A.VIEW_ALARMS,
    "status.viewing.view_status": _A.VIEW_STATUS,
    "storms.view_held": _A.VIEW_HELD,
    "storms.release_held": _A.RELEASE_HELD,
    "storms.discard_held": _A.DISCARD_HELD,
}
ASKS_NOBODY = {
    "cameras.watching.watchable": "LiveViews.ask asks; tested below",
    "hotlists.choosing.chosen_entries": "what is asked for is said by its caller; tested below",
    "hotlists.uploads.keep_list": "only receiving_list gives what it takes",
    "life.change.disposition_of": "makes a value",
    "life.change.may_see": "says whose alert it is",
    "life.change.say": "the caller says which action",
    "life.looking.find_card": "its callers write the look down",
    "people.passkeys.make_passkey": "everybody's own",
    "people.refusals.note_refusal": "what happens to somebody, whoever they are",
    "reasons.asked_for": "the caller says which action",
    "settings.note_settings": "a service that begins",
    "sharing.answering.answer_query": "another agency's person, under an agreement",
}


def _operations() -> dict[str, Callable[..., Any]]:
    """Every public function of this package that somebody does something by."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for one in ast.parse(path.read_text()).body:
            if not isinstance(one, ast.FunctionDef) or one.name.startswith("_"):
                continue
            if [parameter.arg for parameter in one.args.args[:1]] in (["actor"], ["sayer"]):
                found[f"{name}.{one.name}"] = getattr(importlib.import_module(f"operations.{name}"), one.name)
    return found


OPERATIONS = _operations()


@pytest.fixture
def given(database: Database, tmp_path: Path) -> dict[str, Any]:
    """An argument for each parameter, by its name or its type; what is asked for is not there."""
    settings = Settings(data_dir=tmp_path / "data")
    note = UploadNote(
        file_name="a.csv", layout="csv", sent_by="kim", sent_at=START, size=1, sha256="0" * 64, hotlist_id="nothing"
    )
    camera = RtspCamera(id="north", url="rtsp://127.0.0.1:9/a")
    return {
        "database": database,
        "settings": settings,
        "int": 7,
        "int | None": 7,
        "str": "nothing",
        "str | None": "nothing",
        "float": 0.1,
        "bool": True,
        "bytes": b"plate\n",
        "UUID": SOMETHING,
        "int | UUID": SOMETHING,
        "Path": tmp_path / "file",
        "date": date(2026, 1, 1),
        "datetime": START,
        "timedelta": timedelta(days=1),
        "IO[bytes]": io.BytesIO(),
        "Iterable[str]": [],
        "Mapping[str, Any]": {},
        "Sequence[str]": ["nothing"],
        "Sequence[UUID]": [SOMETHING],
        "Sequence[Path]": [],
        "tuple[Path, ...]": (),
        "tuple[int, int]": (6, 22),
        "Sequence[Role]": [Role.OFFICER],
        "Sequence[Scope]": [Scope.READS],
        "Sequence[SealingKey]": [],
        "Sequence[FeedSettings]": [],
        "Sequence[HotlistEntry]": [],
        "Sequence[Rule]": [],
        "Rule | str": "nothing",
        "HotlistEntry": sample_entry(1, hotlist_id="local"),
        "WantedEntries": WantedEntries("VNV4527"),
        "AuditFilter": AuditFilter(),
        "DisseminationFilter": DisseminationFilter(),
        "Agreement": current(),
        "NewCamera": NewCamera("north", "rtsp://127.0.0.1:9/a"),
        "PulledLive": camera,
        "Upload": Upload(upload_id=SOMETHING, path=tmp_path / "a.csv", note=note),
        "ImportOptions": ImportOptions(hotlist_id="nothing"),
        "KafkaSettings": KafkaSettings(),
        "KafkaSettings | None": None,
        "Path | None": None,
        "BackupWish": BackupWish(tmp_path / "backups"),
        "PreservationWish": PreservationWish("VNV4527", "J. Roe", "letter", "26-7", "seen at a theft", 9),
        "Question": Convoy(START, START + timedelta(days=1), "VNV4527"),
        "ReadQuery": ReadQuery("VNV4527"),
        "Why": WHY,
        "ExportForm": ExportForm.CSV,
        "Span": Span.DAY,
        "CardMaker": CardMaker(settings),
        "ImageStore": ImageStore(settings),
        "PictureKind": PictureKind.PLATE,
        "Look": Look("VNV4527"),
        "RecordAnswer": RecordAnswer.VALID,
        "Rejection": Rejection.MISREAD,
        "AlertOutcome": AlertOutcome.NO_ACTION,
        "NeighborSettings": NeighborSettings(id="suffolk", name="Suffolk", agreement="suffolk"),
        "Wanted": Wanted("VNV4527", WHY.purpose, WHY.case_number),
        "AskedQuestion": AskedQuestion(SOMETHING, "suffolk", "lee", START, START, WHY.purpose or "", "26-117"),
        "Line": None,
        "reason": "recovered on 2026-01-31",
        "findings": "all that was asked had a case",
        "purpose": WHY.purpose,
        "case_number": WHY.case_number,
        "layout": "csv",
        "file_name": "a.csv",
        "until": START + timedelta(days=1),
        "now": datetime.now(UTC),
        "plate": "VNV4527",
        "days": 7,
        "hotlist_id": "nothing",
    }


def _arguments(operation: Callable[..., Any], given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    first, *parameters = inspect.signature(inspect.unwrap(operation)).parameters.values()
    for one in parameters:
        if one.default is not one.empty and one.name not in ("purpose", "case_number"):
            continue
        if one.name == "until" and one.annotation == "date":
            yield one.name, date(2026, 2, 1)
        else:
            yield one.name, given[one.name] if one.name in given else given[str(one.annotation)]
    del first


def _done(name: str, actor: Actor, given: dict[str, Any]) -> None:
    operation = OPERATIONS[name]
    who = Sayer(actor) if "sayer" in inspect.signature(inspect.unwrap(operation)).parameters else actor
    done = operation(who, **dict(_arguments(operation, given)))
    if isinstance(done, contextlib.AbstractContextManager):
        with done:
            pass
    elif isinstance(done, Iterator):
        list(done)


def _with_roles(roles: frozenset[Role]) -> Actor:
    return Actor("lee", SignIn.PASSWORD, "a test", "local", roles)


def test_every_operation_says_which_action_it_is() -> None:
    assert set(OPERATIONS) == set(ACTIONS) | set(ASKS_NOBODY)
    assert set(ACTIONS).isdisjoint(ASKS_NOBODY)


def test_who_may_not_is_refused_and_told_nothing(database: Database, given: dict[str, Any], tmp_path: Path) -> None:
    before, told = without_audit(database), {}
    for name, action in ACTIONS.items():
        actor = _with_roles(frozenset(Role) - PERMISSIONS[action].roles)
        try:
            _done(name, actor, given)
            told[name] = "was done"
        except NotPermitted as error:
            if error.action is not action:
                told[name] = f"asks for {error.action}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it came before the question whether they may
            told[name] = repr(error)
    assert told == {}
    assert without_audit(database) == before
    assert audit_entries(database) == []
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == []


def test_each_role_that_may_is_let_in(database: Database, given: dict[str, Any]) -> None:
    refused = {}
    for name, action in ACTIONS.items():
        for role in sorted(PERMISSIONS[action].roles):
            if name.startswith("cameras.trying"):
                continue  # it loads the networks, and asks a camera
            try:
                _done(name, _with_roles(frozenset({role})), given)
            except NotPermitted as error:
                refused[name, role] = str(error)
            except (PlatewatchError, OSError, AttributeError):
                pass  # what is asked for is not there
    assert refused == {}


def test_what_looks_on_asks_before(database: Database, given: dict[str, Any]) -> None:
    """What is no function by itself, and what is told which action it is about."""
    settings, wanted = given["settings"], WantedEntries("VNV4527")

    def without(action: Action) -> Actor:
        return _with_roles(frozenset(Role) - PERMISSIONS[action].roles)

    looks: tuple[tuple[Action, Callable[[Actor], object]], ...] = (
        (_A.VIEW_ALERTS, lambda actor: AlertView(actor, database)),
        (_A.VIEW_ALERTS, BoardHub.admit),
        (_A.WATCH_CAMERA, lambda actor: LiveViews(settings).ask(actor, database, settings, "north", "as they said")),
        (_A.WITHDRAW, lambda actor: chosen_entries(actor, database, wanted, _A.WITHDRAW, every=True)),
        (_A.RESTORE, lambda actor: chosen_entries(actor, database, wanted, _A.RESTORE, every=True)),
    )
    for action, look in looks:
        with pytest.raises(NotPermitted) as refused:
            look(without(action))
        assert refused.value.action is action
    assert audit_entries(database) == []
