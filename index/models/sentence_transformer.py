"""The door for every embedding model: load it with sentence-transformers, then take it over.

Importing torch and sentence-transformers takes seconds; it happens here, once per model, and
again only for models that cannot be written as a graph or where there is a GPU.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.models.compiling import Recipe
from index.models.hugging_face import read_weights
from index.models.runtime import Floats
from index.models.weights import EncoderWeights

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_POOLINGS = {"mean": "mean", "cls": "first"}
_HUB_SECONDS = 5.0


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep load reports and progress bars of the libraries out of the user's terminal."""
    from transformers.utils import logging

    transformers_logging: Any = logging
    level = transformers_logging.get_verbosity()
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(level)
        if bars:
            transformers_logging.enable_progress_bar()


def open_sentence_transformer(name: str | Path, device: str = "cpu") -> SentenceTransformer:
    """Load a model by name or folder; a folder never touches the network.

    :raises ModelError: it cannot be found or loaded.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    offline = not (Path(name).is_dir() or _hub_answers(str(name)))
    if offline and not _is_downloaded(str(name)):
        raise _unusable(name, "it is not on this machine, and the model hub cannot be reached")
    try:
        from sentence_transformers import SentenceTransformer

        with _quiet():
            return SentenceTransformer(str(name), device=device, local_files_only=offline)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        raise _unusable(name, " ".join(str(error).split())[:200]) from error


def _unusable(name: str | Path, reason: str) -> ModelError:
    return ModelError(
        f"The embedding model {name} cannot be loaded ({reason}); give the name of a "
        "sentence-transformers model or the path of a folder that holds one.",
        name=str(name),
    )


def _hub_answers(name: str) -> bool:
    """Say whether the model hub can be reached, by asking it for a model once.

    Loading asks for each of several files six times, with pauses that add up to a minute and a
    half where there is no hub.
    """
    from huggingface_hub import HfApi, errors

    # The error of whichever HTTP client this version of the library has.
    unreachable: tuple[type[Exception], ...] = (OSError, *errors.HfHubHTTPError.__bases__)
    try:
        HfApi().model_info(name, timeout=_HUB_SECONDS)
    except errors.HfHubHTTPError:
        return True  # it answered: what is wrong with the name, loading says
    except errors.HFValidationError:
        return True  # no name a hub could have, so it is not asked for either
    except unreachable:
        return False
    return True


def _is_downloaded(name: str) -> bool:
    """Say whether an earlier run has left a model of the hub on this machine."""
    from huggingface_hub import try_to_load_from_cache

    folder = os.environ.get("SENTENCE_TRANSFORMERS_HOME")
    names = [name] if "/" in name else [name, f"sentence-transformers/{name}"]
    found = (try_to_load_from_cache(one, "config.json", cache_dir=folder) for one in names)
    return any(isinstance(path, str) for path in found)


def prefixes(name: str, model: SentenceTransformer) -> tuple[str, str]:
    """Return what the model wants in front of queries and passages: its prompts, or E5's."""
    prompts = {key: value for key, value in (model.prompts or {}).items() if value}
    passage = prompts.get("passage") or prompts.get("document") or ""
    if not prompts and "e5-" in name.lower() and "instruct" not in name.lower():
        return "query: ", "passage: "
    return prompts.get("query", ""), passage


def take_over(name: str, model: SentenceTransformer) -> tuple[EncoderWeights, Recipe] | None:
    """Return weights and recipe of a model that can be compiled, None for any other."""
    modules = list(model)
    kinds = [type(module).__name__ for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    pooling: dict[str, Any] = modules[1].get_config_dict()  # type: ignore[operator]
    mode = pooling.get("pooling_mode")
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    network: Any = getattr(modules[0], "auto_model", None)
    if mode not in _POOLINGS or not pooling.get("include_prompt", True):
        return None
    if backend is None or network is None:
        return None
    state = {
        key: value.detach().float().cpu().numpy() for key, value in network.state_dict().items()
    }
    weights = read_weights(network.config, state, json.loads(backend.to_str()))
    if weights is None:
        return None
    query, passage = prefixes(name, model)
    limit = int(model.max_seq_length or weights.config.positions)
    recipe = Recipe(
        name=name,
        pooling="mean" if mode == "mean" else "first",
        query_prefix=query,
        passage_prefix=passage,
        max_tokens=min(limit, weights.config.positions),
    )
    return weights, recipe


def encode_with(model: SentenceTransformer, texts: Sequence[str]) -> Floats:
    """Encode texts as they are, prefixes included, to unit rows (n, d)."""
    vectors = model.encode(
        list(texts), convert_to_numpy=True, normalize_embeddings=True, show_progress_bar=False,
        prompt="", batch_size=32,
    )  # fmt: skip
    return np.asarray(vectors, dtype=np.float32)
