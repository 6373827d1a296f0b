"""PostgreSQL and Kafka as others run them: with TLS under an authority of their own, users and passwords (SCRAM)."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import DatabaseSettings, KafkaSettings, Settings
from services.kafka.client import open_producer
from storage.database import open_database
from tests.integration.conftest import DatabaseServer
from tests.integration.kafka.conftest import Broker
from tests.integration.kafka.external_listener import PASSWORD, SESSION_MS, RegionalListener
from tests.integration.runs.logged import LoggedRun
from tests.integration.runs.pictures import write_frame_with_a_plate
from tests.integration.runs.site import folder_camera, write_site
from tests.integration.tls_front import TlsFront, tls_front

ROLE, ROLE_PASSWORD = "department", "s3cret of the department"


@pytest.fixture(scope="module")
def regional(kafka_broker: Broker) -> RegionalListener:
    assert kafka_broker.regional is not None
    kafka_broker.regional.add_user(kafka_broker.settings)
    return kafka_broker.regional


@pytest.fixture(scope="module")
def front(database_server: DatabaseServer) -> Iterator[TlsFront]:
    """A server with TLS, and an empty database of a plain user who logs in with a password."""
    role = sql.Identifier(ROLE)
    database_server.execute(sql.SQL("create role {} login password {}").format(role, sql.Literal(ROLE_PASSWORD)))
    database_server.execute(sql.SQL("create database {} owner {}").format(role, role))
    with tls_front(database_server.connection_string) as running:
        yield running
    database_server.execute(sql.SQL("drop database {} with (force)").format(role))
    database_server.execute(sql.SQL("drop role {}").format(role))


def url(front: TlsFront, host: str = "localhost", password: str = ROLE_PASSWORD) -> str:
    return make_conninfo("", host=host, port=str(front.port), user=ROLE, password=password, dbname=ROLE)


def test_a_run_and_a_neighbor_use_secured_servers_by_settings_alone(
    front: TlsFront, regional: RegionalListener, topic: str, tmp_path: Path
) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    write_frame_with_a_plate(drop / "a.jpg")
    options = "".join(f"{key} = {json.dumps(value)}\n" for key, value in front.options(tmp_path / "pg.pem").items())
    kafka = "".join(f"{key} = {json.dumps(value)}\n" for key, value in regional.options(tmp_path / "ca.pem").items())
    site = write_site(
        tmp_path / "site",
        folder_camera(drop),
        database=f"url = {json.dumps(url(front))}\n[database.options]\n{options}",
        kafka=f"bootstrap_servers = [{json.dumps(regional.server)}]\n[kafka.options]\n{kafka}",
        alerts=f"topic = {json.dumps(topic)}\n",
    )
    found = site.run("read", str(drop / "a.jpg"), "--json")
    plates = {json.loads(line)["plate"] for line in found.stdout.splitlines()}
    (tmp_path / "list.csv").write_text(
        "plate,category\n" + "".join(f"{plate},stolen_vehicle\n" for plate in sorted(plates))
    )
    imported = site.run("hotlist", "import", "--source", "csv", str(tmp_path / "list.csv"))
    assert imported.returncode == 0, imported.stderr
    encrypted = front.encrypted
    totals = site.play()
    assert totals["alerts"] == len(plates) > 0
    assert front.encrypted > encrypted
    received = site.run("subscribe", "--limit", str(len(plates)), "--timeout", "40", "--json")
    assert received.returncode == 0, received.stderr
    assert {json.loads(line)["read"]["plate"] for line in received.stdout.splitlines()} == plates


def test_a_run_takes_a_password_that_is_changed_while_it_works(
    front: TlsFront, regional: RegionalListener, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    drop, secret = tmp_path / "drop", tmp_path / "kafka-password"
    drop.mkdir()
    secret.write_text("first of them\n")
    regional.change_password(kafka_broker.settings, "rotated", "first of them")
    options = regional.options(tmp_path / "ca.pem") | {"sasl_plain_username": "rotated"}
    del options["sasl_plain_password"]
    kafka = "".join(f"{key} = {json.dumps(value)}\n" for key, value in options.items())
    database = "".join(f"{key} = {json.dumps(value)}\n" for key, value in front.options(tmp_path / "pg.pem").items())
    site = write_site(
        tmp_path / "site",
        folder_camera(drop),
        database=f"url = {json.dumps(url(front))}\n[database.options]\n{database}",
        kafka=f"bootstrap_servers = [{json.dumps(regional.server)}]\npassword_file = {json.dumps(str(secret))}\n"
        f"delivery_timeout_seconds = 3\n[kafka.options]\n{kafka}",
        alerts=f"topic = {json.dumps(topic)}\n",
        repeats="window_minutes = 0\n",
    )
    write_frame_with_a_plate(tmp_path / "a.jpg")
    (plate, *_) = (
        json.loads(line)["plate"] for line in site.run("read", str(tmp_path / "a.jpg"), "--json").stdout.splitlines()
    )
    (tmp_path / "list.csv").write_text(f"plate,category\n{plate},stolen_vehicle\n")
    assert site.run("hotlist", "import", "--source", "csv", str(tmp_path / "list.csv")).returncode == 0

    def published() -> int:
        return site.kept("outbox", "(topic || case when sent_at is null then ' waits' else '' end)").count(topic)

    def pass_again(name: str) -> None:
        (drop / f".{name}").write_bytes((tmp_path / "a.jpg").read_bytes())
        (drop / f".{name}").rename(drop / name)

    with LoggedRun(site.start("run", detached=True)) as run:
        run.wait_for("matching against")
        pass_again("1.jpg")
        run.wait_until(lambda: published() == 1, "the first alert")
        regional.change_password(kafka_broker.settings, "rotated", "second of them")
        threading.Event().wait(2 * SESSION_MS / 1000)
        pass_again("2.jpg")
        run.wait_for("alerts are not published")
        assert published() == 1, "it waits in the outbox"
        secret.write_text("second of them\n")
        run.wait_until(lambda: published() == 2, "the second alert")
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=90) == 0
    assert run.count("of them") == 0
    received = site.run("subscribe", "--limit", "2", "--timeout", "40", "--json")
    assert [json.loads(line)["read"]["plate"] for line in received.stdout.splitlines()] == [plate, plate]


OTHER = trustme.CA()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sasl_plain_password": "wrong"}, r"the login does not: check the user \('neighbor'\), the password"),
        ({"sasl_mechanism": "SCRAM-SHA-512"}, r"the login does not: .*sasl_mechanism \('SCRAM-SHA-512'\)"),
        ({"ssl_cafile": "other"}, r"certificate of \S+ is not trusted by .*other\.pem \(.*ssl_cafile"),
        ({"ssl_cafile": None}, r"is not trusted by the system's authorities"),
        ({"security_protocol": "SASL_PLAINTEXT"}, r"speaks TLS, and security_protocol is 'SASL_PLAINTEXT'.*SASL_SSL"),
        ({"security_protocol": "PLAINTEXT"}, r"speaks TLS, and security_protocol is 'PLAINTEXT'"),
        ({"security_protocol": "SSL"}, r"TLS works, but .*login"),
    ],
)
def test_kafka_says_which_setting_is_wrong(
    change: dict[str, str | None], message: str, regional: RegionalListener, tmp_path: Path
) -> None:
    OTHER.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    if change.get("ssl_cafile"):
        change = {"ssl_cafile": str(tmp_path / "other.pem")}
    options = {**regional.options(tmp_path / "ca.pem"), **change, "bootstrap_timeout_ms": 1000}
    with pytest.raises(BrokerUnavailable, match=message) as caught:
        open_producer(KafkaSettings(options=options), [regional.server])
    assert PASSWORD not in str(caught.value)


def test_kafka_says_that_a_port_is_for_clear_text_or_a_certificate_for_another_name(
    regional: RegionalListener, kafka_broker: Broker, tmp_path: Path
) -> None:
    options = {**regional.options(tmp_path / "ca.pem"), "bootstrap_timeout_ms": 1000}
    with pytest.raises(BrokerUnavailable, match=r"does not speak TLS.*security_protocol is 'SASL_SSL'"):
        open_producer(KafkaSettings(options=options), [kafka_broker.server])
    with pytest.raises(BrokerUnavailable, match=r"certificate of .* is for another name"):
        open_producer(KafkaSettings(options=options), [regional.server.replace("127.0.0.1", "localhost")])


@pytest.mark.parametrize(
    ("changed", "options", "message"),
    [
        ({"password": "wrong"}, {}, r"password authentication failed.*correct database\.url"),
        ({}, {"sslrootcert": "other"}, r"certificate verify failed.*correct database"),
        ({"host": "127.0.0.1"}, {}, r"does not match host name.*correct database"),
        ({}, {"sslrootcert": "none"}, r"root certificate file .*none\.pem.* does not exist.*correct database"),
        ({}, {"sslmode": "disable"}, r"no encryption.*correct database"),
    ],
)
def test_postgresql_says_which_setting_is_wrong(
    changed: dict[str, str], options: dict[str, str], message: str, front: TlsFront, tmp_path: Path
) -> None:
    OTHER.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    if "sslrootcert" in options:
        options = {"sslrootcert": str(tmp_path / f"{options['sslrootcert']}.pem")}
    settings = DatabaseSettings(
        url=SecretStr(url(front, **changed)),
        options={**front.options(tmp_path / "pg.pem"), **options},
        timeout_seconds=1,
    )
    with (
        pytest.raises(ConfigurationError, match=message) as caught,
        open_database(Settings(data_dir=tmp_path, database=settings)),
    ):
        pass
    assert ROLE_PASSWORD not in str(caught.value)
