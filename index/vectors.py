"""Nearest passages by inner product: a FAISS index, plus what was written since it was built.

A view is immutable and belongs to one generation. Its candidates come from FAISS and from a
matrix of newer vectors; their scores are then computed again, each from its own vector and the
query alone, so that a passage scores the same bits wherever its vector lies and whatever is
searched beside it. Equal scores are ordered by passage id.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.store.faiss_file import (
    SMALL,
    Base,
    UnfitFileError,
    build,
    load,
    load_faiss,
    one_thread,
)
from index.store.reading import Snapshot
from index.store.rows import AnnFile

_log = logging.getLogger("kutip.store")

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class VectorView:
    """The vectors of one generation of a store.

    ``alive`` (bool, one per vector of ``base``) is None while all are; ``newer`` (m, d) are the
    vectors of ``newer_ids``, which the base does not hold. Any number of threads may search it.
    """

    generation: int
    dimension: int
    base: Base | None
    alive: NDArray[np.bool_] | None
    newer_ids: Ids
    newer: Vectors

    @classmethod
    def load(cls, snapshot: Snapshot) -> VectorView:
        """Read the FAISS file and the rows it does not hold; build from rows if it is unfit."""
        ids = snapshot.passage_ids()
        dimension = snapshot.manifest.dimension
        base = _read_base(snapshot, ids)
        nothing = cls(
            -1, dimension, base, None, np.empty(0, np.int64), np.empty((0, dimension), np.float32)
        )
        return nothing._follow(snapshot, ids)

    def refresh(self, snapshot: Snapshot) -> VectorView:
        """Return this view, or the one of the snapshot's generation, reading only new rows."""
        if snapshot.generation == self.generation:
            return self
        ids = snapshot.passage_ids()
        known = self.base.ids if self.base else np.empty(0, np.int64)
        shared = int(_isin(known, ids).sum())
        if len(ids) - shared > _bearable(len(ids)) or len(known) - shared > len(known) // 2:
            return VectorView.load(snapshot)
        return self._follow(snapshot, ids)

    def _follow(self, snapshot: Snapshot, ids: Ids) -> VectorView:
        base = self.base
        if base is not None:
            alive = _isin(base.ids, ids)
            absent = ids[~_isin(ids, base.ids)]
        else:
            alive, absent = np.empty(0, np.bool_), ids
        kept = _isin(self.newer_ids, absent)
        unread = absent[~_isin(absent, self.newer_ids)]
        all_ids, all_vectors = [self.newer_ids[kept]], [self.newer[kept]]
        for part, vectors in snapshot.vector_rows(unread):
            all_ids.append(part)
            all_vectors.append(vectors.astype(np.float32))
        newer_ids = np.concatenate(all_ids)
        order = np.argsort(newer_ids)
        return VectorView(
            snapshot.generation,
            self.dimension,
            base,
            None if alive.all() else alive,
            newer_ids[order],
            np.concatenate(all_vectors)[order],
        )

    def __len__(self) -> int:
        base = 0 if self.base is None else len(self.base.ids)
        return len(self.newer_ids) + (base if self.alive is None else int(self.alive.sum()))

    def search(
        self, queries: Vectors, k: int, allowed: Ids | None = None
    ) -> list[tuple[Ids, Vectors]]:
        """Return (ids, scores) for each row of ``queries`` (n, d), best first, at most ``k``.

        ``allowed``: the only ids that may be found, ascending; None: all; empty: nothing is.
        Scores are inner products, higher is better; equal ones are ordered by id.
        """
        if queries.ndim != 2 or queries.shape[1] != self.dimension:
            raise ValueError(f"queries must be (n, {self.dimension}), not {queries.shape}")
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        passing = self._passing(allowed)
        newer = slice(None) if allowed is None else np.flatnonzero(_isin(self.newer_ids, allowed))
        newer_ids, newer_vectors = self.newer_ids[newer], self.newer[newer]
        found = []
        with one_thread():
            for query in np.ascontiguousarray(queries, dtype=np.float32):
                ids, vectors = self._candidates(query, k, passing, newer_ids, newer_vectors)
                scores = _products(vectors, query)
                best = np.lexsort((ids, -scores))[:k]
                found.append((ids[best], scores[best]))
        return found

    def cosines(self, query: Vectors, ids: Sequence[int]) -> dict[int, float]:
        """Return the score of each of these passages, as :meth:`search` would score it.

        :param query: one vector (d,).
        """
        wanted = np.array(ids, dtype=np.int64)
        found: dict[int, float] = {}
        near = _isin(wanted, self.newer_ids)
        rows = self.newer[np.searchsorted(self.newer_ids, wanted[near])]
        found.update(zip(wanted[near].tolist(), _products(rows, query).tolist(), strict=True))
        if self.base is not None:
            far = wanted[~near & _isin(wanted, self.base.ids)]
            rows = self.base.exact.reconstruct_batch(np.searchsorted(self.base.ids, far))
            found.update(zip(far.tolist(), _products(rows, query).tolist(), strict=True))
        return found

    def _passing(self, allowed: Ids | None) -> NDArray[np.bool_] | None:
        """Say of each vector of the base whether it may be found; None: all."""
        if self.base is None or allowed is None:
            return self.alive
        passing = _isin(self.base.ids, allowed)
        return passing if self.alive is None else passing & self.alive

    def _candidates(
        self,
        query: Vectors,
        k: int,
        passing: NDArray[np.bool_] | None,
        newer_ids: Ids,
        newer: Vectors,
    ) -> tuple[Ids, Vectors]:
        """Return ids and vectors among which the k best are for certain."""
        near = newer @ query
        # Two ways to add d products of single precision differ by less than this.
        slack = 2 * self.dimension * 2.0**-24 * float(np.linalg.norm(query)) + 1e-12
        places = np.empty(0, np.int64)
        far = np.empty(0, np.float32)
        available = 0
        if self.base is not None:
            available = len(self.base.ids) if passing is None else int(passing.sum())
        fetch = min(available, k + 16)
        while fetch and self.base is not None:
            places, far = _search_base(self.base, query, fetch, passing)
            least = _kth(np.concatenate([near, far]), k) - slack
            if fetch == available or far[-1] < least:
                break
            fetch = min(available, fetch * 4)  # ties at the edge: look further
        least = _kth(np.concatenate([near, far]), k) - slack
        close, taken = near >= least, far >= least
        if self.base is None or not taken.any():
            return newer_ids[close], newer[close]
        places = places[taken]
        vectors = self.base.exact.reconstruct_batch(places)
        return (
            np.concatenate([newer_ids[close], self.base.ids[places]]),
            np.concatenate([newer[close], vectors]),
        )


def _products(vectors: Vectors, query: Vectors) -> Vectors:
    """Return inner products, row by row in double precision: matrix products round by place."""
    products = vectors.astype(np.float64) * query.astype(np.float64)
    sums: Vectors = products.sum(axis=1).astype(np.float32)
    return sums


def _search_base(
    base: Base, query: Vectors, fetch: int, passing: NDArray[np.bool_] | None
) -> tuple[Ids, Vectors]:
    """Return places in the base and their scores; FAISS pads with -1 where it finds fewer."""
    faiss = load_faiss()
    rows = query[np.newaxis]
    if passing is None:
        scores, places = base.index.search(rows, fetch)
        if places[0, -1] >= 0:
            return places[0], scores[0]
        scores, places = base.exact.search(rows, fetch)
        return places[0], scores[0]
    # A graph loses its way among vectors that may not be found: filtered searches are exact.
    selector = faiss.IDSelectorBitmap(np.packbits(passing, bitorder="little"))
    scores, places = base.exact.search(rows, fetch, params=faiss.SearchParameters(sel=selector))
    return places[0], scores[0]


def _read_base(snapshot: Snapshot, ids: Ids) -> Base | None:
    row = snapshot.ann_file()
    if row is None and len(ids) <= SMALL // 4:
        return None
    base = _load_base(snapshot, row) if row else None
    if base and int((~_isin(ids, base.ids)).sum()) <= _bearable(len(ids)):
        return base
    dimension = snapshot.manifest.dimension
    return build(snapshot.vector_rows(ids), len(ids), dimension, flat_limit=None)


def _load_base(snapshot: Snapshot, row: AnnFile) -> Base | None:
    """Read the FAISS file of a snapshot, or the newer one that a writer has put in its place."""
    dimension = snapshot.manifest.dimension
    try:
        return load(row, snapshot.folder, dimension)
    except (OSError, UnfitFileError) as error:
        problem = error
    newer = snapshot.newest_ann_file()
    if newer and newer.name != row.name:
        try:
            return load(newer, snapshot.folder, dimension)
        except (OSError, UnfitFileError) as error:
            problem = error
    _log.warning(
        "the vector index of %s cannot be used (%s) and is built anew from the database: "
        "run `kutip check --repair` to write it again",
        snapshot.folder,
        problem,
    )
    return None


def _bearable(count: int) -> int:
    """Return how many vectors a search may compute beside FAISS before a new base pays."""
    return max(SMALL // 4, count // 5)


def _kth(scores: Vectors, k: int) -> float:
    """Return the k-th highest score, or the lowest possible where there are fewer."""
    if len(scores) <= k:
        return float("-inf")
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _isin(values: Ids, ascending: Ids) -> NDArray[np.bool_]:
    """Say of each value whether it is among ``ascending``."""
    if not len(ascending):
        return np.zeros(len(values), np.bool_)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    inside: NDArray[np.bool_] = ascending[place] == values
    return inside
