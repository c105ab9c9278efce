"""Work beside other work, in a thread that ends with it.

Threads that are kept for later are missing in a forked process, where a task would wait for them
for ever. A search is asked for there, too.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin work; what is returned waits for its result, or raises what it raised."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="kutip-beside")
    try:
        future = executor.submit(work)
    except RuntimeError:  # the main thread has ended, and executors begin nothing any more
        return work
    executor.shutdown(wait=False)
    return future.result
