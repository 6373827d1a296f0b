"""An agreement's file, and the paper beside it."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.agreements.agreement import Agreement
from schemas.errors import InvalidInput
from sharing.files import load_agreement, paper_digest, parse_agreement

PAPER = b"%PDF-1.7 signed"
TEXT = """
id = "suffolk"
title = "Memorandum of understanding"
authority = "Code of Virginia 2.2-5517"
paper = "mou.pdf"
valid_from = 2026-01-01
valid_until = 2026-12-31
notice_days = 30
audit_every_days = 90

[[members]]
id = "portsmouth-pd"
name = "Portsmouth Police Department"
ori = "VA1160000"
kind = "law_enforcement"
state = "US-VA"
role = "owner"

[[members]]
id = "suffolk-pd"
name = "Suffolk Police Department"
ori = "VA1260000"
kind = "law_enforcement"
state = "US-VA"

[[signers]]
member = "portsmouth-pd"
name = "A. Chief"
title = "chief of police"
signed_on = 2025-12-01

[[signers]]
member = "suffolk-pd"
name = "B. Chief"
title = "chief of police"
signed_on = 2025-12-02

[[grants]]
shares = "alerts"
to = ["suffolk-pd"]
cameras = ["bridge"]
categories = ["stolen_vehicle"]
tiers = ["exact"]
fields = ["plate", "place"]
purposes = ["stolen_vehicle"]
max_days = 7
"""


def load(folder: Path, text: str = TEXT) -> Agreement:
    (folder / "mou.pdf").write_bytes(PAPER)
    (folder / "suffolk.toml").write_text(text)
    return load_agreement(folder / "suffolk.toml")


def test_a_file_is_an_agreement_with_its_paper_s_digest(tmp_path: Path) -> None:
    one = load(tmp_path)
    assert one.paper_sha256 == hashlib.sha256(PAPER).hexdigest() == paper_digest(tmp_path / "mou.pdf")
    assert (one.owner.id, one.topic) == ("portsmouth-pd", "platewatch.shared.suffolk.v1")
    assert one.grants[0].cji is False
    digest = f'paper_sha256 = "{one.paper_sha256}"'
    assert load(tmp_path, TEXT.replace('paper = "mou.pdf"', digest)) == one
    assert load(tmp_path, TEXT.replace('paper = "mou.pdf"', f'paper = "mou.pdf"\n{digest}')) == one


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('paper = "mou.pdf"', 'paper = "mou.pdf"\npaper_sha256 = "' + "0" * 64 + '"', "is not the digest of mou.pdf"),
        ('paper = "mou.pdf"', "", "'paper_sha256': field required"),
        ('paper = "mou.pdf"', 'paper = "lost.pdf"', "lost.pdf: no such file"),
        ('paper = "mou.pdf"', "paper = 7", "'paper': expected the name of the signed paper's file"),
        ('to = ["suffolk-pd"]', 'to = ["everyone"]', "'everyone' is nobody; there is no grant to everyone"),
        ('to = ["suffolk-pd"]', 'to = ["*"]', "'grants.0.to.0'"),
        ('to = ["suffolk-pd"]', 'to = ["All"]', "'grants.0.to.0'"),
        ('to = ["suffolk-pd"]', "to = []", "'grants.0.to'"),
        ('name = "Suffolk Police Department"', 'name = "Everybody"', "'Everybody' is nobody"),
        ('to = ["suffolk-pd"]', 'to = ["norfolk-pd"]', "'grants' names norfolk-pd, which is no member"),
        ('to = ["suffolk-pd"]', 'to = ["portsmouth-pd"]', "a grant is to its owner portsmouth-pd"),
        ('role = "owner"', 'role = "guest"', "has 0 owners"),
        ('member = "suffolk-pd"', 'member = "portsmouth-pd"', "'agreement': nobody signed for suffolk-pd"),
        ("valid_until = 2026-12-31", "valid_until = 2025-12-31", "before it begins on 2026-01-01"),
        ('tiers = ["exact"]', "", "needs 'tiers'; what is not named is not shared"),
        ('categories = ["stolen_vehicle"]', 'categories = "any"', "'grants.0.categories'"),
        ('fields = ["plate", "place"]', 'fields = ["place"]', "leaves out plate"),
        ("max_days = 7", "", "'grants.0.max_days': field required"),
        ('purposes = ["stolen_vehicle"]', "purposes = []", "'grants.0.purposes'"),
        ('purposes = ["stolen_vehicle"]', 'purposes = ["whatever"]', "'grants.0.purposes.0'"),
        ("max_days = 7", "max_days = 7\ncjis = true", "unknown key 'grants.0.cjis'"),
        ('shares = "alerts"', 'shares = "reads"', "'categories' means nothing in a grant of reads"),
        ('shares = "alerts"', 'shares = "everything"', "'grants.0.shares'"),
        ("max_days = 7", "max_days = 7\narea = { latitude = 91, longitude = 0, radius_km = 1 }", "area"),
        ('ori = "VA1260000"', 'ori = "suffolk"', "'members.1.ori'"),
        ("[[grants]]", "[[grants]", "not valid TOML"),
        ('id = "suffolk"', 'id = "Suf folk"', "'id'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_grants_of_one_thing_and_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    grant = TEXT[TEXT.index("[[grants]]") :]
    with pytest.raises(InvalidInput, match="grant of alerts stands there more than once"):
        load(tmp_path, TEXT + grant)
    with pytest.raises(InvalidInput, match="member portsmouth-pd stands there more than once"):
        load(tmp_path, TEXT.replace('id = "suffolk-pd"', 'id = "portsmouth-pd"', 1))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        load_agreement(tmp_path / "none.toml")
    with pytest.raises(InvalidInput, match="no such file"):
        load_agreement(tmp_path)
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(InvalidInput, match="is empty"):
        paper_digest(tmp_path / "empty.pdf")
    (tmp_path / "large.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidInput, match="larger than 1000000 bytes"):
        load_agreement(tmp_path / "large.toml")


@given(st.binary(max_size=300))
def test_any_bytes_are_an_agreement_or_one_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("agreement") / "x.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        load_agreement(file)
    assert len(str(refused.value).splitlines()) == 1


def test_a_file_that_was_handed_in_needs_its_paper_or_its_digest() -> None:
    digest = hashlib.sha256(PAPER).hexdigest()
    assert parse_agreement(TEXT.encode(), "suffolk.toml", digest).paper_sha256 == digest
    with pytest.raises(InvalidInput, match="hand the signed paper in, too"):
        parse_agreement(TEXT.encode(), "suffolk.toml")
    said = TEXT.replace('paper = "mou.pdf"', f'paper_sha256 = "{"a" * 64}"').encode()
    assert parse_agreement(said, "suffolk.toml").paper_sha256 == "a" * 64
    with pytest.raises(InvalidInput, match="is not the digest of the paper"):
        parse_agreement(said, "suffolk.toml", digest)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: TEXT.replace("suffolk", text).encode()))
def test_whatever_was_handed_in_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        parse_agreement(content, "a file")


def test_a_file_may_be_as_large_as_a_million_bytes(tmp_path: Path) -> None:
    digest = hashlib.sha256(PAPER).hexdigest()
    whole = TEXT.encode() + b"#" * (1_000_000 - len(TEXT.encode()))
    assert parse_agreement(whole, "suffolk.toml", digest).id == load(tmp_path, whole.decode()).id == "suffolk"
    with pytest.raises(InvalidInput, match="1000000"):
        parse_agreement(whole + b"#", "suffolk.toml", digest)


@pytest.mark.parametrize(("wrong", "more"), [(8, ""), (9, "; and 1 more"), (12, "; and 4 more")])
def test_many_mistakes_are_told_as_the_first_eight_and_how_many_more(tmp_path: Path, wrong: int, more: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, "".join(f"wrong{number} = 1\n" for number in range(wrong)) + TEXT)
    told = "; ".join(f"unknown key 'wrong{number}'; remove it or correct its name" for number in range(8))
    assert str(refused.value).endswith(f": {told}{more}")
