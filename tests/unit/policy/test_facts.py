"""Whatever a profile says of the law is shown with its source: nothing that decides is left out."""

from __future__ import annotations

from collections.abc import Iterator

from policy.facts import Fact
from policy.loading import load_profile, profiles
from policy.profile import Profile


def said(profile: Profile) -> Iterator[tuple[str, Fact]]:
    """Yield the statements of a profile by their places, as its file has them."""
    for name in type(profile).model_fields:
        value = getattr(profile, name)
        if isinstance(value, Fact):
            yield name, value
        elif isinstance(value, tuple):
            yield from ((f"{name}.{number}", one) for number, one in enumerate(value, 1) if isinstance(one, Fact))
        elif hasattr(type(value), "model_fields"):
            for part in type(value).model_fields:
                if isinstance(getattr(value, part), Fact):
                    yield f"{name}.{part}", getattr(value, part)


def test_every_statement_is_among_the_facts() -> None:
    seen = set()
    for name in profiles():
        profile = load_profile(name)
        assert profile.facts() == dict(said(profile)), name
        seen |= {place.split(".")[0] for place in profile.facts()}
    # Every kind of rule that there is stands in some profile.
    assert {"notify", "retention", "sharing", "search", "preservation", "audits", "report", "duties"} <= seen
