"""Find how far to balance the channels of each product before 8-bit rounding.

A few channels of a transformer's activations are ten times the rest and would waste the 8 bits of
a token's scale. Dividing channel j of the input by s_j and multiplying the weights by it changes
nothing in exact arithmetic: s_j = size(x_j)^a / size(w_j)^(1-a) (SmoothQuant, Xiao et al. 2023,
arXiv:2211.10438). Here ``a`` and the measure of size are chosen per product by the error they
leave on sample sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.models.graph import Floats, build_graph
from index.models.weights import PRODUCTS, EncoderWeights, floats, product_weights

# The share of all multiplications that may stay in the dearer, near-lossless form.
_PRECISE_SHARE = 0.2
_EXPONENTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_SAMPLE_TOKENS = 1200


def balance_factors(
    weights: EncoderWeights, samples: Sequence[NDArray[np.int64]]
) -> tuple[dict[str, Floats], frozenset[str]]:
    """Return the (inputs,) factors for each product such as ``"3.up"``, and the worst products.

    The worst are those whose rounding error stays largest, up to a fixed share of the work:
    they are better kept in blocks. Few products carry most of the error (docs/log.md).

    :param samples: token ids of sample texts, each (n,).
    """
    inputs = _product_inputs(weights, samples)
    factors, errors, costs = {}, {}, {}
    for number in range(weights.config.layers):
        for product in PRODUCTS:
            key = f"{number}.{product}"
            matrix = floats(product_weights(weights, number, product))
            factors[key], errors[key] = _best(inputs[key], matrix)
            costs[key] = matrix.size
    return factors, _worst(errors, costs)


def _worst(errors: dict[str, float], costs: dict[str, int]) -> frozenset[str]:
    budget, worst = _PRECISE_SHARE * sum(costs.values()), []
    for key in sorted(errors, key=lambda key: (-errors[key], key)):
        if costs[key] <= budget:
            budget -= costs[key]
            worst.append(key)
    return frozenset(worst)


def _product_inputs(
    weights: EncoderWeights, samples: Sequence[NDArray[np.int64]]
) -> dict[str, Floats]:
    """Run the float graph and collect what enters each product, thinned to a few tokens."""
    import onnxruntime

    model = build_graph(weights, "float", "mean", with_inputs=True)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    step = max(1, sum(len(ids) for ids in samples) // _SAMPLE_TOKENS)
    runs = [session.run(None, {"ids": ids[None]})[1:] for ids in samples]
    keys = [f"{number}.{name}" for number in range(weights.config.layers) for name in PRODUCTS]
    return {
        key: np.concatenate([run[place][0] for run in runs])[::step]
        for place, key in enumerate(keys)
    }


def _best(inputs: Floats, matrix: Floats) -> tuple[Floats, float]:
    """Return the factors that leave the least squared error, and its share of the output."""
    exact = inputs @ matrix.T
    column = np.maximum(np.abs(matrix).max(axis=0), 1e-4)
    best, least = np.ones(matrix.shape[1], np.float32), np.inf
    for size in (np.abs(inputs).max(axis=0), np.sqrt(np.square(inputs).mean(axis=0))):
        for exponent in _EXPONENTS:
            factors = np.maximum(size, 1e-4) ** exponent / column ** (1 - exponent)
            factors = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
            product = _rounded(inputs / factors) @ _rounded(matrix * factors).T
            error = float(np.square(product - exact).mean())
            if error < least:
                best, least = factors, error
    return best, least / max(float(np.square(exact).mean()), 1e-12)


def _rounded(values: Floats) -> Floats:
    """Round each row to 8 bits and back."""
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-12) / 127
    rounded: Floats = np.rint(values / scale) * scale
    return rounded
