"""Agreements as people hand them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

PAPER = b"%PDF-1.4 what both chiefs signed"


def toml(name: str = "suffolk", title: str = "Plate reader alerts", days: int = 300, **more: str) -> str:
    """An agreement of Portsmouth's about alerts, from last month on, so many days from now."""
    today = datetime.now(UTC).date()
    paper = more.get("paper", 'paper = "mou.pdf"')
    members = "".join(
        f'[[members]]\nid = "{one}"\nname = "{full}"\nori = "VA000000{number}"\nkind = "law_enforcement"\n'
        f'state = "US-VA"\nrole = "{role}"\n[[signers]]\nmember = "{one}"\nname = "A. Chief"\ntitle = "chief"\n'
        f"signed_on = {today - timedelta(days=31)}\n"
        for number, (one, full, role) in enumerate(
            (("portsmouth-pd", "Portsmouth Police", "owner"), ("suffolk-pd", "Suffolk Police", "neighbor"))
        )
    )
    return (
        f'id = "{name}"\ntitle = "{title}"\nauthority = "Code of Virginia 2.2-5517"\n{paper}\n'
        f"valid_from = {today - timedelta(days=30)}\nvalid_until = {today + timedelta(days=days)}\n"
        f"notice_days = 30\naudit_every_days = 90\n{members}"
        '[[grants]]\nshares = "alerts"\nto = ["suffolk-pd"]\ncameras = "all"\ncategories = ["stolen_vehicle"]\n'
        'tiers = ["exact"]\nfields = ["plate", "place"]\npurposes = ["stolen_vehicle"]\nmax_days = 7\n'
    )
