"""The collections that are searched, and the questions asked of them with what is right.

Every corpus is a distractor for every set: about 5,000 articles, NTREX in one language at a time.
IDK-MRC and Natural Questions bring their own paragraphs along. Of the 2,655 Natural Questions 400
are asked, over all of their paragraphs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index import Article, Span, load_articles, split_sentences
from qa.evaluation import half_of, read_questions
from qa.evaluation.rows import Question, read_records

CORPORA = (
    "facqa_news_passages.id", "wikinews_2020.en", "norquad_texts.no",
    "hotpotqa_corpus.en", "musique_corpus.en",
)  # fmt: skip
NTREX_LANGUAGES = ("id", "en", "es", "zh", "ru")
_MOST_ASKED = 400  # Natural Questions, the first by SHA-256: all would take as long as the rest


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what answers it.

    ``right`` are the ids of all articles that are needed, ``places`` the sentences any of which
    proves the answer; empty where a set names none. ``half`` is "tune" or "report".
    """

    question: str
    language: str
    half: str
    right: tuple[str, ...]
    places: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions of one kind, all asked of one collection."""

    name: str
    collection: str
    asked: tuple[Asked, ...]


def every_collection(data: Path) -> dict[str, Callable[[], Iterator[Article]]]:
    """Return the name of each collection, and what yields its articles."""

    def corpora(ntrex: str, more: Sequence[Article] = ()) -> Iterator[Article]:
        for name in (f"ntrex_news.{ntrex}", *CORPORA):
            yield from _corpus(data, name)
        yield from more

    found: dict[str, Callable[[], Iterator[Article]]] = {
        f"news-{language}": lambda language=language: corpora(language)  # type: ignore[misc]
        for language in NTREX_LANGUAGES
    }
    found["idk"] = lambda: corpora("id", _idk(data)[0])
    found["nq"] = lambda: corpora("en", _nq(data)[0])
    return found


def every_set(data: Path) -> list[QuestionSet]:
    """Return all question sets, in the order of the table."""
    sets = []
    for asked_in, language in (("en", "id"), ("id", "id"), ("en", "en"), *_foreign()):
        for kind, asked in (("questions", _ntrex), ("headlines", _headlines)):
            found = tuple(asked(data, asked_in, language))
            sets.append(
                QuestionSet(f"NTREX {kind} {asked_in}-{language}", f"news-{language}", found)
            )
    sets.append(QuestionSet("FacQA dev", "news-id", tuple(_facqa(data, "dev"))))
    sets.append(QuestionSet("IDK-MRC dev", "idk", tuple(_idk(data)[1])))
    sets.append(QuestionSet("NQ open", "nq", tuple(_nq(data)[1])))
    sets.append(QuestionSet("HotpotQA", "news-en", tuple(_hotpotqa(data))))
    sets.append(QuestionSet("MuSiQue", "news-en", tuple(_musique(data))))
    return sets


def _foreign() -> list[tuple[str, str]]:
    return [("en", language) for language in ("es", "zh", "ru")]


@cache
def _corpus(data: Path, name: str) -> tuple[Article, ...]:
    return tuple(load_articles(data / "articles" / f"{name}.jsonl.gz"))


def _half(key: str) -> str:
    """Return the half of an article, as everything else that is tuned here divides them."""
    return half_of(Question("", "", "", group=key))


def _ntrex(data: Path, asked_in: str, language: str) -> Iterator[Asked]:
    articles = {one.metadata["parallel"]: one for one in _corpus(data, f"ntrex_news.{language}")}
    for row in read_questions(data / "dev" / "ntrex_questions.jsonl"):
        if row.answerable and row.question_lang == asked_in:
            article = articles[row.doc]
            lines = list(_lines(article))
            places = tuple(lines[number] for number in row.sentences)
            yield Asked(row.question, asked_in, _half(row.doc), (article.id,), places)


def _headlines(data: Path, asked_in: str, language: str) -> Iterator[Asked]:
    titles = {
        one.metadata["parallel"]: one.title for one in _corpus(data, f"ntrex_news.{asked_in}")
    }
    for article in _corpus(data, f"ntrex_news.{language}"):
        key = article.metadata["parallel"]
        yield Asked(titles[key], asked_in, _half(key), (article.id,))


def _lines(article: Article) -> Iterator[Span]:
    """Yield the places of an NTREX article's lines, which are its sentences."""
    start = 0
    for line in article.text.split("\n"):
        yield Span(article.id, start, start + max(len(line), 1))
        start += len(line) + 1


def _facqa(data: Path, split: str) -> Iterator[Asked]:
    by_text = {one.text: one for one in _corpus(data, "facqa_news_passages.id")}
    for row in read_questions(data / split / "facqa_news.id.jsonl.gz"):
        # All rows name one group, so halves go by the passage.
        yield _of_context(row, by_text[row.context.strip()], row.context)


def _of_context(row: Question, article: Article, half: str) -> Asked:
    sentences = split_sentences(article.text, article.language, article_id=article.id)
    spans = [Span(article.id, one.start, one.start + len(one.text)) for one in row.spans]
    places = tuple(s for s in sentences if any(s.overlaps(span) for span in spans))
    return Asked(row.question, row.question_lang, _half(half), (article.id,), places)


@cache
def _idk(data: Path) -> tuple[list[Article], list[Asked]]:
    articles: dict[str, Article] = {}
    asked = []
    for row in read_questions(data / "dev" / "idk_mrc.id.jsonl.gz"):
        article = articles.setdefault(
            row.context, Article(f"idk-{len(articles)}", "", row.context, language="id")
        )
        if row.answerable:
            asked.append(_of_context(row, article, row.group))
    return list(articles.values()), asked


@cache
def _nq(data: Path) -> tuple[list[Article], list[Asked]]:
    articles: dict[tuple[str, str], Article] = {}
    asked = []
    for row in _records(data / "dev" / "nq_open.en.jsonl.gz"):
        gold = next(one for one in row["ctxs"] if one["isgold"])
        title, text = gold["title"], gold["text"]
        article = articles.setdefault(
            (title, text),
            Article(f"nq-{len(articles)}", title, f"{title}\n{text}", language="en"),
        )
        asked.append(
            Asked(
                row["question"], "en", _half(title), (article.id,), _naming(article, row["answers"])
            )
        )
    return list(articles.values()), sorted(asked, key=_by_hash)[:_MOST_ASKED]


def _by_hash(asked: Asked) -> bytes:
    return hashlib.sha256(asked.question.encode()).digest()


def _naming(article: Article, answers: Iterable[str]) -> tuple[Span, ...]:
    """Return the sentences in which one of the answers stands."""
    wanted = [answer.casefold() for answer in answers]
    sentences = split_sentences(article.text, article.language, article_id=article.id)
    return tuple(
        s
        for s in sentences
        if any(one in article.text[s.start : s.end].casefold() for one in wanted)
    )


def _hotpotqa(data: Path) -> Iterator[Asked]:
    ids = {one.title: one.id for one in _corpus(data, "hotpotqa_corpus.en")}
    for row in _records(data / "dev" / "hotpotqa_multihop.en.jsonl.gz"):
        titles = dict.fromkeys(title for title, _ in row["supporting_facts"])
        right = tuple(ids[title] for title in titles)
        yield Asked(row["question"], "en", _half(row["_id"]), right)


def _musique(data: Path) -> Iterator[Asked]:
    ids = {_essence(one.title, one.text): one.id for one in _corpus(data, "musique_corpus.en")}
    for row in _records(data / "dev" / "musique_multihop.en.jsonl.gz"):
        needed = [one for one in row["paragraphs"] if one["is_supporting"]]
        right = (ids[_essence(one["title"], one["paragraph_text"])] for one in needed)
        yield Asked(row["question"], "en", _half(row["id"]), tuple(dict.fromkeys(right)))


def _essence(title: str, text: str) -> str:
    """Return the letters of title and paragraph, whether or not the title is the first line."""
    return "".join((title + text.removeprefix(f"{title}\n")).split())


def _records(path: Path) -> Iterator[dict[str, Any]]:
    return (record for _, record in read_records(path))
