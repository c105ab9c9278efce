"""Files given to the page: received within bounds, indexed one after the other, and thrown away.

A file is written under a name of ours into a private folder, read, indexed and deleted; only the
index keeps its text. What becomes of it is told to whoever holds the ticket of the upload, and to
nobody else.
"""

from __future__ import annotations

import logging
import queue
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from index import SUPPORTED, KutipError
from ui.characters import is_blank, plain

if TYPE_CHECKING:
    from index import AddReport, Progress

_log = logging.getLogger("kutip.ui")

FILE_LIMIT = 50_000_000  # bytes of one file
_FOLDER_LIMIT = 500_000_000  # bytes waiting in all
_WAITING = 200  # files
_TOLD_SECONDS = 3_600  # how long the outcome of a file can be asked for
_SPARE = 500_000_000  # bytes of the disk that stay free

State = Literal["waiting", "reading", "done", "failed"]
Add = Callable[[Path, Callable[["Progress"], None]], "AddReport"]


class UploadError(ValueError):
    """A file that is not taken, with the HTTP status that says so."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Job:
    """What has become of one file; ``message`` says in words what went wrong."""

    ticket: str
    name: str
    state: State = "waiting"
    articles: int = 0
    passages: int = 0
    seconds: float = 0.0
    message: str = ""
    at: float = 0.0


def safe_name(name: str) -> str:
    """Return a file name of one harmless part; UploadError where none can be made of it.

    Raises UploadError for a format that cannot be read.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[\x00-\x1f\x7f<>:\"|?*]+", "", plain(last, limit=5000)).strip(". ")
    suffix = next((one for one in sorted(SUPPORTED, key=len, reverse=True)
                   if kept.lower().endswith(one)), None)  # fmt: skip
    if suffix is None:
        raise UploadError(f"This kind of file cannot be read; take {', '.join(SUPPORTED)}.", 415)
    stem = kept[: -len(suffix)]
    if is_blank(stem):
        raise UploadError("The file has no name; give it one and try again.", 400)
    while len(f"{stem}{suffix}".encode("utf-8", "replace")) > 200:
        stem = stem[:-1]
    return f"{stem}{suffix}"


class Uploads:
    """Takes files and indexes them in one thread, in the order they came."""

    def __init__(self, add: Add) -> None:
        self._add = add
        self._folder = Path(tempfile.mkdtemp(prefix="kutip-uploads-"))
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.Queue[tuple[str, Path] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._size = 0
        self._thread = threading.Thread(target=self._work, daemon=True, name="kutip-uploads")
        self._thread.start()

    @property
    def folder(self) -> Path:
        """The private folder files wait in; it is never served."""
        return self._folder

    def close(self) -> None:
        """Stop after the file being indexed, and delete what waits."""
        self._waiting.put(None)
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, name: str, ticket: str) -> Receiving:
        """Begin to take a file; UploadError where it is not taken."""
        if not re.fullmatch(r"[\w-]{16,64}", ticket, re.ASCII):
            raise UploadError("The upload has no ticket; reload the page and try again.", 400)
        safe = safe_name(name)
        with self._lock:
            self._forget()
            waiting = sum(job.state in ("waiting", "reading") for job in self._jobs.values())
        if waiting >= _WAITING:
            raise UploadError("Too many files are waiting; try again when some are done.", 429)
        if shutil.disk_usage(self._folder).free < _SPARE:
            raise UploadError("The disk of the server is nearly full; free some space first.", 507)
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return Receiving(self, folder / safe, ticket)

    def take(self, size: int) -> None:
        """Count bytes that are kept; UploadError where there are too many in all."""
        with self._lock:
            if self._size + size > _FOLDER_LIMIT:
                raise UploadError("Too much is waiting; try again when some files are done.", 429)
            self._size += size

    def give_back(self, path: Path, size: int) -> None:
        """Delete a file and its folder."""
        shutil.rmtree(path.parent, ignore_errors=True)
        with self._lock:
            self._size -= size

    def enqueue(self, ticket: str, path: Path) -> None:
        """Let a file that is here be indexed."""
        key = path.parent.name
        with self._lock:
            self._jobs[key] = Job(ticket, path.name, at=time.monotonic())
        self._waiting.put((key, path))

    def jobs(self, ticket: str) -> list[Job]:
        """Return what has become of the files of a ticket, in their order."""
        with self._lock:
            return [job for job in self._jobs.values() if job.ticket == ticket]

    def _forget(self) -> None:
        before = time.monotonic() - _TOLD_SECONDS
        old = [key for key, job in self._jobs.items()
               if job.at < before and job.state in ("done", "failed")]  # fmt: skip
        for key in old:
            del self._jobs[key]

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            self._index(*item)

    def _index(self, key: str, path: Path) -> None:
        began = time.monotonic()

        def tell(state: State, articles: int, passages: int, message: str = "") -> None:
            with self._lock:
                self._jobs[key] = replace(
                    self._jobs[key], state=state, articles=articles, passages=passages,
                    seconds=time.monotonic() - began, message=message, at=time.monotonic(),
                )  # fmt: skip

        tell("reading", 0, 0)
        size = path.stat().st_size
        outcome: tuple[int, int, str]
        try:
            report = self._add(path, lambda p: tell("reading", p.articles, p.passages))
            indexed = report.added + report.updated + report.unchanged
            failed = " ".join(_sentence(one.message, path) for one in report.failed[:3])
            outcome = (indexed, report.embedded, failed)
        except (KutipError, ValueError, OSError) as error:
            _log.warning("an uploaded file was not indexed: %s", error)
            outcome = (0, 0, _sentence(str(error), path))
        finally:
            self.give_back(path, size)
        tell("done" if outcome[0] else "failed", *outcome)


def _sentence(message: str, path: Path) -> str:
    """Take the folder of the server out of a message."""
    return message.replace(str(path), path.name).replace(str(path.parent), "").strip()


class Receiving:
    """A file being received; use it in ``with``, and :meth:`finish` it."""

    def __init__(self, uploads: Uploads, path: Path, ticket: str) -> None:
        self._uploads, self._path, self._ticket = uploads, path, ticket
        self._file = path.open("xb")
        self._size = 0
        self._kept = False

    def __enter__(self) -> Receiving:
        return self

    def write(self, data: bytes) -> None:
        """Take more of the file; UploadError where it is too large."""
        if self._size + len(data) > FILE_LIMIT:
            raise UploadError(f"The file is larger than {FILE_LIMIT // 1_000_000} MB.", 413)
        self._uploads.take(len(data))
        self._size += len(data)
        self._file.write(data)

    def finish(self) -> None:
        """Let the file be indexed."""
        if not self._size:
            raise UploadError("The file is empty.", 400)
        self._file.close()
        self._kept = True
        self._uploads.enqueue(self._ticket, self._path)

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self._kept:
            self._uploads.give_back(self._path, self._size)
