"""``kutip index --watch``: keep an index up to date with folders until Ctrl+C."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

from ui.as_json import plain
from ui.progress import progress_bar
from ui.terminal import complain, complain_of, print_json, say

if TYPE_CHECKING:
    from index import AddReport, Failure


def follow(
    folder: str | None,
    paths: Sequence[str],
    *,
    model: str | None,
    columns: Mapping[str, str],
    as_json: bool,
) -> NoReturn:
    """Index folders and follow their changes; only KeyboardInterrupt ends it."""
    if wrong := [path for path in paths if not os.path.isdir(path)]:
        raise ValueError(f"--watch follows folders, and {wrong[0]!r} is none; give its folder.")
    from index import ArticleIndex, FolderWatch, watch_folders

    with ArticleIndex.open(folder, create=True, model=model) as opened:
        watch = FolderWatch(opened, paths, columns=columns)
        with progress_bar() as progress:
            first = watch.handle(progress=progress)
        shown = _tell(first, set(), as_json=as_json) if first else set()
        complain("watching for changes; Ctrl+C stops it")
        for report in watch_folders(watch):
            shown = _tell(report, shown, as_json=as_json)
    raise KeyboardInterrupt  # nothing else ends the loop


def _tell(report: AddReport, shown: set[Failure], *, as_json: bool) -> set[Failure]:
    """Print a report, and of its failures those that were not told before; return them all."""
    complain_of(failure for failure in report.failed if failure not in shown)
    if as_json:
        print_json(plain(report))
    else:
        say(str(report))
    return set(report.failed)
