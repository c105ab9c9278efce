"""Gradio's queue serves those who stay when somebody leaves."""

from __future__ import annotations

import asyncio
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from tests.ui.beside import run
from ui.pages.queueing import survive_leaving


def waiting_queue() -> Any:
    """Return a queue in which "gone", who has left, and "here" wait for an answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import gradio as gr
        from gradio.queueing import EventQueue

    queue = gr.Blocks(analytics_enabled=False).queue()._queue
    waiting = EventQueue("answers", 1)
    for session in ("gone", "here"):
        event: Any = SimpleNamespace(
            _id=f"of {session}", session_hash=session, alive=True, streaming=False, fn=None
        )
        waiting.queue.append(event)
    queue.event_queue_per_concurrency_id["answers"] = waiting
    queue.pending_messages_per_session["here"] = asyncio.Queue()
    return queue


def test_who_stays_is_told_their_place() -> None:
    async def told() -> Any:
        queue = waiting_queue()
        survive_leaving(queue)
        queue.broadcast_estimations("answers")
        assert "gone" not in queue.pending_messages_per_session
        return queue.pending_messages_per_session["here"].get_nowait()

    message = run(told())
    assert (message.event_id, message.rank, message.queue_size) == ("of here", 1, 2)


def test_gradio_still_needs_it() -> None:
    """When this fails, :mod:`ui.pages.queueing` may go."""

    async def estimate() -> None:
        waiting_queue().broadcast_estimations("answers")

    with pytest.raises(KeyError, match="gone"):
        run(estimate())
