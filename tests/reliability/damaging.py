"""An index whose files are damaged in places chosen beforehand, and what a user then sees of it."""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import ArticleIndex, KutipError
from tests.reliability.library import TinyEmbedder, answers, article_of

ARTICLES = 60
PAGE = 4096


def make(path: str, version: int = 1) -> None:
    """Make an index whose last commits are still in the log, as a kill leaves it; never returns.

    All texts it ever held are written beside it, by their digests: what may be shown is exactly a
    slice of one.
    """
    with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
        index.add([article_of(f"a{n}", version) for n in range(ARTICLES)])
        texts = {a.digest: a.text for a in index.every_article()}
        index.remove([f"a{n}" for n in range(0, ARTICLES, 6)])
    index = ArticleIndex.open(path, model=TinyEmbedder())
    with index._store.writer() as writer:
        from index.indexing import Indexing

        newer = [article_of(f"a{n}", version + 1) for n in range(1, ARTICLES, 10)]
        Indexing(writer, index.embedder).run([*newer, article_of("b1", version)])
        texts |= {a.digest: a.text for a in index.every_article()}
        Path(path).with_name("texts.json").write_text(json.dumps(texts), "utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


def probe(path: str) -> dict[str, Any]:
    """Open, ask, check, repair, ask again: return what was found, shown and said on the way."""
    texts = json.loads(Path(path).with_name("texts.json").read_text("utf-8"))
    warnings: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("kutip").addHandler(handler)
    before = _asked(path, texts)
    findings = _checked(path, repair=False)
    result = {"before": before, "findings": findings, "warnings": warnings}
    if before != _expected(path) or findings or warnings:
        result |= {"repair": _checked(path, repair=True), "after": _asked(path, texts),
                   "left": _checked(path, repair=False), "whole": _whole(path)}  # fmt: skip
    return result


def _asked(path: str, texts: dict[str, str]) -> Any:
    try:
        with ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as index:
            found = answers(index)
            for info in index.articles():
                try:
                    if index.article(info.id).text != texts[info.digest]:
                        return f"WRONG: another text of {info.id}"
                except KutipError:
                    continue
    except KutipError as error:
        return str(error)
    for id_, digest, start, end, text, *_ in (hit for hits in found for hit in hits):
        if texts[str(digest)][start:end] != text:  # type: ignore[misc]
            return f"WRONG: a quote of {id_}"
    return found


def _whole(path: str) -> int:
    """Return how many articles can still be read."""
    try:
        with ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as index:
            return sum(1 for _ in index.every_article(on_error=lambda _: None))
    except KutipError:
        return 0


def _expected(path: str) -> Any:
    noted = Path(path).with_name("expected.json")
    return _plain(json.loads(noted.read_text("utf-8"))) if noted.exists() else None


def _plain(rows: Any) -> Any:
    return [[tuple(hit) for hit in hits] for hits in rows]


def _checked(path: str, *, repair: bool) -> Any:
    try:
        with ArticleIndex.open(path, model=TinyEmbedder(), rescue=repair) as index:
            return [[f.part, f.problem, f.repaired] for f in index.check(repair=repair)]
    except KutipError as error:
        return [["error", str(error), False]]


@dataclass(frozen=True)
class Mutation:
    """A change of one file."""

    kind: str
    place: int
    bit: int = 0

    def apply(self, file: Path) -> None:
        """Change the file."""
        data = bytearray(file.read_bytes())
        if self.kind == "flip":
            data[self.place] ^= 1 << self.bit
        elif self.kind == "cut":
            del data[self.place :]
        else:
            start = self.place // PAGE * PAGE
            data[start : start + PAGE] = bytes(len(data[start : start + PAGE]))
        file.write_bytes(data)


def mutations(size: int, number: int, seed: str) -> Iterator[Mutation]:
    """Yield flips of one bit, cuts and zeroed pages, spread evenly over a file."""
    chance = random.Random(seed)
    for n in range(number):
        place = min(size - 1, int((n + chance.random()) * size / number))
        kind = chance.choices(("flip", "cut", "zero"), (6, 2, 1))[0]
        yield Mutation(kind, place, chance.randrange(8))


def copied(source: Path, into: Path) -> Path:
    """Copy an index with what is noted beside it; return the copy."""
    shutil.rmtree(into, ignore_errors=True)
    shutil.copytree(source.parent, into)
    return into / source.name
