"""Recall against false alerts as an SVG: one panel per kind of read, lines for scores, points for fixed rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

_COLORS: Final = ("#1f5fa8", "#c2571a", "#3d8f4f", "#7a4fa3", "#8a6d1d", "#b03060", "#4a7c8c", "#555555")
_WIDTH: Final = 460
_HEIGHT: Final = 340
_LEFT: Final = 58
_TOP: Final = 48
_BOTTOM: Final = 46
_LEGEND_ROW: Final = 20
_TICKS: Final = (1, 10, 100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class PlotLine:
    """One rule in one panel: (false alerts per 10,000 reads, recall 0-1), by rising false alerts; one point: a dot."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A title, the least recall that is shown, and the lines, in the same order in every panel."""

    title: str
    least: float
    lines: Sequence[PlotLine]


def write_plot(path: Path, title: str, panels: Sequence[Panel]) -> None:
    """Write panels side by side with one legend.

    Args:
        path: The SVG file.
        title: What stands above all.
        panels: At least one.
    """
    names = [line.name for line in panels[0].lines]
    rows = math.ceil(len(names) / 2)
    width, height = _WIDTH * len(panels), _HEIGHT + _LEGEND_ROW * rows + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#222">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{width / 2:.0f}" y="18" text-anchor="middle" font-size="14">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, number * _WIDTH)
    for number, name in enumerate(names):
        x, y = _LEFT + (number // rows) * (width - _LEFT) / 2, _HEIGHT + 10 + _LEGEND_ROW * (number % rows)
        dotted = len(panels[0].lines[number].points) == 1
        parts += _mark(number, dotted, x, y)
        parts.append(f'<text x="{x + 34:.0f}" y="{y + 4:.0f}">{escape(name)}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")


def _mark(number: int, dotted: bool, x: float, y: float) -> list[str]:
    color = _COLORS[number % len(_COLORS)]
    if dotted:
        return [f'<circle cx="{x + 13:.1f}" cy="{y:.1f}" r="5" fill="{color}"/>']
    return [f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{x + 26:.1f}" y2="{y:.1f}" stroke="{color}" stroke-width="2.5"/>']


def _panel(panel: Panel, left: float) -> list[str]:
    x0, x1, y0, y1 = left + _LEFT, left + _WIDTH - 18, _HEIGHT - _BOTTOM, _TOP

    def x(false_alerts: float) -> float:
        share = math.log10(min(max(false_alerts, _TICKS[0]), _TICKS[-1])) / math.log10(_TICKS[-1])
        return x0 + share * (x1 - x0)

    def y(recall: float) -> float:
        return y0 - (max(recall, panel.least) - panel.least) / (1 - panel.least) * (y0 - y1)

    middle = (x0 + x1) / 2
    parts = [f'<text x="{middle:.0f}" y="{_TOP - 10}" text-anchor="middle">{escape(panel.title)}</text>']
    for tick in _TICKS:
        parts.append(f'<line x1="{x(tick):.1f}" y1="{y0}" x2="{x(tick):.1f}" y2="{y1}" stroke="#e2e2e2"/>')
        parts.append(f'<text x="{x(tick):.1f}" y="{y0 + 16}" text-anchor="middle">{tick:,}</text>')
    for step in range(6):
        recall = panel.least + (1 - panel.least) * step / 5
        parts.append(f'<line x1="{x0}" y1="{y(recall):.1f}" x2="{x1}" y2="{y(recall):.1f}" stroke="#e2e2e2"/>')
        parts.append(f'<text x="{x0 - 6}" y="{y(recall) + 4:.1f}" text-anchor="end">{recall:.2f}</text>')
    parts.append(
        f'<text x="{middle:.0f}" y="{y0 + 34}" text-anchor="middle">false alerts per 10,000 innocent reads</text>'
    )
    for number, line in enumerate(panel.lines):
        parts += _line(number, [(x(at), y(recall)) for at, recall in line.points])
    return parts


def _line(number: int, points: Sequence[tuple[float, float]]) -> list[str]:
    color = _COLORS[number % len(_COLORS)]
    if not points:
        return []
    if len(points) == 1:
        ((x, y),) = points
        return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{color}"/>']
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.5" stroke-linejoin="round"/>']
