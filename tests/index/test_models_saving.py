"""Graphs on disk: the word table beside them, once, and the same numbers as with it inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.models import saving
from index.models.graph import Precision, build_graph
from index.models.runtime import open_session
from index.models.saving import save_graph
from index.models.weights import EncoderWeights, floats, quantize
from tests.index.tiny_models import tiny_weights

IDS = np.array([0, 5, 9, 5, 2])


def rounded(weights: EncoderWeights) -> EncoderWeights:
    """Return the weights with their word table in 4-bit blocks, as the bundled model's."""
    words = quantize(floats(weights.tensors["word"]), 4)
    return replace(weights, tensors={**weights.tensors, "word": words})


def saved(weights: EncoderWeights, precision: Precision, folder: Path) -> np.ndarray:
    """Save a graph and return what it computes from there."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{precision}.onnx"
    save_graph(build_graph(weights, precision, "mean"), path)
    return open_session(path)(IDS)[0]


@pytest.mark.parametrize("weights", [tiny_weights(), rounded(tiny_weights())])
def test_a_saved_graph_computes_the_same_bits(tmp_path: Path, weights: EncoderWeights) -> None:
    inside = tmp_path / "inside.onnx"
    inside.write_bytes(build_graph(weights, "float", "mean").SerializeToString())
    assert np.array_equal(saved(weights, "float", tmp_path / "a"), open_session(inside)(IDS)[0])


def test_graphs_with_the_same_words_look_up_in_one_mapping(tmp_path: Path) -> None:
    """Two graphs of a folder and one of another: one file a folder, one mapping in all."""
    weights, before = tiny_weights(), set(saving._mapped)
    words = floats(weights.tensors["word"])
    saved(weights, "float", tmp_path / "a")
    saved(weights, "blocks", tmp_path / "a")
    saved(weights, "float", tmp_path / "b")
    [one], [other] = ((tmp_path / folder).glob("*.npy") for folder in "ab")
    assert one.name == other.name
    assert np.array_equal(np.load(one), words)
    assert words.tobytes() not in (tmp_path / "a" / "float.onnx").read_bytes()
    assert set(saving._mapped) - before <= {one.name}


def test_other_words_are_another_table(tmp_path: Path) -> None:
    """The table is named by its content, so a second model never looks up in the first one's."""
    first = tiny_weights()
    turned = replace(first, tensors={**first.tensors, "word": floats(first.tensors["word"])[::-1]})
    inside = tmp_path / "inside.onnx"
    inside.write_bytes(build_graph(turned, "float", "mean").SerializeToString())
    saved(first, "float", tmp_path / "a")
    assert np.array_equal(saved(turned, "float", tmp_path / "b"), open_session(inside)(IDS)[0])
