"""What the gates of agreements cost, and how many alerts a second they are offered.

    python -m benchmarks.sharing [--alerts 5000] [--runs 5]

The gate alone: law and agreement asked for each alert and each agreement, three quarters of which let it through. What
passes is cut and made a message, measured apart. Then the stage's own work over the embedded database on disk: alerts
offered to one agreement and to twenty, beside a plain loop that copies each alert into the outbox of one topic without
asking anything.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from policy.agreements.agreement import Agreement
from policy.agreements.deciding import AgreementGate, Standing
from policy.decisions import Policy, law_alone
from schemas.settings import Settings
from sharing.book import AgreementBook
from sharing.delivering import AlertDelivery, decide, shared_message
from sharing.offers import offer_of
from storage.database import Database, open_database
from storage.sharing.agreements import AgreementStore

LAW = "virginia"
ROUNDS = 20_000


def agreement(number: int) -> Agreement:
    """Return an agreement; every other one shares no stolen plates."""
    today = datetime.now(UTC).date()
    categories = ["stolen_vehicle", "wanted_person", *(["stolen_plate"] if number % 2 == 0 else [])]
    members = [
        {"id": f"agency-{n}", "name": f"Agency {n}", "ori": f"VA{n:07d}", "kind": "law_enforcement", "state": "US-VA"}
        for n in range(4)
    ]
    members[0] |= {"id": "local", "role": "owner"}
    ids = [str(member["id"]) for member in members]
    declared = {"declares": "training", "text": "Trained.", "version": "1", "signer": "A. Chief"}
    return Agreement.model_validate(
        {
            "id": f"agreement-{number}",
            "title": "Memorandum of understanding",
            "authority": "Code of Virginia 2.2-5517",
            "paper_sha256": "0" * 64,
            "valid_from": today - timedelta(days=30),
            "valid_until": today + timedelta(days=300),
            "notice_days": 30,
            "audit_every_days": 90,
            "members": members,
            "signers": [{"member": one, "name": "A. Chief", "title": "chief", "signed_on": today} for one in ids],
            "attestations": [
                declared
                | {"member": one, "signed_on": today - timedelta(days=9), "expires_on": today + timedelta(days=9)}
                for one in ids
            ],
            "grants": [
                {
                    "shares": "alerts",
                    "to": ids[1:],
                    "cameras": [f"camera-{n}" for n in range(500)],
                    "area": {"latitude": 36.83, "longitude": -76.3, "radius_km": 40},
                    "categories": categories,
                    "tiers": ["exact", "probable"],
                    "fields": ["plate", "place"],
                    "purposes": categories,
                    "purposes_forbidden": ["immigration_enforcement"],
                    "attestations": ["training"],
                    "max_days": 21,
                    "cji": True,
                }
            ],
        }
    )  # fmt: skip


def alert(number: int) -> dict[str, Any]:
    """Return an alert as it is stored; every other one is about a stolen plate."""
    now = datetime.now(UTC).isoformat()
    plate = f"ABC{number % 10_000:04d}"
    evidence = [{"read": one, "listed": one, "probability": 0.99, "relation": "equal"} for one in plate]
    characters = [{"character": one, "confidence": 0.99, "alternatives": [["8", 0.005]]} for one in plate]
    return {
        "schema_version": "1", "alert_id": str(UUID(int=number + 1)), "type": "alert", "status": "open",
        "created_at": now, "agency_id": "local", "historical": False, "sightings": 1, "plate_picture": "A" * 8000,
        "hit": {
            "hit_id": str(uuid4()), "tier": "exact", "score": 21.5, "explanation": "plate and state are equal",
            "characters": evidence, "jurisdiction_agrees": True, "edit_distance": 0, "vehicle": [],
        },
        "read": {
            "read_id": str(uuid4()), "camera_id": f"camera-{number % 400}", "agency_id": "local", "captured_at": now,
            "first_seen": now, "last_seen": now, "plate": plate, "confidence": 0.97, "characters": characters,
            "jurisdiction": "US-VA", "location": {"latitude": 36.8, "longitude": -76.3, "heading": 90.0},
        },
        "entry": {
            "entry_id": str(uuid4()), "plate": plate, "jurisdiction": "US-VA", "source_entry_id": "V123456789",
            "category": "stolen_plate" if number % 2 else "stolen_vehicle",
        },
        "hotlist": {"hotlist_id": "ncic", "as_of": now, "age_seconds": 3600.0},
    }  # fmt: skip


def timed(work: Callable[[], object], count: int, runs: int) -> list[float]:
    """Return the seconds of processor time that each of `count` took, by run: others may use the machine, too."""
    found = []
    for _ in range(runs):
        started = time.process_time()
        work()
        found.append((time.process_time() - started) / count)
    return found


def gate_alone(policy: Policy, runs: int) -> None:
    """Measure the gate, and what is made of what passes, without a database."""
    gates = [AgreementGate(Standing.of(agreement(number), 1, UTC), policy) for number in range(20)]
    alerts = [alert(number) for number in range(100)]
    pairs = [(alerts[n % 100], gates[n // 100 % 20]) for n in range(ROUNDS)]
    offers = [(offer_of(payload, "ncic"), gate) for payload, gate in pairs]
    now = datetime.now(UTC)
    passing = [
        (payload, gate, release)
        for payload, gate in pairs
        if (release := gate.decide(offer_of(payload, "ncic"), now)).allowed
    ]

    def asked() -> None:
        for offer, gate in offers:
            gate.decide(offer, now)

    def read_and_asked() -> None:
        for payload, gate in pairs:
            decide(gate, payload, "ncic", set(), now)

    def made() -> None:
        for payload, gate, release in passing:
            shared_message(payload, gate, release, policy, now)

    print(
        f"{len(passing)} of {len(pairs)} deliveries pass; microseconds of processor time each,"
        f" median (least to most) of {runs} runs"
    )
    show("law and agreement asked", timed(asked, len(pairs), runs))
    show("the alert read and law and agreement asked", timed(read_and_asked, len(pairs), runs))
    show("cut and made a message (only what passes)", timed(made, len(passing), runs))


def show(what: str, seconds: Sequence[float]) -> None:
    """Print one line in microseconds."""
    each = [1e6 * one for one in seconds]
    print(f"  {what}: {statistics.median(each):.1f} ({min(each):.1f} to {max(each):.1f})")


INSERT = """
insert into alerts (alert_id, hit_id, captured_at, tier, payload, status)
values (%(alert_id)s, %(hit_id)s, now(), 'exact', %(payload)s, 'open')
"""
PLAIN = """
insert into outbox (alert_id, topic, key, headers, payload)
values (%(alert_id)s, 'plain', 'key', '[]', %(payload)s)
"""


def in_the_database(database: Database, policy: Policy, count: int, runs: int) -> None:
    """Measure the stage's work, beside a loop that asks nothing."""
    from psycopg.types.json import Jsonb

    alerts = [alert(number) for number in range(count)]
    rows = [{"alert_id": one["alert_id"], "hit_id": one["hit"]["hit_id"], "payload": Jsonb(one)} for one in alerts]
    raw = [{"alert_id": one["alert_id"], "payload": str(one).encode()} for one in alerts]

    def begin_anew() -> None:
        with database.connection() as connection:
            connection.execute("delete from outbox")
            connection.execute("delete from alerts")
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(INSERT, rows)

    def plain() -> None:
        with database.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(PLAIN, raw)

    def offered() -> None:
        delivery = AlertDelivery(database, AgreementBook(database, policy, UTC), policy)
        while delivery.advance():
            pass

    print(f"{count} alerts in the embedded database, alerts a second, median of {runs} runs")
    for agreements, what, work in ((0, "a plain copy into one topic", plain), (1, "offered to one agreement", offered),
                                   (20, "offered to twenty agreements", offered)):  # fmt: skip
        for number in range(agreements):
            agree(database, number)
        seconds: list[float] = []
        for _ in range(runs):
            begin_anew()
            started = time.perf_counter()
            work()
            seconds.append((time.perf_counter() - started) / count)
        print(f"  {what}: {1 / statistics.median(seconds):,.0f}")


def agree(database: Database, number: int) -> None:
    """Put an agreement in force."""
    one = agreement(number)
    standing = Standing.of(one, 1, UTC)
    with AgreementStore(database).deciding(one.id, begin=True) as decision:
        if not decision.versions():
            decision.propose(one, standing.starts_at, standing.ends_at, (), "benchmark")


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("sharing", __doc__)
    parser.add_argument("--alerts", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    print(machine())
    print(" ".join(["python -m benchmarks.sharing", *sys.argv[1:]]))
    policy = law_alone(LAW)
    gate_alone(policy, arguments.runs)
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        Path(folder).chmod(0o711)
        with open_database(Settings(data_dir=Path(folder) / "data")) as database:
            in_the_database(database, policy, arguments.alerts, arguments.runs)


if __name__ == "__main__":
    main()
