"""Which files are new, changed or gone since an index last saw them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import cast

from index.errors import ArticleError
from index.loading import ArticleFile, load_file
from index.loading.files import NO_COLUMNS, open_file, shown, storable
from index.store import Snapshot, SourceFile
from index.types import Article

# A file written this shortly before it was read may be written again within one tick of the
# file system's clock: then its time alone proves nothing, and it is hashed once more.
_SETTLED_NS = 100_000_000


def key_of(file: ArticleFile) -> str:
    """Return the path under which a file is remembered."""
    return storable(str(file.path))


def look(file: ArticleFile, before: SourceFile | None) -> SourceFile:
    """Return a file as it is now, without its articles; ``before`` itself where nothing changed.

    Size and time tell first, and the bytes where these differ. Columns named for a table count
    as content. ArticleError where the file cannot be read.
    """
    columns = _columns_key(file.columns)
    try:
        status = file.path.stat()
        time_ns = status.st_mtime_ns
        same_columns = not columns or (before and before.sha256.endswith(columns))
        if before and same_columns and _stands(before, status):
            return before
        if time.time_ns() - time_ns < _SETTLED_NS:
            time_ns = 0
        with open_file(file) as stream:  # a pipe that took its place is refused, not waited for
            regular = cast("io.BufferedReader", stream)
            sha256 = hashlib.file_digest(regular, "sha256").hexdigest() + columns
    except OSError as error:
        reason = error.strerror or str(error)
        path = shown(file.path)
        raise ArticleError(
            f"{path} cannot be read ({reason}); check the file.", path=path
        ) from error
    articles = before.articles if before and before.sha256 == sha256 else ()
    return SourceFile(key_of(file), status.st_size, time_ns, sha256, articles)


def _stands(before: SourceFile, status: os.stat_result) -> bool:
    return (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns)


def _columns_key(columns: Mapping[str, str]) -> str:
    if columns == NO_COLUMNS:
        return ""
    named = json.dumps(sorted(columns.items()))
    return "-" + hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def load_settled(file: ArticleFile, on_error: Callable[[ArticleError], None]) -> Iterator[Article]:
    """Yield the articles of a file; the last one only if the file stayed as it was meanwhile.

    The end of a file that is still being written is the part that would come out wrong.
    """
    before = _state(file.path)
    held: Article | None = None
    for article in load_file(file, on_error=on_error):
        if held is not None:
            yield held
        held = article
    if before is None or _state(file.path) != before:
        path = shown(file.path)
        message = f"{path} changed while it was read; index it again when it is complete."
        on_error(ArticleError(message, path=path))
    elif held is not None:
        yield held


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def vanished(stored: Snapshot, folder: str, found: Collection[str]) -> list[str]:
    """Return the remembered paths below a folder that are no longer there.

    What was not found but exists (in a folder that may not be read, hidden since) stays.
    """
    known = stored.paths_below(storable(folder))
    return [path for path in known if path not in found and _is_gone(path)]


def _is_gone(path: str) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def was_emptied(path: str | Path, stored: Snapshot) -> bool:
    """Say whether a folder can be read, holds no index, and held articles before."""
    try:
        with os.scandir(path) as entries:
            inside = {entry.name for entry in entries}
    except (OSError, ValueError):
        return False
    return "store.db" not in inside and bool(stored.paths_below(storable(os.path.realpath(path))))
