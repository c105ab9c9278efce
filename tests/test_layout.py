"""Files and functions stay short, and some things are done nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "qa", "ui")
FILE_LINES, FUNCTION_LINES = 300, 40
CONSOLE = ("ui/terminal.py", "ui/cli.py")  # where stdout and stderr are spoken to

_UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}
_UNSAFE_CALLS = {"eval", "exec", "compile", "torch.load", "yaml.unsafe_load", "yaml.full_load"}
_SAFE_LOADERS = {"yaml.BaseLoader", "yaml.SafeLoader"}
_BROAD = {"", "Exception", "BaseException"}
_MACHINE = re.compile(r"(?<![\w.~$])/(?:work|root)/")
_SOMEBODY = re.compile(r"(?<![\w.~$])/(?:home|Users)/\w")
_TEXT = {".py", ".md", ".toml", ".txt", ".css", ".js", ".json", ".html", ".yml", ".sh", ""}


def problems(path: str, source: str) -> list[str]:
    """Return what a module, named by its path in the project, may not contain."""
    tree = ast.parse(source)
    lines = source.count("\n") + 1 - source.endswith("\n")
    found = [(lines, f"{lines} lines")] if lines > FILE_LINES else []
    for node in ast.walk(tree):
        found += [(getattr(node, "lineno", 0), what) for what in _found(node, path)]
    return [f"{path}:{line}: {what}" for line, what in found]


def _found(node: ast.AST, path: str) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        length = (node.end_lineno or 0) - node.lineno + 1
        if length > FUNCTION_LINES:
            yield f"{node.name} has {length} lines"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from _import(node)
    elif isinstance(node, ast.ExceptHandler):
        if _is_broad(node.type) and not _raises_again(node):
            yield "broad except"
    elif isinstance(node, ast.Attribute):
        if ast.unparse(node) in ("sys.stdout", "sys.stderr") and path not in CONSOLE:
            yield f"{ast.unparse(node)} outside the console's module"
    elif isinstance(node, ast.Call):
        yield from _call(node, path)


def _import(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    names = [alias.name for alias in node.names]
    module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
    yield from (name for name in ([module] if module else names) if _is_unsafe(name))
    if module == "rich" and "print" in names:
        yield "print of rich"


def _call(node: ast.Call, path: str) -> Iterator[str]:
    called = ast.unparse(node.func)
    options = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if called == "print" or (called == "typer.echo" and not path.startswith("ui/")):
        yield called
    if called in _UNSAFE_CALLS:
        yield called
    if called == "yaml.load" and options.get("Loader") not in _SAFE_LOADERS:
        yield "yaml.load without a safe loader"
    if options.get("allow_pickle") == "True":
        yield "allow_pickle"
    if called.endswith("suppress") and any(_is_broad(argument) for argument in node.args):
        yield "broad suppress"


def _is_unsafe(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] in _UNSAFE_MODULES


def _is_broad(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any((ast.unparse(name) if name else "") in _BROAD for name in names)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler only cleans up: it ends by raising what it caught."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_keep_the_house_rules(package: str) -> None:
    """No module is too long, has a function too long, or does what is done nowhere."""
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = [
        problem
        for file in files
        for problem in problems(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("x = 1\n" * 301, "301 lines"),
        ("def f():\n" + "    x = 1\n" * 40, "f has 41 lines"),
        ("async def f():\n" + "    x = 1\n" * 40, "f has 41 lines"),
        ("print('x')", "print"),
        ("from rich import print", "print of rich"),
        ("import sys\nsys.stderr.write('x')", "sys.stderr"),
        ("import typer\ntyper.echo('x')", "typer.echo"),
        ("import pickle", "pickle"),
        ("from joblib import load", "joblib"),
        ("eval('1')", "eval"),
        ("exec('1')", "exec"),
        ("import yaml\nyaml.load(text)", "yaml.load"),
        ("import yaml\nyaml.load(text, Loader=yaml.Loader)", "yaml.load"),
        ("import torch\ntorch.load(path)", "torch.load"),
        ("numpy.load(path, allow_pickle=True)", "allow_pickle"),
        ("try:\n    f()\nexcept:\n    pass", "broad except"),
        ("try:\n    f()\nexcept Exception:\n    g()", "broad except"),
        (
            "try:\n    f()\nexcept (OSError, BaseException) as e:\n    raise X from e",
            "broad except",
        ),
        ("with contextlib.suppress(Exception):\n    f()", "broad suppress"),
    ],
)
def test_a_breach_is_found(source: str, problem: str) -> None:
    """The test sees each of them."""
    [found] = problems("index/example.py", source)
    assert problem in found


def test_what_is_allowed_passes() -> None:
    """Limits are inclusive; cleaning up and raising again is no broad except."""
    assert problems("index/example.py", "x = 1\n" * 300) == []
    assert problems("index/example.py", "def f():\n" + "    x = 1\n" * 39) == []
    again = "try:\n    f()\nexcept BaseException:\n    g()\n    raise"
    assert problems("index/example.py", again) == []
    assert problems("ui/terminal.py", "import sys\nsys.stdout.write('x')") == []


def test_no_path_of_a_machine() -> None:
    """No file names a folder that only one machine has."""
    found = []
    for file in _files():
        text = file.read_text("utf-8")
        is_test = file.is_relative_to(ROOT / "tests")  # tests may invent a user's folder
        if _MACHINE.search(text) or (not is_test and _SOMEBODY.search(text)):
            found.append(file.relative_to(ROOT).as_posix())
    assert found == []


def _files() -> Iterator[Path]:
    """Yield the text files of the project."""
    folders = (*PACKAGES, "tests", "benchmarks", "training", "docs", "seeds", ".ci")
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and file.suffix in _TEXT and "__pycache__" not in file.parts:
                yield file
    yield from (file for file in sorted(ROOT.iterdir()) if file.is_file() and file.suffix in _TEXT)
