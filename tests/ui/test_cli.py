"""The ``kutip`` command itself: help, exit codes and what the user is told."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import index
import qa
from index import ArticleError, Facets, ModelError, ReaderError, StoreError
from qa import Found
from ui import cli


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Return what makes ``qa.answer`` and ``ArticleIndex.open`` raise an error."""
    for name in ("KUTIP_INDEX", "KUTIP_LLM"):
        monkeypatch.delenv(name, raising=False)

    def fail_with(error: BaseException) -> None:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(qa, "answer", fail)
        monkeypatch.setattr(index, "ArticleIndex", SimpleNamespace(open=fail))
        # The paths these tests name need not be there.
        monkeypatch.setattr(index, "find_files", lambda _path: iter(()))

    return fail_with


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """``kutip`` and ``kutip --help`` name the commands of the contract."""
    assert cli.run(["--help"]) == 0
    text = capsys.readouterr().out
    assert cli.run([]) == 0
    assert capsys.readouterr().out == text
    listed = text[text.index("Commands:") : text.index("Begin with")].split("\n")[1:]
    assert " ".join(line.split()[0] for line in listed if line.strip()) == (
        "index ask search chat list show remove stats check export feedback eval"
    )


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("index", "--index --model --columns --prune --watch --json"),
        ("ask", "--index --llm --reader --from --to --lang --source --article -k --steps --json"),
        ("search", "--index --from --to --lang --source --article -k --json"),
        ("chat", "--index --host --port --llm --reader --steps --readonly --auth --public --web"),
        ("list", "--index --from --to --lang --source --json"),
        ("show", "--index --json"),
        ("remove", "--index --json"),
        ("stats", "--index --json"),
        ("check", "--index --repair --json"),
        ("export", "--index"),
        ("feedback", "--index"),
        ("eval reader", "--reader --half --json"),
        ("eval retrieval", "--articles --questions --index --model --half --json"),
        ("eval answers", "--articles --questions --index --model --reader --half --json"),
    ],
)
def test_help_describes_every_option(
    command: str, options: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each option stands at the start of a line of the help, with words behind it."""
    assert cli.run([*command.split(), "--help"]) == 0
    lines = capsys.readouterr().out.split("Options:\n")[1].split("\n")
    described = {}
    for number, line in enumerate(lines):
        if line.lstrip().startswith("-"):
            following = lines[number + 1].strip() if number + 1 < len(lines) else ""
            name, _, rest = line.strip().partition("  ")
            described[name.split()[0]] = rest.strip() or following
    assert set(described) == {*options.split(), "--help"}
    assert all(len(words) > 10 and words[0] not in "-[" for words in described.values())


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """``--version`` prints the name and a version."""
    assert cli.run(["--version"]) == 0
    name, _, version = capsys.readouterr().out.strip().partition(" ")
    assert name == "kutip"
    assert version


def test_help_imports_nothing_heavy() -> None:
    """``kutip --help`` answers without models, web frameworks, numpy or rich."""
    code = """
import contextlib, io, sys
from ui import cli
with contextlib.redirect_stdout(io.StringIO()) as out:
    code = cli.run(["--help"])
heavy = ("numpy torch transformers sentence_transformers gradio langchain langchain_core faiss "
         "onnxruntime tokenizers trafilatura lxml sentencex rich qa index").split()
print(code, len(out.getvalue()) > 300, [name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(cli.__file__).parents[1],
    )
    assert done.stdout.strip() == "0 True []"
    assert done.stderr == ""


@pytest.mark.parametrize(
    "code", ["cli.run(['--help'])", "cli.run(['list'])"], ids=["flushed by typer", "by us"]
)
def test_a_reader_that_went_away_is_no_bug(code: str) -> None:
    """``kutip list | true`` ends quietly, as other commands do, with 128 + SIGPIPE."""
    command = f"""
import sys, types
index = sys.modules["index"] = types.ModuleType("index")
class ArticleIndex:
    open = classmethod(lambda cls, path, readonly: cls())
    articles = lambda self, filters: []
    __enter__ = lambda self: self
    __exit__ = lambda self, *error: print("a line")
index.ArticleIndex, index.Filters = ArticleIndex, lambda **fields: None
from ui import cli
sys.exit({code})
"""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", command],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=Path(cli.__file__).parents[1],
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fly"], "No such command 'fly'; see kutip --help."),
        (["ask"], "Missing argument 'QUESTION'; see kutip ask --help."),
        (
            ["ask", "apa?", "--nope"],
            "No such option: --nope (Possible options: --index, --to); see kutip ask --help.",
        ),
        (
            ["search", "x", "-k", "0"],
            "Input should be greater than or equal to 1; see kutip search --help.",
        ),
        (["eval"], "Missing command; see kutip eval --help."),
        (
            ["ask", "apa?", "--from", "26/4/2022"],
            "--from takes a date such as 2022-04-26 (year-month-day), not '26/4/2022'.",
        ),
        (["list", "--to", "x\x1b[2J"], "--to takes a date such as 2022-04-26 "),
        (
            ["ask", "apa?", "--from", "2022-02-01", "--to", "2022-01-01"],
            "the date filter is empty: 2022-02-01 is after 2022-01-01",
        ),
        (["ask", "apa?", "--lang", "Indonesian"], "--lang takes a language code such as en or id"),
        (
            ["index", "x", "--index", "milvus://localhost"],
            "an index at milvus://localhost is not supported yet in this version: give a folder",
        ),
        (["export", "articles.csv"], "kutip export writes .jsonl or .jsonl.gz files"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_2(
    arguments: list[str],
    sentence: str,
    failing: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the user can mend is told before anything is opened: exit 2, one line on stderr."""
    failing(AssertionError("opened"))
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("kutip: ")
    assert captured.err.count("\n") == 1
    assert sentence in captured.err
    assert "\x1b" not in captured.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ArticleError("Bad article.", path="x"), 2),
        (StoreError("Bad store.", path="x"), 2),
        (ModelError("Bad model.", name="x"), 2),
        (ReaderError("Bad reader."), 2),
        (ValueError("Bad value."), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException,
    code: int,
    failing: Callable[[BaseException], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exit codes of the contract, each with one line that says why."""
    failing(error)
    for command in ("ask apa? --json", "index x --json", "list --json", "export -"):
        assert cli.run(command.split()) == code
        assert capsys.readouterr() == ("", f"kutip: {str(error) or 'interrupted'}\n")


def test_a_bug_keeps_its_traceback(failing: Callable[[BaseException], None]) -> None:
    """Anything else is ours: it is raised, so that Python prints the traceback and exits 1."""
    failing(AttributeError("ours"))
    with pytest.raises(AttributeError, match="ours"):
        cli.run(["ask", "apa?"])


def test_warnings_of_the_library_reach_the_user(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One escaped line on stderr, once per warning, and stdout stays one object."""

    def find(*_: object, **__: object) -> Found:
        logging.getLogger("kutip.store").warning("%s is left out", "evil\x1b[2J.txt")
        logging.getLogger("kutip.store").info("nobody needs this")
        return Found((), (), Facets(0, (), (), ()))

    monkeypatch.setattr(qa, "find", find)
    for _ in range(2):
        assert cli.run(["search", "apa?", "--json"]) == 0
        captured = capsys.readouterr()
        assert captured.err == "kutip: evil\\x1b[2J.txt is left out\n"
        assert json.loads(captured.out)["hits"] == []


def test_main_exits_with_the_code(
    failing: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The entry point reads the arguments of the process."""
    failing(StoreError("There is no index.", path="missing"))
    monkeypatch.setattr(sys, "argv", ["kutip", "list", "--index", "missing"])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert exit_.value.code == 2
