"""The queue before the model: how it judges whether there is room."""

import asyncio
import time
from collections.abc import Iterator, Sequence

import pytest

from scamlint.api.batcher import Batcher, QueueFullError, QueueLimits
from scamlint.scoring import checkpoint

LIMITS = QueueLimits(
    documents=100, characters=1_000_000, seconds=1.0, batch_characters=1_000, short_characters=1_000_000
)


def slow_model(texts: Sequence[str]) -> Iterator[int]:
    """Read 1,000 characters a second, and stop when nobody waits any more, as the scorers do."""
    for text in texts:
        for _ in range(0, len(text), 10):
            checkpoint()
            time.sleep(0.01)
        yield len(text)


async def until_there_is_room(batcher: Batcher[int]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            return batcher.check(1, 1)
        except QueueFullError:
            await asyncio.sleep(0.01)
    raise AssertionError("the abandoned work did not end")


def test_work_that_was_abandoned_does_not_make_the_model_look_fast():
    async def ask() -> None:
        (done,) = await batcher.submit(["a" * 100])
        assert done.result == 100
        (late,) = await batcher.submit(["b" * 100_000], seconds=0.02)
        assert isinstance(late, TimeoutError)
        await until_there_is_room(batcher)
        accepted = asyncio.ensure_future(batcher.submit(["c" * 5_000]))
        await asyncio.sleep(0.1)
        with pytest.raises(QueueFullError) as refused:
            await batcher.submit(["d"])
        assert 3 < refused.value.retry_after < 60
        accepted.cancel()

    batcher = Batcher(slow_model, LIMITS)
    try:
        asyncio.run(ask())
    finally:
        batcher.stop()
