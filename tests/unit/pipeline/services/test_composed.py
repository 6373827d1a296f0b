"""What each service is composed of: its parts in the order in which they start, how they end, and who tells whom."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.health.board import HealthBoard
from pipeline.health.edge import EdgeHealthStage
from pipeline.health.stage import HealthStage
from pipeline.outgoing.stored import StoredReads
from pipeline.patrol import answer_outcomes
from pipeline.patrol.car import Car, open_car
from pipeline.patrol.lists.matching import CarMatcher
from pipeline.recording.pace import CAMERAS, TOPIC
from pipeline.reloading import Reload, difference
from pipeline.running.frame import Frame
from pipeline.running.part import Stages
from pipeline.services.matcher import MatcherService, check_matcher
from pipeline.services.patrol import PACE, PatrolService, check_patrol
from pipeline.services.recognize import RecognizeService, check_recognize
from pipeline.services.relay import RelayService, check_relay
from pipeline.services.run import Service
from pipeline.stages.runner import Runner
from pipeline.stages.stage import SteppedStage
from schemas.errors import ConfigurationError
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.types import PlateRead
from services.service_manager import ServiceManager

EARLY_SECONDS = 0.05

DATABASE: Any = SimpleNamespace(take_over=lambda settings: None)
LEADERSHIP: Any = SimpleNamespace()
FOLDER = {"id": "gate", "type": "image_folder", "path": "/srv/gate"}
FRONT = {"id": "front", "type": "rtsp", "url": "rtsp://10.0.0.5/", "mount": "vehicle"}
BROKER = {"bootstrap_servers": ("127.0.0.1:9092",)}
LEADING = "cancellations historical storms sharing returning car-answers list-ages upkeep journal duties sealing"


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = SimpleNamespace(share=lambda cameras: None)
    monkeypatch.setattr("pipeline.cameras.configured.Recognizer", lambda *_, **__: networks)


def settings_of(folder: Path, **more: Any) -> Settings:
    given = {"data_dir": folder / "data", "kafka": BROKER, "cameras": [FOLDER], **more}
    return Settings.model_validate(given)


def parts_of(frame: Frame) -> list[str]:
    """Each part in its order: its stages, and what its end waits for."""
    found = []
    for part in frame._parts:
        words = [type(part).__name__]
        if isinstance(part, Stages):
            words += [stage.name for stage in part._stages]
            words += [] if part._at_once else ["(last)"]
            words += ["(hurried)"] if part._daemon else []
            words += ["(watched)"] if part._watched else []
            words += ["(drains)"] if part._left is not None else []
        if part is frame._work:
            words.append("(work)")
        found.append(" ".join(words))
    return found


def stages_of(frame: Frame) -> dict[str, Any]:
    return {stage.name: stage for part in frame._parts if isinstance(part, Stages) for stage in part._stages}


def told(frame: Frame, board: HealthBoard) -> None:
    """Assert that every stage, and what tells of the service, tells one board."""
    for stage in stages_of(frame).values():
        if isinstance(stage, SteppedStage):
            assert stage.board is board, stage.name
    assert cast(Any, frame._telling)._board is board
    assert frame._takeover._board is board


def files_of(frame: Frame) -> tuple[str, str]:
    telling = cast(Any, frame._telling)
    return telling._file._service, telling._file._name


def nothing_comes(frame: Frame, asked: Callable[[], bool], stop: threading.Event, *, posts: bool) -> None:
    """Assert when nothing will come any more: cameras have ended, nothing posted is left, and it may end at all."""
    kinds = {type(part).__name__: cast(Any, part) for part in frame._parts}
    cameras, posted = kinds["Cameras"], kinds.get("PostedReads")
    thread: Any = SimpleNamespace(is_alive=lambda: False)
    alive: Any = SimpleNamespace(is_alive=lambda: True)
    member = lambda one: {"camera": SimpleNamespace(thread=one)}  # noqa: E731
    assert asked() is False  # no camera: it goes on until it is stopped
    cameras._group._members = member(alive)
    assert asked() is False
    cameras._group._members = member(thread)
    assert asked() is True
    if posts:
        posted._emptying = [alive]
        assert asked() is False
        posted._emptying = [thread]
        assert asked() is True
    cameras._group._members = {}
    stop.set()
    assert asked() is True
    cameras._group._members = member(alive)
    assert asked() is False


def test_a_run_is_whole_and_people_look_on_until_the_end(tmp_path: Path) -> None:
    settings, stop = settings_of(tmp_path), threading.Event()
    reload, page = Reload(threading.Event(), lambda: settings), cast(Any, SimpleNamespace(name="console"))
    service = Service(settings, DATABASE, lambda: settings.kafka, reload=reload, serving=[page])
    frame = service._frame(Runner(stop), LEADERSHIP, stop, until_done=False)
    assert parts_of(frame) == [
        "Stages hotlists (watched)",
        f"Stages {LEADING} added-cameras",
        "Stages",
        "Cameras",
        "Publishing",
        "Feeds",
        "PostedReads",
        "Stages recorder (watched) (work)",
        "Stages pictures (last) (hurried) (drains)",
        "Channels",
        "Stages console (last) (hurried)",
    ]
    told(frame, service._board)
    stages = stages_of(frame)
    recorder, added = stages["recorder"], stages["added-cameras"]
    posted, cameras = frame._parts[6], frame._parts[3]
    assert recorder._arrivals is cast(Any, cameras)._make._arrivals
    assert recorder._counters is cast(Any, cameras)._make._counters is service.counters
    assert (recorder._pace, recorder._refused, recorder._evidence._fetcher) == (CAMERAS, cast(Any, posted).refuse, None)
    assert recorder._matcher is stages["hotlists"]
    assert stages["upkeep"]._strays._least_age is None  # nobody else's pictures are in its store
    assert cast(Any, posted)._pulled._leadership is added._leading is LEADERSHIP
    assert cast(Any, posted)._cars is not None
    assert frame._added is added
    assert (type(frame._telling), files_of(frame)) == (HealthStage, ("run", "run-health.json"))
    assert cast(Any, frame._telling)._watches_cameras
    assert frame._in_words(settings) == "1 cameras, 0 hotlist entries"
    nothing_comes(frame, recorder._is_last, stop, posts=True)
    # What is loaded anew has the cameras that were added beside it.
    assert frame._reload is not None
    assert frame._reload.asked is reload.asked
    added.beside = lambda loaded: ("those beside", loaded)
    assert cast(Any, frame._reload.load()) == ("those beside", settings)


def test_a_run_until_all_is_done_takes_no_cameras_that_are_added(tmp_path: Path) -> None:
    settings, stop = settings_of(tmp_path), threading.Event()
    reload = Reload(threading.Event(), lambda: settings)
    service = Service(settings, DATABASE, None, reload=reload)
    frame = service._frame(Runner(stop), LEADERSHIP, stop, until_done=True)
    assert parts_of(frame)[1] == f"Stages {LEADING}"
    assert (frame._added, frame._reload) == (None, reload)
    recorder = stages_of(frame)["recorder"]
    assert recorder._is_last()  # no camera is there
    assert cast(Any, frame._parts[3])._make._until_done
    assert cast(Any, frame._parts[6])._until_done


def test_the_audit_has_a_runs_configuration_without_cameras_that_were_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Any] = []
    monkeypatch.setattr("pipeline.services.run.note_settings", lambda actor, _, written: noted.append((actor, written)))
    settings = settings_of(tmp_path)
    service = Service(settings, DATABASE, None)
    with_pole = settings.model_copy(update={"cameras": (*settings.cameras, "pole")})
    service._note(cast(Any, SimpleNamespace(configured=settings.cameras)))(with_pole)
    service._note(None)(with_pole)
    assert [written.cameras for _, written in noted] == [settings.cameras, with_pole.cameras]
    assert {actor.name for actor, _ in noted} == {"run"}


def test_a_matcher_takes_reads_of_others_and_fetches_their_pictures(tmp_path: Path) -> None:
    settings, stop = settings_of(tmp_path), threading.Event()
    service = MatcherService(settings, DATABASE, lambda: settings.kafka)
    frame = service._frame(Runner(stop), LEADERSHIP, stop)
    assert parts_of(frame) == [
        "Stages hotlists (watched)",
        "Stages numbering",
        "TakenReads",
        "Stages recorder (watched) (work)",
    ]
    told(frame, service._board)
    stages, taken = stages_of(frame), cast(Any, frame._parts[2])
    recorder, topic = stages["recorder"], taken._stage
    assert recorder._arrivals is topic._arrivals
    assert (recorder._pace, recorder._refused, recorder._evidence._fetcher is None) == (TOPIC, topic.refuse, False)
    assert recorder._counters is service.counters
    assert (topic.board, stages["numbering"]._leadership) == (service._board, LEADERSHIP)
    assert files_of(frame) == ("matcher", "matcher-health.json")
    assert not cast(Any, frame._telling)._watches_cameras
    assert (service.partitions, service.entries) == (frozenset(), 0)
    assert frame._in_words(settings) == "topic platewatch.reads.v1, 0 hotlist entries"
    # It ends once it was told to, and the topic's stage has ended.
    ends = []
    for is_stopped, is_alive in ((False, False), (True, True), (True, False)):
        taken._threads = [SimpleNamespace(is_alive=lambda is_alive=is_alive: is_alive)]
        if is_stopped:
            stop.set()
        ends.append(recorder._is_last())
    assert ends == [False, False, True]


def test_a_relay_leads_what_one_process_leads_and_knows_that_pictures_are_shared(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    reload = Reload(threading.Event(), lambda: settings)
    service = RelayService(settings, DATABASE, lambda: settings.kafka, ServiceManager(None), reload)
    frame = service._frame(Runner(threading.Event()), LEADERSHIP)
    assert parts_of(frame) == [f"Stages {LEADING}", "Publishing", "Feeds", "Channels"]
    told(frame, service._board)
    stages = stages_of(frame)
    assert all(stage._leadership is LEADERSHIP for stage in stages.values())
    assert stages["upkeep"]._strays._least_age is not None
    assert (frame._work, frame._reload, files_of(frame)) == (None, reload, ("relay", "relay-health.json"))
    assert not cast(Any, frame._telling)._watches_cameras
    assert frame._in_words(settings) == "0 feeds, 0 channels"
    nothing = difference(settings, settings)
    said = "feeds started: none; ended: none; channels started: none; ended: none"
    assert frame._takeover._in_words(nothing) == said
    feed: Any = SimpleNamespace(name="a")
    both = dataclasses.replace(nothing, feeds=(feed, feed), gone_feeds=("b", "c"))
    said = "feeds started: a, a; ended: b, c; channels started: none; ended: none"
    assert frame._takeover._in_words(both) == said


@pytest.mark.parametrize("until_done", [False, True])
def test_a_machine_at_the_edge_publishes_and_keeps_what_nobody_can_ask_for_again(
    tmp_path: Path, until_done: bool
) -> None:
    settings, stop = settings_of(tmp_path, images={"url": str(tmp_path / "store")}), threading.Event()
    service = RecognizeService(settings, lambda: settings.kafka, ServiceManager(None), None)
    with StoredReads(settings, service._board) as stored:
        frame = service._frame(Runner(stop), stored, stop, until_done=until_done)
        assert parts_of(frame) == [
            "Stages",
            "Cameras",
            "PostedReads",
            "Outgoing publisher (watched) (work)",
            "Stages ending",
            "Stages pictures (last) (hurried) (drains)",
        ]
        told(frame, service._board)
        publisher, make = stages_of(frame)["publisher"], cast(Any, frame._parts[1])._make
        assert make._arrivals is publisher._arrivals
        assert make._live._spool is stored.intake
        assert make._book is stored.items
        assert (publisher._spool, publisher._refused) == (stored.outgoing, stored.refused)
        assert publisher._published == stored.reported.note
        assert make._counters is publisher._counters is service.counters
        assert (make._until_done, cast(Any, frame._parts[2])._until_done) == (until_done, until_done)
        assert (type(frame._telling), files_of(frame)) == (EdgeHealthStage, ("recognize", "run-health.json"))
        assert cast(Any, frame._telling)._outgoing == stored.health
        assert frame._in_words(settings) == "1 cameras, 0 other readers"
        if until_done:
            assert publisher._nothing_comes()
        else:
            nothing_comes(frame, publisher._nothing_comes, stop, posts=True)


@pytest.fixture
def car(tmp_path: Path) -> Iterator[Car]:
    (tmp_path / "token").write_text("x" * 30)
    patrol = {"car": "unit-12", "server": "https://server", "token_file": str(tmp_path / "token")}
    with open_car(Settings.model_validate({"data_dir": tmp_path, "cameras": [FRONT], "patrol": patrol})) as one:
        yield one


def test_a_car_shows_its_page_first_and_sends_last(car: Car) -> None:
    stop, observed = threading.Event(), list[PlateRead]()
    page = cast(Any, SimpleNamespace(name="page"))
    service = PatrolService(car, ServiceManager(None), [page], lambda read, _: observed.append(read))
    frame = service._frame(Runner(stop), stop, until_done=False)
    assert parts_of(frame) == [
        "Stages page (last) (hurried)",
        "Stages hotlists (watched)",
        "Stages",
        "Cameras",
        "Stages recorder (watched) (work)",
        "Stages cancellations keeping room car-lists-merging",
        "Stages car-lists draining (last) (hurried)",
    ]
    told(frame, car.board)
    stages = stages_of(frame)
    recorder, make = stages["recorder"], cast(Any, frame._parts[3])._make
    assert recorder._arrivals is make._arrivals
    assert (make._arrivals._ledger, make._arrivals._leaving_out) == (car.ledger, car.leaving_out)
    assert (recorder._pace, recorder._observer is not None, make._book) == (PACE, True, car.items)
    assert recorder._matcher is stages["hotlists"]
    assert type(stages["hotlists"]) is CarMatcher
    assert car.sealed is not None
    assert stages["cancellations"]._names == car.sealed.lists.names
    assert recorder._settings.alerts.second_reader_early_seconds == EARLY_SECONDS
    assert files_of(frame) == ("patrol", "run-health.json")
    assert cast(Any, frame._telling)._outgoing == car.outgoing
    assert frame._reload is None
    assert frame._in_words(car.settings) == "car unit-12: 1 cameras, 0 hotlist entries"
    nothing_comes(frame, recorder._is_last, stop, posts=False)


def test_a_car_that_is_revoked_has_its_lists_deleted_and_says_so(car: Car, monkeypatch: pytest.MonkeyPatch) -> None:
    wiped, said = list[str](), list[str]()
    assert car.sealed is not None
    monkeypatch.setattr(car.sealed.lists, "wipe", wiped.append)
    service = PatrolService(car, ServiceManager(None), revoked=said.append)
    assert service.draining is not None
    service.draining._revoked("it was stolen")
    assert (wiped, said) == (["the server has revoked this car (it was stolen)"], ["it was stolen"])


def test_an_early_alert_waits_as_long_as_the_car_is_told(tmp_path: Path) -> None:
    alerts = {"second_reader_early_seconds": 0.7}
    given = {"data_dir": tmp_path, "cameras": [FRONT], "patrol": {"car": "unit-12"}, "alerts": alerts}
    with open_car(Settings.model_validate(given)) as car:
        stop = threading.Event()
        service = PatrolService(car, ServiceManager(None))
        frame = service._frame(Runner(stop), stop, until_done=True)
        recorder = stages_of(frame)["recorder"]
        assert recorder._settings.alerts.second_reader_early_seconds == 0.7
        assert recorder._is_last()
        # Without a server nothing is sent, and the lists stay as they are.
        assert (service.draining, [stage for stage in stages_of(frame) if stage == "draining"]) == (None, [])
        assert parts_of(frame)[-1] == "Stages car-lists (last) (hurried)"


@dataclass
class Begun:
    """Stands where a frame is, and notes what holds of the database and the lists when it is run."""

    database: Any = field(default_factory=lambda: SimpleNamespace(outlasts_refusals=False, trusts_seconds=None))
    held: list[Any] = field(default_factory=list)
    open: int = 0

    def run(self, stop: threading.Event, *more: Any) -> None:
        self.held.append((self.database.outlasts_refusals, self.database.trusts_seconds, self.open, list(more)))

    def __enter__(self) -> Begun:
        self.open += 1
        return self

    def __exit__(self, *_: object) -> None:
        self.open -= 1


@pytest.mark.parametrize("name", ["run", "matcher", "relay"])
def test_a_service_has_its_lists_before_it_begins_and_waits_for_what_refuses_it_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    begun, settings, stop, asked = Begun(), settings_of(tmp_path), threading.Event(), list[Any]()
    for what in ("Leadership", "answers"):
        monkeypatch.setattr(f"pipeline.services.{name}.{what}", lambda *given: asked.append(given) or begun)
    refreshed: list[Any] = []
    monkeypatch.setattr(
        "pipeline.lists.live_matcher.LiveMatcher.refresh",
        lambda _, force: refreshed.append((force, begun.database.outlasts_refusals)),
    )
    reload = Reload(threading.Event(), lambda: settings)
    makes: dict[str, Callable[[], Any]] = {
        "run": lambda: Service(settings, begun.database, None),
        "matcher": lambda: MatcherService(settings, begun.database, lambda: settings.kafka),
        "relay": lambda: RelayService(settings, begun.database, None, ServiceManager(None), reload),
    }
    service = makes[name]()
    framed: list[Any] = []
    monkeypatch.setattr(service, "_frame", lambda *_, **options: framed.append(options) or begun)
    more: dict[str, Any] = {"until_done": True, "on_tick": print} if name == "run" else {}
    service.run(stop, **more)
    assert framed == [{"until_done": True} if name == "run" else {}]
    assert begun.held == [(True, 1.0 if name == "matcher" else None, 2, [print] if name == "run" else [])]
    assert begun.open == 0
    # What refuses at the start is a person's to correct.
    assert refreshed == ([] if name == "relay" else [(True, False)])
    (database,), (metrics, collector, runner, board) = asked
    assert (database, metrics, board) == (begun.database, settings.metrics, service._board)
    assert (collector._board, runner._stop) == (service._board, stop)
    assert (collector._entries is None) is (name == "relay")


def _kinds(kind: type[SteppedStage]) -> Iterator[type[SteppedStage]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("pipeline."):
            yield one
            yield from _kinds(one)


def test_an_outage_is_an_alarm_about_what_is_away_and_one_of_a_car_on_the_road_is_none_so_soon() -> None:
    assert answer_outcomes.OutcomeStage in _kinds(SteppedStage)
    usual = AlarmKind.STAGE_FAILED, 30.0
    found = {one.name: (one.alarm, one.patience_seconds) for one in _kinds(SteppedStage) if hasattr(one, "name")}
    assert {name: told for name, told in found.items() if told != usual} == {
        "relay": (AlarmKind.BROKER, 0.0),
        "publisher": (AlarmKind.BROKER, 0.0),
        "reads-topic": (AlarmKind.BROKER, 0.0),
        "pictures": (AlarmKind.IMAGE_STORE, 30.0),
        "positions": (AlarmKind.POSITION, 30.0),
        "draining": (AlarmKind.STAGE_FAILED, 300.0),
        "answer-outcomes": (AlarmKind.STAGE_FAILED, 300.0),
    }


PATROL = {"patrol": {"car": "unit-12"}, "cameras": [FRONT], "kafka": {}}
EDGE = {"images": {"url": "/srv/store"}}
AWAY = {"bootstrap_servers": ("kafka.example.org:9092",)}


@pytest.mark.parametrize(
    ("check", "given", "refused"),
    [
        (check_patrol, PATROL, None),
        (check_patrol, PATROL | {"patrol": None}, "no [patrol] is configured"),
        (check_patrol, PATROL | {"cameras": []}, "no cameras are configured"),
        (check_patrol, PATROL | {"cameras": [FRONT, FRONT | {"id": "rear", "mount": None}]}, "camera 'rear': is in a"),
        (
            check_patrol,
            PATROL | {"cameras": [{"id": "p", "type": "push", "token_sha256": "0" * 64, "mount": "vehicle"}]},
            "camera 'p': a car takes no pushed pictures",
        ),
        (check_patrol, PATROL | EDGE, "images.url is set, and a car keeps its pictures"),
        (check_patrol, PATROL | {"kafka": AWAY}, "kafka at kafka.example.org:9092 is another machine"),
        (check_recognize, EDGE, None),
        (check_recognize, EDGE | {"cameras": []}, "no cameras are configured, no ingest.listen, and no source with"),
        (check_recognize, EDGE | {"cameras": [], "ingest": {"listen": "127.0.0.1:8480"}}, None),
        (check_recognize, {}, "images.url is not set"),
        (check_recognize, EDGE | {"kafka": {}}, "no Kafka is configured, and platewatch recognize works with one"),
        (check_recognize, EDGE | {"kafka": AWAY}, "kafka at kafka.example.org:9092 is another machine"),
        (check_recognize, EDGE | {"cameras": [{"id": "p", "type": "push", "token_sha256": "0" * 64}]}, "ingest.listen"),
        (check_matcher, {"cameras": []}, None),
        (check_matcher, {"kafka": {"local": True}}, None),
        (check_matcher, {"kafka": {}}, "no Kafka is configured, and platewatch matcher works with one"),
        (check_matcher, {"kafka": AWAY}, "kafka at kafka.example.org:9092 is another machine"),
        (check_relay, {"cameras": []}, None),
        (check_relay, {"kafka": {}}, "no Kafka is configured, and platewatch relay works with one"),
        (check_relay, {"kafka": AWAY}, "kafka at kafka.example.org:9092 is another machine"),
    ],
)
def test_a_service_refuses_what_it_could_not_work_with(
    tmp_path: Path, check: Callable[[Settings], None], given: dict[str, Any], refused: str | None
) -> None:
    settings = settings_of(tmp_path, **given)
    if refused is None:
        check(settings)
        return
    with pytest.raises(ConfigurationError) as raised:
        check(settings)
    assert refused in str(raised.value)
