"""The FAISS file: derived from the vectors of the rows, checksummed, disposable.

Its codes are the stored half floats bit for bit (FAISS's fp16 scalar quantiser), so a search
scores the same values whether they come from the file or from the rows. Measured on 100,000
vectors of 384 dimensions, one thread: 2.7 ms for a query, against 9.4 ms on float32, in half the
memory. 8-bit codes cost recall (0.977 at 10 on clustered vectors) that no search effort wins back.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.store.rows import AnnFile

if TYPE_CHECKING:
    from index.store.writing import Writer

FLAT_LIMIT = 500_000  # above, a graph; up to here an exact search takes 14 ms at most
SMALL = 20_000  # up to here the file is written again whenever it is behind
RECALL = 0.98  # at 10, of the exact search; a graph below is not used
_EFFORTS = (64, 128, 256, 512)
_NEIGHBOURS = 32
_ADD = 16_384

_log = logging.getLogger("kutip.store")
_limits = threading.Lock()


class UnfitFileError(Exception):
    """A FAISS file that is damaged or not the one its row tells of."""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """An immutable FAISS index over ``ids`` (ascending); position i holds the vector of ids[i].

    ``exact`` is the flat index of all vectors; ``index`` is the same or a graph over them.
    ``owner`` keeps both alive.
    """

    ids: NDArray[np.int64]
    kind: str
    index: Any
    exact: Any
    owner: Any
    name: str = ""


def load_faiss() -> Any:
    """Import FAISS; its stubs know less than its Python wrapper."""
    import faiss

    return faiss


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS use the calling thread only: one query gains nothing from more, and waits.

    The setting belongs to the calling thread, and is put back.
    """
    faiss = load_faiss()

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def build(
    batches: Iterable[tuple[NDArray[np.int64], NDArray[np.float16]]],
    count: int,
    dimension: int,
    *,
    flat_limit: int | None = FLAT_LIMIT,
) -> Base:
    """Build an index of at most ``count`` vectors; ``flat_limit`` None: exact at any size."""
    ids = np.empty(count, np.int64)
    vectors = np.empty((count, dimension), np.float16)
    end = 0
    for part, rows in batches:
        ids[end : end + len(part)] = part
        vectors[end : end + len(part)] = rows
        end += len(part)
    ids, vectors = ids[:end], vectors[:end]
    if flat_limit is not None and end > flat_limit and (graph := _build_graph(ids, vectors)):
        return graph
    faiss = load_faiss()

    quantiser = faiss.ScalarQuantizer.QT_fp16
    flat = faiss.IndexScalarQuantizer(dimension, quantiser, faiss.METRIC_INNER_PRODUCT)
    owner = faiss.IndexIDMap(flat)
    if end:
        codes = vectors.astype("<f2", copy=False).view(np.uint8).reshape(end, -1)
        owner.add_sa_codes(codes, ids)
    return Base(ids.copy(), "flat", flat, flat, owner)


def _build_graph(ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> Base | None:
    """Build an HNSW graph, or None where it finds less than ``RECALL`` of the exact search."""
    faiss = load_faiss()

    graph = faiss.IndexHNSWSQ(
        vectors.shape[1],
        faiss.ScalarQuantizer.QT_fp16,
        _NEIGHBOURS,
        faiss.METRIC_INNER_PRODUCT,
    )
    graph.hnsw.efConstruction = 80
    owner = faiss.IndexIDMap(graph)
    with one_thread():  # several threads would link the same vectors differently each time
        for start in range(0, len(ids), _ADD):
            part = vectors[start : start + _ADD].astype(np.float32)
            owner.add_with_ids(part, ids[start : start + _ADD])
    exact = faiss.downcast_index(graph.storage)
    sample = vectors[:: max(1, len(vectors) // 200)][:200].astype(np.float32)
    least = exact.search(sample, 10)[0][:, -1:] - 1e-6
    for effort in _EFFORTS:
        graph.hnsw.efSearch = effort
        if float(np.mean(graph.search(sample, 10)[0] >= least)) >= RECALL:
            return Base(ids.copy(), "hnsw", graph, exact, owner)
    _log.warning("the vectors suit no graph of recall %.2f: the search stays exact", RECALL)
    return None


def write(base: Base, folder: Path, generation: int) -> AnnFile:
    """Write the file, wholly on the disk under its final name; OSError where that fails.

    FAISS's own file writer ignores an error of its last write, so Python's file is used.
    """
    unfinished = folder / "tmp" / f"{generation:012d}.faiss"
    try:
        size, digest = _write_synced(base, unfinished)
        name = f"{generation:012d}-{digest.hex()[:8]}.faiss"
        unfinished.replace(folder / "ann" / name)
    except OSError:
        with suppress(OSError):  # a full disk needs the room
            unfinished.unlink()
        raise
    _sync_folder(folder / "ann")
    last = int(base.ids[-1]) if len(base.ids) else 0
    dimension = int(base.exact.d)
    return AnnFile(name, generation, len(base.ids), last, dimension, base.kind, size, digest)


def _write_synced(base: Base, unfinished: Path) -> tuple[int, bytes]:
    """Write and sync a new file; return its size and SHA-256."""
    faiss = load_faiss()

    digest = hashlib.sha256()
    size = 0
    descriptor = os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with open(descriptor, "wb", buffering=1 << 20) as file:

        def put(data: bytes) -> int:
            nonlocal size
            digest.update(data)
            size += len(data)
            return file.write(data)

        faiss.write_index(base.owner, faiss.PyCallbackIOWriter(put, 1 << 20))
        file.flush()
        os.fsync(file.fileno())
    if unfinished.stat().st_size != size:
        raise OSError(f"{unfinished} is shorter than what was written")
    return size, digest.digest()


def load(row: AnnFile, folder: Path, dimension: int) -> Base:
    """Read a file back; bytes that do not fit the row never reach FAISS's parser.

    OSError where the file cannot be read, UnfitFileError where it is not what the row says.
    """
    faiss = load_faiss()

    path = folder / "ann" / Path(row.name).name
    if not path.is_file() or path.stat().st_size != row.size:
        raise UnfitFileError("it is missing or of another size")
    data = path.read_bytes()
    if hashlib.sha256(data).digest() != row.sha256:
        raise UnfitFileError("its checksum is wrong")
    owner = _parse(data)
    if type(owner) is not faiss.IndexIDMap:
        raise UnfitFileError(f"it holds a {type(owner).__name__}")
    index = faiss.downcast_index(owner.index)
    exact = faiss.downcast_index(index.storage) if row.kind == "hnsw" else index
    fits = (
        type(index) is {"flat": faiss.IndexScalarQuantizer, "hnsw": faiss.IndexHNSWSQ}.get(row.kind)
        and type(exact) is faiss.IndexScalarQuantizer
        and exact.sq.qtype == faiss.ScalarQuantizer.QT_fp16
        and index.metric_type == faiss.METRIC_INNER_PRODUCT
        and index.d == exact.d == row.dimension == dimension
        and owner.ntotal == index.ntotal == exact.ntotal == row.count
    )
    ids = faiss.vector_to_array(owner.id_map) if fits else np.empty(0, np.int64)
    if not fits or len(ids) != row.count or np.any(np.diff(ids) <= 0):
        raise UnfitFileError("it is of another index")
    return Base(ids, row.kind, index, exact, owner, row.name)


def _parse(data: bytes) -> Any:
    faiss = load_faiss()

    with _limits:
        before = faiss.get_deserialization_vector_byte_limit()
        loops = faiss.get_deserialization_loop_limit()
        faiss.set_deserialization_vector_byte_limit(len(data))
        faiss.set_deserialization_loop_limit(1 << 20)
        try:
            return faiss.read_index(faiss.PyCallbackIOReader(io.BytesIO(data).read, 1 << 20))
        except RuntimeError as error:
            raise UnfitFileError("FAISS cannot read it") from error
        finally:
            faiss.set_deserialization_vector_byte_limit(before)
            faiss.set_deserialization_loop_limit(loops)


def update(writer: Writer, *, force: bool = False) -> None:
    """Write the file anew where it is behind the rows; a failure costs time, not answers."""
    snapshot = writer.stored
    ids = snapshot.passage_ids()
    row = snapshot.ann_file()
    if not force and not _is_behind(row, ids, snapshot.folder, erased=writer.erased):
        return
    new = None
    if len(ids):
        try:
            base = build(snapshot.vector_rows(), len(ids), snapshot.manifest.dimension)
            new = write(base, snapshot.folder, snapshot.generation)
        except OSError as error:
            _log.warning(
                "the vector index of %s could not be written (%s): searches read the vectors "
                "from the database until the next `kutip index`",
                snapshot.folder,
                error,
            )
    writer.record_ann_file(new)
    clean(writer)


def _is_behind(row: AnnFile | None, ids: NDArray[np.int64], folder: Path, *, erased: bool) -> bool:
    if row is None:
        return len(ids) > 0
    path = folder / "ann" / row.name
    if not path.is_file() or path.stat().st_size != row.size:
        return True
    added = len(ids) - int(np.searchsorted(ids, row.last, side="right"))
    dead = max(0, row.count - (len(ids) - added))
    if erased and dead:  # what is removed must not stay readable in the file
        return True
    return added + dead > (0 if len(ids) <= SMALL else max(SMALL // 4, len(ids) // 10))


def clean(writer: Writer) -> None:
    """Remove unfinished files and FAISS files that no row names."""
    folder = writer.stored.folder
    row = writer.stored.ann_file()
    for name in ("tmp", "ann"):
        with suppress(OSError):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
            for path in sorted((folder / name).iterdir()):
                if name == "tmp" or row is None or path.name != row.name:
                    path.unlink()


def _sync_folder(folder: Path) -> None:
    """Put a rename on the disk; not every system can open a folder."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
