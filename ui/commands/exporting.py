"""``kutip export``: the articles of an index as JSON lines that ``kutip index`` reads back."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.as_json import article_json, dumps
from ui.commands.checking import DAMAGED
from ui.commands.options import IndexOption, index_path
from ui.terminal import complain, write_line

if TYPE_CHECKING:
    from index import StoreError

_SUFFIXES = (".jsonl", ".jsonl.gz")


def export(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A .jsonl or .jsonl.gz file; - writes to stdout."),
    ],
    index: IndexOption = None,
) -> None:
    """Write all articles as lines of JSON.

    `kutip index FILE` reads them back. What is damaged is left out and told; then the exit code is
    3.
    """
    folder = index_path(index)
    if file != "-":
        _check_suffix(file, "export")
    from index import ArticleIndex

    damaged: list[StoreError] = []
    with ArticleIndex.open(folder, readonly=True) as opened:
        lines = (dumps(article_json(one)) for one in opened.every_article(on_error=damaged.append))
        if file == "-":
            for line in lines:
                write_line(line)
        else:
            count = write_lines(file, "export", lines)
            complain(f"{count} articles written to {file}")
    for error in damaged:
        complain(str(error))
    if damaged:
        raise typer.Exit(DAMAGED)


def _check_suffix(file: str, command: str) -> None:
    if not file.endswith(_SUFFIXES):
        raise ValueError(f"kutip {command} writes .jsonl or .jsonl.gz files, not {file!r}.")


def write_lines(file: str, command: str, lines: Iterable[str]) -> int:
    """Write ``lines`` so that ``file`` is either the old file or the whole new one."""
    _check_suffix(file, command)
    path = Path(file)
    target = path.resolve()  # a link keeps pointing where it does
    try:
        return _replace(target, lines)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror or error}.") from error


def _replace(target: Path, lines: Iterable[str]) -> int:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as raw:
            # No name and no time in the header: the same articles give the same bytes.
            with (
                gzip.GzipFile("", "wb", fileobj=raw, mtime=0)
                if target.suffix == ".gz"
                else contextlib.nullcontext(raw)
            ) as stream:
                count = 0
                for line in lines:
                    stream.write(f"{line}\n".encode())
                    count += 1
            raw.flush()
            os.fsync(raw.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        # also on Ctrl-C: half a file must not stay behind
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise
    return count


def _mode(target: Path) -> int:
    """Return the permissions of the file replaced, or those a new file would get."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
