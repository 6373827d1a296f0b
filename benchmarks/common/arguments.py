"""The command line of a benchmark."""

from __future__ import annotations

import argparse


def parser_of(name: str, text: str | None) -> argparse.ArgumentParser:
    """Return the parser of `python -m benchmarks.NAME`.

    Args:
        name: The benchmark's.
        text: What its help says, usually the module's docstring.
    """
    return argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
