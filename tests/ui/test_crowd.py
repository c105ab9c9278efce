"""Many at once, and those who behave badly: what each of them gets, never how fast (R10).

What is a session's own: its questions and answers, and what becomes of the files it gives. An
article that was indexed is everybody's, as the library is shared, and so are its name and text.
Times are measured by ``benchmarks.chat_load`` and ``benchmarks.chat_troubles``.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

from benchmarks.chat_client import Visitor, trickling, visitors
from tests.ui.beside import run
from tests.ui.room import QUOTE, Scripted

ANSWERED = os.cpu_count() or 1  # questions at a time
WAITING = 64  # questions in the queue


async def until(reached: Callable[[], bool]) -> None:
    """Wait until something is so, at most half as long as an endless answer takes."""
    for _ in range(1_000):
        if reached():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
def server(address: str, library: Scripted) -> Iterator[str]:
    """Return the chat's address; all that was begun there must have been given up afterwards."""
    library.begun.clear()
    library.given_up.clear()
    yield f"http://{address}"
    run(until(lambda: len(library.given_up) >= len(library.begun)))
    assert sorted(library.begun) == sorted(library.given_up)


@pytest.mark.parametrize("users", [8, pytest.param(50, marks=pytest.mark.long)])
def test_an_answer_nobody_reads_is_given_up(server: str, library: Scripted, users: int) -> None:
    """Each user leaves at the first words, and only that makes room for the next one."""

    async def leave() -> str | None:
        async with visitors(server, users + 1) as (last, *people):
            await asyncio.gather(*(one.begin(f"endless {n}") for n, one in enumerate(people)))
            return await last.ask("Who met Guterres?")

    assert QUOTE in str(run(leave()))
    assert sorted(library.begun) == sorted(f"endless {n}" for n in range(users))


@pytest.mark.parametrize("users", [8, pytest.param(50, marks=pytest.mark.long)])
def test_a_question_nobody_waits_for_is_not_begun(
    server: str, library: Scripted, users: int
) -> None:
    """Who leaves the queue is not answered; who stays is, once there is room."""

    async def wait(visitor: Visitor, question: str, left: asyncio.Event) -> None:
        await visitor.join(question)
        async with aclosing(visitor.events()) as events:
            await anext(events)
            await left.wait()

    async def leave() -> str | None:
        room, gone = asyncio.Event(), asyncio.Event()
        async with visitors(server, ANSWERED + users + 1) as (last, *people):
            held = [
                asyncio.create_task(wait(one, f"endless {n}", room))
                for n, one in enumerate(people[:ANSWERED])
            ]
            await until(lambda: len(library.begun) == ANSWERED)
            queued = [
                asyncio.create_task(wait(one, "endless and waiting", gone))
                for one in people[ANSWERED:]
            ]
            await until(lambda: all(one.received[1:] for one in people))
            gone.set()
            await asyncio.gather(*queued)
            answer = asyncio.create_task(last.ask("Who met Guterres?"))
            await until(lambda: bool(last.received))
            room.set()
            await asyncio.gather(*held)
            return await answer

    assert QUOTE in str(run(leave()))
    assert sorted(library.begun) == [f"endless {n}" for n in range(ANSWERED)]


@pytest.mark.parametrize("readers", [5, pytest.param(20, marks=pytest.mark.long)])
def test_slow_readers_hold_up_nobody(server: str, readers: int) -> None:
    """Others are answered while answers of megabytes go out at a trickle."""

    async def read(visitor: Visitor, begun: list[str], done: asyncio.Event) -> int:
        await visitor.join("lengthy")
        read = 0
        async with trickling(visitor) as stream:
            assert b"200 OK" in await stream.readline()
            begun.append(visitor.session)
            while not done.is_set():
                read += len(await stream.read(64))
                await asyncio.sleep(0.05)
        return read

    async def meet() -> tuple[list[str | None], list[int]]:
        begun, done = list[str](), asyncio.Event()
        async with visitors(server, readers + 1) as (last, *slow):
            reading = [asyncio.create_task(read(one, begun, done)) for one in slow]
            await until(lambda: len(begun) == readers)
            answers = [await last.ask(f"Who met Guterres? {n}") for n in range(10)]
            done.set()
            return answers, await asyncio.gather(*reading)

    answers, bytes_read = run(meet())
    assert [f"Guterres? {n}" in str(one) for n, one in enumerate(answers)] == [True] * 10
    assert max(bytes_read) < 1_000_000  # nobody had all of it


@pytest.mark.parametrize("times", [20, pytest.param(500, marks=pytest.mark.long)])
def test_cancelling_in_a_loop_hurts_nobody(server: str, library: Scripted, times: int) -> None:
    """Each is given up, begun or not, and somebody else has all answers meanwhile."""

    async def cancel(visitor: Visitor) -> None:
        for number in range(times):
            question = f"endless {number}"
            event = await visitor.join(question)
            assert event
            if number % 2:
                await until(lambda asked=question: asked in library.begun)  # type: ignore[misc]
            await visitor.cancel(event)

    async def meet() -> list[str | None]:
        async with visitors(server, 2) as (restless, other):
            cancelling = asyncio.create_task(cancel(restless))
            answers = [await other.ask(f"Who met Guterres? {n}") for n in range(times)]
            await cancelling
            return answers

    answers = run(meet())
    assert [f"Guterres? {n}" in str(one) for n, one in enumerate(answers)] == [True] * times
    assert {f"endless {n}" for n in range(1, times, 2)} <= set(library.given_up)


@pytest.mark.parametrize("users", [100, pytest.param(200, marks=pytest.mark.long)])
def test_a_crowd_gets_answers_or_is_told_to_come_back(
    server: str, library: Scripted, users: int
) -> None:
    """No more wait than there is room for; each of them is answered, and with its own answer."""

    async def meet() -> tuple[list[str | None], list[list[str]]]:
        async with visitors(server, users) as people:
            asked = [
                asyncio.create_task(one.ask(f"Say it slowly, marker-{n}-"))
                for n, one in enumerate(people)
            ]
            await until(lambda: all(one.received for one in people))
            library.growing.set()
            return await asyncio.gather(*asked), [one.received for one in people]

    library.growing.clear()
    answers, received = run(meet())
    busy = [replies for answer, replies in zip(answers, received, strict=True) if answer is None]
    assert users - WAITING - ANSWERED <= len(busy) <= users - WAITING
    assert all("Queue is full" in reply for (reply,) in busy)
    for number, (answer, replies) in enumerate(zip(answers, received, strict=True)):
        assert answer is None or f"marker-{number}-" in answer
        others = "".join(replies).replace(f"marker-{number}-", "")
        assert "marker-" not in others


@pytest.mark.parametrize("sessions", [4, pytest.param(12, marks=pytest.mark.long)])
def test_nobody_sees_what_is_anothers(
    server: str, library: Scripted, sessions: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Questions, answers and refused files are their session's; what was indexed is everybody's."""
    caplog.set_level(logging.DEBUG, "kutip")

    async def live(visitor: Visitor, own: int) -> list[str]:
        """Return the lists of articles that were seen; the rest is in ``received``."""
        shelves = []
        for turn in range(3):
            await visitor.ask(f"Who met Guterres? asked-{own}-{turn}")
            await visitor.ask(f"How will the weather be? asked-{own}-{turn}")
            await visitor.give(f"refused-{own}-{turn}.jsonl", b"{")
            await visitor.give(f"kept-{own}-{turn}.txt", f"Boats {own} {turn}\n\nSea.".encode())
            shelves.append(await visitor.call("articles", "browse", query="boats"))
            visitor.received.pop()
            await visitor.call("insights", "coverage", query="boats")
        return shelves

    async def meet() -> tuple[list[str], list[list[str]], list[str]]:
        async with visitors(server, sessions) as people:
            shelves = await asyncio.gather(*(live(one, n) for n, one in enumerate(people)))
            heard = ["".join(one.received) for one in people]
            last = [await one.call("articles", "browse", query="boats") for one in people]
            return heard, shelves, last

    heard, shelves, last = run(meet())
    turns = [(own, turn) for own in range(sessions) for turn in range(3)]
    for own in range(sessions):
        assert set(re.findall(r"(?:asked|refused|kept)-(\d+)-", heard[own])) == {str(own)}
        assert not re.search(r"asked-|refused-", "".join([*shelves[own], last[own]]))
        assert set(re.findall(r"kept-(\d+)-(\d+)", last[own])) == {
            (str(one), str(turn)) for one, turn in turns
        }
    assert "asked-" not in "".join(one.getMessage() for one in caplog.records)
    library.index.remove([f"uploads/kept-{own}-{turn}.txt" for own, turn in turns])
