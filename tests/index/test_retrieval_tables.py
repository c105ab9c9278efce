"""The tables of the retrieval scoreboard, and what a part of it leaves of the rest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from benchmarks.retrieval.__main__ import keep
from benchmarks.retrieval.ablations import Choice, cut
from benchmarks.retrieval.table import one_article, several_articles
from index import Article
from tests.index.conftest import HashEmbedder


def means(first: float) -> dict[str, list[float]]:
    names = ("recall@1", "recall@5", "recall@10", "mrr", "ndcg@10", "all@10")
    return {name: [first, 0.0, 1.0] for name in names}


def half(n: int, gain: float, **more: float) -> dict[str, Any]:
    firsts = {"dense": 0.5, "lexical": 0.25, "plain rank fusion": 0.125, "Kutip": 1.0, **more}
    return {
        "n": n,
        "combinations": {name: means(first) for name, first in firsts.items()},
        "gain in recall@1 over it": [gain, -0.1, 0.0],
    }


def test_a_row_names_its_half_and_rounds() -> None:
    sets = {"A": {"tune": half(3, 0.5), "report": half(4, -0.0625)}}
    row = [*one_article(sets, "report")][2]
    assert row == (
        "| A | 4 | 0.500 | 0.250 | 0.125 | 1 · 1 · 1 | 1 | 1 | – | – | −0.062 (−0.100 to 0) |"
    )
    assert [*one_article(sets, "tune")][2].startswith("| A | 3 |")


def test_sets_that_need_several_articles_have_a_table_of_their_own() -> None:
    both = half(4, 0.0, **{"Kutip, second step": 0.75})
    sets = {"A": {"tune": both, "report": both}, "B": {"tune": half(1, 0), "report": half(1, 0)}}
    assert [*several_articles(sets)][2:] == [
        "| A | tune | 4 | 0.500 | 1 | 0.750 |",
        "| A | report | 4 | 0.500 | 1 | 0.750 |",
    ]
    assert [row[:5] for row in one_article(sets, "tune")][2:] == ["| B |"]


def test_a_part_replaces_its_own_sets_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "commit", lambda: "first")
    keep({"A": {"n": 1}, "B": {"n": 2}}, ["B", "A", "C"], whole=True)
    monkeypatch.setattr(results, "commit", lambda: "second")
    keep({"A": {"n": 3}}, ["B", "A", "C"], whole=False)
    kept = json.loads((tmp_path / "retrieval.json").read_text("utf-8"))["sets"]
    assert list(kept.items()) == [
        ("B", {"commit": "first", "n": 2}),
        ("A", {"commit": "second", "n": 3}),
    ]
    keep({"A": {"n": 3}}, ["B", "A", "C"], whole=True)
    assert [*json.loads((tmp_path / "retrieval.json").read_text("utf-8"))["sets"]] == ["A"]


def test_a_choice_cuts_longer_or_shorter_and_with_or_without_title() -> None:
    text = "One two three.\nFour five six.\nSeven eight nine."
    article = Article("a", "Numbers", text, language="en")
    whole = cut(article, HashEmbedder(), Choice(240, 0))
    assert whole.texts == (f"Numbers\n{text}",)
    short = cut(article, HashEmbedder(), Choice(1, 0, title=False))
    assert short.texts == tuple(text.split("\n"))
    assert "number" not in {term for terms in short.terms for term in terms}
    assert "number" in whole.terms[0]
