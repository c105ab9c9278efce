"""Many people at the chat at once (R10): waiting times, errors, memory, and nothing of another's.

    python -m benchmarks.chat_load --data ../shared/data
    python -m benchmarks.chat_load --data ../shared/data --users 20 50 --seconds 300

Each user has a session, asks as the page does (Gradio's queue and its stream of events), thinks for
some seconds and asks something else. Every question holds a marker of its session; nothing that a
session receives may hold another's. Then as many users leave while their answers grow, and one more
asks: its time shows whether the work for them was given up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import results
from benchmarks.answer_latency import percentiles
from benchmarks.chat_server import Server, chat_of, chat_options, questions

ASK = 1  # the number of the function in Gradio's configuration
_MARKER = re.compile(r"zq-\d+-[0-9a-f]{8}")
_BUSY = "queue is full"


@dataclass(slots=True)
class Tally:
    """What all users saw: milliseconds, and counts."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)  # bytes of a stream per byte of its last value
    busy: int = 0
    errors: list[str] = field(default_factory=list)
    foreign: int = 0


async def events(client: httpx.AsyncClient, session: str) -> AsyncIterator[tuple[int, Any]]:
    """Yield each event of a session's stream with its length."""
    address = f"/gradio_api/queue/data?session_hash={session}"
    async with client.stream("GET", address) as reply:
        reply.raise_for_status()
        async for line in reply.aiter_lines():
            if line.startswith("data:"):
                yield len(line), json.loads(line[5:])


async def join(client: httpx.AsyncClient, session: str, question: str) -> httpx.Response:
    """Put a question into the queue."""
    data = {"question": question, "turn": 1}
    body = {"data": [], "event_data": data, "fn_index": ASK, "session_hash": session}
    return await client.post("/gradio_api/queue/join", json=body)


async def ask(client: httpx.AsyncClient, session: str, question: str, tally: Tally) -> None:
    """Ask once and count what came back."""
    own = set(_MARKER.findall(question))
    began = time.perf_counter()
    joined = await join(client, session, question)
    if joined.status_code == httpx.codes.SERVICE_UNAVAILABLE or _BUSY in joined.text.lower():
        tally.busy += 1
        return
    joined.raise_for_status()
    first, length = 0.0, 0
    async for size, event in events(client, session):
        length += size
        text = json.dumps(event)
        tally.foreign += bool(set(_MARKER.findall(text)) - own)
        shown = "answer found" in text or "answer not-found" in text
        first = first or (time.perf_counter() - began) * 1000 * shown
        if event["msg"] == "unexpected_error":
            tally.errors.append(text[:300])
            return
        if event["msg"] == "process_completed":
            if not event["success"] or not shown:
                tally.errors.append(text[:300])
                return
            tally.first.append(first)
            tally.whole.append((time.perf_counter() - began) * 1000)
            tally.sent.append(length / size)
            return
    tally.errors.append("the stream ended without an answer")


async def use(address: str, user: int, wanted: Iterator[str], until: float, think: float) -> Tally:
    """Be one user until a time: ask, think, ask."""
    chance = random.Random(user)
    tally = Tally()
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        await asyncio.sleep(chance.uniform(0, think))  # people do not come all in one moment
        while time.monotonic() < until:
            marker = f"zq-{user}-{chance.getrandbits(32):08x}"
            session = f"s{user}x{chance.getrandbits(48):x}"
            try:
                await ask(client, session, f"{next(wanted)} {marker}", tally)
            except httpx.HTTPError as error:
                tally.errors.append(repr(error))
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
    return tally


async def leave(address: str, user: int, question: str) -> None:
    """Ask, read one event, and go away."""
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        session = f"gone{user}"
        if (await join(client, session, question)).is_error:  # busy
            return
        async for _ in events(client, session):
            return


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
        *(leave(server.address, user, f"{next(wanted)} {user}") for user in range(users))
    )
    alone = Tally()
    async with httpx.AsyncClient(base_url=server.address, timeout=120) as client:
        await ask(client, "afterwards", next(wanted), alone)
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
