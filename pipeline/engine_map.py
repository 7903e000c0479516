"""The engine's map: some work on many parts, in this process or in several, with the same results in the same order.

Whoever has parts to work on takes an `EngineMap` and does not know where it runs; a cluster of machines would come
behind the same interface.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")

_PARTS_WAITING = 2


class EngineMap(Protocol):
    """Does some work on each part and gives the results in the order of the parts, one after the other."""

    def __call__(self, work: Callable[[Part], Result], parts: Iterable[Part], /) -> Iterator[Result]:
        """Return the results; work and parts must be such that another process can be sent them."""


def in_this_process(work: Callable[[Part], Result], parts: Iterable[Part], /) -> Iterator[Result]:
    """Work on one part after the other, here."""
    return map(work, parts)


@contextmanager
def engine_map(processes: int = 1) -> Iterator[EngineMap]:
    """Give a map that works in this process, or in a pool of several that ends with the block.

    Only a few parts for each process are made at a time, so that memory stays bounded.
    """
    if processes <= 1:
        yield in_this_process
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:

        def spread(work: Callable[[Part], Result], parts: Iterable[Part], /) -> Iterator[Result]:
            running: deque[Future[Result]] = deque()
            for part in parts:
                running.append(pool.submit(work, part))
                if len(running) >= _PARTS_WAITING * processes:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()

        yield spread
