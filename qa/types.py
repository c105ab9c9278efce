"""Answers and what they rest on: frozen, slotted, comparable, printable.

A reader proposes a :class:`Draft`; ``qa.citing`` alone turns its claims into citations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Protocol

from index import Article, ArticleInfo, Hit, Span
from qa.phrases import phrase, written_day

_NO_TIMINGS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Claim:
    """Something a reader says, and the spans it says prove it. Not trusted until cited.

    ``probability`` is the reader's own estimate in 0..1 that the claim answers the question.
    """

    text: str
    spans: tuple[Span, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader proposes, best claim first; ``notice`` tells the user of trouble.

    ``verdicts``, where a reader gives them, say for each hit how probably it holds the answer,
    and ``sentences`` which of its sentences fits best, None where it cannot tell.
    """

    claims: tuple[Claim, ...] = ()
    notice: str | None = None
    reader: str | None = None
    verdicts: tuple[float, ...] = ()
    sentences: tuple[Span | None, ...] = ()


class Reader(Protocol):
    """Anything that reads passages for an answer: the bundled readers, a chat model, yours."""

    @property
    def name(self) -> str:
        """The name shown with the answer, such as ``"sentences"``."""
        ...

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Propose claims that answer ``question`` from ``hits`` and nothing else."""
        ...


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote: ``index.article(article_id).text[start:end] == text``, always.

    ``start``/``end`` mark the answer, ``sentence_start``/``sentence_end`` the whole sentence
    around it. ``score`` is the probability in 0..1 of the claim it belongs to. ``page`` counts
    from 1 where the article has pages.
    """

    number: int
    article_id: str
    article_digest: str
    title: str
    source: str
    url: str | None
    published: date | None
    language: str
    start: int
    end: int
    text: str
    sentence_start: int
    sentence_end: int
    sentence: str
    score: float
    page: int | None = None

    def stands_in(self, article: Article) -> bool:
        """Say whether this version of an article has the quote and its sentence at their places."""
        return (
            article.digest == self.article_digest
            and article.text[self.start : self.end] == self.text
            and article.text[self.sentence_start : self.sentence_end] == self.sentence
        )

    def __str__(self) -> str:
        page = f"p. {self.page}" if self.page else ""
        parts = (self.title, self.published, self.url or self.source, page)
        about = ", ".join(str(part) for part in parts if part)
        # No quotation marks around it: sentences of the news often begin and end with their own.
        return f"[{self.number}] {self.sentence} — {about}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its proof. ``str(answer)`` prints the text and the numbered quotes.

    ``confidence`` is the calibrated probability in 0..1 that the answer is right; where
    ``found`` is False, ``text`` says so and ``hits`` holds the nearest passages.
    ``completed`` is what a follow-up question was understood as, None where it stood alone.
    ``as_of`` is the day of the newest article cited, where the question asks how things are now.
    ``timings`` are milliseconds by step and do not count in equality.
    """

    question: str
    text: str
    found: bool
    confidence: float
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    unsupported: tuple[Claim, ...]
    reader: str
    language: str
    timings: Mapping[str, float] = field(
        default_factory=lambda: _NO_TIMINGS, compare=False, hash=False
    )
    generation: int = 0
    notice: str | None = None
    completed: str | None = None
    as_of: date | None = None

    @property
    def sources(self) -> int:
        """How many independent sources are cited: near-duplicates are one source."""
        family: dict[str, str] = {}
        for hit in self.hits:
            ids = [info.id for info in (hit.article, *hit.also_in)]
            family |= dict.fromkeys(ids, min(ids))
        return len({family.get(one.article_id, one.article_id) for one in self.citations})

    def also_in(self, citation: Citation) -> tuple[ArticleInfo, ...]:
        """Return the near-duplicates of the article that a citation quotes."""
        hits = (hit for hit in self.hits if hit.article.id == citation.article_id)
        return next((hit.also_in for hit in hits), ())

    @property
    def as_of_words(self) -> str:
        """Say of which day the answer is, in the question's language; "" where nothing says so."""
        if self.as_of is None:
            return ""
        day = written_day(self.as_of, self.language)
        return phrase("as_of", self.language).format(day=day)

    def __str__(self) -> str:
        lines = [self.text]
        if self.as_of:
            lines.append(f"({self.as_of_words})")
        if self.notice:
            lines.append(f"({self.notice})")
        if self.citations:
            lines += ["", *(str(citation) for citation in self.citations)]
        return "\n".join(lines)
