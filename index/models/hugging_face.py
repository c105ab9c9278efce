"""Translate between our tensor names and those of Hugging Face's BERT family.

``BertModel``, ``RobertaModel``, ``XLMRobertaModel`` and ``CamembertModel`` share one layout.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.weights import EncoderConfig, EncoderWeights, floats

# Position numbers start behind the padding index in the RoBERTa branch of the family.
_FIRST_POSITION = {"bert": 0, "roberta": 2, "xlm-roberta": 2, "camembert": 2}
_ACTIVATIONS = ("gelu", "gelu_new", "relu")
_EMBEDDINGS = {
    "word": "embeddings.word_embeddings.weight",
    "position": "embeddings.position_embeddings.weight",
    "type": "embeddings.token_type_embeddings.weight",
    "embedding_norm.weight": "embeddings.LayerNorm.weight",
    "embedding_norm.bias": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "attention_output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "output_norm": "output.LayerNorm",
}


def tensor_names(layers: int) -> dict[str, str]:
    """Map our names to Hugging Face's for an encoder of so many layers."""
    names = dict(_EMBEDDINGS)
    for number in range(layers):
        for ours, theirs in _LAYER.items():
            for part in ("weight", "bias"):
                names[f"{number}.{ours}.{part}"] = f"encoder.layer.{number}.{theirs}.{part}"
    return names


def read_weights(
    config: Any, state: Mapping[str, NDArray[Any]], tokenizer: Mapping[str, Any]
) -> EncoderWeights | None:
    """Take over a transformers model; None when it is not of the family we can write as a graph.

    :param config: its ``PretrainedConfig``.
    :param state: its state dictionary as numpy arrays.
    """
    kind = str(config.model_type)
    if (
        kind not in _FIRST_POSITION
        or config.hidden_act not in _ACTIVATIONS
        or getattr(config, "position_embedding_type", "absolute") not in ("absolute", None)
        or getattr(config, "is_decoder", False)
    ):
        return None
    names = tensor_names(config.num_hidden_layers)
    if any(theirs not in state for theirs in names.values()):
        return None
    tensors = {ours: np.asarray(state[theirs], dtype=np.float32) for ours, theirs in names.items()}
    tensors["position"] = tensors["position"][_FIRST_POSITION[kind] :]
    shape = EncoderConfig(
        hidden=config.hidden_size,
        layers=config.num_hidden_layers,
        heads=config.num_attention_heads,
        inner=config.intermediate_size,
        vocabulary=tensors["word"].shape[0],
        positions=tensors["position"].shape[0],
        types=tensors["type"].shape[0],
        epsilon=config.layer_norm_eps,
        activation=config.hidden_act,
    )
    return EncoderWeights(config=shape, tensors=tensors, tokenizer=tokenizer)


def write_sentence_transformer(weights: EncoderWeights, folder: Path) -> Path:
    """Write the weights as a folder that ``SentenceTransformer(folder)`` opens.

    Modules Transformer, mean Pooling and Normalize; float32; about 470 MB for the bundled model.
    """
    from safetensors.numpy import save_file

    shape = weights.config
    state = {
        theirs: np.ascontiguousarray(floats(weights.tensors[ours]))
        for ours, theirs in tensor_names(shape.layers).items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _settings(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    (folder / "2_Normalize").mkdir(exist_ok=True)
    return folder


def _settings(weights: EncoderWeights) -> dict[str, Any]:
    """Return the JSON files of a sentence-transformers folder, by name."""
    shape = weights.config
    module = "sentence_transformers.models"
    paths = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    return {
        "config.json": _network(weights),
        "tokenizer.json": weights.tokenizer,
        "tokenizer_config.json": _special_tokens(shape.positions),
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"{module}.{name}"}
            for number, (name, path) in enumerate(paths.items())
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "}
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
    }


def _network(weights: EncoderWeights) -> dict[str, Any]:
    shape = weights.config
    return {
        "architectures": ["BertModel"], "model_type": "bert", "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner, "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions, "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon, "hidden_act": shape.activation, "pad_token_id": 1,
        "tokenizer_class": "PreTrainedTokenizerFast",
    }  # fmt: skip


def _special_tokens(longest: int) -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": longest,
        "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
        "cls_token": "<s>", "sep_token": "</s>",
        "model_input_names": ["input_ids", "attention_mask"],
    }  # fmt: skip
