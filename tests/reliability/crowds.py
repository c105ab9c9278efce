"""Many processes over one index: who writes, who reads, and what each of them saw."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index import Article, ArticleIndex, Hit, StoreBusyError
from qa import Claim, Draft, answer
from tests.reliability.library import TinyEmbedder, article_of

BATCH = 10


class FirstSentence:
    """Answers with the first sentences of the best passages."""

    name = "first-sentence"

    def read(self, question: str, hits: list[Hit]) -> Draft:
        """Return a claim for each of the first three passages."""
        claims = []
        for hit in hits[:3]:
            sentence = hit.passage.sentences[0]
            claims.append(Claim(hit.passage.slice(sentence), (sentence,), 0.5))
        return Draft(tuple(claims))


def in_processes(count: int, work: Callable[[int], None]) -> list[int]:
    """Fork processes that do some work each; return their ids."""
    children = []
    for number in range(count):
        child = os.fork()
        if not child:
            code = 1
            try:
                work(number)
                code = 0
            finally:
                if code:
                    import traceback

                    traceback.print_exc()
                os._exit(code)
        children.append(child)
    return children


def ended(child: int, *, wait: bool = False) -> bool:
    """Say whether a process has ended; it must have ended well."""
    found, status = os.waitpid(child, 0 if wait else os.WNOHANG)
    assert not found or status == 0, f"process {child} failed: {status}"
    return bool(found)


def ask_in(index: ArticleIndex, number: int, questions: int, out: str) -> None:
    """Ask, and write down what each answer rests on."""
    chance = random.Random(number)
    with open(out, "w", encoding="utf-8") as noted:
        for _ in range(questions):
            about = f"a{chance.randrange(400)} versi kota {chance.choice(('pasar', 'sungai'))}"
            began = time.perf_counter()
            found = answer(about, index=index, reader=FirstSentence(), threshold=None)
            spent = time.perf_counter() - began
            cited = [
                [c.article_id, c.article_digest, c.start, c.end, c.text,
                 c.sentence_start, c.sentence_end, c.sentence]
                for c in found.citations
            ]  # fmt: skip
            hits = [[h.article.id, h.article.digest, h.passage.start, h.passage.end,
                     h.passage.text] for h in found.hits]  # fmt: skip
            line = {"generation": found.generation, "cited": cited, "hits": hits, "spent": spent}
            noted.write(json.dumps(line) + "\n")


def read_while_writing(
    path: str, readers: int, questions: int, articles: int, threads: int = 1
) -> list[list[Any]]:
    """Let processes ask while this one adds, replaces and removes; return its commits.

    Each is ``[generation, added ids, version, removed ids]``. With ``threads``, each reader is
    forked with the index open, and asks in so many threads.
    """
    folder = Path(path).parent
    commits: list[list[Any]] = []
    with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
        index.add([article_of(f"a{n}", 0) for n in range(30)])
        commits.append([index.generation, [f"a{n}" for n in range(30)], 0, []])
        if threads > 1:
            index.search("kota")  # connections and vectors that a fork must not share

        def work(number: int) -> None:
            if threads == 1:
                with ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as own:
                    ask_in(own, number, questions, str(folder / f"reader-{number}"))
                return
            names = [str(folder / f"reader-{number}-{n}") for n in range(threads)]
            crowd = [
                threading.Thread(target=ask_in, args=(index, 100 * number + n, questions, name))
                for n, name in enumerate(names)
            ]
            for thread in crowd:
                thread.start()
            for thread in crowd:
                thread.join()

        waiting = in_processes(readers, work)
        added = version = 0
        while waiting or added < articles:
            version += 1
            names = [f"a{(added + n) % 400}" for n in range(BATCH)]
            index.add([article_of(name, version) for name in names])
            commits.append([index.generation, names, version, []])
            added += BATCH
            gone = [f"a{(added + 150 + n) % 400}" for n in range(BATCH)]
            if index.remove(gone, erase=version % 8 == 0):
                commits.append([index.generation, [], 0, gone])
            waiting = [child for child in waiting if not ended(child)]
        assert [str(finding) for finding in index.check()] == []
    return commits


def write_against_each_other(path: str, writers: int, rounds: int) -> list[int]:
    """Let processes add articles at once; return how many times each got in."""
    with ArticleIndex.open(path, create=True, model=TinyEmbedder()):
        pass

    def work(number: int) -> None:
        wins = turn = 0
        with ArticleIndex.open(path, model=TinyEmbedder()) as index:
            while wins < rounds:
                turn += 1
                assert turn < 100_000, "never let in"
                try:
                    index.add([article_of(f"w{number}-{wins}", turn)])
                except StoreBusyError:
                    os.sched_yield()
                else:
                    wins += 1

    for child in in_processes(writers, work):
        ended(child, wait=True)
    with ArticleIndex.open(path, model=TinyEmbedder()) as index:
        assert index.check() == []
        ids = sorted(info.id for info in index.articles())
    return [sum(id_.startswith(f"w{number}-") for id_ in ids) for number in range(writers)]


def hold_the_lock(path: str) -> None:
    """Take the writer's lock and keep it until killed."""
    with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
        index.add(article_of("a1", 1))
        with index._store.writer() as writer:
            assert writer
            Path(path).with_name("held").write_text("now", "ascii")  # a pipe: waits for its reader
            signal.pause()


def add_one(path: str, name: str) -> str:
    """Add an article; return the sentence of what is in the way."""
    try:
        with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
            index.add(article_of(name, 1))
    except StoreBusyError as error:
        return str(error)
    return ""


def export_while_writing(path: str, exports: int) -> dict[str, Any]:
    """Export again and again while another process writes; return commits and exports."""
    folder = Path(path).parent
    with ArticleIndex.open(path, create=True, model=TinyEmbedder()) as index:
        index.add([article_of(f"a{n}", 0) for n in range(40)])
    done = folder / "done"

    def write(_number: int) -> None:
        version = 0
        with ArticleIndex.open(path, model=TinyEmbedder()) as index:
            while not done.exists():
                version += 1
                index.add([article_of(f"a{n}", version) for n in range(40)])

    [child] = in_processes(1, write)
    taken = []
    with ArticleIndex.open(path, model=TinyEmbedder(), readonly=True) as index:
        for number in range(exports):
            articles: list[Article] = list(index.every_article())
            versions = sorted({int(one.text.split()[3]) for one in articles})
            with ArticleIndex.open(
                folder / f"restored-{number}", create=True, model=TinyEmbedder()
            ) as other:
                other.add(articles)
                same = list(other.every_article()) == articles and other.check() == []
            taken.append([len(articles), versions, same])
    done.touch()
    ended(child, wait=True)
    return {"taken": taken}
