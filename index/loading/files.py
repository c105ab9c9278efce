"""Find the article files under a path and open them safely; knows nothing of their content.

Links inside a folder are never followed: what they point to inside is found in its own place, and
what lies outside is refused. Only regular files are opened, and a pipe never blocks.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.errors import ArticleError

SUPPORTED: tuple[str, ...] = (".txt", ".md", ".html", ".htm", ".jsonl", ".jsonl.gz", ".csv")
FILE_LIMIT = 50_000_000  # bytes of a file that is read whole
_STORE_FILE = "store.db"  # a folder that holds one is an index, not articles
_URL = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)  # swapped for a link after it was found: refused
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer: refused, not waited for
)

OnError = Callable[[ArticleError], None]


@dataclass(frozen=True, slots=True)
class ArticleFile:
    r"""A file to load: ``path`` is absolute and free of links, ``name`` is relative to the root.

    ``name`` uses forward slashes; bytes that are not UTF-8 stand in it as ``\xe9``, so that it
    can be stored. For a file given by itself it is the file name.
    """

    path: Path
    name: str


def find_files(path: str | Path, *, on_error: OnError | None = None) -> Iterator[ArticleFile]:
    """Yield the article files at ``path``: the file itself, or a folder's, recursively, by name.

    Hidden files and folders, files of other formats and indexes are passed over. What cannot be
    used (a missing path, links that lead out, pipes, unreadable folders, a folder without
    articles) goes to ``on_error``, or is raised as :class:`ArticleError` where there is none.
    """
    report = on_error or raise_error
    try:
        mode = os.stat(path).st_mode
        real = Path(os.path.realpath(path, strict=True))
    except (OSError, ValueError) as error:
        report(_unusable(path, error))
        return
    if not stat.S_ISDIR(mode):
        name = storable(os.path.basename(os.path.abspath(path)))
        if suffix_of(name) is None:
            report(
                ArticleError(f"Cannot read {shown(path)}: {only_supported()}.", path=shown(path))
            )
        else:
            yield ArticleFile(real, name)
        return
    if os.path.exists(real / _STORE_FILE):
        message = f"{shown(path)} is an index, not a folder of articles; give the articles' folder."
        report(ArticleError(message, path=shown(path)))
        return
    yield from _folder_files(real, path, report)


def suffix_of(name: str) -> str | None:
    """Return which of ``SUPPORTED`` a file name ends with, or None."""
    lowered = name.lower()
    return max((suffix for suffix in SUPPORTED if lowered.endswith(suffix)), key=len, default=None)


def only_supported() -> str:
    """Say what can be read, as the end of a sentence."""
    return f"only folders and {', '.join(SUPPORTED)} files can be read so far; convert it first"


def open_file(path: Path) -> BinaryIO:
    """Open a regular file for reading bytes; anything else is an :class:`ArticleError`."""
    try:
        descriptor = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise _unusable(path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _not_regular(path)
    return os.fdopen(descriptor, "rb")


def read_file(path: Path) -> bytes:
    """Return all bytes of a regular, non-empty file of at most 50 MB."""
    with open_file(path) as opened:
        if os.fstat(opened.fileno()).st_size > FILE_LIMIT:
            raise _too_large(path)
        try:
            data = opened.read(FILE_LIMIT + 1)
        except OSError as error:
            raise _unusable(path, error) from error
    if len(data) > FILE_LIMIT:  # it grew while it was read
        raise _too_large(path)
    if not data.strip():
        raise empty(path)
    return data


def empty(path: Path) -> ArticleError:
    """Return the error for a file without text."""
    message = f"{shown(path)} is empty; put an article into it or leave it out."
    return ArticleError(message, path=shown(path))


def shown(path: str | Path) -> str:
    """Return a path for a message: one line, whatever characters the name is made of."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in storable(str(path)))


def storable(name: str) -> str:
    r"""Return a file name that UTF-8 can carry: bytes that are none stand as ``\xe9``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if _broken(name) else name


def raise_error(error: ArticleError) -> None:
    """Raise ``error``: what to do with errors when nobody collects them."""
    raise error


def _broken(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


def _folder_files(root: Path, given: str | Path, report: OnError) -> Iterator[ArticleFile]:
    """Yield the files under ``root`` in the order of their names, without recursion."""
    used = reported = 0
    waiting = [str(root)]
    while waiting:
        path = waiting.pop()
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISDIR(mode):
                waiting.extend(_entries(path))
                continue
            problem = _refusal(path, mode, root)
        except OSError as error:
            problem = _unusable(path, error)
        if problem is not None:
            reported += 1
            report(problem)
        elif suffix_of(path) is not None and stat.S_ISREG(mode):
            used += 1
            yield ArticleFile(Path(path), storable(Path(path).relative_to(root).as_posix()))
    if not used and not reported:
        message = f"No article found in {shown(given)}: {only_supported()}."
        report(ArticleError(message, path=shown(given)))


def _entries(folder: str) -> list[str]:
    """Return what a folder holds that may matter, last name first; nothing for an index."""
    with os.scandir(folder) as entries:
        kept = [
            (entry.name, entry.path)
            for entry in entries
            if not entry.name.startswith(".")
            and (
                entry.name == _STORE_FILE
                or suffix_of(entry.name)
                or not entry.is_file(follow_symlinks=False)
            )
        ]
    if any(name == _STORE_FILE for name, _ in kept):
        return []
    return [path for _, path in sorted(kept, reverse=True)]


def _refusal(path: str, mode: int, root: Path) -> ArticleError | None:
    """Say why an entry that looks like an article, or like a folder of them, is refused."""
    is_article = suffix_of(path) is not None
    if not stat.S_ISLNK(mode):
        return _not_regular(path) if is_article and not stat.S_ISREG(mode) else None
    try:
        target = Path(os.path.realpath(path, strict=True))
    except FileNotFoundError as error:
        return _unusable(path, error) if is_article else None
    if target.is_relative_to(root) or not (is_article or target.is_dir()):
        return None  # found in its own place, or no article
    message = f"{shown(path)} is a link that leads out of the folder; give its target instead."
    return ArticleError(message, path=shown(path))


def _not_regular(path: str | Path) -> ArticleError:
    message = f"{shown(path)} is not a regular file; give a file or a folder of files."
    return ArticleError(message, path=shown(path))


def _too_large(path: str | Path) -> ArticleError:
    limit = FILE_LIMIT // 1_000_000
    message = f"{shown(path)} is larger than {limit} MB; split it, or make it a .jsonl file."
    return ArticleError(message, path=shown(path))


def _unusable(path: str | Path, error: OSError | ValueError) -> ArticleError:
    """Turn an error of the system into one sentence."""
    code = error.errno if isinstance(error, OSError) else None
    if _URL.match(str(path)):
        return ArticleError(f"Cannot read {shown(path)}: {only_supported()}.", path=shown(path))
    reason = {
        errno.ENOENT: "is not there; check the path",
        errno.ENOTDIR: "is not there; check the path",
        errno.EACCES: "may not be read; check its permissions",
        errno.EPERM: "may not be read; check its permissions",
        errno.ELOOP: "is a link in place of a file; give its target instead",
        errno.ENXIO: "is not a regular file; give a file or a folder of files",
        errno.ENAMETOOLONG: "has a path that is too long; shorten it or move the file up",
    }.get(code or 0, f"could not be read ({_reason(error)}); check the path")
    return ArticleError(f"{shown(path)} {reason}.", path=shown(path))


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
