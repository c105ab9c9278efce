"""Find the article files under a path; knows nothing of their content beyond their kind.

Links inside a folder are never followed: what they point to inside is found in its own place, and
what lies outside is refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from index.errors import ArticleError
from index.loading.addresses import is_address, parse_address
from index.loading.columns import check_columns
from index.loading.files import (
    NO_COLUMNS,
    ArticleFile,
    OnError,
    RefusalError,
    not_regular,
    only_supported,
    raise_error,
    shown,
    storable,
    suffix_of,
    unusable,
)
from index.loading.kinds import kind_by_content

_STORE_FILE = "store.db"  # a folder that holds one is an index, not articles


def find_files(
    path: str | Path,
    *,
    on_error: OnError | None = None,
    columns: Mapping[str, str] = NO_COLUMNS,
) -> Iterator[ArticleFile]:
    """Yield the article files at ``path``: the file itself, or a folder's, recursively, by name.

    A web address is yielded without being asked. A file given by itself may have any name: what
    it is loaded as is then told by its content. In folders, hidden files and folders, files of
    other formats and indexes are passed over. What cannot be used (a missing path, links that
    lead out, pipes, unreadable folders, a folder without articles) goes to ``on_error``, or is
    raised as :class:`ArticleError` where there is none. ``columns`` is told to each file, see
    :class:`ArticleFile`.

    :raises ValueError: ``columns`` names what is no field of an article.
    """
    report, columns = on_error or raise_error, check_columns(columns)
    try:
        if is_address(path):
            yield _address_file(str(path), columns)
            return
        mode, real = _looked_at(path)
        if not stat.S_ISDIR(mode):
            if not stat.S_ISREG(mode):
                raise not_regular(path)
            yield _single_file(path, real, columns)
            return
        if os.path.exists(real / _STORE_FILE):
            place = shown(path)
            message = f"{place} is an index, not a folder of articles; give the articles' folder."
            raise ArticleError(message, path=place)
    except ArticleError as error:
        report(error)
        return
    yield from _folder_files(real, path, report, columns)


def _address_file(path: str, columns: Mapping[str, str]) -> ArticleFile:
    try:
        return ArticleFile(Path(), path, str(parse_address(path)), columns=columns)
    except RefusalError as error:
        place = shown(path)
        raise ArticleError(f"Cannot read {place}: {error}.", path=place) from error


def _looked_at(path: str | Path) -> tuple[int, Path]:
    """Return the mode of what is at a path, and the path without links."""
    try:
        return os.stat(path).st_mode, Path(os.path.realpath(path, strict=True))
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error


def _single_file(path: str | Path, real: Path, columns: Mapping[str, str]) -> ArticleFile:
    name = storable(os.path.basename(os.path.abspath(path)))
    file = ArticleFile(real, name, columns=columns)
    suffix = suffix_of(name) or kind_by_content(file)
    return file if suffix == suffix_of(name) else replace(file, suffix=suffix)


def _folder_files(
    root: Path, given: str | Path, report: OnError, columns: Mapping[str, str]
) -> Iterator[ArticleFile]:
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
            problem = unusable(path, error)
        if problem is not None:
            reported += 1
            report(problem)
        elif suffix_of(path) is not None and stat.S_ISREG(mode):
            used += 1
            name = storable(Path(path).relative_to(root).as_posix())
            yield ArticleFile(Path(path), name, columns=columns)
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
        return not_regular(path) if is_article and not stat.S_ISREG(mode) else None
    try:
        target = Path(os.path.realpath(path, strict=True))
    except FileNotFoundError as error:
        return unusable(path, error) if is_article else None
    if target.is_relative_to(root) or not (is_article or target.is_dir()):
        return None  # found in its own place, or no article
    message = f"{shown(path)} is a link that leads out of the folder; give its target instead."
    return ArticleError(message, path=shown(path))
