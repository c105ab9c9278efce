"""What can go wrong, in the user's words.

KutipError
├── ArticleError   an article or file could not be read; carries ``path``
├── StoreError     an index could not be opened, read or written; carries ``path``
│   ├── StoreBusyError      another process is writing it at the moment
│   └── StoreDamagedError   its database cannot be what was written
├── ModelError     an embedding model could not be loaded; carries ``name``
└── ReaderError    a reader could not be loaded or failed

Every message is one sentence that says what failed and what to do.
A wrong argument is a plain :class:`ValueError` carrying the value.
"""

from __future__ import annotations

from pathlib import Path


class KutipError(Exception):
    """Base of every error Kutip raises on purpose."""


class ArticleError(KutipError):
    """An article or file could not be read."""

    def __init__(self, message: str, *, path: str | Path) -> None:
        super().__init__(message)
        self.path = str(path)


class StoreError(KutipError):
    """An index could not be opened, read or written."""

    def __init__(self, message: str, *, path: str | Path) -> None:
        super().__init__(message)
        self.path = str(path)


class StoreBusyError(StoreError):
    """Another process is writing the index; the same can be tried again later."""


class StoreDamagedError(StoreError):
    """The database of an index cannot be what was written; a repair may save most of it."""


class ModelError(KutipError):
    """An embedding model could not be loaded or does not fit the index."""

    def __init__(self, message: str, *, name: str) -> None:
        super().__init__(message)
        self.name = name


class ReaderError(KutipError):
    """A reader could not be loaded, or failed to read."""
