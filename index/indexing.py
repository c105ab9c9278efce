"""Articles in: read, split, analyse, embed and store them, batch by batch.

Memory does not grow with the number of articles: one batch is held at a time. A batch is one
commit, so an interrupted run loses at most the batch in flight and the next run goes on from there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.clashes import Clashes
from index.embedding import Embedder
from index.errors import ArticleError
from index.loading import ArticleFile, find_files, load_file
from index.loading.files import NO_COLUMNS, shown
from index.preparing import Prepared, prepare, ready_to_store
from index.source_files import key_of, load_settled, look, vanished, was_emptied
from index.store import SourceFile, Writer, content_hash, must_be_whole
from index.types import AddReport, Article, Failure, Progress

_BATCH_ARTICLES = 64
_BATCH_CHARACTERS = 1_000_000
_BATCH_FILES = 512

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """An article that is not stored yet, and the path it came from, "" for none."""

    prepared: Prepared
    origin: str


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A batch whose new passages are being embedded; ``rows`` are the vectors of ``new``."""

    batch: list[_Waiting]
    contents: list[list[bytes]]
    vectors: dict[bytes, NDArray[np.float32]]
    new: tuple[bytes, ...]
    rows: Future[NDArray[np.float32]]
    files: list[SourceFile]
    failures: list[Failure]
    given: list[str]


class Indexing:
    """One run of ``add``: use once, with a writer that is open all the while."""

    def __init__(
        self,
        writer: Writer,
        embedder: Embedder,
        progress: Report | None = None,
        *,
        prune: bool = False,
        columns: Mapping[str, str] = NO_COLUMNS,
    ) -> None:
        self._writer, self._embedder, self._progress = writer, embedder, progress
        self._prune, self._columns = prune, columns
        self._batch: list[_Waiting] = []
        self._pending: _Pending | None = None
        self._files: list[SourceFile] = []
        self._failures: list[Failure] = []
        self._given: list[str] = []
        self._known: dict[str, _Waiting] = {}
        self._characters = 0
        self._counts = dict.fromkeys(
            ("added", "updated", "unchanged", "passages", "embedded", "tokens"), 0
        )
        self._files_done, self._files_total, self._current = 0, 0, ""
        self._all_failures: list[Failure] = []
        self._asked: set[str] = set()

    def run(self, inputs: Iterable[str | Path | Article]) -> AddReport:
        """Index paths and articles in order and return what was done."""
        began = time.perf_counter()
        folders: list[tuple[str, set[str]]] = []
        with ThreadPoolExecutor(1, thread_name_prefix="kutip-indexing") as self._encoder:
            for one in inputs:
                if isinstance(one, Article):
                    self._add_article(one, None)
                elif found := self._add_path(one):
                    folders.append(found)
            self._commit()
            self._store()
        self._resolve()
        # Last, so that what only moved is embedded from the vectors it had.
        for folder, paths in folders if self._prune else []:
            self._writer.release(vanished(self._writer.stored, folder, paths))
        counts = self._counts
        return AddReport(
            added=counts["added"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            removed=self._writer.released,
            duplicates=self._writer.copies,
            failed=tuple(self._all_failures),
            seconds=time.perf_counter() - began,
            embedded=counts["embedded"],
            tokens=counts["tokens"],
        )

    def _resolve(self) -> None:
        """Forget the failures of an earlier run at places that were asked again without one."""
        good = self._asked - {failure.path for failure in self._all_failures}
        known = (failure.path for failure in self._writer.stored.failures())
        self._writer.put(resolved=[path for path in known if path in good])

    def _fail(self, error: ArticleError) -> None:
        failure = Failure(error.path, str(error))
        self._all_failures.append(failure)
        self._failures.append(failure)

    def _add_path(self, path: str | Path) -> tuple[str, set[str]] | None:
        """Index what is at a path; return a folder and the paths of the files found in it."""
        self._asked.add(shown(path))
        errors: list[ArticleError] = []
        files = list(find_files(path, on_error=errors.append, columns=self._columns))
        if not (self._prune and not files and was_emptied(path, self._writer.stored)):
            for error in errors:
                self._fail(error)
        self._files_total += len(files)
        for file in files:
            self._current = file.name
            if file.address:  # nothing is remembered of it: it is asked again in the next run
                self._asked.add(shown(file.place))
                for article in load_file(file, on_error=self._fail):
                    self._asked.add(article.url or article.id)
                    self._add_article(article, None)
            else:
                self._add_file(file)
            self._files_done += 1
            self._tell()
        if not os.path.isdir(path):
            return None
        return os.path.realpath(path), {key_of(file) for file in files}

    def _add_file(self, file: ArticleFile) -> None:
        before = self._writer.stored.file(key_of(file))
        try:
            now = look(file, before)
        except ArticleError as error:
            self._fail(error)
            return
        if before and before.sha256 == now.sha256:
            self._counts["unchanged"] += len(before.articles)
            if now is not before:
                self._files.append(now)
        else:
            failed = len(self._all_failures)
            ids = self._articles_of(file)
            # Where anything failed the file is not recorded, so that the next run tries again;
            # nothing old is taken away either.
            if len(self._all_failures) == failed:
                self._files.append(replace(now, articles=ids))
        if len(self._files) >= _BATCH_FILES:
            self._commit()

    def _articles_of(self, file: ArticleFile) -> tuple[str, ...]:
        clashes = Clashes(file)
        for article in load_settled(file, self._fail):
            if self._add_article(article, file, clashes):
                clashes.take(article.id)
        if (error := clashes.error()) is not None:
            self._fail(error)
        return clashes.ids

    def _add_article(
        self, article: Article, file: ArticleFile | None, clashes: Clashes | None = None
    ) -> bool:
        try:
            must_be_whole(article)
        except ArticleError as error:
            self._fail(error)
            return False
        waiting = self._known.get(article.id)
        before = waiting.prepared.article if waiting else self._writer.stored.intact(article.id)
        origins: tuple[str, ...] = ()
        if before:
            origins = (waiting.origin,) if waiting else self._writer.stored.origins(article.id)
        if before and file and key_of(file) not in origins and self._clashes(article, before, file):
            return False
        if before and replace(article, language=article.language or before.language) == before:
            self._counts["unchanged"] += 1
            if file is None and not waiting and "" not in origins:
                self._given.append(article.id)
            return True
        if before and clashes and clashes.found(article, before, origins):
            return False
        self._counts["updated" if before else "added"] += 1
        prepared = prepare(article, self._embedder)
        one = _Waiting(prepared, key_of(file) if file else "")
        self._known[article.id] = one
        self._batch.append(one)
        self._characters += len(article.text)
        if len(self._batch) >= _BATCH_ARTICLES or self._characters >= _BATCH_CHARACTERS:
            self._commit()
        return True

    def _clashes(self, article: Article, before: Article, file: ArticleFile) -> bool:
        """Report a file whose name in its folder is that of an indexed one in another folder.

        The second must not silently replace the first; one that only moved may.
        """
        is_named = article.id == file.name and before.source not in ("", article.source)
        if not is_named or not Path(before.source).exists():
            return False
        self._fail(
            ArticleError(
                f"{article.source} has the same name as the indexed {before.source}; "
                "index a folder that holds both.",
                path=article.source,
            )
        )
        return True

    def _commit(self) -> None:
        """Hand the batch to the encoder, after storing the one that it has finished.

        The encoder works while the next batch is read and split; the store is only ever touched
        from this thread.
        """
        self._store()
        batch, self._batch, self._characters = self._batch, [], 0
        contents = [[content_hash(text) for text in one.prepared.texts] for one in batch]
        hashes = [content for row in contents for content in row]
        vectors = self._writer.stored.vectors(hashes)
        texts = [text for one in batch for text in one.prepared.texts]
        tokens = [count for one in batch for count in one.prepared.tokens]
        # Stored vectors are reused, and equal passages embedded once.
        new = {
            content: (text, count)
            for content, text, count in zip(hashes, texts, tokens, strict=True)
            if content not in vectors
        }
        rows = self._encoder.submit(
            self._embedder.embed, [text for text, _ in new.values()], kind="passage"
        )
        self._counts["embedded"] += len(new)
        self._counts["tokens"] += sum(count for _, count in new.values())
        self._pending = _Pending(
            batch, contents, vectors, tuple(new), rows, self._files, self._failures, self._given
        )
        self._files, self._failures, self._given = [], [], []

    def _store(self) -> None:
        """Store the batch that the encoder has, in one transaction."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        vectors = pending.vectors | dict(zip(pending.new, pending.rows.result(), strict=True))
        self._writer.put(
            [
                ready_to_store(one.prepared, hashes, vectors, one.origin)
                for one, hashes in zip(pending.batch, pending.contents, strict=True)
            ],
            files=pending.files,
            failures=pending.failures,
            given=pending.given,
        )
        for one in pending.batch:
            if self._known.get(one.prepared.article.id) is one:
                del self._known[one.prepared.article.id]
        self._counts["passages"] += sum(len(one.prepared.passages) for one in pending.batch)
        self._tell()

    def _tell(self) -> None:
        if self._progress is None:
            return
        counts = self._counts
        self._progress(
            Progress(
                files_done=self._files_done,
                files_total=self._files_total or None,
                articles=counts["added"] + counts["updated"] + counts["unchanged"],
                passages=counts["passages"],
                embedded=counts["embedded"],
                tokens=counts["tokens"],
                current=self._current,
            )
        )
