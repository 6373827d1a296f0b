"""Random kills during a run with cameras, imports, withdrawals and a neighbor; then its books against undisturbed ones.

    python -m benchmarks.chaos --seconds 1800 --seed 7 [--several] [--every N] [--keep FOLDER]
                               [--replay FOLDER/strikes.jsonl]

With --several the installation that is struck is of several machines: `platewatch recognize`, two of `platewatch
matcher`, two of `platewatch relay`, three Kafka brokers, one PostgreSQL; the undisturbed one is a `platewatch run`.

The same seed strikes the same things at the same seconds. Exit code 1: the books differ, or something happened that
must not; the report names the ids, and FOLDER has what was struck when, and all that was said.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.chaos.afternoon import Afternoon
from benchmarks.chaos.installation.faults import Hung
from benchmarks.chaos.installation.one_run import OneRun
from benchmarks.chaos.report import report
from benchmarks.chaos.scenes import Scenes
from benchmarks.chaos.schedule import ONE_RUN, SEVERAL, Strike, draw_schedules, load_schedule, save_schedule
from benchmarks.chaos.several.services import Several
from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine


def main() -> int:
    parser = parser_of("chaos", __doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long each seed strikes (default 600)")
    parser.add_argument(
        "--seed", type=int, action="append", help="of what is struck when; several strike one after the other"
    )
    parser.add_argument("--several", action="store_true", help="strike several services and brokers in place of a run")
    parser.add_argument("--every", type=float, default=8.0, help="seconds between two strikes (default 8)")
    parser.add_argument("--patience", type=float, default=300.0, help="seconds that anything may take (default 300)")
    parser.add_argument("--keep", type=Path, help="a new folder for diary and schedule; default: a temporary one")
    parser.add_argument("--replay", type=Path, help="a schedule that was kept, instead of one from seeds")
    arguments = parser.parse_args()
    # Settings of whoever starts this would win over the installation's own.
    for name in [name for name in os.environ if name.startswith("PLATEWATCH_")]:
        del os.environ[name]
    # The disks and servers are put away however it ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seeds = arguments.seed or [random.SystemRandom().randrange(1_000_000)]
    if arguments.replay:
        schedule = load_schedule(arguments.replay)
    else:
        deck = SEVERAL if arguments.several else ONE_RUN
        schedule = draw_schedules(seeds, arguments.seconds, arguments.every, deck)
    said = " ".join(f"--seed {seed}" for seed in seeds)
    several = "--several " if arguments.several else ""
    command = f"python -m benchmarks.chaos {several}--seconds {arguments.seconds:g} --every {arguments.every:g} {said}"
    print(f"{machine()}\n`{command}`\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="platewatch-chaos-") as temporary:
        # The database may run as another user, who has to get through.
        Path(temporary).chmod(0o711)
        folder = Path(temporary) if arguments.keep is None else arguments.keep.absolute()
        folder.mkdir(exist_ok=True)
        save_schedule(folder / "strikes.jsonl", schedule)
        return 0 if compare(folder, schedule, arguments.patience, several=arguments.several) else 1


def compare(folder: Path, schedule: Sequence[Strike], patience: float, *, several: bool) -> bool:
    """Work an afternoon that is struck and one that is not, and compare their books.

    Args:
        folder: Where both go.
        schedule: What is struck when.
        patience: Seconds that anything may take once nothing is struck any more.
        several: Whether several services are struck.

    Returns:
        Whether everything is as it should be.
    """
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    scenes = Scenes(folder)
    kind = Several if several else OneRun
    try:
        struck = Afternoon(kind(folder / "struck", scenes.clip, patience), scenes, began, schedule).pass_by()
        undisturbed = OneRun(folder / "calm", scenes.clip, patience, is_wide=several)
        calm = Afternoon(undisturbed, scenes, began).pass_by(struck.turns)
    except Hung as hung:
        print(f"FAULT: {hung}; see {folder}")
        return False
    return report(struck, calm)


if __name__ == "__main__":
    sys.exit(main())
