"""What speaks for a sentence besides its reading: how near it is to the question, in two senses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import (
    Embedder,
    Hit,
    Sentence,
    Span,
    analyse,
    detect_language,
    query_terms,
    same_words,
)


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """How near a sentence is to the question.

    ``cosine``: of the sentence's vector with the question's; ``cosine_before``: of the sentence
    together with the one before it (which names whom a "he" means); ``share``: of the question's
    terms it holds; ``kind``: whether it holds the kind of thing asked for. ``across``: question
    and article differ in language.
    """

    across: bool
    cosine: float
    cosine_before: float
    share: float
    kind: float


def sentence_features(
    embedder: Embedder, question: str, hits: Sequence[Hit], found: Sequence[tuple[int, Sentence]]
) -> list[SentenceFeatures]:
    """Return the features of sentences of the hits, each given with the place of its hit."""
    texts = [hits[place].passage.slice(sentence) for place, sentence in found]
    cosines = sentence_cosines(embedder, question, hits, found)
    languages = list(dict.fromkeys(hit.article.language for hit in hits))
    language = detect_language(question, languages)
    asked = query_terms(question, language, languages)
    kind = asked_kind(question)
    return [
        SentenceFeatures(
            not same_words(hits[place].article.language, language),
            *cosines[number],
            _share(asked, texts[number], hits[place].article.language),
            has_kind(kind, texts[number], question),
        )
        for number, (place, _) in enumerate(found)
    ]


def sentence_cosines(
    embedder: Embedder, question: str, hits: Sequence[Hit], found: Sequence[tuple[int, Sentence]]
) -> list[tuple[float, float]]:
    """Return of each sentence its cosine with the question, alone and with the one before it."""
    alone = [hits[place].passage.slice(sentence) for place, sentence in found]
    windows = [_window(hits[place], sentence) for place, sentence in found]
    vector = embedder.embed([question], kind="query")[0]
    distinct = list(dict.fromkeys(alone + windows))
    values = (embedder.embed(distinct, kind="passage") @ vector).tolist()
    cosines = dict(zip(distinct, values, strict=True))
    return [(cosines[text], cosines[window]) for text, window in zip(alone, windows, strict=True)]


def _window(hit: Hit, sentence: Sentence) -> str:
    """Return the sentence with the one before it, as far as the passage goes."""
    before = [one for one in hit.passage.sentences if one.end <= sentence.start]
    start = before[-1].start if before else sentence.start
    return hit.passage.slice(Span(sentence.article_id, start, sentence.end))


_NUMBER_QUESTION = frozenset(
    "when kapan berapa bila year tahun tanggal date many much old age jumlah usia umur long".split()
)
_NAME_QUESTION = frozenset("who whom whose siapa siapakah where mana dimana which".split())


def asked_kind(question: str) -> str:
    """Return "number", "name" or "" by the question's words, in English and Indonesian."""
    words = [word.strip("?.,!“”\"'()") for word in question.lower().split()]
    if any(word in _NUMBER_QUESTION or word == "berapakah" for word in words):
        return "number"
    return "name" if any(word in _NAME_QUESTION for word in words) else ""


def has_kind(kind: str, text: str, question: str) -> float:
    """Say whether a sentence holds a number, or a name that the question does not have."""
    if kind == "number":
        return float(any(letter.isdigit() for letter in text))
    if kind == "name":
        asked = question.lower()
        names = (w.strip("“”\"'.,()") for w in text.split()[1:] if w[:1].isupper())
        return float(any(name and name.lower() not in asked for name in names))
    return 0.5


def _share(asked: Sequence[str], text: str, language: str) -> float:
    if not asked:
        return 0.0
    held = set(analyse(text, language))
    return sum(term in held for term in asked) / len(asked)
