"""Many people at the chat at once (R10): waiting times, errors, memory, and nothing of another's.

    python -m benchmarks.chat_load --data ../shared/data
    python -m benchmarks.chat_load --data ../shared/data --users 20 50 --seconds 300

Each user has a session, asks as the page does (Gradio's queue and its stream of events), thinks for
some seconds and asks something else. Every question holds a marker of its session; nothing that a
session receives may hold another's. Then as many users leave while their answers grow or wait:
how long the server goes on working, and how long one more question takes, shows whether the work
for them was given up.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import results
from benchmarks.answer_latency import percentiles
from benchmarks.chat_client import Visitor, visitors
from benchmarks.chat_server import Server, chat_of, chat_options, questions

_MARKER = re.compile(r"zq-\d+-[0-9a-f]{8}")
_LOOK = 0.1  # seconds between two looks at the server's processor time
_QUIET = 0.1  # part of that time in which a server with nothing to do may be busy
_TOO_LONG = 60  # seconds


@dataclass(slots=True)
class Tally:
    """What all users saw: milliseconds, and counts."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)  # bytes of a stream per byte of its last value
    busy: int = 0
    errors: list[str] = field(default_factory=list)
    foreign: int = 0


async def ask(visitor: Visitor, question: str, tally: Tally) -> None:
    """Ask once and count what came back."""
    own = set(_MARKER.findall(question))
    visitor.received.clear()
    began = time.perf_counter()
    first, ended = 0.0, False
    if await visitor.join(question) is None:
        tally.busy += 1
        return
    async with aclosing(visitor.events()) as events:
        async for event in events:
            text = visitor.received[-1]
            shown = "answer found" in text or "answer not-found" in text
            first = first or (time.perf_counter() - began) * 1000 * shown
            if event["msg"] in ("process_completed", "unexpected_error"):
                ended = event["success"] and shown
                break
    took = (time.perf_counter() - began) * 1000
    tally.foreign += sum(bool(set(_MARKER.findall(text)) - own) for text in visitor.received)
    if not ended:
        tally.errors.append(visitor.received[-1][:300])
        return
    tally.first.append(first)
    tally.whole.append(took)
    tally.sent.append(sum(map(len, visitor.received)) / len(visitor.received[-1]))


async def use(address: str, user: int, wanted: Iterator[str], until: float, think: float) -> Tally:
    """Be one user until a time: ask, think, ask."""
    chance = random.Random(user)
    tally = Tally()
    marker = f"zq-{user}-{chance.getrandbits(32):08x}"
    async with visitors(address) as (visitor,):
        await asyncio.sleep(chance.uniform(0, think))  # people do not come all in one moment
        while time.monotonic() < until:
            try:
                await ask(visitor, f"{next(wanted)} {marker}", tally)
            except httpx.HTTPError as error:
                tally.errors.append(repr(error))
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
    return tally


async def leave(address: str, question: str) -> None:
    """Ask, read one event, and go away."""
    async with visitors(address) as (visitor,):
        if await visitor.join(question) is not None:
            async with aclosing(visitor.events()) as events:
                await anext(events)


async def seconds_until_quiet(server: Server) -> float | None:
    """Return how long the server still works; None where it does not stop within a minute."""
    began, busy = time.perf_counter(), server.processor_seconds()
    while (spent := time.perf_counter() - began) < _TOO_LONG:
        await asyncio.sleep(_LOOK)
        before, busy = busy, server.processor_seconds()
        if busy - before < _QUIET * _LOOK:
            return round(spent, 2)
    return None


async def crowd(server: Server, users: int, seconds: float, think: float, data: Path) -> Any:
    """Let so many people use the chat, then leave it, and return what they saw."""
    wanted = questions(data)
    before = server.megabytes()
    until = time.monotonic() + seconds
    tallies = await asyncio.gather(
        *(use(server.address, user, wanted, until, think) for user in range(users))
    )
    after = server.megabytes()
    await asyncio.gather(
        *(leave(server.address, f"{next(wanted)} {user}") for user in range(users))
    )
    quiet = await seconds_until_quiet(server)
    alone = Tally()
    async with visitors(server.address) as (visitor,):
        await ask(visitor, next(wanted), alone)
    whole = [one for tally in tallies for one in tally.whole]
    errors = [one for tally in tallies for one in tally.errors] + alone.errors
    return {
        "users": users,
        "answers": len(whole),
        "first_words_ms": percentiles([one for tally in tallies for one in tally.first]),
        "whole_ms": {**percentiles(whole), "max": round(max(whole), 1)},
        "stream_per_answer": percentiles([one for tally in tallies for one in tally.sent]),
        "busy": sum(tally.busy for tally in tallies),
        "errors": len(errors),
        "first_errors": errors[:3],
        "foreign_markers": sum(tally.foreign for tally in tallies),
        "server_mb": {"before": before, "after": after},
        "seconds_of_work_after_all_left": quiet,
        "ms_after_all_left": round(alone.whole[0], 1) if alone.whole else None,
    }


async def loaded(server: Server, options: argparse.Namespace) -> list[Any]:
    """Warm the server up, then let each crowd in."""
    await crowd(server, 4, min(10, options.seconds), options.think, options.data)
    return [
        await crowd(server, users, options.seconds, options.think, options.data)
        for users in options.users
    ]


def main() -> None:
    """Make or reuse the index, let the crowds in and write the figures."""
    parser = chat_options(__doc__)
    parser.add_argument("--users", type=int, nargs="*", default=[20])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--think", type=float, default=3)
    options = parser.parse_args()
    with chat_of(options) as server:
        crowds = asyncio.run(loaded(server, options))
    known = {"reader": options.reader, "think_seconds": options.think, "seconds": options.seconds}
    results.write("chat_load", {**known, "crowds": crowds})


if __name__ == "__main__":
    main()
