"""Vectors remembered: the same bits, bounded, nobody else's array, and no second run."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np
import pytest

from index import embedding
from index.embedding import CompiledEmbedder, load_embedder
from index.models.memory import Key, VectorMemory
from index.models.runtime import CompiledEncoder


def keys(texts: Iterable[str]) -> list[Key]:
    """Return a key for each text."""
    return [("passage", text) for text in texts]


def compute(missing: list[Key]) -> np.ndarray:
    """Return the code point of each one-letter text, twice."""
    return np.array([[ord(text)] * 2 for _, text in missing], np.float32)


def letters(rows: np.ndarray) -> str:
    """Return the texts that rows were computed from."""
    return "".join(map(chr, rows[:, 1].astype(int)))


def test_only_what_is_not_known_is_computed() -> None:
    """Each text once, in the order of the request; what was used least lately is forgotten."""
    asked: list[str] = []

    def watched(missing: list[Key]) -> np.ndarray:
        asked.append("".join(text for _, text in missing))
        return compute(missing)

    memory = VectorMemory(size=3)
    assert letters(memory.rows(keys("abab"), watched)) == "abab"
    assert letters(memory.rows(keys("cba"), watched)) == "cba"
    assert letters(memory.rows(keys("d"), watched)) == "d"  # forgets c, which a and b came after
    assert letters(memory.rows(keys("bad"), watched)) == "bad"
    assert letters(memory.rows(keys("c"), watched)) == "c"
    assert letters(memory.rows(keys("vwxyz"), watched)) == "vwxyz"  # more than it can hold
    assert letters(memory.rows(keys("xyz"), watched)) == "xyz"
    assert letters(memory.rows([("query", "x")], watched)) == "x"
    assert asked == ["ab", "c", "d", "c", "vwxyz", "x"]


def test_the_rows_are_the_callers_own() -> None:
    """Writing into them changes neither a later answer nor what was computed."""
    memory, computed = VectorMemory(), []

    def kept(missing: list[Key]) -> np.ndarray:
        computed.append(compute(missing))
        return computed[-1]

    for _ in range(2):
        memory.rows(keys("ab"), kept)[:] = 0
    computed[0][:] = 0
    assert letters(memory.rows(keys("ba"), kept)) == "ba"
    assert len(computed) == 1


def test_many_threads_get_their_own_texts() -> None:
    """A small memory under eight threads: rows never go to another text."""
    memory, wrong = VectorMemory(size=5), []

    def ask(first: int) -> None:
        for turn in range(300):
            text = "".join(chr(97 + (first * turn + step) % 26) for step in range(7))
            if letters(memory.rows(keys(text), compute)) != text:
                wrong.append(text)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_question_and_its_sentences_run_through_the_model_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same bits again, without a run; query and passage of one text stay two vectors."""
    embedder, fresh = load_embedder(), load_embedder()
    texts = ["Pasar ikan", "x"]
    query, passages = embedder.embed(texts, kind="query"), embedder.embed(texts, kind="passage")
    assert not np.array_equal(query, passages)
    # More than a reader asks for at once, as in indexing, is not kept.
    monkeypatch.setattr(embedding, "_REMEMBERED", 1)
    assert isinstance(fresh, CompiledEmbedder)
    assert np.array_equal(fresh.embed(texts, kind="passage"), passages)
    monkeypatch.undo()
    monkeypatch.setattr(CompiledEncoder, "run", lambda *_: pytest.fail("it ran again"))
    assert np.array_equal(embedder.embed(texts[::-1], kind="query"), query[::-1])
    assert np.array_equal(embedder.embed(texts, kind="passage"), passages)
    with pytest.raises(pytest.fail.Exception, match="it ran again"):
        fresh.embed(texts, kind="passage")
