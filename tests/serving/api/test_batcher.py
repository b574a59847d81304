"""The queue before the model: how it judges whether there is room."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from scamlint.api.batcher import Batcher, QueueFullError
from scamlint.api.lane import QueueLimits, Run
from scamlint.scoring import checkpoint

# Half of a second of the model's time.
HALF_SECOND = "a" * 500

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


def with_batcher(
    limits: QueueLimits, ask: Callable[[Batcher[int]], Awaitable[None]], model: Run[int] = slow_model
) -> None:
    batcher = Batcher(model, limits)
    try:
        asyncio.run(ask(batcher))
    finally:
        batcher.stop()


async def refused(batcher: Batcher[int], *texts: str) -> float:
    """Ask for what is to be refused, and return the seconds after which to come back."""
    with pytest.raises(QueueFullError) as error:
        await batcher.submit(texts)
    return error.value.retry_after


async def begin(batcher: Batcher[int], *texts: str) -> "asyncio.Future[object]":
    """Submit documents and let the first of them begin."""
    work = asyncio.ensure_future(batcher.submit(texts))
    await asyncio.sleep(0.1)
    return work


async def until_there_is_room(batcher: Batcher[int]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            return batcher.check([1])
        except QueueFullError:
            await asyncio.sleep(0.01)
    raise AssertionError("the abandoned work did not end")


def test_work_that_was_abandoned_does_not_make_the_model_look_fast():
    async def ask(batcher: Batcher[int]) -> None:
        (done,) = await batcher.submit(["a" * 100])
        assert done.result == 100
        (late,) = await batcher.submit(["b" * 100_000], seconds=0.02)
        assert isinstance(late, TimeoutError)
        await until_there_is_room(batcher)
        accepted = await begin(batcher, "c" * 5_000)
        expected = 50 * done.ran
        assert expected / 2 < await refused(batcher, "d") <= expected
        accepted.cancel()

    with_batcher(LIMITS, ask)


def test_a_batch_waits_for_the_slowest_of_its_documents():
    """Many short documents do not hide a long one, whose thread is busy."""

    async def ask(batcher: Batcher[int]) -> None:
        await batcher.submit(["a" * 200])
        busy = await begin(batcher, "b" * 5_000)
        assert await refused(batcher, *["c"] * 50, "d" * 200) > 3
        assert await refused(batcher, "d" * 200) > 3
        (done,) = await batcher.submit(["c"])
        assert done.result == 1
        busy.cancel()

    with_batcher(replace(LIMITS, short_characters=100), ask)


def test_work_that_nobody_waits_for_leaves_the_queue_at_once():
    async def ask(batcher: Batcher[int]) -> None:
        running = await begin(batcher, "a" * 3_000)
        gone = await begin(batcher, "b" * 30, "c" * 40)
        stays = await begin(batcher, "d" * 50)
        assert (batcher.documents, batcher.characters) == (3, 120)
        assert await refused(batcher, "e") >= 1
        gone.cancel()
        await asyncio.wait([gone])
        assert (batcher.documents, batcher.characters) == (1, 50)
        (late,) = await batcher.submit(["f"], seconds=0.01)
        assert isinstance(late, TimeoutError)
        assert (batcher.documents, batcher.characters) == (1, 50)
        assert not running.done()
        running.cancel()
        (done,) = await stays
        assert done.result == 50
        assert (batcher.documents, batcher.characters) == (0, 0)

    with_batcher(replace(LIMITS, documents=3), ask)


def test_the_time_that_a_run_has_taken_is_not_waited_for_again():
    async def ask(batcher: Batcher[int]) -> None:
        await batcher.submit([HALF_SECOND])
        busy = await begin(batcher, *[HALF_SECOND] * 12)
        first = await refused(batcher, "b")
        await asyncio.sleep(2)
        assert first - await refused(batcher, "b") > 1.9
        busy.cancel()

    with_batcher(replace(LIMITS, batch_characters=6_000), ask)


def test_a_request_waits_for_its_turns_and_not_for_all_that_waits():
    async def ask(batcher: Batcher[int]) -> None:
        await batcher.submit([HALF_SECOND])
        many = await begin(batcher, *["b" * 200] * 40)
        (done,) = await batcher.submit(["c"])
        assert done.result == 1
        assert await refused(batcher, *["d"] * 30) > 3, "the last of these would begin after thirty of the others"
        many.cancel()

    with_batcher(replace(LIMITS, batch_characters=200), ask)


def test_tiny_documents_do_not_make_the_model_look_slow():
    async def ask(batcher: Batcher[int]) -> None:
        await batcher.submit([HALF_SECOND])
        for _ in range(15):
            await batcher.submit(["a"])  # takes as long as ten characters
        busy = await begin(batcher, HALF_SECOND)
        (done,) = await batcher.submit(["b"])
        assert done.result == 1
        await busy

    with_batcher(LIMITS, ask)


def test_a_model_that_is_slow_with_some_documents_is_not_taken_for_a_fast_one():
    """Where runs vary, the queue counts on slow ones: whoever is let in begins in time."""

    def uneven_model(texts: Sequence[str]) -> Iterator[int]:
        for text in texts:
            time.sleep(0.05 + 0.45 * ("slow" in text))
            yield len(text)

    async def ask(batcher: Batcher[int]) -> None:
        fast, slow = "a" * 500, "slow" * 125
        for text in (fast, slow) * 3:
            await batcher.submit([text])
        running, waiting = await begin(batcher, slow), await begin(batcher, slow)
        await refused(batcher, fast)  # both may take half a second
        await asyncio.gather(running, waiting)

    with_batcher(replace(LIMITS, batch_characters=500, seconds=0.6), ask, uneven_model)
