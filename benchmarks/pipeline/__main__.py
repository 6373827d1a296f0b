"""From a read on the topic to its alert at a subscriber, with a real broker and a real database.

    python -m benchmarks.pipeline [--entries 1000000] [--reads 60000] [--rate 500] [--part latency ...]

latency: reads come at a rate; how long after its read is on the topic (the broker acknowledged it), and after it was
sent, is an alert at a subscriber. sustained: reads wait on the topic, and one member matches, settles and stores them;
beside it a plain kafka-python loop that stores their JSON.
relay: alerts of the outbox a second. storms: what the storm guard costs for each alert. gate: what an agreement's gate
costs for each alert (benchmarks.sharing).

Everything runs on this machine: broker, database, member, publisher, subscriber. A run of a minute:
--entries 20000 --reads 5000.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.pipeline.latency import latency
from benchmarks.pipeline.relaying import relaying
from benchmarks.pipeline.site import open_site
from benchmarks.pipeline.storms import guarding
from benchmarks.pipeline.sustained import plain, sustained
from benchmarks.sharing import LAW, gate_alone
from policy.decisions import law_alone

PARTS = ("latency", "sustained", "relay", "storms", "gate")
STORM_READS = 2400


def main() -> None:
    """Run the benchmark and print what it finds."""
    parser = parser_of("pipeline", __doc__)
    parser.add_argument("--entries", type=int, default=1_000_000, help="entries of the list (default 1000000)")
    parser.add_argument("--reads", type=int, default=60_000, help="reads for one member (default 60000)")
    parser.add_argument("--rate", type=float, default=500.0, help="reads a second for the latency (default 500)")
    parser.add_argument("--listed", type=float, default=0.002, help="share of reads of listed plates (default 0.002)")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long reads come at that rate (default 30)")
    parser.add_argument("--watched", action="store_true", help="latency: note when reads are on the topic, too")
    parser.add_argument("--alerts", type=int, default=20_000, help="alerts for the relay (default 20000)")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this part; may be given several times")
    arguments = parser.parse_args()
    parts = arguments.part or PARTS
    print(machine(), f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        Path(folder).chmod(0o755)
        with open_site(Path(folder), arguments.entries) as site:
            if "latency" in parts:
                for second_reader in (False, True):
                    # A reader takes some tenths of a second of the processor for each alert.
                    listed = arguments.listed * (1 if second_reader else 10)
                    count = int(arguments.rate * arguments.seconds)
                    print(
                        latency(
                            site,
                            count,
                            arguments.rate,
                            listed=listed,
                            second_reader=second_reader,
                            watched=arguments.watched,
                        )
                    )
            if "sustained" in parts:
                print(plain(site, arguments.reads, listed=arguments.listed))
                print(sustained(site, arguments.reads, listed=arguments.listed))
            if "relay" in parts:
                print(relaying(site, arguments.alerts))
            if "storms" in parts:
                print(guarding(site, STORM_READS))
    if "gate" in parts:
        gate_alone(law_alone(LAW), runs=3)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
