"""What one machine takes in: live cameras' streams, and other vendors' reads.

    python -m benchmarks.ingest [--only PART,...] [options of the parts]

Every part stands beside a plain loop of the same kind in the same run: compare its ratios, not figures of different
runs.
"""

from __future__ import annotations

from benchmarks.common.arguments import parser_of
from benchmarks.common.machine import machine
from benchmarks.ingest.parts import PARTS


def main() -> None:
    parser = parser_of("ingest", __doc__)
    names = ",".join(part.name for part in PARTS)
    parser.add_argument("--only", default=names, help=f"parts, of {names}")
    for part in PARTS:
        part.add_arguments(parser.add_argument_group(part.name))
    arguments = parser.parse_args()
    wanted = arguments.only.split(",")
    print(f"{machine()}\n`python -m benchmarks.ingest`\n")
    for part in PARTS:
        if part.name in wanted:
            part.run(arguments)


if __name__ == "__main__":
    main()
