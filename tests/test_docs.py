"""The documents are true: their code runs, and the commands are as they say."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import typer

from index import ArticleIndex
from ui import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
QUESTIONS = Path(__file__).with_name("seed_questions.jsonl")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FLAG = re.compile(r"(?<![\w-])--?[a-z][a-z-]*\b")


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [body for found, body in _BLOCK.findall(text) if found == language]


@pytest.fixture(scope="module")
def workplace(seed_index: ArticleIndex, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with seeds/, rows.jsonl and an index of the seeds."""
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    with ArticleIndex.open(folder / "kutip-index", create=True, model=seed_index.embedder) as index:
        index.add(folder / "seeds")
        rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
        lines = [as_reader_row(row, index) for row in [*rows[::10], rows[-1]]]
    (folder / "rows.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def as_reader_row(row: dict[str, Any], index: ArticleIndex) -> str:
    """Return a seed question as a row whose context is a whole article."""
    article = index.article(row["article"] or "turbin-lembah-tirta.md")
    kept = {name: row[name] for name in ("id", "question", "question_lang", "answers")}
    return json.dumps({**kept, "context": article.text, "context_lang": article.language})


@pytest.fixture
def library(workplace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the workplace with a copy of its index as the default one."""
    folder = tmp_path / "kutip-index"
    shutil.copytree(workplace / "kutip-index", folder)
    monkeypatch.chdir(workplace)
    monkeypatch.setenv("KUTIP_INDEX", str(folder))
    return folder


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
@pytest.mark.usefixtures("library")
def test_python_in_documents_runs(document: Path) -> None:
    """The blocks of a document run in order, one after the other, without a warning."""
    names: dict[str, object] = {"__name__": "example"}
    for number, body in enumerate(blocks(document.read_text("utf-8"), "python")):
        exec(compile(body, f"{document.name}, block {number}", "exec"), names)


def test_the_readme_shows_the_call_and_the_commands() -> None:
    """The README has the Python call and the two commands to start with."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert any("from qa import answer" in body for body in blocks(text, "python"))
    assert "make chat" in text
    assert "make test" in text


def commands() -> dict[str, Any]:
    """Return every command that can be run, by its words."""
    found: dict[str, Any] = {}

    def visit(name: str, command: Any) -> None:
        if hasattr(command, "commands"):
            for word, below in command.commands.items():
                visit(f"{name} {word}", below)
        else:
            found[name] = command

    visit("kutip", typer.main.get_command(cli.app))
    return found


def flags(command: Any) -> set[str]:
    """Return the flags of a command."""
    parameters = [one for one in command.params if one.param_type_name == "option"]
    return {flag for one in parameters for flag in (*one.opts, *one.secondary_opts)} - {"--help"}


def sections() -> dict[str, str]:
    """Return the section of docs/commands.md about each command."""
    text = (DOCS / "commands.md").read_text("utf-8")
    parts = re.split(r"^## (kutip .*)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section_of(name: str) -> tuple[str, str]:
    """Return heading and body of a command's section."""
    [found] = [pair for pair in sections().items() if re.fullmatch(rf"{name}( [A-Z].*)?", pair[0])]
    return found


def test_every_command_has_a_section() -> None:
    """Each command is described, and nothing else is."""
    headings = [re.sub(r" [A-Z].*", "", heading) for heading in sections()]
    assert sorted(headings) == sorted(commands())


@pytest.mark.parametrize("name", commands())
def test_every_flag_is_described(name: str) -> None:
    """A command's section names its arguments, its flags, and no other flag but in examples."""
    command = commands()[name]
    heading, body = section_of(name)
    arguments = [one.metavar for one in command.params if one.param_type_name == "argument"]
    assert heading.split(" ", name.count(" ") + 1)[name.count(" ") + 1 :] == [
        f"{word}..." if one.nargs == -1 else word
        for word, one in zip(arguments, command.params, strict=False)
    ]
    items = " ".join(re.findall(r"^\* (`.*?)(?:: |$)", body, re.MULTILINE))
    assert set(_FLAG.findall(items)) == flags(command)


def named(words: list[str], before: str) -> str:
    """Return the command that words begin with; in ``kutip list | stats`` both are commands."""
    starts = ["", "kutip ", before.rpartition(" ")[0] + " "]
    lines = [start + " ".join(words[:count]) for start in starts for count in (3, 2, 1)]
    return next((line for line in lines if line in commands()), "")


def test_examples_name_commands_and_flags_that_exist() -> None:
    """Each ``kutip ...`` line in a shell block of any document can be typed."""
    seen = 0
    for document in DOCUMENTS:
        for body in blocks(document.read_text("utf-8"), "sh"):
            for line in body.splitlines():
                first, *others = re.sub('".*?"', "QUOTED", line.split("#")[0]).split("|")
                if not first.startswith("kutip "):
                    continue
                name = named(first.split(), "")
                assert name, f"{document.name}: {line}"
                for part in (first, *others):
                    name = named(part.split(), name)
                    if name:  # what else is piped to is not ours
                        assert set(_FLAG.findall(part)) <= flags(commands()[name]), line
                        seen += 1
    assert seen >= 5


def test_links_lead_somewhere() -> None:
    """Each relative link or image of a document is a file of the project."""
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_exit_codes_and_settings_are_listed() -> None:
    """The tables have the codes of ui.cli and the five settings."""
    text = (DOCS / "commands.md").read_text("utf-8")
    codes = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert codes == re.findall(r"^(\d+) ", str(cli.__doc__), re.MULTILINE)
    settings = {"KUTIP_INDEX", "KUTIP_LLM", "KUTIP_MODEL", "KUTIP_AUTH", "KUTIP_CACHE"}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == settings


def fits(shown: object, real: object, path: str = "") -> Iterator[str]:
    """Yield where the keys and kinds of a JSON example differ from what a command printed."""
    if shown is None or real is None:
        return
    if isinstance(shown, dict) and isinstance(real, dict):
        if path.endswith(".by_pair"):
            assert set(shown) <= set(real)
        elif [*shown] != [*real]:
            yield f"{path}: {[*shown]} is really {[*real]}"
        for key in shown.keys() & real.keys():
            yield from fits(shown[key], real[key], f"{path}.{key}")
    elif isinstance(shown, list) and isinstance(real, list):
        if shown and real:
            yield from fits(shown[0], real[0], f"{path}[0]")
    elif type(shown) is not type(real) and {type(shown), type(real)} != {int, float}:
        yield f"{path}: {shown!r} is really {real!r}"


EXAMPLES: dict[str, list[str]] = {
    "kutip index": ["seeds"],
    "kutip ask": ["On which day is entry to the museum free?", "--from", "2022-01-01"],
    "kutip search": ["rumput laut", "-k", "3"],
    "kutip list": [],
    "kutip show": ["turbin-lembah-tirta.md"],
    "kutip remove": ["turbin-lembah-tirta.md"],
    "kutip stats": [],
    "kutip check": [],
    "kutip eval reader": ["rows.jsonl"],
    "kutip eval retrieval": ["--articles", "seeds", "--questions", "rows.jsonl"],
    "kutip eval answers": ["--articles", "seeds", "--questions", "rows.jsonl"],
}


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.usefixtures("library")
def test_json_is_as_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of a command's section has the keys, in order, that the command prints."""
    [shown] = blocks(section_of(name)[1], "json")
    capsys.readouterr()
    assert cli.run([*name.split()[1:], *EXAMPLES[name], "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert [*fits(json.loads(shown), json.loads(printed))] == []


def test_all_json_commands_have_an_example() -> None:
    """Each command with `--json` shows what it prints."""
    assert set(EXAMPLES) == {name for name, one in commands().items() if "--json" in flags(one)}


def project() -> dict[str, Any]:
    """Return the project's table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def required() -> set[str]:
    """Return the names of what is required."""
    return {re.split(r"[^\w.-]", line)[0].lower() for line in project()["dependencies"]}


def explained() -> dict[str, str]:
    """Return the rows of docs/dependencies.md: name and reason."""
    text = (DOCS / "dependencies.md").read_text("utf-8")
    return dict(re.findall(r"^\| `([\w.-]+)` \| (.+) \|$", text, re.MULTILINE))


def test_every_dependency_has_its_reason() -> None:
    """What is required, and what the extras bring, has one row each, and nothing else has."""
    optional = {
        re.split(r"[^\w.-]", line)[0].lower()
        for lines in project()["optional-dependencies"].values()
        for line in lines
    }
    brought = {name for name, reason in explained().items() if reason.startswith("comes with ")}
    assert set(explained()) - brought == (required() | optional) - {"kutip"}
    assert all(re.match(r"comes with `[\w.-]+`", explained()[name]) for name in brought)


def test_what_is_imported_is_required() -> None:
    """Each library that the packages import is required, or comes with one that is."""
    found = {
        module.split(".")[0]
        for package in ("index", "qa", "ui")
        for file in (ROOT / package).rglob("*.py")
        for module in imported(ast.parse(file.read_text("utf-8")))
    }
    installed = packages_distributions()
    foreign = {name for name in found if name not in sys.stdlib_module_names} - {
        *("index", "qa", "ui")
    }
    distributions = {name: [one.lower() for one in installed.get(name, ())] for name in foreign}
    optional = {"ir_measures", "pyarrow"}  # of the extras eval and parquet
    missing = {
        name
        for name, owners in distributions.items()
        if name not in optional
        and not any(re.sub("[_.]", "-", one) in required() | brought_along() for one in owners)
    }
    assert missing == set()


def brought_along() -> set[str]:
    """Return what comes with a required library."""
    return {
        name
        for name, reason in explained().items()
        if (match := re.match(r"comes with `([\w.-]+)`", reason)) and match[1] in required()
    }


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
