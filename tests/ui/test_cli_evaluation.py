"""``kutip eval``: arguments of the contract reach the evaluation, reports come back."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

import index
import qa
from index import AddReport, Failure
from qa import evaluation
from ui import cli
from ui.commands.evaluating import spread

REPORT = {"n": 1, "mrr": 0.5, "auroc": float("nan"), "by_pair": {"en-id": {"n": 1, "mrr": 0.5}}}


class FakeIndex:
    """An index that remembers where it was opened and what was added."""

    opened: ClassVar[list[tuple[str, dict[str, Any]]]] = []
    added: ClassVar[list[Sequence[str]]] = []
    embedder = "the embedder of the index"
    failed: tuple[Failure, ...] = ()

    @classmethod
    @contextmanager
    def open(cls, path: str, **options: Any) -> Iterator[FakeIndex]:
        """Remember the call."""
        assert Path(path).is_dir() or path == "kept"
        cls.opened.append((path, options))
        yield cls()

    def add(self, paths: Sequence[str], *, progress: object) -> AddReport:
        """Remember the paths."""
        self.added.append(paths)
        return AddReport(added=1, failed=self.failed)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stand recorders in for the evaluation functions and the index."""
    made: list[Any] = []

    def evaluate(name: str) -> Any:
        def call(*values: Any, **options: Any) -> dict[str, Any]:
            made.append((name, values, options))
            return REPORT

        return call

    fake = SimpleNamespace(
        require_measures=evaluation.require_measures,
        read_rows=lambda path: [f"row of {path}"],
        read_questions=lambda path: [f"question of {path}"],
        read_sentences=lambda paths: {"sentences of": list(paths)},
        evaluate_reader=evaluate("reader"),
        evaluate_retrieval=evaluate("retrieval"),
        evaluate_answers=evaluate("answers"),
    )
    monkeypatch.setattr(qa, "evaluation", fake, raising=False)
    monkeypatch.setattr(qa, "load_reader", lambda name, embedder: (name, embedder))
    monkeypatch.setattr(index, "load_embedder", lambda: SimpleNamespace(count_tokens=len))
    monkeypatch.setattr(index, "ArticleIndex", FakeIndex)
    monkeypatch.setattr(FakeIndex, "opened", [])
    monkeypatch.setattr(FakeIndex, "added", [])
    # The user's own index and model must not find their way into a measurement.
    monkeypatch.setenv("KUTIP_INDEX", "mine")
    monkeypatch.setenv("KUTIP_LLM", "fake:mine")
    return made


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ("--articles a b --questions q", "--articles a --articles b --questions q"),
        ("--questions q --articles a b c", "--questions q --articles a --articles b --articles c"),
        ("--articles a --articles b c --json", "--articles a --articles b --articles c --json"),
        ("--questions q extra", "--questions q extra"),
        ("--articles=a b", "--articles=a b"),
        ("--articles", "--articles"),
        ("", ""),
    ],
)
def test_spread(arguments: str, result: str) -> None:
    """Every value up to the next option belongs to ``--articles``, and to nothing else."""
    assert spread(arguments.split(), "--articles") == result.split()


def test_reader_reads_all_files(calls: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Rows of every file, the reader by name, the half asked for; NaN is null in JSON."""
    arguments = "eval reader a.jsonl b.jsonl.gz --reader sentences --half report --json"
    assert cli.run(arguments.split()) == 0
    rows = ["row of a.jsonl", "row of b.jsonl.gz"]
    [(name, (given, (reader, embedder)), options)] = calls
    assert (name, given, reader) == ("reader", rows, "sentences")
    assert options == {"half": "report", "count_tokens": embedder.count_tokens}
    assert json.loads(capsys.readouterr().out) == {**REPORT, "auroc": None}


def test_retrieval_indexes_the_articles(
    calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The form of the contract: several files behind one ``--articles``."""
    arguments = "eval retrieval --articles a.jsonl b.jsonl --questions q.jsonl --model tiny --json"
    assert cli.run(arguments.split()) == 0
    assert FakeIndex.added == [["a.jsonl", "b.jsonl"]]
    (path, options) = FakeIndex.opened[0]
    assert options == {"create": True, "model": "tiny"}
    assert not Path(path).exists()  # thrown away
    (name, values, given) = calls[0]
    assert (name, values[1:]) == ("retrieval", (["question of q.jsonl"],))
    assert given == {"sentences": {"sentences of": ["a.jsonl", "b.jsonl"]}, "half": "all"}
    assert json.loads(capsys.readouterr().out)["mrr"] == 0.5


def test_answers_keep_an_index_and_print_a_table(
    calls: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--index`` names a folder that stays; without ``--json`` the figures are a table."""
    arguments = "eval answers --articles a.jsonl --questions q.jsonl --index kept --half tune"
    assert cli.run(arguments.split()) == 0
    assert FakeIndex.opened == [("kept", {"create": True, "model": None})]
    (name, _, given) = calls[0]
    assert (name, given["half"]) == ("answers", "tune")
    assert given["reader"] == ("extractive", FakeIndex.embedder)
    assert capsys.readouterr().out == "\tall\ten-id\nn\t1\t1\nmrr\t0.500\t0.500\nauroc\t-\t-\n"


def test_a_missing_extra_is_named_before_anything_is_indexed(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with the command to type, instead of a traceback after minutes."""
    monkeypatch.setitem(sys.modules, "ir_measures", None)  # as where it is not installed
    assert cli.run(["eval", "retrieval", "--articles", "a", "--questions", "q"]) == 2
    output, complaint = capsys.readouterr()
    assert output == ""
    assert complaint.startswith("kutip: Measuring retrieval needs")
    assert complaint.endswith("pip install 'kutip[eval]'.\n")
    assert FakeIndex.added == calls == []


def test_an_article_that_fails_stops_the_measurement(
    calls: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures over fewer articles than were named would not be comparable."""
    monkeypatch.setattr(FakeIndex, "failed", (Failure("b", "b is empty."),))
    assert cli.run(["eval", "retrieval", "--articles", "a", "b", "--questions", "q"]) == 2
    assert capsys.readouterr() == ("", "kutip: b is empty.\n")
    assert calls == []
