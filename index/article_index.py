"""The index of articles: one object to add to, search in, and read from."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.analysis import ANALYSIS_VERSION
from index.embedding import Embedder, load_embedder
from index.errors import ModelError, StoreError
from index.indexing import Indexing
from index.preparing import CHUNKING
from index.search import FusionWeights, hybrid_search
from index.store import Finding, Manifest, Order, Snapshot, Store, StoreStats, open_store
from index.types import AddReport, Article, ArticleInfo, Filters, Hit, Progress
from index.vectors import VectorView

DEFAULT_FOLDER = "kutip-index"
_LONGEST_QUERY = 4000


def default_path() -> Path:
    """Return the index used where none is named: ``$KUTIP_INDEX`` or ./kutip-index."""
    return Path(os.environ.get("KUTIP_INDEX") or DEFAULT_FOLDER)


class ArticleIndex:
    """Articles that can be searched. Open it with :meth:`open`; use it from any thread.

    with ArticleIndex.open("kutip-index", create=True) as index:
        index.add(["articles/"])
        hits = index.search("what did Guterres ask Russia to do?")
    """

    def __init__(self, store: Store, embedder: Embedder | None) -> None:
        self._store, self._embedder = store, embedder
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
    ) -> Self:
        """Open the index in a folder; with ``create``, make it where there is none.

        :param path: its folder; None is ``$KUTIP_INDEX`` or ./kutip-index.
        :param model: the embedding model of a new index: a sentence-transformers name or folder,
            or an embedder; an existing index knows its own.
        :raises StoreError: there is no index there, or it cannot be used.
        :raises ModelError: the model cannot be loaded, or is not the one of the index.
        """
        folder = Path(path) if path is not None else default_path()
        embedder = load_embedder(_absolute(model)) if isinstance(model, str) else model
        if not create or readonly:
            store = open_store(folder, readonly=readonly)
        else:
            try:
                store = open_store(folder)
            except StoreError:
                # Not there yet, most likely; if it is something else, creating says so again.
                embedder = embedder or load_embedder()
                store = open_store(folder, create=_manifest(embedder))
        if embedder is not None:
            _must_fit(embedder, store)
        return cls(store, embedder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; closing again is harmless."""
        self._store.close()

    @property
    def path(self) -> Path:
        """The folder of the index."""
        return self._store.path

    @property
    def generation(self) -> int:
        """The number of commits so far: it grows whenever articles change."""
        return self._store.generation

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the articles, most frequent first."""
        with self._store.snapshot() as snapshot:
            return tuple(language for language in snapshot.languages() if language)

    @property
    def embedder(self) -> Embedder:
        """The embedder of the index, loaded when first needed."""
        with self._guard:
            if self._embedder is None:
                name = self._store.manifest.model_name
                embedder = load_embedder(name)
                _must_fit(embedder, self._store)
                self._embedder = embedder
            return self._embedder

    def add(
        self,
        paths_or_articles: str | Path | Article | Iterable[str | Path | Article],
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> AddReport:
        """Add or update articles from files and folders, or articles as values.

        Unchanged files are not read again and unchanged passages not embedded again. What fails
        is listed in the report; the rest is indexed.

        :raises StoreError: another process is writing, or the index cannot be written.
        """
        one = isinstance(paths_or_articles, str | Path | Article)
        inputs = [paths_or_articles] if one else paths_or_articles
        embedder = self.embedder
        with self._store.writer() as writer:
            return Indexing(writer, embedder, progress).run(inputs)  # type: ignore[arg-type]

    def remove(self, ids: str | Iterable[str]) -> int:
        """Erase articles from the index and return how many there were."""
        with self._store.writer() as writer:
            return writer.remove([ids] if isinstance(ids, str) else list(ids))

    def article(self, article_id: str) -> Article:
        """Return an article with its whole text.

        :raises StoreError: there is no such article.
        """
        with self._store.snapshot() as snapshot:
            article = snapshot.article(article_id)
        if article is None:
            raise StoreError(
                f"There is no article {article_id!r} in {self.path}; `kutip list` shows the ids.",
                path=self.path,
            )
        return article

    def articles(
        self,
        *,
        filters: Filters | None = None,
        offset: int = 0,
        limit: int | None = None,
        order: Order = "added",
    ) -> list[ArticleInfo]:
        """Return the articles that pass the filters, in order, without their texts."""
        with self._store.snapshot() as snapshot:
            return snapshot.articles(filters, offset=offset, limit=limit, order=order)

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        weights: FusionWeights | None = None,
    ) -> list[Hit]:
        """Return the ``k`` best passages for a query, best first; [] for an empty query."""
        return self.search_at(query, k, filters=filters, weights=weights)[1]

    def search_at(
        self,
        query: str,
        k: int = 10,
        *,
        filters: Filters | None = None,
        weights: FusionWeights | None = None,
    ) -> tuple[int, list[Hit]]:
        """Search, and also return the generation of the index that was searched."""
        query = query.strip()
        if len(query) > _LONGEST_QUERY:
            raise ValueError(
                f"The question has {len(query)} characters; ask in {_LONGEST_QUERY} or fewer."
            )
        if not query:
            return self.generation, []
        vector = self.embed_query(query)
        with self._store.snapshot() as snapshot:
            view = self._current_view(snapshot)
            hits = hybrid_search(
                snapshot, view, query, vector, k,
                filters=filters, weights=weights or FusionWeights(),
            )  # fmt: skip
            return snapshot.generation, hits

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
        """Look for damage and return what was found; with ``repair``, mend what is derived."""
        return self._store.check(repair=repair)


def _absolute(model: str) -> str:
    """Make the path of a model folder independent of the working directory."""
    path = Path(model).expanduser()
    return str(path.resolve()) if path.is_dir() else model


def _manifest(embedder: Embedder) -> Manifest:
    return Manifest(
        model_identity=embedder.identity,
        model_name=str(getattr(embedder, "name", type(embedder).__name__)),
        dimension=embedder.dimension,
        chunking=CHUNKING,
        analysis=ANALYSIS_VERSION,
    )


def _must_fit(embedder: Embedder, store: Store) -> None:
    manifest = store.manifest
    if embedder.identity != manifest.model_identity:
        name = str(getattr(embedder, "name", type(embedder).__name__))
        raise ModelError(
            f"The index {store.path} was made with the embedding model {manifest.model_name}, "
            f"not {name}; open it without naming a model, or make a new index.",
            name=name,
        )
    if manifest.analysis != ANALYSIS_VERSION or manifest.chunking != CHUNKING:
        raise StoreError(
            f"The index {store.path} was made by another version of Kutip; "
            "make a new one with `kutip index`.",
            path=store.path,
        )
