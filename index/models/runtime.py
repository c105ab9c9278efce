"""Run a compiled model: tokenizer and onnxruntime, nothing else.

Every text is run alone, on one thread of its own: a text's numbers are then the same alone, in a
batch, or in another order, and no padding is ever computed. Texts run side by side on all cores.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.models.saving import share_tables

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]


def cores() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(path: Path) -> Callable[[NDArray[np.int64]], list[Floats]]:
    """Open an ONNX file for single-threaded runs; the result may be called from many threads."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Every text has its own length, so remembered memory layouts would only pile up.
    options.enable_mem_pattern = False
    share_tables(path.parent, options)
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(ids: NDArray[np.int64]) -> list[Floats]:
        outputs: list[Floats] = session.run(None, {"ids": ids[None]})
        return outputs

    return run


# The embedder and the reader have one vocabulary: 250,000 pieces are held in memory once.
_tokenizers: dict[str, Tokenizer] = {}
_tokenizer_lock = threading.Lock()


def open_tokenizer(path: Path) -> Tokenizer:
    """Open a ``tokenizer.json``; files of the same content share one tokenizer."""
    from tokenizers import Tokenizer

    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    with _tokenizer_lock:
        if digest not in _tokenizers:
            tokenizer = Tokenizer.from_buffer(content)
            tokenizer.no_truncation()
            tokenizer.no_padding()
            _tokenizers[digest] = tokenizer
        return _tokenizers[digest]


class CompiledEncoder:
    """A compiled encoder in a folder: ``tokenizer.json`` and graphs; opened when first used."""

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        self.folder, self.max_tokens = folder, max_tokens
        self._sessions: dict[str, Callable[[NDArray[np.int64]], list[Floats]]] = {}
        _encoders.add(self)

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The fast tokenizer of the model, without truncation or padding."""
        return open_tokenizer(self.folder / "tokenizer.json")

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(cores(), thread_name_prefix="kutip-encoder")

    def encodings(self, texts: Sequence[str], *, special_tokens: bool = True) -> list[Encoding]:
        """Tokenize texts; offsets are not kept, which is several times faster."""
        return self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=special_tokens)

    def token_ids(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Tokenize texts with special tokens, cut to ``max_tokens`` with the last token kept."""
        rows = (encoding.ids for encoding in self.encodings(texts))
        return [
            np.array(ids if len(ids) <= self.max_tokens else [*ids[: self.max_tokens - 1], ids[-1]])
            for ids in rows
        ]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        return [len(encoding) for encoding in self.encodings(texts, special_tokens=False)]

    def run(self, rows: Sequence[NDArray[np.int64]], graph: str) -> Iterable[list[Floats]]:
        """Run each row of ids through a graph of the folder, side by side, results in order."""
        if graph not in self._sessions:
            self._sessions[graph] = open_session(self.folder / graph)
        session = self._sessions[graph]
        if len(rows) > 1:
            # In the caller's order: it knows whether few long rows or little memory matter more.
            with suppress(RuntimeError):  # raised where the main thread has ended
                return self._pool.map(session, rows)
        return [session(row) for row in rows]


_encoders: weakref.WeakSet[CompiledEncoder] = weakref.WeakSet()


def _forget_after_fork() -> None:
    for encoder in list(_encoders):  # the threads stayed in the parent; its pool waits for them
        encoder.__dict__.pop("_pool", None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return a compiled folder's manifest; None where there is none. It is written last."""
    path = folder / "manifest.json"
    if not path.is_file():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
