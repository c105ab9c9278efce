"""What a few do to the others at the chat (R10): reading slowly, cancelling, and giving files.

    python -m benchmarks.chat_troubles --data ../shared/data

One person asks one question after the other, first alone, then while others make trouble: twenty
read their answers at 128 bytes a second, one asks and cancels in a loop, four give files as fast as
they are taken. ``others_ms`` is what the person waits for a whole answer meanwhile.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import results
from benchmarks.answer_latency import percentiles
from benchmarks.chat_client import trickling, visitors
from benchmarks.chat_server import (
    Server,
    chat_options,
    questions,
    ready_index,
    serving,
)

Maker = Callable[[str, Iterator[str], float], Coroutine[Any, Any, dict[str, int]]]

_HEAD_START = 0.5  # seconds before the person begins
_LINES = 40  # sentences of a given file


async def slow(address: str, wanted: Iterator[str], until: float) -> dict[str, int]:
    """Read an answer at a trickle until a time."""
    async with visitors(address) as (visitor,):
        await visitor.join(next(wanted))
        read = 0
        async with trickling(visitor) as stream:
            while time.monotonic() < until and (piece := await stream.read(64)):
                read += len(piece)
                await asyncio.sleep(0.5)
    return {"bytes": read}


async def cancelling(address: str, wanted: Iterator[str], until: float) -> dict[str, int]:
    """Ask and cancel, over and over."""
    cancelled = busy = 0
    async with visitors(address) as (visitor,):
        while time.monotonic() < until:
            event = await visitor.join(next(wanted))
            if event is None:
                busy += 1
                await asyncio.sleep(0.05)
            else:
                await visitor.cancel(event)
                cancelled += 1
    return {"cancelled": cancelled, "busy": busy}


async def giving(address: str, wanted: Iterator[str], until: float) -> dict[str, int]:
    """Give one file after the other; count them, and what was refused."""
    given = failed = 0
    async with visitors(address) as (visitor,):
        while time.monotonic() < until:
            name = f"{visitor.session}-{given}.txt"
            text = "\n".join(f"{name} {next(wanted)}" for _ in range(_LINES))
            await visitor.give(name, text.encode())
            told = await visitor.call("articles", "jobs", ticket=visitor.ticket)
            given += 1
            failed = sum(job["state"] == "failed" for job in told["jobs"])
    return {"files": given, "failed": failed}


async def asking(address: str, wanted: Iterator[str], until: float) -> list[float]:
    """Ask until a time and return the milliseconds of each answer.

    The first is not counted: it waits for the questions that others ask all at once.
    """
    times = []
    async with visitors(address) as (visitor,):
        await asyncio.sleep(_HEAD_START)
        await visitor.ask(next(wanted))
        while time.monotonic() < until:
            began = time.perf_counter()
            if await visitor.ask(next(wanted)) is not None:
                times.append((time.perf_counter() - began) * 1000)
    return times


# Who makes trouble, and how many of them.
TROUBLES: dict[str, tuple[Maker, int]] = {
    "alone": (slow, 0),
    "slow": (slow, 20),
    "cancelling": (cancelling, 1),
    "giving": (giving, 4),
}


async def beside(server: Server, data: Path, seconds: float, trouble: str) -> dict[str, Any]:
    """Ask while others make trouble of one kind, and return what was seen of both."""
    until = time.monotonic() + seconds
    address, wanted = server.address, questions(data)
    make, count = TROUBLES[trouble]
    times, *made = await asyncio.gather(
        asking(address, wanted, until), *(make(address, wanted, until) for _ in range(count))
    )
    done = {name: sum(one[name] for one in made) for name in (made[0] if made else ())}
    return {"makers": count, **done, "answers": len(times), "others_ms": percentiles(times)}


async def troubled(server: Server, data: Path, seconds: float) -> dict[str, Any]:
    """Warm the server up, then measure beside each trouble."""
    await beside(server, data, min(5, seconds), "alone")
    return {trouble: await beside(server, data, seconds, trouble) for trouble in TROUBLES}


def main() -> None:
    """Make or reuse the index, serve a copy of it, and write the figures."""
    parser = chat_options(__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = options.index_folder or Path(temporary)
        kept = ready_index(folder, options.data)
        copy = Path(temporary) / "copy"  # files are added to it
        shutil.copytree(kept, copy)
        with serving(copy, "--reader", options.reader) as server:
            figures = asyncio.run(troubled(server, options.data, options.seconds))
    known = {"reader": options.reader, "seconds": options.seconds}
    results.write("chat_troubles", {**known, "troubles": figures})


if __name__ == "__main__":
    main()
