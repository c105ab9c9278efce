"""The ``kutip`` command: what is typed, what comes back, and the exit code.

====  =================================================================
0     done, also when nothing was found
1     a bug in Kutip; the traceback says where
2     the user's mistake, in one sentence on stderr
3     damage found by check, or some inputs failed while others were indexed
130   interrupted
141   the reader of our output went away (``kutip list | head``)
====  =================================================================
"""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from ui.commands import articles, asking, checking, evaluating, exporting, judging
from ui.terminal import complain

_MISTAKE, _INTERRUPTED, _BROKEN_PIPE = 2, 130, 141

app = typer.Typer(
    name="kutip",
    help="Ask questions of your article files and get answers with exact quotes.",
    epilog="Begin with kutip index FOLDER, then kutip ask QUESTION or kutip chat.",
    add_completion=False,
    pretty_exceptions_enable=False,  # a bug shows Python's own traceback, which reports quote
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def kutip(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Ask questions of your article files and get answers with exact quotes."""
    if version:
        typer.echo(f"kutip {_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kutip")
    except PackageNotFoundError:
        return "(run from a folder, not installed)"


app.command("index")(articles.index)
app.command("ask")(asking.ask)
app.command("search")(asking.search)
app.command("chat")(asking.chat)
app.command("list")(articles.list_articles)
app.command("show")(articles.show)
app.command("remove")(articles.remove)
app.command("stats")(articles.stats)
app.command("check")(checking.check)
app.command("export")(exporting.export)
app.command("feedback")(judging.feedback)

evaluation = typer.Typer(help="Measure reading, retrieval and answers on a question set.")
evaluation.command("reader")(evaluating.eval_reader)
evaluation.command("retrieval", cls=evaluating.ManyValues)(evaluating.eval_retrieval)
evaluation.command("answers", cls=evaluating.ManyValues)(evaluating.eval_answers)
app.add_typer(evaluation, name="eval")


def main() -> None:
    """Run ``kutip`` with the arguments of this process, and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run ``kutip`` with ``arguments`` and return its exit code; a bug raises."""
    for stream in (sys.stdout, sys.stderr):
        # A locale that cannot print a letter must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with _warnings_shown():
            code = app(list(arguments), prog_name="kutip", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except BrokenPipeError:
        return _unheard()
    except SystemExit as error:
        # typer ends so when it meets the broken pipe first, with the exit code of a bug
        if isinstance(error.__context__, BrokenPipeError):
            return _unheard()
        raise
    except typer.TyperException as error:
        complain(_usage(error))
        return _MISTAKE
    except _mistakes() as error:
        complain(str(error))
        return _MISTAKE
    if code == _INTERRUPTED:
        complain("interrupted")
    return code if isinstance(code, int) else 0


def _unheard() -> int:
    # The interpreter flushes stdout once more as it ends, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _BROKEN_PIPE


class _Shown(logging.Handler):
    """Shows what the library warns of as one sentence on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message, escaped: it may name a file."""
        complain(record.getMessage())


@contextmanager
def _warnings_shown() -> Iterator[None]:
    logger, handler = logging.getLogger("kutip"), _Shown(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _mistakes() -> tuple[type[Exception], ...]:
    """Return the errors that are the user's to mend; imported once something went wrong."""
    from index import KutipError

    return KutipError, ValueError


def _usage(error: typer.TyperException) -> str:
    """Say what is wrong with the arguments, and where the right ones are described."""
    command = getattr(getattr(error, "ctx", None), "command_path", "kutip")
    return f"{error.format_message().rstrip('.')}; see {command} --help."
