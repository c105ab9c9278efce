"""Load the article files in .zip and .tar archives; nothing is unpacked to disk.

Articles are named by the archive and their place in it: ``news.zip/2022/a.txt``. Archives in
archives, links, devices and names that lead out are refused, each by itself; an archive made to
explode is refused whole.
"""

from __future__ import annotations

import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from index.errors import ArticleError
from index.loading.files import (
    FILE_LIMIT,
    ArticleFile,
    OnError,
    RefusalError,
    open_file,
    shown,
    suffix_of,
    unreadable,
)
from index.loading.zips import DAMAGED, ENTRY_LIMIT, UNPACKED_LIMIT, BoundedZip, is_inside
from index.types import Article

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_TAR_ERRORS = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError)
_NESTED = re.compile(r"(?i)\.(?:zip|tar|tgz|gz|bz2|xz|7z|rar)$")

LoadMember = Callable[[ArticleFile, OnError], Iterator[Article]]
Begin = Callable[[int, ArticleFile], None]


def load_archive(
    file: ArticleFile,
    report: OnError,
    load_member: LoadMember,
    *,
    skip: int = 0,
    begin: Begin | None = None,
) -> Iterator[Article]:
    """Yield the articles of an archive's files, each loaded by ``load_member``.

    :param skip: how many of its article files are passed over.
    :param begin: told the number of each file, from 0, before it is loaded.
    """
    read = _zip_members if file.kind == ".zip" else _tar_members
    seen = 0
    with open_file(file) as opened:
        try:
            for name, content in read(opened):
                if not _is_wanted(name):
                    continue
                seen += 1
                if seen <= skip:
                    continue
                member = _member(file, name)
                if begin is not None:
                    begin(seen - 1, member)
                try:
                    yield from load_member(_checked(member, content()), report)
                except RefusalError as error:
                    report(unreadable(member, str(error)))
                except ArticleError as error:
                    report(error)
                except RecursionError:
                    report(unreadable(member, "it is nested too deeply; save its text as .txt"))
        except RefusalError as error:
            raise unreadable(file, str(error)) from error
    if not seen:
        message = f"No article found in {shown(file.place)}; put article files into it."
        raise ArticleError(message, path=shown(file.place))


def _is_wanted(name: str) -> bool:
    """Say whether an entry is an article file, or looks like one that must be spoken of."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not hidden and (suffix_of(name) is not None or _NESTED.search(name) is not None)


def _member(file: ArticleFile, name: str) -> ArticleFile:
    """Return the file an entry stands for, without its bytes."""
    inner = name.replace("\\", "/")
    return ArticleFile(
        path=Path(f"{file.path}/{inner}"),
        name=f"{file.name}/{inner}",
        address=f"{file.address}/{inner}" if file.address else "",
        content=b"",
        columns=file.columns,
    )


def _checked(member: ArticleFile, content: bytes) -> ArticleFile:
    suffix = suffix_of(member.name)
    if suffix is None or suffix in ARCHIVES:
        raise RefusalError("it is an archive in an archive; unpack the outer one first")
    return replace(member, content=content)


def _zip_members(opened: BinaryIO) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of each entry and the way to its bytes, in the order of names."""
    archive = BoundedZip(opened)
    for name in sorted(archive.entries):
        if not name.endswith("/"):
            yield name, partial(_zip_content, archive, name)
    for name in archive.repeated:
        yield name, _repeated


def _zip_content(archive: BoundedZip, name: str) -> bytes:
    _check_inside(name)
    return archive.read(name)


def _check_inside(name: str) -> None:
    if not is_inside(name):
        raise RefusalError("its name leads out of the archive; rename it")


def _repeated() -> bytes:
    raise RefusalError("the archive has two files of this name; only the first is read")


class _Counted:
    """A stream that gives no more than its bounds, so that no tar file unpacks without end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, 2 * UNPACKED_LIMIT

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size if size >= 0 else self._left)
        self._left -= len(data)
        if self._left < 0:
            raise RefusalError("it unpacks to far more than it is; unpack it yourself first")
        return data


def _tar_members(opened: BinaryIO) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of each entry and the way to its bytes, in the order of the archive."""
    try:
        # A stream is read once and never skipped over unread: what is skipped is counted, too.
        with tarfile.open(
            fileobj=cast(BinaryIO, _Counted(_unpacked(opened))), mode="r|"
        ) as archive:
            left, seen = UNPACKED_LIMIT, set[str]()
            for number, info in enumerate(archive):
                if number >= ENTRY_LIMIT:
                    raise RefusalError(f"it has more than {ENTRY_LIMIT:,} entries; split it")
                if info.isdir():
                    continue
                repeated = info.name in seen
                seen.add(info.name)
                if info.isreg() and not repeated:
                    left -= info.size
                if left < 0:
                    raise RefusalError("it unpacks to far more than may be read; split it")
                yield info.name, partial(_tar_content, archive, info, repeated=repeated)
    except _TAR_ERRORS as error:
        raise RefusalError(DAMAGED) from error


def _tar_content(archive: tarfile.TarFile, info: tarfile.TarInfo, *, repeated: bool) -> bytes:
    if repeated:
        return _repeated()
    if not info.isreg():
        raise RefusalError("it is a link or a device, not a file; put the file itself there")
    _check_inside(info.name)
    if info.size > FILE_LIMIT:
        raise RefusalError(f"it is larger than {FILE_LIMIT // 1_000_000} MB; split it")
    stream = archive.extractfile(info)
    return stream.read(FILE_LIMIT) if stream else b""


def _unpacked(opened: BinaryIO) -> BinaryIO:
    """Return the stream of a tar file inside what packs it, told by its first bytes."""
    import bz2
    import gzip

    head = opened.read(6)
    opened.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=opened))
    if head.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(opened))
    if head == b"\xfd7zXZ\0":
        return cast(BinaryIO, lzma.LZMAFile(opened))
    return opened
