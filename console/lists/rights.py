"""What somebody may do with lists: buttons are shown to whom they are for, and operations ask again."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.actions import Action
from schemas.actor import Actor
from schemas.permissions import may


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do with lists."""

    send: bool
    add: bool
    withdraw: bool
    restore: bool
    roll_back: bool
    remove: bool
    pull: bool
    discard: bool

    @classmethod
    def of(cls, actor: Actor) -> Rights:
        """Return what somebody may do."""
        actions = (
            Action.IMPORT,
            Action.ADD,
            Action.WITHDRAW,
            Action.RESTORE,
            Action.ROLL_BACK,
            Action.REMOVE,
            Action.PULL,
            Action.DISCARD_LIST,
        )
        return cls(*(may(actor, action) for action in actions))
