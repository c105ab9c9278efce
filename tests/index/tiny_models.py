"""What the tests of models share: a random encoder small enough to build in a moment."""

from __future__ import annotations

import numpy as np

from index.models.weights import EncoderConfig, EncoderWeights

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "▁", *"abcdefghijklmnopqrstuvwxyz", "▁the", "▁cat"]


def tiny_tokenizer() -> dict[str, object]:
    """A unigram tokenizer of 33 pieces, built like the bundled one."""
    token = {"type_id": 0}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [
            {"id": number, "content": content, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for number, content in enumerate(WORDS[:4])
        ],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always",
                          "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", **token}}, {"Sequence": {"id": "A", **token}},
                       {"SpecialToken": {"id": "</s>", **token}}],
            "pair": [{"SpecialToken": {"id": "<s>", **token}}, {"Sequence": {"id": "A", **token}},
                     {"SpecialToken": {"id": "</s>", **token}}, {"Sequence": {"id": "B", **token}},
                     {"SpecialToken": {"id": "</s>", **token}}],
            "special_tokens": {name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]}
                               for name in ("<s>", "</s>")},
        },
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": 3, "byte_fallback": False,
                  "vocab": [[word, -float(n)] for n, word in enumerate(WORDS)]},
    }  # fmt: skip


def tiny_weights(seed: int = 0) -> EncoderWeights:
    """A random encoder of 2 layers and 64 dimensions."""
    rng = np.random.default_rng(seed)
    shape = EncoderConfig(
        hidden=64, layers=2, heads=4, inner=128, vocabulary=len(WORDS), positions=64, types=2,
        epsilon=1e-12,
    )  # fmt: skip

    def random(*size: int, scale: float = 0.1) -> np.ndarray:
        return (rng.standard_normal(size) * scale).astype(np.float32)

    tensors = {
        "word": random(len(WORDS), 64, scale=1.0), "position": random(64, 64),
        "type": random(2, 64), "embedding_norm.weight": 1 + random(64),
        "embedding_norm.bias": random(64),
    }  # fmt: skip
    sizes = {"q": (64, 64), "k": (64, 64), "v": (64, 64), "attention_output": (64, 64),
             "up": (128, 64), "down": (64, 128)}  # fmt: skip
    for number in range(2):
        for name, size in sizes.items():
            tensors[f"{number}.{name}.weight"] = random(*size)
            tensors[f"{number}.{name}.bias"] = random(size[0])
        for name in ("attention_norm", "output_norm"):
            tensors[f"{number}.{name}.weight"] = 1 + random(64)
            tensors[f"{number}.{name}.bias"] = random(64)
    return EncoderWeights(config=shape, tensors=tensors, tokenizer=tiny_tokenizer())
