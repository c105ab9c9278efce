"""The public doors promise what they hold, under names that are ours alone."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "qa", "ui")
DOORS = (*PACKAGES, "qa.evaluation")
SETTINGS = {"KUTIP_INDEX", "KUTIP_CACHE", "KUTIP_MODEL", "KUTIP_LLM", "KUTIP_AUTH"}
FOREIGN = {  # settings of libraries, which we write for them before they start
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY",
    "HF_HUB_DISABLE_TELEMETRY",
    "SENTENCE_TRANSFORMERS_HOME",  # read, to find what it has downloaded
}


def kind(name: str) -> tuple[int, str]:
    """Return the key that sorts constants, then classes, then functions, each by name."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


@pytest.mark.parametrize("door", DOORS)
def test_all_is_sorted_and_complete(door: str) -> None:
    """``__all__`` is every public name of the door, once, in order."""
    module = importlib.import_module(door)
    names = [*module.__all__]
    assert names == sorted(set(names), key=kind)
    public = {
        name
        for name, value in vars(module).items()
        if not (name.startswith("_") or isinstance(value, ModuleType))
    }
    assert public == set(names)


@pytest.mark.parametrize("door", DOORS)
def test_every_name_is_documented(door: str) -> None:
    """Each class, method and function has a docstring of its own; each constant is explained."""
    module = importlib.import_module(door)
    for name in module.__all__:
        value = getattr(module, name)
        if not callable(value):
            assert name in (ROOT / "docs" / "architecture.md").read_text("utf-8"), name
            continue
        text = value.__doc__ or ""
        assert text.strip(), f"{door}.{name} has no docstring"
        assert not text.startswith(f"{name}("), f"{door}.{name} has only a generated docstring"
        members = vars(value).items() if isinstance(value, type) else ()
        for member, body in members:
            if not member.startswith("_") and (callable(body) or isinstance(body, property)):
                documented = body.__doc__ or getattr(getattr(value, member), "__doc__", "")
                assert documented, f"{door}.{name}.{member} has no docstring"


@pytest.mark.parametrize("door", PACKAGES)
def test_door_is_short(door: str) -> None:
    """A door imports and lists; it does nothing."""
    body = ast.parse((ROOT / door / "__init__.py").read_text("utf-8")).body
    assert isinstance(body[0], ast.Expr)
    assert {type(node) for node in body[1:]} <= {ast.ImportFrom, ast.Assign}


def test_the_packages_are_ours() -> None:
    """The three import names come from one folder, and no other distribution has them."""
    modules = [importlib.import_module(name) for name in PACKAGES]
    assert len({Path(str(module.__file__)).parents[1] for module in modules}) == 1
    claimed = packages_distributions()
    try:
        distribution("kutip")
    except PackageNotFoundError:
        expected: set[str] = set()
    else:
        expected = {"kutip"}
    for name in PACKAGES:
        assert set(claimed.get(name, ())) == expected, name


def logger_names(source: str) -> Iterator[str]:
    """Yield the names of the loggers a module makes for itself at its top level."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            if ast.unparse(call.func).endswith("getLogger"):
                yield ast.unparse(call.args[0]) if call.args else ""


def settings(source: str) -> set[str]:
    """Return the names of environment variables a module gives to os.environ or to an option."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            found.add(ast.unparse(node.slice))
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "os.environ.items":
                continue  # handed on, not asked
            if called.startswith("os.environ.") or called == "os.getenv":
                found.add(ast.unparse(node.args[0]))
            found |= {ast.unparse(word.value) for word in node.keywords if word.arg == "envvar"}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            found |= {alias.name for alias in node.names if "env" in alias.name}
    return {name.strip("'\"") for name in found}


def sources() -> Iterator[tuple[str, str]]:
    """Yield path and source of each of our modules."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def test_loggers_are_ours() -> None:
    """Every logger of ours is below ``kutip``, so that one line of a user's rules them all."""
    names = {
        name for path, source in sources() for name in logger_names(source) if path != WEB_PAGES
    }
    assert names
    assert all(re.fullmatch(r"'kutip(\.[a-z]+)?'", name) for name in names), names


def test_environment_names_are_ours() -> None:
    """The five settings are ours; others belong to the libraries they are meant for."""
    found = {path: settings(source) for path, source in sources()}
    # The keys of chat models' providers, whose names are data.
    assert found["qa/chat_models.py"] == {"key"}
    used = set().union(*(names for path, names in found.items() if path != "qa/chat_models.py"))
    assert used == SETTINGS | FOREIGN
    mentioned = {name for _, source in sources() for name in re.findall(r"\bKUTIP_[A-Z_]+", source)}
    assert mentioned == SETTINGS


def test_the_cache_is_ours() -> None:
    """The folder under the user's cache is called kutip."""
    cache = (ROOT / "index" / "models" / "cache.py").read_text("utf-8")
    assert re.findall(r"user_cache_path\((.*?)[,)]", cache) == ['"kutip"']


def test_the_searches_find_what_they_look_for() -> None:
    """The functions above see each way to name a logger or a setting."""
    source = (
        "import os\nfrom os import environ\nlog = logging.getLogger(__name__)\n"
        "a = os.environ['A']; b = os.environ.get('B'); c = os.getenv('C')\n"
        "typer.Option('--x', envvar='D'); os.environ.pop(name)"
    )
    assert list(logger_names(source)) == ["__name__"]
    assert settings(source) == {"A", "B", "C", "D", "name", "environ"}


# Its loggers are those of libraries, quietened.
WEB_PAGES = "index/loading/webpages.py"
