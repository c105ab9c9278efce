"""Open article files safely and speak of them in messages; knows nothing of their content.

Only regular files are opened, links in their place are refused, and a pipe never blocks.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from index.errors import ArticleError

SUPPORTED: tuple[str, ...] = (
    *(".txt", ".md", ".html", ".htm", ".pdf", ".docx", ".odt", ".rtf", ".epub", ".eml"),
    *(".jsonl", ".jsonl.gz", ".csv", ".tsv", ".parquet", ".rss", ".atom"),
    *(".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"),
)
FILE_LIMIT = 50_000_000  # bytes of a file that is read whole
NO_COLUMNS: Mapping[str, str] = MappingProxyType({})
_URL = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)  # swapped for a link after it was found: refused
    | getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer: refused, not waited for
)

OnError = Callable[[ArticleError], None]


class RefusalError(ValueError):
    """Why something cannot be read, as the end of a sentence about the file that holds it."""


@dataclass(frozen=True, slots=True)
class ArticleFile:
    r"""A file to load: ``path`` is absolute and free of links, ``name`` is relative to the root.

    ``name`` uses forward slashes; bytes that are not UTF-8 stand in it as ``\xe9``, so that it
    can be stored. For a file given by itself it is the file name.

    ``content`` holds the bytes of what is no file of its own, such as a member of an archive;
    ``path`` only names it then. ``address`` is the web address of what came, or is to come, from
    there. ``suffix`` is the one of ``SUPPORTED`` to load it as, where the
    name does not tell. ``columns`` names the columns of a table for the fields of an article.
    """

    path: Path
    name: str
    address: str = ""
    content: bytes | None = field(default=None, repr=False)
    suffix: str = ""
    columns: Mapping[str, str] = field(default_factory=lambda: NO_COLUMNS, hash=False)

    @property
    def place(self) -> str:
        """The web address or the path, as the source of its articles."""
        return self.address or str(self.path)

    @property
    def kind(self) -> str | None:
        """The one of ``SUPPORTED`` that the file is loaded as, or None."""
        return self.suffix or suffix_of(self.name)


def suffix_of(name: str) -> str | None:
    """Return which of ``SUPPORTED`` a file name ends with, or None."""
    lowered = name.lower()
    return max((suffix for suffix in SUPPORTED if lowered.endswith(suffix)), key=len, default=None)


def only_supported() -> str:
    """Say what can be read, as the end of a sentence."""
    return (
        f"only folders, web addresses and {', '.join(SUPPORTED)} files can be read;"
        " convert it to one of them"
    )


def open_file(file: ArticleFile) -> BinaryIO:
    """Open a regular file for reading bytes; anything else is an :class:`ArticleError`."""
    if file.content is not None:
        return io.BytesIO(file.content)
    try:
        descriptor = os.open(file.path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise unusable(file.path, error) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise not_regular(file.path)
    return os.fdopen(descriptor, "rb")


def read_file(file: ArticleFile) -> bytes:
    """Return all bytes of a regular, non-empty file of at most 50 MB."""
    with open_file(file) as opened:
        try:
            size = opened.seek(0, os.SEEK_END)
            if size > FILE_LIMIT:
                raise too_large(file.place)
            opened.seek(0)
            data = opened.read(FILE_LIMIT + 1)
        except OSError as error:
            raise unusable(file.path, error) from error
    if len(data) > FILE_LIMIT:  # it grew while it was read
        raise too_large(file.place)
    if not data.strip():
        raise empty(file.place)
    return data


def shown(path: str | Path) -> str:
    """Return a path for a message: one line, whatever characters the name is made of."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in storable(str(path)))


def storable(name: str) -> str:
    r"""Return a file name that UTF-8 can carry: bytes that are none stand as ``\xe9``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace") if _broken(name) else name


def raise_error(error: ArticleError) -> None:
    """Raise ``error``: what to do with errors when nobody collects them."""
    raise error


def unreadable(file: ArticleFile, problem: str) -> ArticleError:
    """Return the error for a file that is not what its name says: ``problem`` ends the sentence."""
    path = shown(file.place)
    return ArticleError(f"Cannot read {path}: {problem}.", path=path)


def empty(path: str | Path) -> ArticleError:
    """Return the error for a file without text."""
    message = f"{shown(path)} is empty; put an article into it or leave it out."
    return ArticleError(message, path=shown(path))


def not_regular(path: str | Path) -> ArticleError:
    """Return the error for a pipe, a socket, a device or a folder in place of a file."""
    message = f"{shown(path)} is not a regular file; give a file or a folder of files."
    return ArticleError(message, path=shown(path))


def too_large(path: str | Path) -> ArticleError:
    """Return the error for a file that is not even read."""
    limit = FILE_LIMIT // 1_000_000
    message = f"{shown(path)} is larger than {limit} MB; split it, or make it a .jsonl file."
    return ArticleError(message, path=shown(path))


def unusable(path: str | Path, error: OSError | ValueError) -> ArticleError:
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
    return ArticleError(f"{shown(path) or 'An empty path'} {reason}.", path=shown(path))


def _broken(name: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in name)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
