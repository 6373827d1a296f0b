"""What is measured of one size of list: building, searching and changing."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.matcher import reload
from benchmarks.matcher.lists import READS, draw_plates, draw_reads, entries
from benchmarks.matcher.timing import median_rate, resident_mb, single_latencies
from matcher.arrays.layer import Layer
from matcher.arrays.packing import codes_of
from matcher.arrays.reads import ReadArrays
from matcher.characters.slots import read_slots
from matcher.index import HotlistIndex
from matcher.judging.background import Background
from matcher.judging.false_alerts import ReadDetail
from matcher.judging.score import jurisdiction_score
from matcher.judging.tiers import Thresholds
from matcher.judging.traffic import ANY_STATE, Traffic
from matcher.match import Matcher
from matcher.searching.search import Wanted
from pipeline.lists.garbage import long_lived_objects
from schemas.settings import MatchingSettings
from schemas.types import PlateRead

BATCH = 4096
QUIET = 12_000
_BACKGROUND = Background(Traffic())
_AGREES, _DIFFERS = (jurisdiction_score(agrees, None, ANY_STATE) for agrees in (True, False))


def batches(reads: Sequence[PlateRead]) -> list[Sequence[PlateRead]]:
    """Cut reads into batches."""
    return [reads[begin : begin + BATCH] for begin in range(0, len(reads), BATCH)]


def _wanted(read: PlateRead, threshold: float) -> Wanted:
    return Wanted(read.jurisdiction, _AGREES, _DIFFERS, threshold)


def _find(index: HotlistIndex, arrays: ReadArrays, reads: Sequence[PlateRead], threshold: float) -> None:
    backgrounds = _BACKGROUND.scores(arrays, reads).tolist()
    wanted = [_wanted(read, threshold - background) for read, background in zip(reads, backgrounds, strict=True)]
    index.find(arrays, wanted, "compiled")


def texts_alone(index: HotlistIndex, reads: Sequence[PlateRead], threshold: float) -> int:
    """Search and score a batch by texts and states, from strings to rows."""
    for batch in batches(reads):
        arrays = ReadArrays.of_texts(codes_of([read.plate for read in batch]))
        _find(index, arrays, batch, threshold)
    return len(reads)


def prepared(index: HotlistIndex, reads: Sequence[PlateRead], threshold: float) -> Callable[[], int]:
    """Return the search and score of whole distributions, arrays made before."""
    work = [(ReadArrays.of_slots([read_slots(read) for read in batch]), batch) for batch in batches(reads)]

    def run() -> int:
        for arrays, batch in work:
            _find(index, arrays, batch, threshold)
        return len(reads)

    return run


def whole(matcher: Matcher, reads: Sequence[PlateRead]) -> int:
    """Match reads to hits with explanations."""
    for batch in batches(reads):
        matcher.match_batch(batch)
    return len(reads)


def measure(size: int, runs: int) -> dict[str, str]:
    """Measure one size of list."""
    plates = draw_plates(size, 1)
    gc.collect()
    objects = list(entries(plates))
    started = time.perf_counter()
    index = HotlistIndex.build(objects, {})
    built = time.perf_counter() - started
    del objects
    started = time.perf_counter()
    Layer.build(index.arrays())
    sorted_in = time.perf_counter() - started
    row = {
        "entries": f"{size:,}",
        "build from entry objects": f"{built:.1f} s",
        "build from arrays": f"{sorted_in:.2f} s",
        "arrays that a search looks at": f"{index.searched_bytes() / 1e6:.0f} MB",
    }
    with tempfile.TemporaryDirectory(prefix="platewatch-bench-") as folder:
        started = time.perf_counter()
        index.save(Path(folder) / "index")
        row["save"] = f"{time.perf_counter() - started:.2f} s"
        del index
        gc.collect()
        before = resident_mb()
        started = time.perf_counter()
        loaded = HotlistIndex.load(Path(folder) / "index")
        row["load"] = f"{(time.perf_counter() - started) * 1000:.0f} ms"
        assert loaded is not None
        row |= _matching(loaded[0], plates, runs, before)
        row |= _changes(loaded[0], plates, runs)
    return row


def _matching(index: HotlistIndex, plates: list[str], runs: int, before: float) -> dict[str, str]:
    matcher = Matcher(index, MatchingSettings(), "compiled")
    # The reads of the benchmark are not for the garbage collector to walk over, as a service's entries are not.
    with long_lived_objects():
        plain = draw_reads(plates, READS, 3, listed=0.01, distributions=False)
        full = draw_reads(plates, READS, 3, listed=0.01, distributions=True)
    thresholds = Thresholds(MatchingSettings(), len(index))
    of_texts, of_distributions = thresholds.least(ReadDetail.TEXT), thresholds.least(ReadDetail.DISTRIBUTIONS)
    texts_alone(index, plain[:10], of_texts)
    row = {
        "texts, reads/s": f"{median_rate(lambda: texts_alone(index, plain, of_texts), runs):,.0f}",
        "distributions (arrays), reads/s": f"{median_rate(prepared(index, full, of_distributions), runs):,.0f}",
        "Matcher.match_batch, text, reads/s": f"{median_rate(lambda: whole(matcher, plain), runs):,.0f}",
        "Matcher.match_batch, distributions, reads/s": f"{median_rate(lambda: whole(matcher, full), runs):,.0f}",
    }
    row["resident after searching"] = f"{resident_mb() - before:.0f} MB"
    quiet = [read for read in plain if not matcher.match(read)][:QUIET]
    arrays = {read.read_id: ReadArrays.of_texts(codes_of([read.plate])) for read in quiet}
    wanted = {read.read_id: [_wanted(read, of_texts)] for read in quiet}
    p50, p99 = single_latencies(lambda read: index.find(arrays[read.read_id], wanted[read.read_id], "compiled"), quiet)
    row["one search, p50 / p99"] = f"{p50:.0f} / {p99:.0f} us"
    p50, p99 = single_latencies(matcher.match, quiet)
    row["Matcher.match, p50 / p99"] = f"{p50:.0f} / {p99:.0f} us"
    return row | reload.rows(index, matcher, plates, quiet, runs)


def reload_alone(size: int, runs: int) -> dict[str, str]:
    """Measure only what single reads take beside changes of the lists."""
    plates = draw_plates(size, 1)
    index = HotlistIndex.build(entries(plates), {})
    matcher = Matcher(index, MatchingSettings(), "compiled")
    reads = draw_reads(plates, READS, 3, listed=0.01, distributions=False)
    quiet = [read for read in reads if not matcher.match(read)][:QUIET]
    return {"entries": f"{size:,}"} | _changes(index, plates, runs) | reload.rows(index, matcher, plates, quiet, runs)


def _changes(index: HotlistIndex, plates: list[str], runs: int) -> dict[str, str]:
    additions = list(entries(draw_plates(10_000, 99), seed=9))
    fresh = [one._replace(entry_id=type(one.entry_id)(int=one.entry_id.int ^ 1)) for one in additions]
    ids = [one.entry_id for one in entries(plates[:10_000])]
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        changed = index.with_changes(fresh, ids)
        times.append((time.perf_counter() - started) * 1000)
        assert len(changed) == len(index)
    return {"10k adds + 10k removes": f"{statistics.median(times):.0f} ms"}
