"""What the pages of a car work with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from fastapi import Request

from console.drawing import Drawing
from operations.patrol.board import CarBoard
from operations.patrol.motion import MotionJudge
from operations.patrol.saying import Sayings
from operations.patrol.shift import Shift
from operations.patrol.signing_on import SignOns
from operations.patrol.sources import Surroundings
from schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class CarSite:
    """A car's page; it is `request.app.state.car`."""

    settings: Settings
    drawing: Drawing
    board: CarBoard
    shift: Shift
    sign_ons: SignOns
    sayings: Sayings
    motion: MotionJudge
    around: Surroundings
    is_secure: bool = False
    """Whether it is served over TLS, so that the cookie asks for that."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server ends: whatever streams has to end, too."""

    @classmethod
    def of(cls, request: Request) -> CarSite:
        """Return the site that a request came to."""
        site: CarSite = request.app.state.car
        return site
