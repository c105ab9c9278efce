"""The articles of seeds/ load as written, and the gold spans of the questions are exact."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from index import ArticleIndex, detect_language, load_articles

SEEDS = Path(__file__).parents[1] / "seeds"
GUTERRES = "000_93fbecafbda3aea8.txt"
# id: title, language, date
EXPECTED = {
    GUTERRES: ("", "id", None),
    "kestrel-bay-football-academy.md": (
        "Evening football academy sends its first two players to the national squad",
        "en",
        date(2025, 2, 2),
    ),
    "museum-palm-leaf-manuscript.html": (
        "Museum restores palm-leaf book found in a rice barn",
        "en",
        date(2022, 11, 3),
    ),
    "panen-rumput-laut-teluk-mirai.txt": (
        "Panen Rumput Laut Teluk Mirai Naik Dua Kali Lipat",
        "id",
        date(2024, 5, 22),
    ),
    "turbin-lembah-tirta.md": (
        "Turbin Mikrohidro Terangi 142 Rumah di Desa Lembah Tirta",
        "id",
        date(2023, 9, 14),
    ),
}
TEXTS = {article.id: article.text for article in load_articles(SEEDS)}


def read_questions() -> list[dict[str, Any]]:
    """Return the rows of tests/seed_questions.jsonl."""
    lines = Path(__file__).with_name("seed_questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUESTIONS = read_questions()


def test_the_first_article_is_unchanged() -> None:
    """The user's own article is kept byte for byte."""
    digest = hashlib.sha256((SEEDS / GUTERRES).read_bytes()).hexdigest()
    assert digest == "8ca2a574a16b937b7aff939ed5ef5f4afbe9e62b5a0d567b5d4fc4b2ff744773"


def test_seeds_holds_articles_only() -> None:
    """Each file is one article, whose id is the file's name."""
    assert sorted(path.name for path in SEEDS.iterdir()) == sorted(EXPECTED) == sorted(TEXTS)


@pytest.mark.parametrize("article_id", EXPECTED)
def test_article_fields(article_id: str, seed_index: ArticleIndex) -> None:
    """Title, language and date are those that the article shows."""
    article = seed_index.article(article_id)
    assert (article.title, article.language, article.published) == EXPECTED[article_id]
    assert article.text == TEXTS[article_id]
    assert Path(article.source) == SEEDS / article_id


def test_page_is_read_without_its_furniture() -> None:
    """The web page gives its author, its title as the first line, and neither menu nor footer."""
    [article] = load_articles(SEEDS / "museum-palm-leaf-manuscript.html")
    assert article.authors == ("Clara Whitmoor",)
    assert article.text.startswith(f"{article.title}\nAfter eleven months of work,")
    assert article.text.endswith("and is free on Thursdays.")
    assert "About us" not in article.text


@pytest.mark.parametrize("article_id", sorted(set(EXPECTED) - {GUTERRES}))
def test_our_articles_are_short(article_id: str) -> None:
    """Our own articles have 150 to 250 words."""
    assert 150 <= len(TEXTS[article_id].split()) <= 250


@pytest.mark.parametrize("row", QUESTIONS, ids=[row["id"] for row in QUESTIONS])
def test_gold_spans_are_exact(row: dict[str, Any]) -> None:
    """Each answer is the article's characters at its offset, whole words only."""
    assert set(row) == {"id", "question", "question_lang", "article", "answers"}
    assert detect_language(row["question"], ("en", "id")) == row["question_lang"]
    assert bool(row["answers"]) == (row["article"] in TEXTS)
    for answer in row["answers"]:
        text = TEXTS[row["article"]]
        start, end = answer["start"], answer["start"] + len(answer["text"])
        assert text[start:end] == answer["text"] == answer["text"].strip() != ""
        assert not text[start - 1].isalnum()
        assert not text[end].isalnum()


def test_questions_are_as_many_as_agreed() -> None:
    """30 questions, 8 of them without an answer, over all articles and pairs of languages."""
    assert (
        len({row["id"] for row in QUESTIONS}) == len({row["question"] for row in QUESTIONS}) == 30
    )
    answerable = [row for row in QUESTIONS if row["answers"]]
    pairs = Counter((row["question_lang"], EXPECTED[row["article"]][1]) for row in answerable)
    assert pairs == {("en", "id"): 9, ("id", "id"): 7, ("en", "en"): 3, ("id", "en"): 3}
    articles = Counter(row["article"] for row in answerable)
    assert articles[GUTERRES] == 10
    assert set(articles) == set(EXPECTED)
    refused = Counter(row["question_lang"] for row in QUESTIONS if not row["answers"])
    assert refused == {"en": 4, "id": 4}


def test_the_questions_that_must_be_there() -> None:
    """The example of the README and two questions that the articles do not answer."""
    answers = {row["question"]: [gold["text"] for gold in row["answers"]] for row in QUESTIONS}
    wanted = "mengizinkan evakuasi warga sipil yang terperangkap di pabrik baja"
    assert answers["what did Guterres ask Russia to do?"] == [wanted]
    assert answers["Who is the president of France?"] == []
    assert answers["How much did oil prices rise?"] == []
