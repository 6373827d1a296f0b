"""The stages that one of several processes leads, whatever else it does."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.alerting.cancellations import CancellationStage
from pipeline.alerting.car_answers import CarAnswersStage
from pipeline.alerting.returning import ReturningStage
from pipeline.alerting.sharing import SharingStage
from pipeline.alerting.storms import StormStage
from pipeline.duties import DutiesStage
from pipeline.feeds.stages import ListAgesStage
from pipeline.health.board import HealthBoard
from pipeline.journal import JournalStage
from pipeline.past.stage import PastStage
from pipeline.sealing import SealingStage
from pipeline.stages.stage import Stage, SteppedStage
from pipeline.upkeep import UpkeepStage
from schemas.settings import Settings
from storage.database import Database
from storage.leadership import Leadership


def leading_stages(
    settings: Settings, database: Database, leadership: Leadership, board: HealthBoard
) -> Sequence[Stage]:
    """Return what looks after alerts once they are committed.

    Args:
        settings: The configuration.
        database: The open database.
        leadership: Which of several processes does it.
        board: Told whether they work.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """
    return _told(
        [
            CancellationStage(database, settings, leadership),
            PastStage(database, settings, leadership),
            StormStage(database, leadership),
            SharingStage(database, settings, leadership),
            ReturningStage(database, settings, leadership),
            CarAnswersStage(database, settings, leadership),
        ],
        board,
    )


def upkeep_stages(
    settings: Settings,
    database: Database,
    leadership: Leadership,
    board: HealthBoard,
    *,
    shares_pictures: bool = False,
) -> Sequence[Stage]:
    """Return what looks after lists and duties, and ends records; arguments and errors as `leading_stages`.

    Args:
        shares_pictures: As `UpkeepStage`.
    """
    return _told(
        [
            ListAgesStage(settings, database, leadership),
            UpkeepStage(settings, database, leadership, shares_pictures=shares_pictures),
            JournalStage(database, settings, leadership),
            DutiesStage(database, settings, leadership),
            SealingStage(database, settings, leadership),
        ],
        board,
    )


def _told(stages: Sequence[SteppedStage], board: HealthBoard) -> list[Stage]:
    for stage in stages:
        stage.board = board
    return list[Stage](stages)
