"""`platewatch hotlist add --try`: what an entry would raise."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from cli.common import command_actor, command_database, console, errors, print_json
from schemas.settings import Settings
from schemas.types import HotlistEntry

MOST_SHOWN = 40


def show_trial(settings: Settings, entry: HotlistEntry, *, as_json: bool) -> None:
    """Show the texts that would alert, and the false alerts to be expected.

    Args:
        settings: The configuration.
        entry: The entry, which is not added.
        as_json: Print one record for programs.
    """
    # Imported here: the matcher takes a while to load, and --help should not.
    from operations.hotlists.trying import try_entry

    with command_database(settings, create=True) as database:
        trial = try_entry(command_actor(settings), database, settings, entry)
    preview = trial.preview
    if as_json:
        print_json(
            {
                "plate": entry.plate,
                "notifies": trial.notifies,
                "reason": trial.reason,
                "alerts_alone": preview.alerts_alone,
                "fits_one_in": preview.fits,
                "false_alerts_per_10k": {detail.value: rate for detail, rate in preview.false_alerts.items()},
                "reads_a_day": trial.reads_a_day,
                "false_alerts_a_day": trial.false_alerts_a_day,
                "listed": [str(one.entry_id) for one in trial.listed],
                "texts": [
                    {
                        "text": one.text,
                        "differs": one.differs,
                        "tier": one.tier.value,
                        "same_state": one.same_state,
                        "no_state": one.no_state,
                        "other_state": one.other_state,
                    }
                    for one in preview.texts
                ],
            }
        )
        return
    table = Table("read as", "differs", "tier", "listed state", "state not read", "another state")
    for one in preview.texts[:MOST_SHOWN]:
        cells = (one.text, one.differs, one.tier.value, one.same_state, one.no_state, one.other_state)
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(preview.texts) > MOST_SHOWN:
        errors.print(f"and {len(preview.texts) - MOST_SHOWN} more texts (--json has all)")
    if trial.false_alerts_a_day is None:
        line = f"at most {preview.most_false_alerts:.2g} of 10,000 reads (how many pass a day is not known yet)"
    else:
        line = f"at most {trial.false_alerts_a_day:.2g} a day, with {trial.reads_a_day or 0:.0f} reads a day"
    console.print(f"expected false alerts: {line}", highlight=False)
    if not trial.notifies:
        errors.print(f"it would raise no alert here: {trial.reason}", style="yellow", markup=False)
    if not preview.alerts_alone:
        errors.print(
            "so many vehicles fit it that a reading raises no alert by itself; give more characters, or a state"
        )
    for other in trial.listed:
        errors.print(f"listed already: entry {other.entry_id} of list '{other.hotlist_id}'", markup=False)
