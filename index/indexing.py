"""Articles in: read, split, analyse, embed and store them, batch by batch.

Memory does not grow with the number of articles: one batch is held at a time. A batch is one
commit, so an interrupted run loses at most the batch in flight and the next run goes on from there.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder
from index.errors import ArticleError
from index.loading import ArticleFile, find_files, load_file
from index.preparing import Prepared, prepare
from index.store import (
    IndexedArticle,
    IndexedPassage,
    SourceFile,
    Writer,
    content_hash,
)
from index.types import AddReport, Article, Failure, Progress

_BATCH_ARTICLES = 64
_BATCH_CHARACTERS = 1_000_000

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A batch whose new passages are being embedded; ``rows`` are the vectors of ``new``."""

    batch: list[Prepared]
    contents: list[list[bytes]]
    vectors: dict[bytes, NDArray[np.float32]]
    new: tuple[bytes, ...]
    rows: Future[NDArray[np.float32]]
    files: list[SourceFile]
    failures: list[Failure]


class Indexing:
    """One run of ``add``: use once, with a writer that is open all the while."""

    def __init__(self, writer: Writer, embedder: Embedder, progress: Report | None) -> None:
        self._writer, self._embedder, self._progress = writer, embedder, progress
        self._languages = set(writer.stored.languages())
        self._batch: list[Prepared] = []
        self._pending: _Pending | None = None
        self._files: list[SourceFile] = []
        self._failures: list[Failure] = []
        self._known: dict[str, str] = {}
        self._characters = 0
        self._counts = dict.fromkeys(
            ("added", "updated", "unchanged", "duplicates", "passages", "embedded", "tokens"), 0
        )
        self._files_done, self._files_total, self._current = 0, 0, ""
        self._all_failures: list[Failure] = []

    def run(self, inputs: Iterable[str | Path | Article]) -> AddReport:
        """Index paths and articles in order and return what was done."""
        began = time.perf_counter()
        with ThreadPoolExecutor(1, thread_name_prefix="kutip-indexing") as self._encoder:
            for one in inputs:
                if isinstance(one, Article):
                    self._add_article(one, None)
                else:
                    self._add_path(one)
            self._commit()
            self._store()
        counts = self._counts
        return AddReport(
            added=counts["added"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            duplicates=counts["duplicates"],
            failed=tuple(self._all_failures),
            seconds=time.perf_counter() - began,
            embedded=counts["embedded"],
            tokens=counts["tokens"],
        )

    def _fail(self, error: ArticleError) -> None:
        failure = Failure(error.path, str(error))
        self._all_failures.append(failure)
        self._failures.append(failure)

    def _add_path(self, path: str | Path) -> None:
        try:
            files = list(find_files(path, on_error=self._fail))
        except ArticleError as error:
            self._fail(error)
            return
        self._files_total += len(files)
        for file in files:
            self._current = file.name
            self._add_file(file)
            self._files_done += 1
            self._tell()

    def _add_file(self, file: ArticleFile) -> None:
        key = str(file.path)
        before = self._writer.stored.file(key)
        try:
            status = file.path.stat()
            if before and (before.size, before.mtime_ns) == (status.st_size, status.st_mtime_ns):
                self._counts["unchanged"] += len(before.articles)
                return
            sha256 = _sha256(file.path)
        except OSError as error:
            reason = error.strerror or str(error)
            self._fail(ArticleError(f"{key} cannot be read ({reason}); check the file.", path=key))
            return
        if before and before.sha256 == sha256:
            self._counts["unchanged"] += len(before.articles)
            self._files.append(replace(before, size=status.st_size, mtime_ns=status.st_mtime_ns))
            return
        failed = len(self._all_failures)
        ids = tuple(self._articles_of(file))
        if len(self._all_failures) > failed:
            # Not recorded, so that the next run tries again; nothing old is taken away either.
            return
        self._files.append(SourceFile(key, status.st_size, status.st_mtime_ns, sha256, ids))
        gone = [one for one in (before.articles if before else ()) if one not in set(ids)]
        if gone:
            self._commit()
            self._store()
            self._writer.remove(gone)
            self._files.append(SourceFile(key, status.st_size, status.st_mtime_ns, sha256, ids))

    def _articles_of(self, file: ArticleFile) -> Iterator[str]:
        try:
            for article in load_file(file, on_error=self._fail):
                if self._add_article(article, file):
                    yield article.id
        except ArticleError as error:
            self._fail(error)

    def _add_article(self, article: Article, file: ArticleFile | None) -> bool:
        digest = article.digest
        known = self._known.get(article.id) or self._stored_digest(article, file)
        if known is None:
            return False
        if known == digest:
            self._counts["unchanged"] += 1
            return True
        if known:
            self._counts["updated"] += 1
        else:
            self._counts["added"] += 1
            copies = digest in self._known.values() or self._writer.stored.copies(digest)
            self._counts["duplicates"] += bool(copies)
        self._known[article.id] = digest
        prepared = prepare(article, self._embedder, self._languages)
        self._languages.add(prepared.article.language)
        self._batch.append(prepared)
        self._characters += len(article.text)
        if len(self._batch) >= _BATCH_ARTICLES or self._characters >= _BATCH_CHARACTERS:
            self._commit()
        return True

    def _stored_digest(self, article: Article, file: ArticleFile | None) -> str | None:
        """Return the digest stored under the article's id; "" if new, None if it is refused."""
        stored = self._writer.stored.digests([article.id]).get(article.id)
        if stored is None or file is None or article.id != file.name:
            return stored or ""
        info = self._writer.stored.article(article.id)
        # Two folders may hold files of one name; the second must not silently replace the first.
        if info and info.source != article.source and Path(info.source).exists():
            self._fail(
                ArticleError(
                    f"{article.source} has the same name as the indexed {info.source}; "
                    "index a folder that holds both.",
                    path=article.source,
                )
            )
            return None
        return stored

    def _commit(self) -> None:
        """Hand the batch to the encoder, after storing the one that it has finished.

        The encoder works while the next batch is read and split; the store is only ever touched
        from this thread.
        """
        self._store()
        batch, self._batch, self._characters = self._batch, [], 0
        contents = [[content_hash(text) for text in one.texts] for one in batch]
        hashes = [content for row in contents for content in row]
        vectors = self._writer.stored.vectors(hashes)
        texts = [text for one in batch for text in one.texts]
        tokens = [count for one in batch for count in one.tokens]
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
            batch, contents, vectors, tuple(new), rows, self._files, self._failures
        )
        self._files, self._failures = [], []

    def _store(self) -> None:
        """Store the batch that the encoder has, in one transaction."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        vectors = pending.vectors | dict(zip(pending.new, pending.rows.result(), strict=True))
        articles = [
            IndexedArticle(
                one.article,
                tuple(
                    IndexedPassage(passage, terms, content, vectors[content])
                    for passage, terms, content in zip(one.passages, one.terms, hashes, strict=True)
                ),
            )
            for one, hashes in zip(pending.batch, pending.contents, strict=True)
        ]
        self._writer.put(articles, files=pending.files, failures=pending.failures)
        for one in pending.batch:
            if self._known.get(one.article.id) == one.article.digest:
                del self._known[one.article.id]
        self._counts["passages"] += sum(len(one.passages) for one in pending.batch)
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


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
