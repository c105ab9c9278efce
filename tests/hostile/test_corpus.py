"""R7: the hostile files, each an article or one sentence, within bounds; the others go on."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import ArticleIndex
from index.loading import isolation
from tests.hostile.make import GOOD, all_cases, make, make_one
from tests.hostile.running import MEGABYTES, SECONDS, load_case, run_alone

CASES = all_cases()
QUICK = [name for name, case in CASES.items() if not case.long]
PLANNED = {"A": 28, "B": 20, "C": 30, "D": 40, "E": 40, "F": 26, "G": 36}


def test_every_case_of_the_plan_is_made() -> None:
    """By number, in seven groups."""
    wanted = {f"{group}{n:02}" for group, count in PLANNED.items() for n in range(1, count + 1)}
    assert {*CASES} == wanted


@pytest.mark.parametrize("name", QUICK)
def test_a_hostile_file_ends_as_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And the good article beside it is loaded whatever happens."""
    monkeypatch.setattr(isolation, "SECONDS", 5)  # nothing here needs more, and some never end
    make_one(tmp_path / "case", CASES[name])
    result = load_case(tmp_path / "case", CASES[name])
    assert result.wrong == ""


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_file_stays_within_bounds(name: str) -> None:
    """Ten seconds and 512 MB each, parser and parent, measured in a fresh process."""
    result = run_alone(name)
    assert result.wrong == ""
    assert result.seconds <= SECONDS
    assert result.megabytes <= MEGABYTES


@pytest.mark.long
def test_all_together_are_indexed(tmp_path: Path) -> None:
    """One run over the whole corpus, with the model: no case stops it, every quote is exact."""
    made = make(tmp_path / "corpus")
    with ArticleIndex.open(tmp_path / "index", create=True) as index:
        report = index.add(tmp_path / "corpus")
        assert report.added > 150
        hits = index.search("warung rahasia dibuka", 5)
        assert any("Warung rahasia itu dibuka" in hit.passage.text for hit in hits)
        for info in index.articles():
            article = index.article(info.id)
            article.text.encode("utf-8")
        for hit in index.search("teks biasa", 50):
            article = index.article(hit.passage.article_id)
            assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        good = [info for info in index.articles() if info.id.endswith("zz-good.txt")]
        assert len(good) == len(made)
        assert index.article(good[0].id).text == GOOD
        assert index.check() == []
