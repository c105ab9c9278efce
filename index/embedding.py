"""Texts to vectors: the embedder protocol, and the one place where a model's name is resolved."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.models.bundled import BUNDLED_NAME, HUB_NAME, bundled_file, read_bundled
from index.models.cache import cache_folder, compile_lock, usable_manifest
from index.models.memory import VectorMemory
from index.models.runtime import CompiledEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Kind = Literal["query", "passage"]
Floats = NDArray[np.float32]

# Below this many passages a GPU's start-up costs more than it saves.
_GPU_WORTH = 256
# A request of up to this many passages is a reader's, whose next question reads them again.
_REMEMBERED = 512


class Embedder(Protocol):
    """Anything that turns texts into vectors: the compiled models, or yours."""

    @property
    def identity(self) -> str:
        """Two embedders with one identity share a vector space."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    def embed(self, texts: Sequence[str], *, kind: Kind) -> Floats:
        """Return unit rows (len(texts), dimension); a text's row depends on that text alone."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        ...


class CompiledEmbedder:
    """An embedding model compiled for onnxruntime; nothing heavy is opened before it is used."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.name = str(manifest["name"])
        self.identity = str(manifest["identity"])
        self.dimension = int(manifest["dimension"])
        self.manifest = manifest
        self.encoder = CompiledEncoder(folder, max_tokens=int(manifest["max_tokens"]))
        self._memory = VectorMemory()

    def embed(self, texts: Sequence[str], *, kind: Kind) -> Floats:
        """Return unit rows (len(texts), dimension); a text's row depends on that text alone."""
        if not texts:  # and nothing is opened
            return np.empty((0, self.dimension), np.float32)
        prefix = self.manifest[f"{kind}_prefix"]
        prefixed = [prefix + text for text in texts]
        if len(texts) > _REMEMBERED:
            return self._run(prefixed, kind)
        # The kind is part of the key: models without prefixes still run each on its own graph.
        return self._memory.rows(
            [(kind, text) for text in prefixed],
            lambda missing: self._run([text for _, text in missing], kind),
        )

    def _run(self, prefixed: list[str], kind: Kind) -> Floats:
        if kind == "passage" and len(prefixed) >= _GPU_WORTH and shutil.which("nvidia-smi"):
            on_gpu = _embed_on_gpu(self.name, prefixed)
            if on_gpu is not None:
                return on_gpu
        graph = f"{self.manifest['precision'][kind]}.onnx"
        rows = self.encoder.run(self.encoder.token_ids(prefixed), graph)
        vectors = np.empty((len(prefixed), self.dimension), np.float32)
        for place, (row,) in enumerate(rows):
            vectors[place] = row[0]
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        unit: Floats = vectors / np.maximum(lengths, 1e-12)[:, None]
        return unit

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        return self.encoder.count_tokens(texts)


class SentenceTransformerEmbedder:
    """A model of a shape that cannot be compiled, run by sentence-transformers itself."""

    def __init__(self, name: str, model: SentenceTransformer) -> None:
        from index.models.sentence_transformer import prefixes

        self.name, self._model = name, model
        self._prefixes = dict(zip(("query", "passage"), prefixes(name, model), strict=True))
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.identity = hashlib.sha256(repr((name, self._prefixes)).encode()).hexdigest()[:32]

    def embed(self, texts: Sequence[str], *, kind: Kind) -> Floats:
        """Return unit rows (len(texts), dimension), each text run alone."""
        from index.models.sentence_transformer import encode_with

        prefix = self._prefixes[kind]
        # One text a batch: padding would let a text's neighbours touch its numbers.
        rows = [encode_with(self._model, [prefix + text])[0] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    @cached_property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, special tokens left out."""
        rows = self._tokenizer(list(texts), add_special_tokens=False)["input_ids"] if texts else []
        return [len(row) for row in rows]


def _embed_on_gpu(name: str, prefixed: list[str]) -> Floats | None:
    """Encode with torch on a GPU; None where torch sees none."""
    import torch

    if not torch.cuda.is_available():
        return None
    from index.models.sentence_transformer import encode_with, open_sentence_transformer

    if name != BUNDLED_NAME:
        return encode_with(open_sentence_transformer(name, device="cuda"), prefixed)
    with tempfile.TemporaryDirectory(prefix="kutip-") as scratch:
        model = open_sentence_transformer(export_bundled_model(Path(scratch)), device="cuda")
    return encode_with(model, prefixed)


def export_bundled_model(folder: str | Path) -> Path:
    """Write the bundled model as a folder that ``SentenceTransformer(folder)`` opens.

    :raises ModelError: this installation carries no bundled model.
    """
    from index.models.hugging_face import write_sentence_transformer

    path = bundled_file()
    if path is None:
        raise ModelError(
            f"The bundled model is not installed here; use the name {HUB_NAME} instead.",
            name=BUNDLED_NAME,
        )
    return write_sentence_transformer(read_bundled(path), Path(folder))


def load_embedder(name: str | None = None) -> Embedder:
    """Return the embedder of a model, compiled on its first use and opened from then on.

    :param name: a sentence-transformers model by name or folder; None is ``$KUTIP_MODEL``, or the
        bundled multilingual-e5-small.
    :raises ModelError: there is no such model.
    """
    name = name or os.environ.get("KUTIP_MODEL") or BUNDLED_NAME
    source = bundled_file() if name == BUNDLED_NAME else None
    if name == BUNDLED_NAME and source is None:
        name = HUB_NAME
    from index.models.compiling import FORMAT

    folder = cache_folder() / "models" / f"{_cache_key(name, source)}-f{FORMAT}"
    manifest = usable_manifest(folder, FORMAT)
    if manifest is None:
        with compile_lock(folder):
            manifest = usable_manifest(folder, FORMAT)
            if manifest is None:
                return _compile(name, source, folder)
    return CompiledEmbedder(folder, manifest)


def _cache_key(name: str, source: Path | None) -> str:
    """Name the cache folder of a model; a changed file or folder gets another."""
    if source is not None:
        return f"{name}-{source.stat().st_size}"
    parts = [name]
    path = Path(name).expanduser()
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        parts = [str(path.resolve())]
        parts += [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    stem = "".join(letter if letter.isalnum() else "-" for letter in path.name)[:60]
    return f"{stem}-{digest}"


def _compile(name: str, source: Path | None, folder: Path) -> Embedder:
    from index.models.compiling import Recipe, compile_model
    from index.models.sentence_transformer import encode_with, open_sentence_transformer, take_over

    if source is not None:
        weights = read_bundled(source)
        recipe = Recipe(name, "mean", "query: ", "passage: ", weights.config.positions)
        with tempfile.TemporaryDirectory(prefix="kutip-") as scratch:
            model = open_sentence_transformer(export_bundled_model(Path(scratch)))
            manifest = compile_model(
                weights, recipe, lambda texts: encode_with(model, texts), folder
            )
        return CompiledEmbedder(folder, manifest)
    model = open_sentence_transformer(name)
    taken = take_over(name, model)
    if taken is None:
        return SentenceTransformerEmbedder(name, model)
    manifest = compile_model(*taken, lambda texts: encode_with(model, texts), folder)
    return CompiledEmbedder(folder, manifest)
