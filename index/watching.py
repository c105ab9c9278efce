"""Keep an index up to date with folders while their files change."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from index.errors import ArticleError, StoreBusyError
from index.loading.files import NO_COLUMNS, shown, suffix_of
from index.types import AddReport, Progress

if TYPE_CHECKING:
    from index.article_index import ArticleIndex

_log = logging.getLogger("kutip.watching")
# Milliseconds. Changes are taken together until none came for a while: programs write a file in
# several steps, and an editor replaces it by another.
_QUIET, _TOGETHER, _TICK = 300, 3000, 2000


class FolderWatch:
    """Folders, and what has to be done in an index when files in them change.

    Articles of files that vanish are removed, as ``add`` with ``prune`` does.
    """

    def __init__(
        self,
        index: ArticleIndex,
        folders: Iterable[str | Path],
        *,
        columns: Mapping[str, str] = NO_COLUMNS,
    ) -> None:
        """Take folders that are there; ArticleError where one is not, or is something else."""
        self._index, self._columns = index, columns
        self.folders = tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders))
        for folder in self.folders:
            if not os.path.isdir(folder):
                message = f"{shown(folder)} is not a folder; only folders can be watched."
                raise ArticleError(message, path=shown(folder))
        self._own = os.path.realpath(index.path)
        self._waiting = set(self.folders)
        self._told = ""

    def handle(
        self,
        changed: Iterable[str] = (),
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> AddReport | None:
        """Bring in what changed, and what waits since the beginning or an earlier call.

        None where there was nothing to do, or where another process writes the index: then it
        waits for the next call. A file that is still being written fails, is not taken, and
        comes again with its next change.
        """
        self._waiting |= {folder for path in changed if (folder := self._concerned(path))}
        folders = [folder for folder in self.folders if folder in self._waiting]
        if not folders:
            return None
        try:
            report = self._index.add(folders, prune=True, columns=self._columns, progress=progress)
        except StoreBusyError as error:
            if str(error) != self._told:  # once for each that writes, however long it does
                _log.warning("%s; the watch does so by itself", error)
            self._told = str(error)
            return None
        self._told = ""
        self._waiting.clear()
        return report

    def _concerned(self, path: str) -> str | None:
        """Return the folder that a change of ``path`` is for, None for one that says nothing."""
        if Path(path).is_relative_to(self._own):
            return None
        folder = next((one for one in self.folders if Path(path).is_relative_to(one)), None)
        if folder is None:
            return None
        inside = Path(path).relative_to(folder)
        if any(part.startswith(".") for part in inside.parts):
            return None
        # What is no article file by its name may be, or have been, a folder of them.
        if suffix_of(path) or os.path.isdir(path) or not os.path.lexists(path):
            return folder
        return None


def watch_folders(watch: FolderWatch, *, stop: Event | None = None) -> Iterator[AddReport]:
    """Follow the changes of the folders for ever, and yield a report whenever some came in.

    A folder that goes and comes back is followed again, once there is something in it: an empty
    one may be where a disk was mounted, and nothing of it is forgotten then.

    :param stop: ends it when set, within two seconds; Ctrl+C raises KeyboardInterrupt. Either
        way what was committed stays, and the next run goes on from there.
    """
    stop = stop or Event()
    while not stop.is_set():
        yield from _follow(watch, stop)


def _follow(watch: FolderWatch, stop: Event) -> Iterator[AddReport]:
    """Follow the changes until ``stop`` is set, or a folder is another than it was."""
    from watchfiles import watch as changes_of

    followed = _identities(watch.folders)
    if None in followed:  # the system cannot follow what is not there
        stop.wait(_TICK / 1000)
        return
    first, lost = True, False
    for changes in changes_of(
        *watch.folders,
        watch_filter=None,
        debounce=_TOGETHER,
        step=_QUIET,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        stop_event=stop,
        ignore_permission_denied=True,
    ):
        # What changed before the system was asked to tell is found by looking once more.
        report = watch.handle(watch.folders if first else [path for _, path in changes])
        first = False
        if report and (report.added or report.updated or report.removed or report.failed):
            yield report
        now = _identities(watch.folders)
        # A new folder may have the number of the old one; but that one was told of as gone.
        lost = lost or now != followed or any(path in watch.folders for _, path in changes)
        if lost and all(map(_holds_something, watch.folders)):
            return


def _holds_something(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _identities(folders: Iterable[str]) -> list[tuple[int, int] | None]:
    """Return what tells each folder from another of its name, None where it is not there."""
    found: list[tuple[int, int] | None] = []
    for folder in folders:
        try:
            status = os.stat(folder)
            found.append((status.st_dev, status.st_ino))
        except OSError:
            found.append(None)
    return found
