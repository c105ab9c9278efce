"""Imports go one way, index <- qa <- ui, and through the public doors only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import index
import qa

ROOT = Path(__file__).parents[1]
BELOW = {"index": (), "qa": ("index",), "ui": ("index", "qa")}
DOORS = {"index": {*index.__all__}, "qa": {*qa.__all__, "evaluation"}, "qa.evaluation": None}
FENCED = {  # what is imported in a few places only
    "langchain": ("qa/chat_models.py",),
    "langchain_core": ("qa/chat_models.py",),
    "langchain_community": (),
    "langgraph": (),
    "gradio": ("ui/app.py", "ui/pages/"),
    "torch": ("index/models/", "index/embedding.py"),
    "transformers": ("index/models/",),
    "sentence_transformers": ("index/models/", "index/embedding.py"),
    "faiss": ("index/store/", "index/vectors.py"),
    "sqlite3": ("index/store/",),
}


def violations(path: str, source: str) -> list[str]:
    """Return what the imports of a file, named by its path in the project, may not do."""
    return [
        f"{path}:{line}: {what}"
        for line, module, names in _imports(ast.parse(source))
        if (what := _problem(path, module, names))
    ]


def _imports(tree: ast.Module) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield line, module and names of each import; the names of ``import x`` are None."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, None
        elif isinstance(node, ast.ImportFrom):
            dots = "." * node.level
            yield node.lineno, dots + (node.module or ""), [alias.name for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "__import__")
        ):
            yield node.lineno, "importlib.import_module", None


def _problem(path: str, module: str, names: list[str] | None) -> str:
    package, target = path.split("/", maxsplit=1)[0], module.split(".", maxsplit=1)[0]
    if module.startswith("."):
        return "relative import"
    if module == "importlib.import_module":
        return "import by a computed name"
    if target in FENCED and not path.startswith(FENCED[target] or ("nowhere",)):
        return f"imports {target}"
    if target not in BELOW or target == package:
        return ""
    if target not in BELOW[package]:
        return f"{package} imports {target}"
    if module not in DOORS or names is None:
        return f"imports {module} past the door of {target}"
    allowed = DOORS[module]
    hidden = [name for name in names if allowed is not None and name not in allowed]
    return f"takes {', '.join(hidden)}, not offered by {module}" if hidden else ""


@pytest.mark.parametrize("package", BELOW)
def test_imports_keep_to_their_layer(package: str) -> None:
    """No file of the package breaks the table."""
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    found = [
        problem
        for file in files
        for problem in violations(file.relative_to(ROOT).as_posix(), file.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("path", "source", "problem"),
    [
        ("index/search.py", "import qa", "index imports qa"),
        ("index/search.py", "def f():\n    from ui.cli import run", "index imports ui"),
        ("qa/answering.py", "from ui import cli", "qa imports ui"),
        ("qa/answering.py", "from index.types import Hit", "past the door of index"),
        ("qa/answering.py", "import index", "past the door of index"),
        ("qa/answering.py", "from index import hybrid_search", "takes hybrid_search"),
        ("qa/answering.py", "from index import *", "takes *"),
        ("qa/answering.py", "from .types import Answer", "relative import"),
        ("ui/cli.py", "from qa.citing import cite", "past the door of qa"),
        ("qa/reading.py", "from langchain.chat_models import init_chat_model", "imports langchain"),
        ("qa/prompts.py", "import langchain_core.messages", "imports langchain_core"),
        ("ui/render.py", "if 1:\n    import gradio as gr", "imports gradio"),
        ("ui/cli.py", "import importlib\nimportlib.import_module('gradio')", "computed name"),
        ("ui/cli.py", "__import__('gradio')", "computed name"),
        ("ui/cli.py", "import torch", "imports torch"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str, problem: str) -> None:
    """The test sees each way to break the table."""
    [found] = violations(path, source)
    assert problem in found


def test_right_imports_pass() -> None:
    """What the table allows is not reported."""
    assert violations("index/search.py", "import faiss_like\nfrom index.store import Store") == []
    assert violations("qa/chat_models.py", "from langchain_core.tools import tool") == []
    assert violations("qa/answering.py", "from index import ArticleIndex, Hit") == []
    assert violations("ui/pages/ask.py", "import gradio as gr\nfrom qa import answer") == []
    assert violations("ui/commands/evaluating.py", "from qa.evaluation import read_rows") == []
