"""Choose how each 8-bit product of an encoder is balanced, from sample sentences.

The factors equalise how large a channel of the input is and how large its weights are, half and
half, by the root mean square of the input rather than its peak; the few channels whose peaks then
still stand out are split off (see :mod:`index.models.integer_product` for both, and docs/log.md for
what else was tried).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.models.graph import LOWEST, build_graph
from index.models.integer_product import Balance, Floats
from index.models.weights import PRODUCTS, EncoderWeights, floats, product_weights

_SPLIT = 4
# Splitting costs two small operators: it must take this share off the tokens' squared peaks.
_WORTH = 0.1
_LEAST = 1e-4
_SAMPLE_TOKENS = 1200


def find_balances(
    weights: EncoderWeights, samples: Sequence[NDArray[np.int64]]
) -> dict[str, Balance]:
    """Return the balance of each product by name, such as ``"3.up"``.

    :param samples: token ids of sample texts, each (n,).
    """
    inputs = _product_inputs(weights, samples)
    lowest = LOWEST[weights.config.activation]
    return {
        f"{number}.{product}": _balance(
            inputs[f"{number}.{product}"] + (lowest if product == "down" else 0),
            floats(product_weights(weights, number, product)),
        )
        for number in range(weights.config.layers)
        for product in PRODUCTS
    }


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


def _balance(inputs: Floats, matrix: Floats) -> Balance:
    size = np.sqrt(np.square(inputs).mean(axis=0))
    column = np.abs(matrix).max(axis=0)
    factors = np.sqrt(np.maximum(size, _LEAST) / np.maximum(column, _LEAST))
    factors = (factors / np.exp(np.log(factors).mean())).astype(np.float32)
    balanced = np.abs(inputs) / factors
    order = np.argsort(-balanced.max(axis=0), kind="stable")
    whole = np.square(balanced.max(axis=1)).mean()
    rest = np.square(balanced[:, order[_SPLIT:]].max(axis=1)).mean()
    split = order[:_SPLIT] if rest < (1 - _WORTH) * whole else order[:0]
    return Balance(factors, np.sort(split))
