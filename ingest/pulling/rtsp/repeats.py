"""Frames that say of a plate in view only what an earlier one has said: a camera sends ten a second and more."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from ingest.vendors.parts.confidences import probability
from ingest.vendors.parts.plates import plate_text
from ingest.vendors.parts.values import find_trees, raw_text_at, tree_at, trees_at, walk
from ingest.vendors.parts.xml_text import read_xml
from schemas.errors import InvalidInput

REFRESH_SECONDS = 2.0
"""So often it is said again that a plate is still there."""
MOST_REMEMBERED = 1_000


class Repeats:
    """Tells which documents of one connection say something new. For one thread."""

    def __init__(self) -> None:
        self._told: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def is_news(self, document: bytes, now: float) -> bool:
        """Return whether a document has to be stored: of each text of each object, the surest frame counts.

        One that cannot be read, or has a picture, or names plates in another way than as objects, is news.

        Args:
            document: The XML.
            now: Seconds, by a clock that only goes forward.
        """
        if b"Image" in document:
            return True
        try:
            seen = list(_seen(document))
        except InvalidInput:
            return True
        # All of them are noted, also behind the first that is new.
        news = [self._note(name, text, likelihood, now) for name, text, likelihood in seen]
        return any(news) or not news

    def _note(self, name: str, text: str, likelihood: float, now: float) -> bool:
        key = name, text
        surest, told_at = self._told.get(key, (-1.0, float("-inf")))
        if likelihood <= surest and now - told_at < REFRESH_SECONDS:
            return False
        self._told[key] = max(surest, likelihood), now
        self._told.move_to_end(key)
        if len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)
        return True


def _seen(document: bytes) -> Iterator[tuple[str, str, float]]:
    """Yield the objects of a document that have a plate: what names them, its text, and how sure that is."""
    for frame in find_trees(read_xml(document), "Object"):
        for each in trees_at(frame, "Object"):
            info = tree_at(each, "Appearance.LicensePlateInfo")
            text = plate_text(walk(info, "PlateNumber"))
            if text is not None:
                name = raw_text_at(each, "@Parent") or raw_text_at(each, "@ObjectId")
                yield name, text, probability(walk(info, "PlateNumber.@Likelihood"), 1) or 0.0
