"""Nothing heavy is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from index import ArticleIndex

ROOT = Path(__file__).parents[1]
TRAINING = {"torch", "transformers", "sentence_transformers"}
PAGES = {"gradio", "langchain", "langchain_core"}
ENGINES = {"faiss", "onnxruntime"}
HEAVY = TRAINING | PAGES | ENGINES

# Prints what was loaded last, on a line of its own.
_TOLD = "; import json, sys; print(); print(json.dumps(sorted(sys.modules)))"


def loaded_by(code: str, **environment: str) -> tuple[str, set[str]]:
    """Run code in a new interpreter; return what it printed and the modules it loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", code + _TOLD],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    output, _, modules = ran.stdout.rstrip("\n").rpartition("\n")
    return output, set(json.loads(modules))


def command(*arguments: str) -> str:
    """Return code that runs a ``kutip`` command."""
    return f"from ui.cli import run; code = run({[*arguments]!r}); assert code == 0, code"


@pytest.mark.parametrize("package", ["index", "qa", "ui", "ui.cli", "qa.evaluation"])
def test_importing_a_package_is_light(package: str) -> None:
    """``import qa`` and its kin load no model, no engine and no page."""
    _, modules = loaded_by(f"import {package}")
    assert package in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize("arguments", [("--help",), ("ask", "--help"), ("--version",)])
def test_help_is_light(arguments: tuple[str, ...]) -> None:
    """Help loads nothing of ours below the commands, and not even numpy."""
    output, modules = loaded_by(command(*arguments))
    assert "kutip" in output
    assert modules & (HEAVY | {"numpy", "index", "qa", "trafilatura", "dateparser"}) == set()


def test_a_warm_answer_is_light(seed_index: ArticleIndex) -> None:
    """Asking a compiled model loads its runtime, and neither torch nor pages nor chat models."""
    question = "what did Guterres ask Russia to do?"
    output, modules = loaded_by(command("ask", question, "--index", str(seed_index.path)))
    assert output.strip()
    assert "onnxruntime" in modules
    assert modules & (TRAINING | PAGES | {"trafilatura", "pandas", "sklearn"}) == set()


def test_a_list_is_light(seed_index: ArticleIndex) -> None:
    """Listing articles needs no model."""
    output, modules = loaded_by(command("list", "--index", str(seed_index.path)))
    assert "turbin-lembah-tirta.md" in output
    assert modules & HEAVY == set()
