"""What can be chosen in the search's form: the law's purposes, the types of offenses, the agency's cameras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.cards.card import CameraPlace
from console.site import Site
from policy.decisions import open_policy
from policy.offenses import OffenseType, offense_types
from schemas.types import Purpose


@dataclass(frozen=True, slots=True)
class Choices:
    """`purposes` are those that the law and the agency permit, `law` says by which rule; `cameras` are by id."""

    purposes: tuple[Purpose, ...]
    law: str
    needs_offense: bool
    offenses: tuple[OffenseType, ...]
    cameras: Mapping[str, CameraPlace]

    def camera(self, camera_id: str) -> str:
        """Return what people call a camera."""
        place = self.cameras.get(camera_id)
        return camera_id if place is None else place.label

    @property
    def places(self) -> tuple[CameraPlace, ...]:
        """The cameras whose coordinates are known."""
        return tuple(one for one in self.cameras.values() if one.latitude is not None and one.longitude is not None)


def choices_of(site: Site) -> Choices:
    """Return what can be chosen.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """
    policy = open_policy(site.settings)
    rule, own = policy.purposes, policy.own
    forbidden = {*rule.forbidden, *own.never_purposes}
    listed = tuple(Purpose) if rule.permitted == "any" else {*rule.permitted, *own.also_purposes}
    return Choices(
        tuple(one for one in Purpose if one in listed and one not in forbidden),
        rule.source,
        policy.search.offense,
        offense_types(),
        site.board.cards.known,
    )
