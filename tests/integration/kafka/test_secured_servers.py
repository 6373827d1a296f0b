"""PostgreSQL and Kafka as others run them: with TLS under an authority of their own, users and passwords (SCRAM)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.settings import DatabaseSettings, KafkaSettings, Settings
from services.kafka_client import open_producer
from storage.database import open_database
from tests.integration.conftest import DatabaseServer
from tests.integration.kafka.conftest import Broker
from tests.integration.kafka.external_listener import PASSWORD, RegionalListener
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
