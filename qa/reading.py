"""Readers by name: the only place where a reader's name is resolved."""

from __future__ import annotations

from collections.abc import Callable

from index import Embedder, ReaderError, load_embedder
from qa.sentence_reader import SentenceReader
from qa.types import Reader

DEFAULT_READER = "extractive"
_UNRELATED, _SAME = 0.82, 0.88


def embedding_support(embedder: Embedder) -> Callable[[str, list[str]], float]:
    """Return a judge of how far sentences prove a claim, in 0..1, across languages too.

    A first form: E5's cosines lie near 0.82 for texts of one topic and near 0.88 for texts that
    say the same, so this tells a claim about something else, not a claim turned around.
    """

    def support(claim: str, sentences: list[str]) -> float:
        rows = embedder.embed([claim, " ".join(sentences)], kind="passage")
        return min(max((float(rows[0] @ rows[1]) - _UNRELATED) / (_SAME - _UNRELATED), 0.0), 1.0)

    return support


def load_reader(name: str | None = None, *, embedder: Embedder | None = None) -> Reader:
    """Return the reader of a name.

    :param name: ``"sentences"`` (whole sentences, needs no training), ``"extractive"`` (a small
        trained network: the answer's exact words), or a chat model as ``"provider:model"``; None is
        the default.
    :param embedder: the index's, so that a model is not opened twice.
    :raises ReaderError: there is no such reader, or what it needs is missing.
    :raises ModelError: the encoder that the reader is made of cannot be had.
    """
    name = name or DEFAULT_READER
    if name == "extractive":
        from qa.reader import load_extractive_reader

        return load_extractive_reader(embedder)
    if name == "sentences":
        return SentenceReader(embedder or load_embedder())
    if ":" in name:
        from qa.chat_models import chat_model_reader

        return chat_model_reader(name, support=embedding_support(embedder or load_embedder()))
    raise ReaderError(
        f"There is no reader {name!r}; use extractive, sentences or provider:model, "
        "such as openai:gpt-5-mini."
    )
