"""One call of a chat model: within a time limit, and with failures that can be shown to a user."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, TypeVar

Reply = TypeVar("Reply")


class ModelCall(threading.Thread, Generic[Reply]):
    """Runs ``invoke`` once; ends with ``reply`` or ``error`` set, or is still running.

    A daemon thread: the time limits of HTTP clients start again with every byte, so a server that
    drips could hold the answer, and the interpreter at its exit, for as long as it likes.

    Whatever the model raises is kept, not only known classes: every provider's package has its own,
    without a common base, and nothing of ours runs in here whose bugs that could hide. It is not
    chained to what the user gets either: its text and its traceback may hold a key.
    """

    def __init__(self, invoke: Callable[[], Reply]) -> None:
        super().__init__(name="kutip-chat-model", daemon=True)
        self._invoke = invoke
        # LangChain keeps callbacks and tracing in context variables.
        self._context = contextvars.copy_context()
        self.reply: Reply | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Call the model (in the thread; use ``start``)."""
        with self:
            self.reply = self._context.run(self._invoke)

    def __enter__(self) -> None:
        """Start to keep what is raised."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Keep what was raised instead of having the thread print it."""
        self.error = error
        return True


_BY_STATUS = {
    401: "refused the key (HTTP 401); check it",
    403: "refused the key (HTTP 403); check it",
    404: "is not known to its provider (HTTP 404); check the name",
    429: "is over its rate limit or quota (HTTP 429); try again later",
}


def explain(error: BaseException) -> str:
    """Say what went wrong, from the class and the HTTP status alone: messages may hold keys."""
    name = type(error).__name__
    response = getattr(error, "response", None)
    found = (getattr(error, "status_code", None), getattr(response, "status_code", None))
    # A reply that cannot be parsed comes as an error with status 200.
    status = next((code for code in found if isinstance(code, int) and code >= 400), None)
    if "ContextOverflow" in name:
        return "cannot take a prompt of this length; ask for fewer passages"
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return "took too long to answer; try again"
    if status is not None:
        return _BY_STATUS.get(status, f"failed with HTTP status {status}; try again later")
    if isinstance(error, OSError) or "Connect" in name:
        return "could not be reached; check the network and the server's address"
    return f"gave no usable answer ({name})"
