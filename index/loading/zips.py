"""Read zip files within bounds: none of their sizes is believed, and nothing is written to disk."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from index.errors import ArticleError
from index.loading.files import FILE_LIMIT, ArticleFile, RefusalError, open_file, unreadable

ENTRY_LIMIT = 10_000
UNPACKED_LIMIT = 200_000_000  # bytes of all entries together
RATIO_LIMIT = 100  # unpacked to packed; text reaches 10, a repeated line some hundreds
_RATIO_FROM = 1_000_000  # bytes: a small entry may be as empty as it likes
_DIRECTORY_LIMIT = 16_000_000  # bytes of the list of entries: it is held in memory
_LOCAL_HEADER = 30
_END = struct.Struct("<4s4H2IH")  # the end of the list of entries
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error)
DAMAGED = "it is damaged; get it again"
_BOMB = "it unpacks to far more than it is; unpack it yourself if you trust it"


class BoundedZip:
    """A zip file whose entries are read one by one; what is read counts against the bounds.

    Problems are :class:`RefusalError` with the end of a sentence.
    """

    def __init__(self, opened: BinaryIO) -> None:
        _check_directory(opened)
        try:
            self._zip = zipfile.ZipFile(opened)
        except (*_BROKEN, ValueError, NotImplementedError) as error:
            raise RefusalError(DAMAGED) from error
        self._left = UNPACKED_LIMIT
        infos = self._zip.infolist()
        if len(infos) > ENTRY_LIMIT:
            raise RefusalError(_too_many())
        _check_overlap(infos)
        self.entries: dict[str, zipfile.ZipInfo] = {}
        self.repeated: list[str] = []
        for info in infos:
            if info.filename in self.entries:
                self.repeated.append(info.filename)
            else:
                self.entries[info.filename] = info

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def read(self, name: str) -> bytes:
        """Return the bytes of an entry; :class:`RefusalError` says why it has none to give."""
        info = self.entries.get(name)
        if info is None:
            raise RefusalError(f"it has no {name!r}; it is damaged or no such file")
        if info.flag_bits & 1:
            raise RefusalError("it is encrypted; save it without a password")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise RefusalError("it is a link; put the file itself into the archive")
        bound = min(FILE_LIMIT, self._left, max(_RATIO_FROM, RATIO_LIMIT * info.compress_size))
        try:
            with self._zip.open(info) as entry:
                data = entry.read(bound + 1)
                if len(data) > bound:
                    raise RefusalError(_BOMB)
        except RefusalError:
            raise
        except (*_BROKEN, ValueError) as error:  # also names that are not what they say
            raise RefusalError(DAMAGED) from error
        except (NotImplementedError, RuntimeError) as error:  # compressed in a way of its own
            raise RefusalError("it is packed in an unusual way; pack it again") from error
        self._left -= len(data)
        return data


@contextmanager
def open_package(file: ArticleFile) -> Iterator[BoundedZip]:
    """Open a document that is a zip file; problems become errors about the file."""
    try:
        with open_file(file) as opened:
            if opened.seek(0, io.SEEK_END) > FILE_LIMIT:
                raise RefusalError(f"it is larger than {FILE_LIMIT // 1_000_000} MB; split it")
            opened.seek(0)
            package = BoundedZip(opened)
            unsafe = next((name for name in package.entries if not is_inside(name)), None)
            if unsafe is not None:
                raise RefusalError(f"its entry {unsafe[:80]!r} leads out of it; get it elsewhere")
            yield package
    except ArticleError:
        raise
    except ValueError as error:
        problem = str(error) if isinstance(error, RefusalError) else DAMAGED
        raise unreadable(file, problem) from error


def is_inside(name: str) -> bool:
    """Say whether the name of an entry stays inside the folder it is unpacked to."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and parts[0] != "" and ".." not in parts and ":" not in parts[0]


def _check_directory(opened: BinaryIO) -> None:
    """Refuse a list of entries too long to be held, before :mod:`zipfile` reads it."""
    size = opened.seek(0, io.SEEK_END)
    opened.seek(max(0, size - 65_557))  # an end with the longest comment
    tail = opened.read()
    opened.seek(0)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise RefusalError(DAMAGED)
    _, _, _, _, count, directory, _, _ = _END.unpack_from(tail, at)
    # Sizes of zip64 stand elsewhere; zipfile needs the whole list between two offsets anyway.
    zip64 = directory == 0xFFFFFFFF or count == 0xFFFF
    if zip64 and (locator := tail.rfind(b"PK\x06\x07", 0, at)) >= 0 and locator >= 56:
        record = tail.rfind(b"PK\x06\x06", 0, locator)
        if record >= 0 and locator - record >= 56:
            count, directory = struct.unpack_from("<QQ", tail, record + 32)
    if directory > _DIRECTORY_LIMIT or (count > ENTRY_LIMIT and count != 0xFFFF):
        raise RefusalError(_too_many())


def _check_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes: that is how small files unpack to petabytes."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise RefusalError(_BOMB)
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _too_many() -> str:
    return f"it has more than {ENTRY_LIMIT:,} entries; split it"
