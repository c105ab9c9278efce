"""``kutip export``: the articles of an index as JSON lines that ``kutip index`` reads back."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.as_json import article_json, dumps
from ui.commands.options import IndexOption, index_path
from ui.terminal import complain, write_line

if TYPE_CHECKING:
    from index import ArticleIndex

_SUFFIXES = (".jsonl", ".jsonl.gz")


def export(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A .jsonl or .jsonl.gz file; - writes to stdout."),
    ],
    index: IndexOption = None,
) -> None:
    """Write every article as a line of JSON, which `kutip index FILE` reads back."""
    folder = index_path(index)
    if file != "-" and not file.endswith(_SUFFIXES):
        raise ValueError(f"kutip export writes .jsonl or .jsonl.gz files, not {file!r}.")
    from index import ArticleIndex

    with ArticleIndex.open(folder, readonly=True) as opened:
        if file == "-":
            for line in _lines(opened):
                write_line(line)
            return
        count = _write(Path(file), _lines(opened))
    complain(f"{count} articles written to {file}")


def _lines(opened: ArticleIndex) -> Iterator[str]:
    for info in opened.articles():
        yield dumps(article_json(opened.article(info.id)))


def _write(path: Path, lines: Iterable[str]) -> int:
    """Write ``lines`` so that ``path`` is either the old file or the whole new one."""
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
