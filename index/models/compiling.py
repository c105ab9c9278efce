"""Compile an embedding model once: sentence-transformers in, a folder that onnxruntime serves out.

The folder holds ``tokenizer.json``, one graph for queries and one for passages, and
``manifest.json``, written last. Passages get the fast 8-bit graph, queries the exact one: a query
is short, and its rounding would disturb every score at once. Each graph is checked against the
SentenceTransformer's own vectors before it is kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.models.balancing import find_balances
from index.models.cache import write_folder
from index.models.graph import Output, Precision, build_graph
from index.models.runtime import CompiledEncoder, Floats
from index.models.samples import SAMPLES
from index.models.saving import save_graph
from index.models.weights import BLOCK, EncoderWeights

FORMAT = 4
_LEAST_OVERLAP = 0.95
_LEAST_COSINE = 0.998
_logger = logging.getLogger("kutip.models")

Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model turns token vectors into a text vector, and how texts are announced to it."""

    name: str
    pooling: Literal["mean", "first"]
    query_prefix: str
    passage_prefix: str
    max_tokens: int


def identity(weights: EncoderWeights, recipe: Recipe) -> str:
    """Return what two equal vector spaces share: weights, pooling and prefixes, not the runtime."""
    parts = (weights.fingerprint(), recipe.pooling, recipe.query_prefix,
             recipe.passage_prefix)  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def compile_model(
    weights: EncoderWeights, recipe: Recipe, reference: Encode, folder: Path
) -> dict[str, Any]:
    """Write the compiled model to ``folder`` and return its manifest.

    :param reference: encodes texts, prefixes included, with the SentenceTransformer itself.
    """
    return write_folder(folder, lambda building: _build(weights, recipe, reference, building))


def _build(
    weights: EncoderWeights, recipe: Recipe, reference: Encode, folder: Path
) -> dict[str, Any]:
    text = json.dumps(weights.tokenizer, ensure_ascii=False)
    (folder / "tokenizer.json").write_text(text, encoding="utf-8")
    encoder = CompiledEncoder(folder, max_tokens=recipe.max_tokens)
    check = _Check(encoder, recipe, reference)
    query, passage = _candidates(weights)
    query_precision = _first_that_agrees(weights, recipe, check, query, ("query",))
    passage_precision = _first_that_agrees(weights, recipe, check, passage, ("query", "passage"))
    manifest = {
        "format": FORMAT,
        **asdict(recipe),
        "identity": identity(weights, recipe),
        "dimension": weights.config.hidden,
        "precision": {"query": query_precision, "passage": passage_precision},
        "agreement": check.figures,
    }
    for precision in ("float", "blocks", "int8"):
        if precision not in (query_precision, passage_precision):
            (folder / f"{precision}.onnx").unlink(missing_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
    return manifest


def _candidates(weights: EncoderWeights) -> tuple[tuple[Precision, ...], tuple[Precision, ...]]:
    """Name the precisions to try, best first, for queries and for passages."""
    shape = weights.config
    if shape.hidden % BLOCK or shape.inner % BLOCK:
        return ("float",), ("int8", "float")
    return ("blocks", "float"), ("int8", "blocks", "float")


def _first_that_agrees(
    weights: EncoderWeights,
    recipe: Recipe,
    check: _Check,
    candidates: tuple[Precision, ...],
    sides: tuple[str, ...],
) -> Precision:
    for precision in candidates:
        path = check.encoder.folder / f"{precision}.onnx"
        if not path.exists():
            _write_graph(weights, recipe, precision, check.samples(), path)
        if check.agrees(precision, sides):
            return precision
    _logger.warning(
        "The compiled form of %s does not reproduce its rankings exactly; its float form is used.",
        recipe.name,
    )
    return "float"


def _write_graph(
    weights: EncoderWeights,
    recipe: Recipe,
    precision: Precision,
    samples: list[NDArray[np.int64]],
    path: Path,
) -> None:
    output: Output = recipe.pooling
    if precision == "int8":
        balance = find_balances(weights, samples)
        model = build_graph(weights, precision, output, balance=balance)
    else:
        model = build_graph(weights, precision, output)
    save_graph(model, path)


class _Check:
    """Compares compiled vectors with the SentenceTransformer's on :data:`SAMPLES`."""

    def __init__(self, encoder: CompiledEncoder, recipe: Recipe, reference: Encode) -> None:
        self.encoder, self.recipe = encoder, recipe
        self.figures: dict[str, dict[str, float]] = {}
        prefixes = {"query": recipe.query_prefix, "passage": recipe.passage_prefix}
        self.texts = {
            side: [prefix + text for text in SAMPLES] for side, prefix in prefixes.items()
        }
        self.exact = {side: _unit(reference(texts)) for side, texts in self.texts.items()}

    def samples(self) -> list[NDArray[np.int64]]:
        return self.encoder.token_ids(self.texts["passage"])

    def agrees(self, precision: Precision, sides: tuple[str, ...]) -> bool:
        """Say whether rankings and vectors stay the same with ``sides`` at ``precision``."""
        vectors = dict(self.exact)
        for side in sides:
            rows = self.encoder.run(self.encoder.token_ids(self.texts[side]), f"{precision}.onnx")
            vectors[side] = _unit(np.stack([row[0][0] for row in rows]))
        exact = _top(self.exact["query"] @ self.exact["passage"].T)
        found = _top(vectors["query"] @ vectors["passage"].T)
        shared = [len(set(a) & set(b)) / len(a) for a, b in zip(exact, found, strict=True)]
        overlap = float(np.mean(shared))
        cosine = min(float((vectors[s] * self.exact[s]).sum(axis=1).mean()) for s in sides)
        self.figures[precision] = {"overlap": round(overlap, 4), "cosine": round(cosine, 5)}
        return overlap >= _LEAST_OVERLAP and cosine >= _LEAST_COSINE


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _top(scores: Floats, count: int = 5) -> list[list[int]]:
    top: list[list[int]] = np.argsort(-scores, axis=1, kind="stable")[:, :count].tolist()
    return top
