"""Encoder weights as numbers: a BERT-shaped network with its matrices, floats or 8/4-bit blocks.

Knows no file format and no runtime. Names: ``word``, ``position``, ``type``,
``embedding_norm.weight|bias`` and per layer ``{i}.q|k|v|attention_output|up|down.weight|bias``,
``{i}.attention_norm|output_norm.weight|bias``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
PRODUCTS = ("qkv", "attention_output", "up", "down")


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The shape of a BERT-like encoder (Devlin et al. 2019, arXiv:1810.04805)."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    activation: Literal["gelu", "gelu_new", "relu"] = "gelu"


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedMatrix:
    """Rows of weights in blocks of 32 that share a scale: value = (code - 2^(bits-1)) * scale.

    ``codes``: (rows, columns) uint8; ``scales``: (rows, columns / 32) float32.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float32]
    bits: Literal[4, 8]

    def dequantize(self) -> NDArray[np.float32]:
        """Return the weights as (rows, columns) float32."""
        rows, columns = self.codes.shape
        centred = self.codes.astype(np.float32) - float(1 << (self.bits - 1))
        blocks = centred.reshape(rows, columns // BLOCK, BLOCK) * self.scales[:, :, None]
        return blocks.reshape(rows, columns)

    def packed(self) -> NDArray[np.uint8]:
        """Return the codes as onnxruntime packs them: (rows, blocks, bytes per block)."""
        rows, columns = self.codes.shape
        codes = self.codes.reshape(rows, columns // BLOCK, BLOCK)
        if self.bits == 8:
            return codes
        packed: NDArray[np.uint8] = codes[:, :, 0::2] | (codes[:, :, 1::2] << np.uint8(4))
        return packed


Matrix = NDArray[Any] | QuantizedMatrix


@dataclass(frozen=True, slots=True, eq=False)
class EncoderWeights:
    """An encoder: shape, tensors by name, and the ``tokenizers`` description as JSON data."""

    config: EncoderConfig
    tensors: Mapping[str, Matrix]
    tokenizer: Mapping[str, Any]

    def fingerprint(self) -> str:
        """Return a SHA-256 (hex) of the numbers, whatever form they are stored in."""
        digest = hashlib.sha256(repr(self.config).encode())
        for name in sorted(self.tensors):
            digest.update(name.encode())
            for part in _parts(self.tensors[name]):
                digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


def _parts(matrix: Matrix) -> tuple[NDArray[Any], ...]:
    if isinstance(matrix, QuantizedMatrix):
        return matrix.codes, matrix.scales
    return (matrix,)


def quantize(weights: NDArray[np.floating[Any]], bits: Literal[4, 8] = 8) -> QuantizedMatrix:
    """Round (rows, columns) weights to symmetric blocks of 32; columns must divide by 32."""
    rows, columns = weights.shape
    if columns % BLOCK:
        raise ValueError(f"{columns} columns do not divide into blocks of {BLOCK}")
    blocks = weights.astype(np.float32).reshape(rows, columns // BLOCK, BLOCK)
    top = float((1 << (bits - 1)) - 1)
    scales = np.abs(blocks).max(axis=2) / top
    safe = np.where(scales == 0, np.float32(1), scales)
    codes = np.clip(np.rint(blocks / safe[:, :, None]), -top, top) + (top + 1)
    return QuantizedMatrix(
        codes=codes.astype(np.uint8).reshape(rows, columns), scales=scales, bits=bits
    )


def floats(matrix: Matrix) -> NDArray[np.float32]:
    """Return the matrix as float32, whatever form it is stored in."""
    if isinstance(matrix, QuantizedMatrix):
        return matrix.dequantize()
    return np.ascontiguousarray(matrix, dtype=np.float32)


def product_weights(weights: EncoderWeights, layer: int, product: str) -> Matrix:
    """Return the (outputs, inputs) matrix of a product; query, key and value as one."""
    tensors = weights.tensors
    if product != "qkv":
        return tensors[f"{layer}.{product}.weight"]
    parts = [tensors[f"{layer}.{name}.weight"] for name in "qkv"]
    if all(isinstance(part, QuantizedMatrix) for part in parts):
        blocks = [part for part in parts if isinstance(part, QuantizedMatrix)]
        return QuantizedMatrix(
            codes=np.concatenate([part.codes for part in blocks]),
            scales=np.concatenate([part.scales for part in blocks]),
            bits=blocks[0].bits,
        )
    return np.concatenate([floats(part) for part in parts])
