"""What the forked processes of the reliability tests do; see :mod:`tests.reliability.nursery`."""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path
from typing import Any

from index import ArticleIndex, KutipError, analyse, detect_language
from index.store import Snapshot, open_store
from tests.reliability.library import TinyEmbedder, answers, operation, perform


def warm_up() -> None:
    """Import what every task needs and load what is no part of an index, once for all forks."""
    import faiss
    import filelock

    assert faiss
    assert filelock
    assert detect_language("Warga desa itu membangun jembatan baru.", ()) == "id"
    assert analyse("Warga desa membangun jembatan.", "id")


def keep_writing(path: str, seed: int, first: int, acks: str) -> None:
    """Do one operation after the other; note each in a file beside the index once it is done."""
    with (
        ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index,
        open(acks, "ab", buffering=0) as noted,
    ):
        for number in count(first):
            perform(index, operation(seed, number), Path(path).with_name("files"))
            noted.write(b"%d\n" % number)


def examine(path: str) -> dict[str, Any]:
    """Open an index as anyone would, and return what it holds and what is wrong with it."""
    began = time.perf_counter()
    with open_store(path, readonly=True) as store, store.snapshot() as snapshot:
        generation = snapshot.generation
        seconds = time.perf_counter() - began
        held = {id_: _text_of(snapshot, id_) for id_ in snapshot.article_ids()}
        findings = [str(finding) for finding in store.check()]
    with open_store(path) as store:
        with store.writer():  # its lock is free, and it tidies up
            pass
        findings += [str(finding) for finding in store.check()]
    return {
        "held": held,
        "generation": generation,
        "findings": findings,
        "seconds": seconds,
        "left": sorted(os.listdir(Path(path, "tmp"))),
        "files": len(os.listdir(Path(path, "ann"))),
    }


def _text_of(snapshot: Snapshot, id_: str) -> str:
    """Return the text of an article that is whole, and found by its words and by its vectors."""
    article = snapshot.intact(id_)
    assert article, f"{id_} is damaged"
    terms = analyse(article.text.partition("\n")[0], "id")
    found = snapshot.passages(id_ for id_, _ in snapshot.lexical(terms, 10_000)).values()
    own = [one.passage for one in found if one.passage.article_id == id_]
    assert {place for one in own for place in range(one.start, one.end)} >= {
        place for place, letter in enumerate(article.text) if not letter.isspace()
    }, f"not all of {id_} is found"
    for passage in own:
        assert article.text[passage.start : passage.end] == passage.text
    return article.text


def ask(path: str) -> list[Any]:
    """Return what the ten questions find."""
    with ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as index:
        return answers(index)


def copy(path: str, into: str) -> list[Any]:
    """Make an index of the same articles in the same order; return what the questions find."""
    with (
        ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as index,
        ArticleIndex.open(into, create=True, model=TinyEmbedder()) as other,
    ):
        other.add(index.every_article())
        return answers(other)


def write_some(path: str, seed: int, first: int, end: int, acks: str) -> str:
    """Do operations ``first`` to ``end``, noting each; return the sentence of what stopped it."""
    try:
        with (
            ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index,
            open(acks, "ab", buffering=0) as noted,
        ):
            for number in range(first, end):
                perform(index, operation(seed, number), Path(path).with_name("files"))
                noted.write(b"%d\n" % number)
    except KutipError as error:
        return str(error)
    return ""


def begin_writing(path: str) -> int:
    """Take the writer's lock, which brings an older format up to date; return the format."""
    with open_store(path) as store:
        with store.writer():
            pass
        return store.manifest.format
