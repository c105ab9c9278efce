"""The articles behind a set of questions, and where in them the gold sentences stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import (
    Article,
    ArticleError,
    ArticleIndex,
    ArticleInfo,
    KutipError,
    Span,
    split_sentences,
)
from qa.evaluation.rows import Question, read_records

SentenceLists = Mapping[str, Sequence[str]]
"""Article id -> the article's ``sentences``, which gold numbers count."""


@dataclass(frozen=True, slots=True)
class Gold:
    """The articles that answer a question (one per language) and the places that prove it."""

    articles: tuple[Article, ...]
    sentences: tuple[Span, ...]

    def met_by(self, span: Span) -> bool:
        """Say whether ``span`` shares a character with a gold sentence."""
        return any(span.overlaps(sentence) for sentence in self.sentences)

    def met_by_copy(self, text: str, also_in: Iterable[ArticleInfo]) -> bool:
        """Say whether a text has the words of a gold sentence, and is of a copy of its article."""
        texts = {article.id: article.text for article in self.articles}
        originals = {info.id for info in also_in}
        words = "".join(text.split())
        golds = (
            "".join(texts[one.article_id][one.start : one.end].split())
            for one in self.sentences
            if one.article_id in originals
        )
        return any(gold in words or words in gold for gold in golds)

    @property
    def languages(self) -> str:
        """The articles' languages, in order, such as ``"id"`` or ``"en+id"``."""
        return _joined(self.articles)


@dataclass(frozen=True, slots=True)
class Collection:
    """All articles of an index by id, by id or ``parallel`` key, and their sentence lists."""

    articles: Mapping[str, Article]
    versions: Mapping[str, Sequence[Article]]
    sentences: SentenceLists

    @classmethod
    def of(cls, index: ArticleIndex, sentences: SentenceLists | None = None) -> Collection:
        """Take every article of ``index``."""
        articles = {info.id: index.article(info.id) for info in index.articles()}
        versions: dict[str, list[Article]] = {}
        for article in articles.values():
            for key in dict.fromkeys((article.id, article.metadata.get("parallel"))):
                if key:
                    versions.setdefault(key, []).append(article)
        return cls(articles, versions, sentences or {})

    @property
    def languages(self) -> str:
        """The languages of all articles, in order, such as ``"id"`` or ``"en+id"``."""
        return _joined(self.articles.values())

    def find_gold(self, question: Question) -> Gold:
        """Find what answers ``question``; raises KutipError where the articles lack it."""
        if question.context:
            return self._gold_of_context(question)
        articles = tuple(self.versions.get(question.doc, ()))
        if not articles:
            raise _no_article(question, f"article {question.doc!r}")
        places = (self._place(article, n) for n in question.sentences for article in articles)
        return Gold(articles, tuple(places))

    def _place(self, article: Article, number: int) -> Span:
        # An NTREX-like article's text is its sentences, one a line; others bring a list.
        listed = self.sentences.get(article.id) or article.text.split("\n")
        places = _locate(listed, article)
        place = places[number] if number < len(places) else None
        if place is None:
            raise KutipError(
                f"Gold sentence {number} is not in the text of article {article.id!r}; check that "
                "the questions belong to these articles."
            )
        return place

    def _gold_of_context(self, question: Question) -> Gold:
        context = question.context.strip()
        offset = len(question.context) - len(question.context.lstrip())
        found = [a for a in self.articles.values() if context in a.text]
        if not found:
            raise _no_article(question, "article that its context is from")
        places: list[Span] = []
        for article in found:
            shift = article.text.index(context) - offset
            answers = [
                Span(article.id, shift + gold.start, shift + gold.start + len(gold.text))
                for gold in question.spans
            ]
            sentences = split_sentences(article.text, article.language, article_id=article.id)
            places += [s for s in sentences if any(s.overlaps(answer) for answer in answers)]
        return Gold(tuple(found), tuple(places))


@contextmanager
def temporary_index(
    paths: Sequence[str | Path],
    *,
    model: str | None = None,
    progress: Callable[..., None] | None = None,
) -> Iterator[ArticleIndex]:
    """Index ``paths`` in a folder that is deleted afterwards; raises at the first bad file."""
    with (
        TemporaryDirectory(prefix="kutip-evaluation-") as folder,
        ArticleIndex.open(Path(folder) / "index", create=True, model=model) as index,
    ):
        report = index.add(paths, progress=progress)
        if report.failed:
            raise ArticleError(report.failed[0].message, path=report.failed[0].path)
        yield index


def read_sentences(paths: Sequence[str | Path]) -> dict[str, tuple[str, ...]]:
    """Read the ``sentences`` lists of the JSON lines among ``paths``, by article id."""
    lists: dict[str, tuple[str, ...]] = {}
    for path in paths:
        if str(path).endswith((".jsonl", ".jsonl.gz")):
            for _, record in read_records(path):
                sentences = record.get("sentences")
                if isinstance(sentences, list) and isinstance(record.get("id"), str):
                    lists[record["id"]] = tuple(str(sentence) for sentence in sentences)
    return lists


def _locate(sentences: Sequence[str], article: Article) -> list[Span | None]:
    """Find each sentence after the one before it: repeated sentences keep their own place."""
    places: list[Span | None] = []
    cursor = 0
    for sentence in sentences:
        wanted = sentence.strip()
        start = article.text.find(wanted, cursor) if wanted else -1
        if start >= 0:
            cursor = start + len(wanted)
        places.append(Span(article.id, start, cursor) if start >= 0 else None)
    return places


def _joined(articles: Iterable[Article]) -> str:
    return "+".join(sorted({article.language or "und" for article in articles}))


def _no_article(question: Question, what: str) -> KutipError:
    return KutipError(
        f"Question {question.id!r} needs the {what}, which is not among the articles; give the "
        "file that holds it with --articles."
    )
