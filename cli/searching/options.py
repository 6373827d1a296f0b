"""What commands that search have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal.speeds import parse_speed
from cli.terminal.times import parse_moment

if TYPE_CHECKING:
    from operations.criteria import VehicleCriteria
    from operations.searches.query import ReadQuery

PatternArgument = Annotated[
    str | None, typer.Argument(help="Plate; ? stands for one unknown character, * for any number.", show_default=False)
]
SinceOption = Annotated[
    datetime | None,
    typer.Option("--since", help="Captured then or later.", parser=parse_moment, metavar="ISO", show_default=False),
]
UntilOption = Annotated[
    datetime | None,
    typer.Option("--until", help="Captured before then.", parser=parse_moment, metavar="ISO", show_default=False),
]
CamerasOption = Annotated[
    list[str] | None, typer.Option("--camera", help="Only this camera; may be given again.", show_default=False)
]
AreaOption = Annotated[
    str | None,
    typer.Option(
        "--area",
        help="Only here: LAT,LON,KM for a circle, or three or more corners 'LAT,LON LAT,LON LAT,LON'.",
        show_default=False,
    ),
]
HoursOption = Annotated[
    str | None,
    typer.Option("--hours", help="Only at these hours by the agency's clock, like 22:00-04:00.", show_default=False),
]
StateOption = Annotated[
    str | None, typer.Option("--state", help="Only plates read as this state's, like VA.", show_default=False)
]
SureOption = Annotated[
    float | None,
    typer.Option("--least-confidence", help="Only reads at least so sure.", min=0.0, max=1.0, show_default=False),
]
ValidOption = Annotated[
    bool, typer.Option("--valid", help="Only texts that fit a known series of plates; owners' own are left out.")
]
LimitOption = Annotated[int, typer.Option("--limit", help="Most reads to show.", min=1)]

_VEHICLE = "Of the vehicle, as its reader says"


def _word(option: str, text: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(option, help=text, show_default=False, rich_help_panel=_VEHICLE)
    return info


def _speed(option: str, text: str) -> typer.models.OptionInfo:
    info: typer.models.OptionInfo = typer.Option(
        option, help=text, parser=parse_speed, metavar="MPH", show_default=False, rich_help_panel=_VEHICLE
    )
    return info


LaneOption = Annotated[str | None, _word("--lane", "Only in this lane, by the reader's name or number of it.")]
DirectionOption = Annotated[
    str | None, _word("--direction", "Only this way: approaching, leaving, left, right, north, northeast, ...")
]
OverOption = Annotated[
    float | None, _speed("--speed-over", "Only faster, in miles an hour; with another unit like 100km/h.")
]
UnderOption = Annotated[float | None, _speed("--speed-under", "Only slower, likewise.")]
MakeOption = Annotated[str | None, _word("--make", "Only this make: a name, or a code of lists like CHEV.")]
ModelOption = Annotated[str | None, _word("--model", "Only models with this in their name.")]
ColorOption = Annotated[str | None, _word("--color", "Only this color, and those that cameras take it for.")]
ClassOption = Annotated[str | None, _word("--class", "Only this class or body style: truck, motorcycle, ...")]
VendorOption = Annotated[str | None, _word("--vendor", "Only this vendor's readers, like rekor; platewatch: our own.")]


@dataclass(frozen=True, slots=True)
class Given:
    """What was given of reads besides the vehicle; times may still be without a zone."""

    pattern: str | None
    since: datetime | None
    until: datetime | None
    cameras: list[str] | None = None
    area: str | None = None
    hours: str | None = None
    state: str | None = None
    least_confidence: float | None = None
    valid_only: bool = False
    after: str | None = None
    limit: int = 100

    def query(self, vehicle: VehicleCriteria | None = None) -> ReadQuery:
        """Return the question; call it when the configuration has said the agency's zone.

        Raises:
            typer.BadParameter: The times are in the wrong order.
            InvalidInput: Something given cannot be understood.
        """
        # They need the database's driver, which takes a while to import.
        from operations.criteria import VehicleCriteria
        from operations.searches.areas import parse_area
        from operations.searches.hours import parse_hours
        from operations.searches.query import ReadQuery, parse_key

        # Without an offset a time is meant in the agency's zone, which the table shows too.
        since, until = (moment and moment.astimezone() for moment in (self.since, self.until))
        if since is not None and until is not None and since >= until:
            raise typer.BadParameter("--since must be earlier than --until")
        return ReadQuery(
            pattern=self.pattern,
            since=since,
            until=until,
            cameras=tuple(self.cameras or ()),
            area=None if self.area is None else parse_area(self.area),
            hours=None if self.hours is None else parse_hours(self.hours),
            state=self.state,
            least_confidence=self.least_confidence,
            valid_only=self.valid_only,
            vehicle=vehicle or VehicleCriteria(),
            after=None if self.after is None else parse_key(self.after),
            limit=self.limit,
        )
