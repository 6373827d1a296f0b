"""Receive an agency's alerts with kafka-python: each once, from where it left off, and what is no alert put aside.

ALERTS_SERVERS=kafka.example.org:9094 ALERTS_TOPIC=platewatch.shared.suffolk.v1 ALERTS_USER=suffolk-pd \
ALERTS_PASSWORD_FILE=password ALERTS_CA=ca.pem python subscriber.py >> alerts.jsonl
"""

import json
import os
import pathlib
import sqlite3
import sys

from kafka import KafkaConsumer

seen = sqlite3.connect(os.environ.get("ALERTS_MEMORY", "seen.sqlite3"), isolation_level=None)
seen.execute("create table if not exists seen (alert_id text primary key)")
password = pathlib.Path(os.environ["ALERTS_PASSWORD_FILE"]).read_text().strip()
user, topic = os.environ["ALERTS_USER"], os.environ["ALERTS_TOPIC"]
tls = {"security_protocol": "SASL_SSL", "ssl_cafile": os.environ["ALERTS_CA"], "sasl_mechanism": "SCRAM-SHA-256"}
login = {"sasl_plain_username": user, "sasl_plain_password": password}
start = {"group_id": f"{user}-example", "auto_offset_reset": "earliest", "enable_auto_commit": False}
start |= {"session_timeout_ms": 10_000, "heartbeat_interval_ms": 3_000}  # after a crash it goes on so soon
for message in (
    consumer := KafkaConsumer(topic, bootstrap_servers=os.environ["ALERTS_SERVERS"], **tls, **login, **start)
):
    try:
        alert = json.loads(message.value)
        known = seen.execute("select 1 from seen where alert_id = ?", (alert["alert_id"],)).fetchone()
    except (KeyError, TypeError, ValueError) as error:
        with pathlib.Path("no-alerts.jsonl").open("a") as aside:
            aside.write(json.dumps([message.partition, message.offset, repr(error), repr(message.value)]) + "\n")
        known = True
    if not known:
        sys.stdout.write(json.dumps(alert) + "\n")  # here yours: show it, store it, send it on
        sys.stdout.flush()
        seen.execute("insert into seen values (?)", (alert["alert_id"],))
    consumer.commit()
