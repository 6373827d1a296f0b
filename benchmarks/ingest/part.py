"""What a part of the benchmark is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its name, what its options are, and what it does; it prints its tables."""

    name: str
    add_arguments: Callable[[Any], None]
    run: Callable[[argparse.Namespace], None]
