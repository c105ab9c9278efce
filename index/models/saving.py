"""Graphs on disk, and their word tables beside them, held in memory once for all graphs.

Nine tenths of a small multilingual model is its word table, of which a text needs a few rows. It is
mapped, not read, and every graph of the process with the same table (the embedder's two, and the
reader's) looks up in that one mapping.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import SessionOptions

TABLES = frozenset(("word", "word.scales"))  # initializers that are looked up, never multiplied

_mapped: dict[str, Any] = {}  # file name, which holds a digest of the content -> OrtValue
_lock = threading.Lock()


def save_graph(model: ModelProto, path: Path) -> None:
    """Write a graph, and its word table beside it as files ``NAME-DIGEST.npy``."""
    from onnx import numpy_helper
    from onnx.external_data_helper import set_external_data

    for tensor in model.graph.initializer:
        if tensor.name not in TABLES:
            continue
        values = numpy_helper.to_array(tensor)
        digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
        file = path.with_name(f"{tensor.name}-{digest}.npy")
        if not file.exists():  # another graph of this model has the same table
            np.save(file, values, allow_pickle=False)
        behind_header = file.stat().st_size - values.nbytes
        set_external_data(tensor, file.name, offset=behind_header, length=values.nbytes)
        tensor.ClearField("raw_data")
    path.write_bytes(model.SerializeToString())


def share_tables(folder: Path, options: SessionOptions) -> None:
    """Let the session of a graph in ``folder`` use the tables that are mapped already."""
    from onnxruntime import OrtValue

    for file in sorted(folder.glob("*.npy")):
        with _lock:
            if file.name not in _mapped:
                rows = np.lib.format.open_memmap(file, mode="r")
                _mapped[file.name] = OrtValue.ortvalue_from_numpy(rows)
            options.add_initializer(file.name.rpartition("-")[0], _mapped[file.name])
