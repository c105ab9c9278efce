"""Gradio's queue, made to outlive people who leave while their question waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.queueing import Event, Queue
    from gradio.server_messages import EventMessage


def survive_leaving(queue: Queue) -> None:
    """Let a queue send nothing to a session that is gone.

    When a client disconnects, Gradio 6.31 deletes its messages first and its waiting events after
    that. In between, the next estimate of waiting times is sent to all that wait, the one that
    left included: a KeyError, in the task that serves everybody, and "Queue is stopped." from then
    on. Of 50 people leaving at once one did that.
    """
    send = queue.send_message

    def send_to_listeners(event: Event, event_message: EventMessage) -> None:
        if event.session_hash in queue.pending_messages_per_session:
            send(event, event_message)

    queue.send_message = send_to_listeners  # type: ignore[method-assign]
