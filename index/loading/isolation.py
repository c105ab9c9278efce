"""Parse files of risky formats in a process of its own, and survive what they do to it.

One such process serves file after file. It is killed and replaced when a file takes too long,
needs too much memory or makes its parser crash; that file then ends in one error. Where the process
read others before, which may have left it little memory, the file is tried once more by a new one.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, cast

from index.errors import ArticleError, KutipError
from index.loading.files import ArticleFile, OnError, shown, unreadable
from index.loading.wire import Message, article_of, file_message, receive, send
from index.types import Article

SECONDS = 30  # of the processor, for one article
_MOST_FILES = 50
MEGABYTES = 400  # on top of what the interpreter takes: some 512 in all
_PATIENCE = 4  # times as many seconds by the clock: the processor may be busy
_DEATHS = 10  # members of an archive that may end the process before the archive is given up
_IDLE = 2  # processes kept for the next file
_KEPT = ("PATH", "HOME", "LANG", "LANGUAGE", "TZ", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_KEPT_STARTS = ("LC_", "OPENBLAS_", "LD_", "DYLD_")


class _Worker:
    """One process that parses files, and its pipes."""

    def __init__(self) -> None:
        self.asked = 0
        paths = [os.path.abspath(path) for path in sys.path]
        code = f"import sys; sys.path[:] = {paths!r}; from index.loading import child; child.main()"
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-X", "utf8", "-B", "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
            )
        except OSError as error:
            raise KutipError(_not_started(error.strerror or str(error))) from error
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        self.timed_out = False
        if receive(self._output) is None:
            self.kill()
            raise KutipError(_not_started("it ended at once"))

    def is_alive(self) -> bool:
        """Say whether the process waits for a file: the system may have ended it meanwhile."""
        return self._process.poll() is None

    def ask(self, file: ArticleFile, skip: int) -> None:
        """Tell the process which file to load."""
        self.asked += 1
        message = {
            "file": file_message(file),
            "skip": skip,
            "seconds": SECONDS,
            "megabytes": MEGABYTES,
        }
        with suppress(OSError):  # gone: noticed where its answer is read
            send(self._input, message, file.content or b"")

    def answer(self) -> tuple[Message, bytes] | None:
        """Return the next thing it says; None when it has died, of its own or for its slowness."""
        watch = threading.Timer(SECONDS * _PATIENCE, self._give_up)
        watch.daemon = True
        watch.start()
        try:
            return receive(self._output)
        finally:
            watch.cancel()

    def _give_up(self) -> None:
        self.timed_out = True
        self._process.kill()

    def kill(self) -> int:
        """End the process and return its exit code."""
        self._process.kill()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()
        return self._process.wait()

    def forget(self) -> None:
        """Let go of a process that belongs to the parent of this one."""
        self._process.returncode = 0
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()


class _Pool:
    """The processes that wait for a file."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._guard = threading.Lock()

    def take(self) -> _Worker:
        """Return a process that waits, or a new one."""
        while True:
            with self._guard:
                worker = self._idle.pop() if self._idle else None
            if worker is None:
                return _Worker()
            if worker.is_alive():
                return worker
            worker.kill()

    def give(self, worker: _Worker) -> None:
        with self._guard:
            # Parsers keep memory; a process that has read many files has little left for the next.
            if len(self._idle) < _IDLE and worker.asked < _MOST_FILES:
                self._idle.append(worker)
                return
        worker.kill()

    def close(self) -> None:
        with self._guard:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()

    def forget(self) -> None:
        """Start anew in a forked process."""
        idle, self._idle, self._guard = self._idle, [], threading.Lock()
        for worker in idle:
            worker.forget()


_POOL = _Pool()
atexit.register(_POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.forget)


@dataclass(slots=True)
class _Place:
    """Where the loading of a file stands: the member of an archive that is being loaded.

    ``told`` says whether anything came of it already.
    """

    member: int = -1
    path: str = ""
    told: bool = False


def load_isolated(file: ArticleFile, report: OnError) -> Iterator[Article]:
    """Yield the articles of a file that another process parses; errors as from a loader."""
    skip, fresh = 0, False
    for _ in range(_DEATHS):
        place = _Place(path=shown(file.place))
        try:
            yield from _load(file, report, skip, place, fresh=fresh)
            return
        except _SpentError:
            skip, fresh = max(skip, place.member), True
        except _DeathError as death:
            error = ArticleError(f"Cannot read {shown(place.path)}: {death}.", path=place.path)
            if place.member < 0:
                raise error from death
            report(error)
            skip = place.member + 1
    raise unreadable(file, "too many of its files end their parser; unpack it first")


class _DeathError(Exception):
    """The process died; the message is the end of a sentence that says of what."""


class _SpentError(Exception):
    """The process had too little memory left after other files: this one may need no more."""


def _load(
    file: ArticleFile, report: OnError, skip: int, place: _Place, *, fresh: bool
) -> Iterator[Article]:
    worker = _Worker() if fresh else _POOL.take()
    healthy = False
    try:
        worker.ask(file, skip)
        while (answer := worker.answer()) is not None:
            message, content = answer
            if "end" in message:
                healthy = "leaving" not in message
                if not healthy and worker.asked > 1 and not place.told:
                    raise _SpentError
                if not healthy and place.member >= 0:  # an archive goes on in another process
                    raise _DeathError("it needs too much memory; split it, or save its text")
                if "error" in message:
                    raise ArticleError(message["error"], path=message["path"])
                return
            place.told = "member" not in message
            if "article" in message:
                yield article_of(message["article"], content)
            elif "member" in message:
                place.member, place.path = message["member"], message["path"]
            else:
                report(ArticleError(message["error"], path=message["path"]))
    finally:
        code = 0
        if healthy:
            _POOL.give(worker)
        else:
            code = worker.kill()
    slow = bool(code) and (worker.timed_out or code == -getattr(signal, "SIGXCPU", 0))
    if worker.asked > 1 and not place.told and not slow:
        raise _SpentError
    raise _DeathError(_cause(slow=slow))


def _cause(*, slow: bool) -> str:
    if slow:
        return f"it takes more than {SECONDS} s to read; split it, or save its text as .txt"
    return "its parser failed; it is damaged or too large, so save its text as .txt"


def _environment() -> dict[str, str]:
    """Return the environment without what is none of a parser's business, such as keys."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.upper() in _KEPT or name.upper().startswith(_KEPT_STARTS)
    }
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _not_started(reason: str) -> str:
    return f"The process that reads files could not be started ({reason}); free memory and retry."
