"""The store of an index: one SQLite file is the truth, the rest is derived from it.

with open_store(folder, create=manifest) as store:
    with store.writer() as writer:
        writer.put(articles, files=files)
    with store.snapshot() as snapshot:
        snapshot.lexical(terms, 50)
"""

from index.store.checks import Finding
from index.store.encoding import must_be_whole
from index.store.facets import count_facets, newest_day, passage_days
from index.store.families import relatives, shared_families
from index.store.filters import Order
from index.store.folder import Store
from index.store.means import mean_vectors
from index.store.opening import open_store
from index.store.reading import Snapshot
from index.store.repairing import Rederive
from index.store.rows import (
    IndexedArticle,
    IndexedPassage,
    Manifest,
    SourceFile,
    StoredPassage,
    StoreStats,
    content_hash,
)
from index.store.salvaging import rescue
from index.store.writing import Writer

__all__ = [
    "Finding",
    "IndexedArticle",
    "IndexedPassage",
    "Manifest",
    "Order",
    "Rederive",
    "Snapshot",
    "SourceFile",
    "Store",
    "StoreStats",
    "StoredPassage",
    "Writer",
    "content_hash",
    "count_facets",
    "mean_vectors",
    "must_be_whole",
    "newest_day",
    "open_store",
    "passage_days",
    "relatives",
    "rescue",
    "shared_families",
]
