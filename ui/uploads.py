"""Files given to the page: received within bounds, indexed one after the other, and thrown away.

Where they are allowed, web addresses wait in the same line and are fetched when it is their turn.

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
from typing import TYPE_CHECKING, Any, Literal

from index import SUPPORTED, KutipError, StoreBusyError
from ui.characters import is_blank, plain
from ui.describing import web_host

if TYPE_CHECKING:
    from index import AddReport, Progress

_log = logging.getLogger("kutip.ui")

FILE_LIMIT = 50_000_000  # bytes of one file
_FOLDER_LIMIT = 500_000_000  # bytes waiting in all
_WAITING = 200  # files and addresses
_TOLD_SECONDS = 3_600  # how long the outcome of a file can be asked for
_SPARE = 500_000_000  # bytes of the disk that stay free

State = Literal["waiting", "reading", "done", "failed"]
Report = Callable[["Progress"], None]
AddFile = Callable[[Path, Report], "AddReport"]
AddAddress = Callable[[str, Report], "AddReport"]


class UploadError(ValueError):
    """A file that is not taken, with the HTTP status that says so."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Job:
    """What has become of one file or address; ``message`` says in words what went wrong.

    Of the ``articles`` in it some were ``updated``, as there was one of that name with another
    text, and some were there already, ``unchanged``.
    """

    ticket: str
    name: str
    state: State = "waiting"
    articles: int = 0
    updated: int = 0
    unchanged: int = 0
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


def web_address(text: str) -> str:
    """Return the http(s) address that was typed; UploadError where it is none."""
    address = text.strip()
    if "://" not in address:
        address = f"https://{address}"
    if web_host(address) is None or re.search(r"\s", address):
        raise UploadError("This is no web address; copy it whole, from https:// on.", 400)
    return address


class Uploads:
    """Takes files and addresses and indexes them in one thread, in the order they came.

    Without ``add_address`` every address is refused.
    """

    def __init__(self, add_file: AddFile, add_address: AddAddress | None = None) -> None:
        self._add_file, self._add_address = add_file, add_address
        self._folder = Path(tempfile.mkdtemp(prefix="kutip-uploads-"))
        self._jobs: dict[str, Job] = {}
        self._waiting: queue.Queue[tuple[str, Path | str] | None] = queue.Queue()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._size = 0
        self._thread = threading.Thread(target=self._work, daemon=True, name="kutip-uploads")
        self._thread.start()

    @property
    def folder(self) -> Path:
        """The private folder files wait in; it is never served."""
        return self._folder

    @property
    def takes_addresses(self) -> bool:
        """Say whether web addresses may be given."""
        return self._add_address is not None

    def close(self) -> None:
        """Stop after the batch being indexed, and delete what waits."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, name: str, ticket: str) -> Receiving:
        """Begin to take a file; UploadError where it is not taken."""
        self._check(ticket)
        safe = safe_name(name)
        if shutil.disk_usage(self._folder).free < _SPARE:
            raise UploadError("The disk of the server is nearly full; free some space first.", 507)
        folder = self._folder / secrets.token_hex(16)
        folder.mkdir(mode=0o700)
        return Receiving(self, folder / safe, ticket)

    def take_address(self, text: str, ticket: str) -> None:
        """Let what is at a web address be fetched and indexed; UploadError where it may not be."""
        self._check(ticket)
        if self._add_address is None:
            raise UploadError(
                "Web addresses are not taken: the chat was not started with --web.", 403
            )
        address = web_address(text)
        self._enqueue(secrets.token_hex(16), plain(address, limit=200), ticket, address)

    def _check(self, ticket: str) -> None:
        if not re.fullmatch(r"[\w-]{16,64}", ticket, re.ASCII):
            raise UploadError("The upload has no ticket; reload the page and try again.", 400)
        with self._lock:
            self._forget()
            waiting = sum(job.state in ("waiting", "reading") for job in self._jobs.values())
        if waiting >= _WAITING:
            raise UploadError("Too many files are waiting; try again when some are done.", 429)

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
        self._enqueue(path.parent.name, path.name, ticket, path)

    def _enqueue(self, key: str, name: str, ticket: str, given: Path | str) -> None:
        with self._lock:
            self._jobs[key] = Job(ticket, name, at=time.monotonic())
        self._waiting.put((key, given))

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
        while (item := self._waiting.get()) is not None and not self._closing.is_set():
            self._index(*item)

    def _index(self, key: str, given: Path | str) -> None:
        began = time.monotonic()

        def tell(state: State, **changes: Any) -> None:
            now = time.monotonic()
            with self._lock:
                self._jobs[key] = replace(
                    self._jobs[key], state=state, seconds=now - began, at=now, **changes
                )

        def follow(progress: Progress) -> None:
            if self._closing.is_set():
                raise UploadError("The server was stopped.", 503)
            tell("reading", articles=progress.articles, passages=progress.passages)

        tell("reading")
        size = given.stat().st_size if isinstance(given, Path) else 0
        try:
            outcome = _outcome(self._add(given, follow), given)
        except StoreBusyError as error:
            _log.warning("what was given to the page was not indexed: %s", error)
            message = "Another program is changing the articles; give it again when that is done."
            outcome = {"articles": 0, "passages": 0, "message": message}
        except (KutipError, ValueError, OSError) as error:
            _log.warning("what was given to the page was not indexed: %s", error)
            outcome = {"articles": 0, "passages": 0, "message": _sentence(str(error), given)}
        finally:
            if isinstance(given, Path):
                self.give_back(given, size)
        tell("done" if outcome["articles"] else "failed", **outcome)

    def _add(self, given: Path | str, follow: Report) -> AddReport:
        if isinstance(given, Path):
            return self._add_file(given, follow)
        if self._add_address is None:
            raise UploadError("Web addresses are not taken.", 403)
        return self._add_address(given, follow)


def _outcome(report: AddReport, given: Path | str) -> dict[str, Any]:
    """Return what a :class:`Job` says of a report."""
    return {
        "articles": report.added + report.updated + report.unchanged,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "passages": report.embedded,
        "message": " ".join(_sentence(one.message, given) for one in report.failed[:3]),
    }


def _sentence(message: str, given: Path | str) -> str:
    """Take the folder of the server out of a message."""
    if isinstance(given, Path):
        message = message.replace(str(given), given.name).replace(str(given.parent), "")
    return message.strip()


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
