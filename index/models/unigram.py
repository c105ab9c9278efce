"""Describe an XLM-R-like unigram tokenizer the way the ``tokenizers`` library reads it.

The model's own normalisation is a map from one code point to several; NFKC and folded white space
do the same job, and agreement is tested against the engine the weights come with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
# White space, and the invisible characters that the model treats as such.
_SPACES = r"[\s\u200b\u2060\ufeff]+"


def unigram_tokenizer(
    vocabulary: Sequence[tuple[str, float]], special: Mapping[int, str], unknown: int
) -> dict[str, Any]:
    """Return the description: ``<s> A </s>`` and ``<s> A </s> </s> B </s>``.

    :param vocabulary: pieces and their log probabilities, by id.
    :param special: the special tokens by id.
    """
    normalizers = [
        {"type": "NFKC"},
        {"type": "Replace", "pattern": {"Regex": _SPACES}, "content": " "},
    ]
    model = {
        "type": "Unigram",
        "unk_id": unknown,
        "byte_fallback": False,
        "vocab": list(vocabulary),
    }
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(number, token) for number, token in sorted(special.items())],
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": _METASPACE,
        "post_processor": _template({token: number for number, token in special.items()}),
        "decoder": _METASPACE,
        "model": model,
    }


def _added(number: int, token: str) -> dict[str, Any]:
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {"id": number, "content": token, **flags, "special": True}


def _template(ids: Mapping[str, int]) -> dict[str, Any]:
    start, end = ({"SpecialToken": {"id": token, "type_id": 0}} for token in ("<s>", "</s>"))
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [start, first, end],
        "pair": [start, first, end, end, second, end],
        "special_tokens": {
            token: {"id": token, "ids": [ids[token]], "tokens": [token]}
            for token in ("<s>", "</s>")
        },
    }
