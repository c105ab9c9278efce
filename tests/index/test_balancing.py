"""Products in 8-bit integers: exact where the numbers allow it, channels that stand out apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embedding import CompiledEmbedder, load_embedder
from index.models.balancing import find_balances
from index.models.graph import build_graph
from index.models.integer_product import Balance, integer_product
from index.models.nodes import CONTRIB, GraphNodes
from index.models.runtime import open_session
from index.models.weights import EncoderWeights, floats, quantize
from tests.index.tiny_models import WORDS, tiny_weights

ROWS, COLUMNS = 48, 32


def product(
    inputs: np.ndarray, table: np.ndarray, balance: Balance, lowest: float | None = None
) -> np.ndarray:
    """Run one integer product over (n, columns) inputs, its correction added."""
    import onnxruntime
    from onnx import TensorProto, helper

    graph = GraphNodes()
    name, rest = integer_product(graph, "0.up", table, "x", balance, lowest)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "product",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n", COLUMNS])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)], graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)],
        ir_version=10,
    )  # fmt: skip
    session = onnxruntime.InferenceSession(model.SerializeToString())
    result: np.ndarray = session.run(None, {"x": inputs[None]})[0][0] + rest
    return result


def whole_numbers(rng: np.random.Generator, low: int, high: int, *size: int) -> np.ndarray:
    """Random whole numbers whose rows each hold the largest: 8 bits lose nothing of them."""
    values = rng.integers(low, high + 1, size).astype(np.float32)
    values[:, 3] = high
    return values


def test_whole_numbers_are_multiplied_exactly() -> None:
    rng = np.random.default_rng(0)
    table, inputs = (whole_numbers(rng, -127, 127, size, COLUMNS) for size in (ROWS, 5))
    found = product(inputs, table, Balance.none(COLUMNS))
    assert np.allclose(found, inputs @ table.T, rtol=1e-6, atol=1e-2)


def test_inputs_above_their_lowest_are_multiplied_exactly() -> None:
    """Shifted above zero they fill all 256 steps."""
    rng = np.random.default_rng(1)
    table = whole_numbers(rng, -127, 127, ROWS, COLUMNS)
    inputs = whole_numbers(rng, 0, 255, 5, COLUMNS) - np.float32(16)
    found = product(inputs, table, Balance.none(COLUMNS), lowest=16.0)
    assert np.allclose(found, inputs @ table.T, rtol=1e-6, atol=1e-2)


@pytest.mark.parametrize("lowest", [None, 16.0])
def test_channels_apart_neither_lose_digits_nor_cost_others_theirs(lowest: float | None) -> None:
    rng = np.random.default_rng(2)
    table = whole_numbers(rng, -127, 127, ROWS, COLUMNS)
    low, high = (-127, 127) if lowest is None else (-16, 239)
    inputs = whole_numbers(rng, low, high, 5, COLUMNS)
    inputs[:, [7, 20]] = rng.random((5, 2)) * 54_321
    table[:, [7, 20]] = rng.random((ROWS, 2)) * 300
    expected = inputs.astype(np.float64) @ table.T
    apart = Balance(np.ones(COLUMNS, np.float32), np.array([7, 20]))
    found = product(inputs, table, apart, lowest)
    assert np.allclose(found, expected, rtol=1e-6, atol=0.5)
    together = product(inputs, table, Balance.none(COLUMNS), lowest)
    assert np.abs(together - expected).max() > 1000


def test_balanced_channels_are_multiplied_exactly() -> None:
    """Factors of two change no digit: what is divided out of the input is in the weights."""
    rng = np.random.default_rng(3)
    table, inputs = (whole_numbers(rng, -127, 127, size, COLUMNS) for size in (ROWS, 5))
    factors = np.exp2(rng.integers(-6, 7, COLUMNS)).astype(np.float32)
    found = product(inputs * factors, table / factors, Balance(factors, np.empty(0, np.int64)))
    assert np.allclose(found, inputs @ table.T, rtol=1e-6, atol=1e-2)


def with_loud_channel(weights: EncoderWeights, place: int) -> EncoderWeights:
    """Make one channel two hundred times the rest where the second layer's "up" reads it."""
    tensors = dict(weights.tensors)
    for part in ("weight", "bias"):
        values = np.array(tensors[f"1.attention_norm.{part}"])
        values[place] *= 200
        tensors[f"1.attention_norm.{part}"] = values
    return replace(weights, tensors=tensors)


def vectors(model: bytes, path: Path, rows: list[np.ndarray]) -> np.ndarray:
    path.write_bytes(model)
    session = open_session(path)
    return np.stack([session(row)[0][0] for row in rows])


def test_a_channel_that_stands_out_is_balanced_and_kept_apart(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rows = [rng.integers(4, len(WORDS), 30) for _ in range(8)]
    calm, loud = tiny_weights(), with_loud_channel(tiny_weights(), 11)
    before, after = find_balances(calm, rows[:4]), find_balances(loud, rows[:4])
    assert 11 not in before["1.up"].split
    assert {key for key, one in after.items() if 11 in one.split} == {"1.up"}
    # Half of the 200 goes to the weights; the mean of all 64 factors stays 1.
    change = after["1.up"].factors[11] / before["1.up"].factors[11]
    assert change == pytest.approx(200**0.5 / 200 ** (0.5 / 64), rel=0.01)

    def error(balance: dict[str, Balance]) -> float:
        model = build_graph(loud, "int8", "mean", balance=balance).SerializeToString()
        return float(np.abs(vectors(model, tmp_path / "int8.onnx", rows[4:]) - exact).mean())

    model = build_graph(loud, "float", "mean").SerializeToString()
    exact = vectors(model, tmp_path / "float.onnx", rows[4:])
    assert error(after) < 0.8 * error({})


def test_four_bit_blocks_are_multiplied_without_rounding(tmp_path: Path) -> None:
    """A question is computed exactly from the bundled weights: only passages are rounded."""
    weights = tiny_weights()
    layers = {
        name: quantize(floats(values), 4)
        for name, values in weights.tensors.items()
        if name[0].isdigit() and floats(values).ndim == 2
    }
    rounded = replace(weights, tensors={**weights.tensors, **layers})
    rows = [np.random.default_rng(5).integers(4, len(WORDS), 30)]
    exact, found = (
        vectors(
            build_graph(rounded, precision, "mean").SerializeToString(),
            tmp_path / f"{precision}.onnx",
            rows,
        )
        for precision in ("float", "blocks")
    )
    assert np.allclose(found, exact, rtol=0, atol=1e-5)


def test_the_bundled_model_keeps_its_vectors() -> None:
    """Questions are exact; passages had 0.9996 before channels were kept apart."""
    embedder = load_embedder()
    assert isinstance(embedder, CompiledEmbedder)
    assert embedder.manifest["precision"] == {"query": "blocks", "passage": "int8"}
    figures = embedder.manifest["agreement"]
    assert figures["blocks"]["cosine"] >= 0.99999
    assert figures["int8"]["cosine"] >= 0.9999
