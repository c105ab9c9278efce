"""Whether a model fits an index: what the index was made with, and what it is opened with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from index.analysis import ANALYSIS_VERSION
from index.embedding import Embedder
from index.errors import ModelError, StoreDamagedError, StoreError
from index.preparing import CHUNKING
from index.store import Manifest, Store, open_store
from index.store import rescue as rescue_store


def absolute(model: str) -> str:
    """Make the path of a model folder independent of the working directory."""
    path = Path(model).expanduser()
    return str(path.resolve()) if path.is_dir() else model


def open_or_create(
    folder: Path,
    embedder: Embedder | None,
    load_default: Callable[[], Embedder],
    *,
    create: bool,
    readonly: bool,
    rescue: bool,
) -> tuple[Store, Embedder | None]:
    """Open the store in a folder, or make it, or a damaged one anew; the model must fit it.

    The default model is loaded only where a store is made and no other is named.
    """
    if rescue and not readonly:
        try:
            open_store(folder).close()
        except StoreDamagedError:
            rescue_store(folder)
    try:
        store = open_store(folder, readonly=readonly)
    except StoreDamagedError:
        raise
    except StoreError:
        if not create or readonly:
            raise
        # Not there yet, most likely; if it is something else, creating says so again.
        embedder = embedder or load_default()
        store = open_store(folder, create=manifest_of(embedder))
    if embedder is not None:
        must_fit(embedder, store)
    return store, embedder


def manifest_of(embedder: Embedder) -> Manifest:
    """Return what an index made with this model says of itself."""
    return Manifest(
        model_identity=embedder.identity,
        model_name=str(getattr(embedder, "name", type(embedder).__name__)),
        dimension=embedder.dimension,
        chunking=CHUNKING,
        analysis=ANALYSIS_VERSION,
    )


def must_fit(embedder: Embedder, store: Store) -> None:
    """Refuse a model that an index was not made with, and an index made in another way.

    ModelError and StoreError.
    """
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
