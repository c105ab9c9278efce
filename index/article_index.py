"""The index of articles: one object to add to, search in, and read from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.embedding import Embedder, load_embedder
from index.errors import ModelError
from index.fitting import absolute, must_fit, open_or_create
from index.fusion import FusionWeights
from index.indexing import Indexing
from index.loading.files import NO_COLUMNS
from index.places import default_path
from index.preparing import prepare, ready_to_store
from index.search import (
    DEPTH,
    Ranking,
    articles_of,
    checked_query,
    hits_of,
    rank_passages,
)
from index.shelf import Shelf
from index.side_work import beside
from index.store import (
    Finding,
    IndexedArticle,
    Snapshot,
    Store,
    StoreStats,
    content_hash,
    count_facets,
)
from index.timing import Timing
from index.types import AddReport, Article, Facets, Filters, Hit, Progress
from index.vectors import VectorView


class ArticleIndex(Shelf):
    """Articles that can be searched. Open it with :meth:`open`; use it from any thread.

    with ArticleIndex.open("kutip-index", create=True) as index:
        index.add(["articles/"])
        hits = index.search("what did Guterres ask Russia to do?")
    """

    def __init__(self, store: Store, embedder: Embedder | None) -> None:
        super().__init__(store)
        self._embedder = embedder
        self._view: VectorView | None = None
        self._guard = threading.Lock()

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        create: bool = False,
        model: str | Embedder | None = None,
        readonly: bool = False,
        rescue: bool = False,
    ) -> Self:
        """Open the index in a folder; with ``create``, make it where there is none.

        :param path: its folder; None is ``$KUTIP_INDEX`` or ./kutip-index.
        :param model: the embedding model of a new index: a sentence-transformers name or folder,
            or an embedder; an existing index knows its own.
        :param rescue: where the database is too damaged to be opened, make it anew from what can
            be read; ``check(repair=True)`` tells what is missing.
        :raises StoreError: there is no index there, or it cannot be used.
        :raises ModelError: the model cannot be loaded, or is not the one of the index.
        """
        folder = Path(path) if path is not None else default_path()
        embedder = load_embedder(absolute(model)) if isinstance(model, str) else model
        store, embedder = open_or_create(
            folder, embedder, load_embedder, create=create, readonly=readonly, rescue=rescue
        )
        return cls(store, embedder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; closing again is harmless."""
        self._store.close()

    @property
    def embedder(self) -> Embedder:
        """The embedder of the index, loaded when first needed."""
        with self._guard:
            if self._embedder is None:
                name = self._store.manifest.model_name
                embedder = load_embedder(name)
                must_fit(embedder, self._store)
                self._embedder = embedder
            return self._embedder

    def add(
        self,
        paths_or_articles: str | Path | Article | Iterable[str | Path | Article],
        *,
        prune: bool = False,
        columns: Mapping[str, str] = NO_COLUMNS,
        progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Add or update articles from files and folders, or articles as values.

        Unchanged files are not read again and unchanged passages not embedded again. What fails
        is listed in the report; the rest is indexed. An interrupted run loses the batch in
        flight, and the next one goes on from there.

        :param prune: also remove the articles whose files vanished from the folders given, unless
            they came from elsewhere, too.
        :param columns: for tables, see :func:`load_articles`.
        :raises StoreBusyError: another process is writing.
        :raises StoreError: the index cannot be written.
        """
        one = isinstance(paths_or_articles, str | Path | Article)
        inputs = [paths_or_articles] if one else paths_or_articles
        embedder = self.embedder
        with self._store.writer() as writer:
            run = Indexing(writer, embedder, progress, prune=prune, columns=columns)
            return run.run(inputs)  # type: ignore[arg-type]

    def remove(self, ids: str | Iterable[str], *, erase: bool = True) -> int:
        """Remove articles from the index and return how many there were.

        With ``erase`` nothing of them stays in any file of the index, at the price of writing its
        search structures anew; without it, the cost is that of the articles.
        """
        with self._store.writer() as writer:
            return writer.remove([ids] if isinstance(ids, str) else list(ids), erase=erase)

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        timing: Timing | None = None,
        weights: FusionWeights | None = None,
    ) -> list[Hit]:
        """Return the ``k`` best passages for a query, best first; [] for an empty query.

        :param timing: of which days the best articles probably are.
        """
        return self.search_at(query, k, filters=filters, timing=timing, weights=weights)[1]

    def search_at(
        self,
        query: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        timing: Timing | None = None,
        weights: FusionWeights | None = None,
    ) -> tuple[int, list[Hit]]:
        """Search, and also return the generation of the index that was searched."""
        with self._store.snapshot() as snapshot:
            ranking = self._rank(snapshot, query, k, filters, timing, weights)
            return snapshot.generation, hits_of(snapshot, ranking, k, filters)

    def find(
        self,
        query: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        timing: Timing | None = None,
    ) -> tuple[list[Hit], Facets]:
        """Search, and count the articles of the first 100 passages."""
        with self._store.snapshot() as snapshot:
            ranking = self._rank(snapshot, query, k, filters, timing)
            ids = articles_of(snapshot, ranking.ids[:DEPTH], filters)
            return hits_of(snapshot, ranking, k, filters), count_facets(snapshot, filters, ids)

    def facets(
        self,
        query: str | None = None,
        *,
        filters: Filters | None = None,
        timing: Timing | None = None,
    ) -> Facets:
        """Count the articles that pass, or those of the first 100 passages a query finds."""
        if query is not None:
            return self.find(query, 1, filters=filters, timing=timing)[1]
        with self._store.snapshot() as snapshot:
            return count_facets(snapshot, filters)

    def _rank(
        self,
        snapshot: Snapshot,
        query: str,
        k: int,
        filters: Filters | None,
        timing: Timing | None,
        weights: FusionWeights | None = None,
    ) -> Ranking:
        query = checked_query(query)
        if not query:
            return Ranking()
        # Embedded while its words are looked up.
        vector = beside(lambda: self.embed_query(query))
        return rank_passages(
            snapshot, self._current_view(snapshot), query, vector, k,
            filters=filters, timing=timing, weights=weights or FusionWeights(),
        )  # fmt: skip

    def embed_query(self, query: str) -> NDArray[np.float32]:
        """Return the embedding of a query, a unit row (d,)."""
        # NUL and lone surrogates come in through JSON; the tokenizer takes neither.
        clean = query.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        row: NDArray[np.float32] = self.embedder.embed([clean], kind="query")[0]
        return row

    def _current_view(self, snapshot: Snapshot) -> VectorView:
        """Return the vectors of the snapshot's generation, following the writer."""
        with self._guard:
            view = self._view
            view = VectorView.load(snapshot) if view is None else view.refresh(snapshot)
            self._view = view
            return view

    def stats(self) -> StoreStats:
        """Return the figures of the index."""
        with self._store.snapshot() as snapshot:
            return snapshot.stats()

    def check(self, repair: bool = False) -> Sequence[Finding]:
        """Look for damage and return what was found.

        With ``repair``, mend what can be derived from the articles' own rows; where passages are
        damaged, that takes the embedding model.
        """
        return self._store.check(repair=repair, rederive=self._rederive)

    def _rederive(self, article: Article) -> IndexedArticle | None:
        """Make the passages of an article again; None without the model they were made with."""
        try:
            embedder = self.embedder
        except ModelError:
            return None
        prepared = prepare(article, embedder)
        contents = [content_hash(text) for text in prepared.texts]
        rows = embedder.embed(prepared.texts, kind="passage")
        return ready_to_store(prepared, contents, dict(zip(contents, rows, strict=True)))
