"""Write one matrix product in 8-bit integers, exact per token.

Each token's row has its own scale and each output channel its own weight scale. Channels are
balanced beforehand: a few of a transformer's channels are ten to a hundred times the rest and
would waste the 8 bits. Dividing channel j of the input by f_j and multiplying the weights by it
changes nothing in exact arithmetic (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438). The worst
few are not rounded at all: their part of the product is computed in float (LLM.int8(), Dettmers
et al. 2022, arXiv:2208.07339).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.models.nodes import CONTRIB, GraphNodes

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """What a product's input is divided by, and the channels that stay in float.

    ``factors``: (inputs,) positive; ``split``: (k,) places of channels, ascending, k may be 0.
    """

    factors: Floats
    split: NDArray[np.int64]

    @classmethod
    def none(cls, columns: int) -> Balance:
        """Return the balance that changes nothing."""
        return cls(np.ones(columns, np.float32), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class _Rounded:
    """Weights as (rows, columns) 8-bit codes, and what a code of each row is worth: (rows,)."""

    codes: NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, table: Floats) -> _Rounded:
        scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
        steps = np.where(scales == 0, np.float32(1), scales)[:, None]
        return cls(np.rint(table / steps).astype(np.int8), scales)

    def times(self, inputs: Floats) -> Floats:
        product: Floats = ((self.codes * self.scales[:, None].astype(np.float64)) @ inputs).astype(
            np.float32
        )
        return product


def integer_product(
    graph: GraphNodes, key: str, table: Floats, inputs: str, balance: Balance, lowest: float | None
) -> tuple[str, Floats]:
    """Add (1, n, columns) times ``table`` (rows, columns) transposed: -> (1, n, rows).

    :param key: names the product's nodes, such as ``3.up``.
    :param lowest: the inputs are at least ``-lowest``; adding it makes them non-negative, which
        buys one more bit. None: they may have any sign.
    :returns: the result's name, and what (rows,) must be added to it together with the bias.
    """
    rows, columns = table.shape
    inverse = 1 / balance.factors
    inverse[balance.split] = 0
    balanced = table * balance.factors
    balanced[:, balance.split] = 0
    weights = _Rounded.of(balanced)
    shape = graph.shared(f"flat{columns}", np.array([-1, columns], np.int64))
    flat = graph.node("Reshape", [inputs, shape], key + ".flat")
    scaled_inputs = graph.node(
        "Mul", [flat, graph.constant(key + ".balance", inverse)], key + ".balanced"
    )
    if lowest is None:
        result, rest = _signed(graph, key, scaled_inputs, weights), np.zeros(rows, np.float32)
    else:
        offset = (lowest * inverse).astype(np.float32)
        result, rest = _shifted(graph, key, scaled_inputs, offset, weights), -weights.times(offset)
    if len(balance.split):
        places = graph.constant(key + ".places", balance.split)
        outliers = graph.node("Gather", [flat, places], key + ".outliers", axis=1)
        columns_apart = graph.constant(key + ".apart", table[:, balance.split].T)
        result = graph.node("Gemm", [outliers, columns_apart, result], key + ".joined")
    back = graph.shared(f"back{rows}", np.array([1, -1, rows], np.int64))
    return graph.node("Reshape", [result, back], key + ".product"), rest


def _signed(graph: GraphNodes, key: str, inputs: str, weights: _Rounded) -> str:
    """Product of signed inputs: 8 bits around the zero point 128, fast on VNNI processors."""
    size = graph.node("Abs", [inputs], key + ".size")
    scale = _row_scale(graph, key, size, 127)
    flat_scale = graph.node("Squeeze", [scale, graph.last_axis()], key + ".scale1")
    count = graph.node("Shape", [flat_scale], key + ".count")
    zero = graph.shared("zero_point", np.array(128, np.uint8))
    zeros = graph.node("Expand", [zero, count], key + ".zeros")
    rounded = graph.node("QuantizeLinear", [inputs, flat_scale, zeros], key + ".codes", axis=0)
    return _multiply(graph, key, rounded, scale, weights, [zero])


def _shifted(graph: GraphNodes, key: str, inputs: str, offset: Floats, weights: _Rounded) -> str:
    """Product of inputs that ``offset`` makes non-negative: all 8 bits above zero."""
    shifted = graph.node("Add", [inputs, graph.constant(key + ".offset", offset)], key + ".shifted")
    scale = _row_scale(graph, key, shifted, 255)
    flat_scale = graph.node("Squeeze", [scale, graph.last_axis()], key + ".scale1")
    rounded = graph.node("QuantizeLinear", [shifted, flat_scale], key + ".codes", axis=0)
    return _multiply(graph, key, rounded, scale, weights, [])


def _row_scale(graph: GraphNodes, key: str, sizes: str, steps: int) -> str:
    largest = graph.node("ReduceMax", [sizes, graph.last_axis()], key + ".largest", keepdims=1)
    # A row of zeros must not divide by zero.
    floor = graph.shared("floor", np.array(1e-12, np.float32))
    bounded = graph.node("Max", [largest, floor], key + ".bounded")
    step = graph.shared(f"step{steps}", np.array(1 / steps, np.float32))
    return graph.node("Mul", [bounded, step], key + ".scale")


def _multiply(
    graph: GraphNodes, key: str, rounded: str, scale: str, weights: _Rounded, zero: list[str]
) -> str:
    one = graph.shared("one", np.array(1, np.float32))
    codes = graph.constant(key, weights.codes.T)
    scales = graph.constant(key + ".scales", weights.scales)
    result = graph.node(
        "MatMulIntegerToFloat", [rounded, codes, one, scales, *zero], key + ".integer",
        domain=CONTRIB,
    )  # fmt: skip
    return graph.node("Mul", [result, scale], key + ".scaled")
