"""A visitor of the chat without a browser: asks, leaves, cancels, gives files and looks around.

It speaks as the page does: Gradio's queue and its stream of events, functions of the parts, and the
route for files. Everything the server sends is kept, so that one can look for what is another's.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE = 120  # seconds without a byte
_STREAM = "/gradio_api/queue/data?session_hash="


@dataclass(slots=True)
class Visitor:
    """A session of its own; ``received`` is what the server said to it, piece by piece."""

    client: httpx.AsyncClient
    config: dict[str, Any]  # of the page, the same for everybody
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    ticket: str = field(default_factory=lambda: secrets.token_hex(16))
    received: list[str] = field(default_factory=list)

    async def join(self, question: str) -> str | None:
        """Put a question into the queue; return its event, None where the server is busy."""
        body = {
            "data": [],
            "event_data": {"question": question, "turn": 1},
            "fn_index": self._ask(),
            "session_hash": self.session,
        }
        reply = await self.client.post("/gradio_api/queue/join", json=body)
        self.received.append(reply.text)
        if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        reply.raise_for_status()
        return str(reply.json()["event_id"])

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Yield what comes on the session's stream until it ends."""
        async with self.client.stream("GET", _STREAM + self.session) as reply:
            reply.raise_for_status()
            async for line in reply.aiter_lines():
                if line.startswith("data:"):
                    self.received.append(line[5:])
                    yield json.loads(line[5:])

    async def ask(self, question: str) -> str | None:
        """Ask and return the whole answer as it is shown; None where the server is busy.

        Raises ValueError where the stream ends with something else.
        """
        if await self.join(question) is None:
            return None
        async for event in self.events():
            if event["msg"] in ("process_completed", "unexpected_error"):
                if not event["success"]:
                    raise ValueError(f"no answer: {event}")
                return str(event["output"]["data"][0])
        raise ValueError("the stream ended without an answer")

    async def begin(self, question: str) -> str | None:
        """Ask, wait for the first words, and go away; return the event, None where busy."""
        event = await self.join(question)
        if event is not None:
            async with aclosing(self.events()) as told:
                async for one in told:
                    if one["msg"] == "process_generating":
                        break
        return event

    async def cancel(self, event: str) -> None:
        """Stop the answer of an event, as the page's Stop does."""
        body = {"session_hash": self.session, "fn_index": self._ask(), "event_id": event}
        reply = await self.client.post("/gradio_api/cancel", json=body)
        reply.raise_for_status()

    async def call(self, part: str, function: str, **data: object) -> Any:
        """Call a function of a part of the page, such as ``browse`` of ``articles``."""
        component = next(
            one["id"]
            for one in self.config["components"]
            if one["props"].get("elem_id") == f"kutip-{part}"
        )
        body = {
            "data": data,
            "fn_name": function,
            "component_id": component,
            "session_hash": self.session,
        }
        reply = await self.client.post("/gradio_api/component_server/", json=body)
        self.received.append(reply.text)
        reply.raise_for_status()
        return reply.json()

    async def give(self, name: str, data: bytes) -> None:
        """Give a file and wait until it is indexed, or refused in words."""
        address = f"/kutip/upload?name={name}"
        reply = await self.client.post(
            address, content=data, headers={"X-Kutip-Ticket": self.ticket}
        )
        self.received.append(reply.text)
        while reply.status_code == httpx.codes.ACCEPTED:
            told = await self.call("articles", "jobs", ticket=self.ticket)
            if all(job["state"] in ("done", "failed") for job in told["jobs"]):
                return
            await asyncio.sleep(0.1)

    def _ask(self) -> int:
        functions = self.config["dependencies"]
        return next(one["id"] for one in functions if one["targets"][0][1] == "ask")


@asynccontextmanager
async def visitors(address: str, count: int = 1) -> AsyncIterator[list[Visitor]]:
    """Come to the chat at ``http://host:port`` as so many people who were never there."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        config = (await client.get("/config")).raise_for_status().json()
        yield [Visitor(client, config) for _ in range(count)]


@asynccontextmanager
async def trickling(visitor: Visitor) -> AsyncIterator[asyncio.StreamReader]:
    """Open a visitor's stream with as small a buffer as there is, and leave the reading to others.

    What the server sends soon fills the connection, so that it must wait for whoever reads.
    """
    address = visitor.client.base_url
    taking = socket.socket()
    taking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # the system rounds it up
    taking.setblocking(False)
    await asyncio.get_running_loop().sock_connect(taking, (address.host, address.port))
    reader, writer = await asyncio.open_connection(sock=taking, limit=1024)
    head = f"GET {_STREAM}{visitor.session} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    try:
        yield reader
    finally:
        writer.close()
