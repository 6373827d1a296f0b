"""How a serial is set on a plate: runs of full-size characters, stacks of small ones, separators, emblems, lines.

The text of a serial is what is embossed, read from left to right, a stack from top to bottom, lines from top to
bottom; separators and emblems are left out. A stack counts: `{MC}12345` is the serial MC12345.

Source: Washington's Department of Licensing has vertical letters entered first, as part of the number (Washington
vehicle licensing, as quoted by washingtoncountyinfo.com); Minnesota Rules 7403.0400 counts a stack as one character's
place and both its characters as displayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rendering.plates.faces import Face, draw_word, word_width
from rendering.plates.glyphs import Mask
from rendering.serials.formats import SerialFormat
from rendering.serials.patterns import text_regex

__all__ = ["Element", "Line", "Spot", "break_line", "compose", "plain_line", "set_lines", "text_of"]

# Widths of separators over the height of a capital.
_MARK_WIDTHS: Final = {" ": 0.22, "-": 0.3, "·": 0.2, "*": 0.52}
_STACK_HEIGHTS: Final = {1: 0.46, 2: 0.455, 3: 0.30}  # of one character over that of a capital, by how many there are
_LINE_GAP: Final = 0.18  # over the height of a line


@dataclass(frozen=True, slots=True)
class Element:
    """One piece of a line: `run` of characters, `stack` of small ones, or a separator `mark`."""

    kind: Literal["run", "stack", "mark"]
    text: str


Line = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an emblem goes: center x and y and half its width, in pixels."""

    x: float
    y: float
    radius: float


def compose(serial: str, form: SerialFormat) -> tuple[Line, ...]:
    """Lay a serial out as its format says.

    Args:
        serial: a serial of the format, without separators.
        form: the format.

    Returns:
        Lines of elements.

    Raises:
        ValueError: if the serial is not of the format.
    """
    found = text_regex(form.parts).fullmatch(serial)
    if found is None:
        raise ValueError(f"serial of {len(serial)} characters is not of the pattern {form.pattern!r}")
    pieces = iter(found.groups())
    lines: list[list[Element]] = [[]]
    stack = 0
    for part in form.parts:
        if part.mark == "/":
            lines.append([])
            continue
        kind: Literal["run", "stack", "mark"] = "mark" if part.mark else "stack" if part.stack else "run"
        text = part.mark or next(pieces)
        last = lines[-1][-1] if lines[-1] else None
        if last is not None and last.kind == kind and kind != "mark" and part.stack == stack:
            lines[-1][-1] = Element(kind, last.text + text)
        else:
            lines[-1].append(Element(kind, text))
        stack = part.stack
    return tuple(tuple(line) for line in lines)


def plain_line(text: str) -> Line:
    """Lay out a text as an owner writes it: spaces and dashes stay, everything else is one run."""
    elements: list[Element] = []
    for character in text:
        if character in _MARK_WIDTHS:
            elements.append(Element("mark", character))
        elif elements and elements[-1].kind == "run":
            elements[-1] = Element("run", elements[-1].text + character)
        else:
            elements.append(Element("run", character))
    return tuple(elements)


def break_line(line: Line) -> tuple[Line, ...]:
    """Break a line in two near its middle, at a separator where one is near, else within a run."""
    total = sum(len(element.text) for element in line if element.kind == "run")
    before = 0
    for index, element in enumerate(line):
        if element.kind == "mark" and 2 <= before <= total - 2:
            return line[:index], line[index + 1 :]
        before += len(element.text) if element.kind == "run" else 0
    for index, element in enumerate(line):
        if element.kind == "run" and len(element.text) >= 4:
            middle = len(element.text) // 2
            first, second = Element("run", element.text[:middle]), Element("run", element.text[middle:])
            return (*line[:index], first), (second, *line[index + 1 :])
    return (line,)


def text_of(lines: Sequence[Line]) -> str:
    """Return the serial of what is laid out: characters in reading order, without separators."""
    return "".join(element.text for line in lines for element in line if element.kind != "mark")


def set_lines(
    mask: Mask, lines: Sequence[Line], box: tuple[float, float, float, float], face: Face, height: float
) -> list[Spot]:
    """Draw the characters into a box, centered, narrowed where they would be wider than it.

    Args:
        mask: uint8 (H, W), drawn on in place.
        lines: what to set.
        box: x1, y1, x2, y2 in pixels.
        face: how characters are cut.
        height: of a capital, in pixels, if there is room for it.

    Returns:
        Where emblems go, for the caller to paint.
    """
    x1, y1, x2, y2 = box
    rows = len(lines)
    height = min(height, (y2 - y1) / (rows + (rows - 1) * _LINE_GAP))
    pitch = height * (1 + _LINE_GAP)
    top = (y1 + y2 - pitch * (rows - 1) - height) / 2
    spots: list[Spot] = []
    for row, line in enumerate(lines):
        spots += _set_line(mask, line, (x1, top + row * pitch, x2), face, height)
    return spots


def _set_line(mask: Mask, line: Line, place: tuple[float, float, float], face: Face, height: float) -> list[Spot]:
    left, top, right = place
    gap = face.gap * height
    widths = [_element_width(element, height, face) for element in line]
    total = sum(widths) + gap * (len(line) - 1)
    squeeze = min((right - left) / max(total, 1e-6), 1.0)
    cursor = (left + right - total * squeeze) / 2
    spots: list[Spot] = []
    for element, width in zip(line, widths, strict=True):
        wide = width * squeeze
        if element.kind == "run":
            draw_word(mask, element.text, (cursor, top, cursor + wide, top + height), face)
        elif element.kind == "stack":
            _draw_stack(mask, element.text, (cursor, top, cursor + wide, top + height), face)
        elif element.text == "*":
            spots.append(Spot(cursor + wide / 2, top + height / 2, min(wide * 0.5, height * 0.34)))
        else:
            _draw_mark(mask, element.text, (cursor, top, cursor + wide, top + height), face)
        cursor += wide + gap * squeeze
    return spots


def _element_width(element: Element, height: float, face: Face) -> float:
    if element.kind == "mark":
        return _MARK_WIDTHS[element.text] * height
    if element.kind == "run":
        return word_width(element.text, height, face)
    small = _STACK_HEIGHTS.get(len(element.text), 0.25) * height
    return max(word_width(character, small, face) for character in element.text)


def _draw_stack(mask: Mask, text: str, box: tuple[float, float, float, float], face: Face) -> None:
    x1, y1, x2, y2 = box
    height = _STACK_HEIGHTS.get(len(text), 0.25) * (y2 - y1)
    step = (y2 - y1 - height) / max(len(text) - 1, 1)
    for row, character in enumerate(text):
        width = min(word_width(character, height, face), x2 - x1)
        left = (x1 + x2 - width) / 2
        draw_word(mask, character, (left, y1 + row * step, left + width, y1 + row * step + height), face)


def _draw_mark(mask: Mask, mark: str, box: tuple[float, float, float, float], face: Face) -> None:
    x1, y1, x2, y2 = box
    thick = max(face.stroke * (y2 - y1), 1.0)
    middle, center = (y1 + y2) / 2, (x1 + x2) / 2
    half = {"-": (x2 - x1) / 2, "·": thick / 2, " ": 0.0}[mark]
    if half:
        rows = slice(round(middle - thick / 2), round(middle + thick / 2))
        mask[rows, round(center - half) : round(center + half)] = 255
