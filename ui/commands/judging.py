"""``kutip feedback``: what users of the chat said of answers, as an evaluation set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.as_json import dumps
from ui.commands.exporting import write_lines
from ui.commands.options import IndexOption, index_path
from ui.terminal import complain, write_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def feedback(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="A .jsonl or .jsonl.gz file; - writes to stdout."),
    ] = "-",
    index: IndexOption = None,
) -> None:
    """Write what users of the chat judged as an evaluation set.

    Its rows are those of `kutip eval reader`.
    """
    folder = index_path(index)
    if file == "-":
        for line in _lines(folder):
            write_line(line)
        return
    count = write_lines(file, "feedback", _lines(folder))
    complain(f"{count} judgements written to {file}")


def _lines(folder: str | None) -> Iterator[str]:
    from index import default_path
    from ui.feedback import evaluation_rows, feedback_file

    path = feedback_file(Path(folder) if folder else default_path())
    if not path.exists():
        raise ValueError(f"No answer has been judged yet: there is no {path}.")
    yield from (dumps(row) for row in evaluation_rows(path))
