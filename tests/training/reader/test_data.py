"""Batches that the reader is trained with."""

from __future__ import annotations

from recognition.training.reader.data import BatchSource


def test_the_same_step_gives_the_same_batch_in_another_process_order() -> None:
    first = BatchSource([], [], (), size=6, seed=5, drawn=10)
    second = BatchSource([], [], (), size=6, seed=5, drawn=10)
    first.batch(0)
    late, direct = first.batch(7), second.batch(7)
    assert (late.images == direct.images).all()
    assert (late.targets == direct.targets).all()
    assert not (second.batch(8).images == direct.images).all()
