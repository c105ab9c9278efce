"""A fine-tuned encoder that scores tokens: its layers from a file, its embeddings the bundled ones.

The file (safetensors) holds, by our tensor names, every layer matrix as 8-bit blocks (``NAME``
uint8 codes, ``NAME.scales`` float16) and biases, norms and the head as float32; its metadata's
``card`` says what it is. Combined with the embeddings of multilingual-e5-small it is compiled once
and kept in the cache folder, like an embedding model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.models.balancing import find_balances
from index.models.bundled import HUB_NAME, bundled_file, read_bundled
from index.models.cache import cache_folder, compile_lock, usable_manifest, write_folder
from index.models.graph import Precision, build_graph
from index.models.runtime import CompiledEncoder, Floats
from index.models.samples import SAMPLES
from index.models.saving import save_graph
from index.models.weights import EncoderWeights, Matrix, QuantizedMatrix, floats, quantize

FORMAT = 3
SCALES = ".scales"  # follows the name of a matrix stored as 8-bit blocks
_EMBEDDINGS = ("word", "position", "type", "embedding_norm.weight", "embedding_norm.bias")

Offsets = list[tuple[int, int]]


class TokenScorer:
    """Tokenizes texts with offsets and scores rows of token ids; opened when first used."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        self.card: Mapping[str, Any] = manifest["card"]
        self._graph = f"{manifest['precision']}.onnx"
        self._encoder = CompiledEncoder(folder, max_tokens=int(manifest["max_tokens"]))

    def tokens(self, texts: Sequence[str]) -> list[tuple[list[int], Offsets]]:
        """Return of each text its token ids and their characters, no white space before words."""
        encodings = self._encoder.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            (encoding.ids, [trimmed(text, *pair) for pair in encoding.offsets])
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    def score(self, rows: Sequence[Sequence[int]]) -> list[Floats]:
        """Return of each row of n ids its scores (n, outputs); a row depends on itself alone."""
        # Long rows first: run side by side, a few of them end together sooner.
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        found = self._encoder.run([np.array(rows[place], np.int64) for place in order], self._graph)
        scores = {place: outputs[0][0] for place, outputs in zip(order, found, strict=True)}
        return [scores[place] for place in range(len(rows))]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the characters of a token without the white space before them."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end


def load_token_scorer(path: Path) -> TokenScorer:
    """Return the scorer of a weights file, compiled on its first use.

    :raises ModelError: the file is damaged, or the encoder it was made of cannot be had.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    folder = cache_folder() / "models" / f"{path.stem}-{digest}-f{FORMAT}"
    manifest = usable_manifest(folder, FORMAT)
    if manifest is None:
        with compile_lock(folder):
            manifest = usable_manifest(folder, FORMAT)
            if manifest is None:
                tensors, card = read_layers(path)
                manifest = write_folder(
                    folder, lambda building: write_scorer(tensors, card, "int8", building)
                )
    return TokenScorer(folder, manifest)


def read_layers(path: Path) -> tuple[dict[str, Matrix], dict[str, Any]]:
    """Return the tensors of a weights file, head included, and its card.

    :raises ModelError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            card: dict[str, Any] = json.loads(file.metadata()["card"])
            stored = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _matrices(stored), card
    except (SafetensorError, KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(
            f"The weights {path.name} are damaged ({error}); reinstall kutip.", name=path.stem
        ) from error


def _matrices(stored: Mapping[str, NDArray[Any]]) -> dict[str, Matrix]:
    found: dict[str, Matrix] = {}
    for name, values in stored.items():
        if name + SCALES in stored:
            found[name] = QuantizedMatrix(values, stored[name + SCALES].astype(np.float32), 8)
        elif not name.endswith(SCALES):
            found[name] = values
    return found


def base_encoder() -> EncoderWeights:
    """Return multilingual-e5-small: the bundled one, or where there is none, the model hub's.

    :raises ModelError: neither can be had.
    """
    source = bundled_file()
    if source is not None:
        return read_bundled(source)
    from index.models.sentence_transformer import open_sentence_transformer, take_over

    taken = take_over(HUB_NAME, open_sentence_transformer(HUB_NAME))
    if taken is None:
        raise ModelError(f"{HUB_NAME} has an unexpected shape; update kutip.", name=HUB_NAME)
    weights = taken[0]
    # Rounded as the bundled ones are: nine tenths of all memory would go to these rows.
    tensors = {**weights.tensors, "word": quantize(floats(weights.tensors["word"]), 4)}
    return EncoderWeights(weights.config, tensors, weights.tokenizer)


def write_scorer(
    layers: Mapping[str, Matrix], card: Mapping[str, Any], precision: Precision, folder: Path
) -> dict[str, Any]:
    """Fill a folder that :class:`TokenScorer` opens, and return its manifest.

    :param layers: by our tensor names, with ``head.weight`` (outputs, hidden) and ``head.bias``.
    :raises ModelError: tensors are missing, or :func:`base_encoder` cannot be had.
    """
    base = base_encoder()
    tensors = {name: base.tensors[name] for name in _EMBEDDINGS} | dict(layers)
    missing = sorted({*base.tensors, "head.weight", "head.bias"} - tensors.keys())
    if missing:
        raise ModelError(
            f"The weights lack {missing[0]} and cannot be used; reinstall kutip.", name="reader"
        )
    weights = EncoderWeights(base.config, tensors, base.tokenizer)
    text = json.dumps(weights.tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    encoder = CompiledEncoder(folder, max_tokens=weights.config.positions)
    balance = find_balances(weights, _sample_pairs(encoder)) if precision == "int8" else {}
    head = (floats(tensors["head.weight"]), floats(tensors["head.bias"]))
    model = build_graph(weights, precision, "tokens", balance=balance, head=head)
    save_graph(model, folder / f"{precision}.onnx")
    manifest = {
        "format": FORMAT,
        "max_tokens": weights.config.positions,
        "precision": precision,
        "card": dict(card),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return manifest


def _sample_pairs(encoder: CompiledEncoder) -> list[NDArray[np.int64]]:
    """Return sample texts as the scorer sees them: ``<s> text </s> </s> text </s>``."""
    pairs = [(first, f"{second} {first}") for first, second in pairwise(SAMPLES)]
    return [np.array(one.ids) for one in encoder.tokenizer.encode_batch_fast(pairs)]
