"""The reader as a torch network: frozen embeddings, trained layers, two scores a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from index.models.hugging_face import tensor_names
from index.models.weights import QuantizedMatrix, floats
from training.windows import PAD, Window, bundled_weights

if TYPE_CHECKING:
    from torch import Generator, Tensor

# Few lengths mean few matrix shapes, and oneDNN prepares every shape once.
_LENGTH_STEP = 16
DROPOUT = 0.1
_UNREACHABLE = -1e4


class ReaderNetwork:
    """Embeds, encodes and scores batches of windows.

    ``parameters``: what is trained, by our tensor names (``0.q.weight`` … ``head.bias``), float32;
    ``working``: what the layers compute with, under the same names (see :meth:`refresh`).
    """

    def __init__(self, seed: int) -> None:
        import torch
        from transformers import AttentionInterface, BertConfig, BertModel

        weights = bundled_weights()
        shape = weights.config
        config = BertConfig(
            vocab_size=1, hidden_size=shape.hidden, num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads, intermediate_size=shape.inner,
            max_position_embeddings=shape.positions, type_vocab_size=shape.types,
            layer_norm_eps=shape.epsilon, hidden_act=shape.activation, pad_token_id=0,
            hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        )  # fmt: skip
        AttentionInterface.register("kutip_training", _attention)
        config._attn_implementation = "kutip_training"
        self.model: Any = BertModel(config, add_pooling_layer=False)
        names = tensor_names(shape.layers)
        state = self.model.state_dict()
        for ours, theirs in names.items():
            if ours != "word":
                state[theirs].copy_(torch.from_numpy(floats(weights.tensors[ours]).copy()))
        self.model.embeddings.requires_grad_(False)
        found = dict(self.model.named_parameters())
        layers = {ours: found[theirs] for ours, theirs in names.items() if ours[0].isdigit()}
        # The layers compute in bfloat16 from a copy and the optimizer moves float32 originals:
        # a little faster than autocast, which casts between the two at every operation.
        self.parameters: dict[str, Any] = {
            name: layer.detach().clone().requires_grad_() for name, layer in layers.items()
        }
        self.model.encoder.bfloat16()
        start = torch.Generator().manual_seed(seed)
        head = torch.empty(2, shape.hidden).normal_(0.0, 0.02, generator=start)
        self.parameters["head.weight"] = head.requires_grad_()
        self.parameters["head.bias"] = torch.zeros(2, requires_grad=True)
        self.working: dict[str, Any] = self.parameters | layers
        self._words = weights.tensors["word"]

    def refresh(self) -> None:
        """Let the layers compute with the values that ``parameters`` have now."""
        import torch

        with torch.no_grad():
            torch._foreach_copy_(list(self.working.values()), list(self.parameters.values()))

    def word_rows(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """Look up word embeddings outside of autograd: (n, longest, hidden) float32."""
        import torch

        longest = -(-max(map(len, ids)) // _LENGTH_STEP) * _LENGTH_STEP
        padded = np.full((len(ids), longest), PAD)
        for row, values in zip(padded, ids, strict=True):
            row[: len(values)] = values
        numbers, places = np.unique(padded, return_inverse=True)
        words = self._words
        if isinstance(words, QuantizedMatrix):
            rows = QuantizedMatrix(words.codes[numbers], words.scales[numbers], words.bits)
            table = rows.dequantize()
        else:
            table = floats(words[numbers])
        return torch.from_numpy(table[places.reshape(padded.shape)])

    def scores(self, windows: Sequence[Window], dropout: Generator | None = None) -> Tensor:
        """Return (n, longest, 2) start and end scores; only ``<s>`` and the text are reachable.

        :param dropout: the source of chance for dropout on the embeddings; None: no dropout.
        """
        import torch

        ids = [window.ids for window in windows]
        with torch.no_grad():
            hidden = self.model.embeddings(inputs_embeds=self.word_rows(ids))
            if dropout is not None:
                kept = torch.rand(hidden.shape, generator=dropout) >= DROPOUT
                hidden = hidden * kept / (1 - DROPOUT)
            padding = torch.zeros(len(ids), 1, 1, hidden.shape[1])
            reachable = torch.full((len(ids), hidden.shape[1], 1), _UNREACHABLE)
            for number, window in enumerate(windows):
                padding[number, :, :, len(window.ids) :] = _UNREACHABLE
                reachable[number, 0] = 0.0
                reachable[number, window.first : len(window.ids) - 1] = 0.0
        states = self.model.encoder(hidden.bfloat16(), attention_mask=padding.bfloat16())[0]
        weight, bias = self.parameters["head.weight"], self.parameters["head.bias"]
        return torch.nn.functional.linear(states.float(), weight, bias) + reachable

    def loss(self, windows: Sequence[Window], dropout: Generator | None = None) -> Tensor:
        """Return the mean cross-entropy of the answers' first and last tokens."""
        import torch

        starts, ends = self.scores(windows, dropout).unbind(-1)
        targets = torch.tensor([(window.start, window.end) for window in windows])
        entropy = torch.nn.functional.cross_entropy
        return (entropy(starts, targets[:, 0]) + entropy(ends, targets[:, 1])) / 2


def _attention(
    _: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float, **__: Any
) -> tuple[Tensor, None]:
    """Plain attention, (n, heads, length, size) each.

    Its backward pass is faster here than that of scaled_dot_product_attention by a third, and
    than transformers' own by a tenth: the queries are scaled, not the many scores.
    """
    import torch

    scores = torch.matmul(query * scaling, key.transpose(2, 3)) + mask
    return torch.matmul(scores.softmax(-1), value).transpose(1, 2).contiguous(), None


def load_parameters(network: ReaderNetwork, tensors: dict[str, Any]) -> None:
    """Copy trained values into the network.

    :raises ValueError: a tensor is missing or has another shape.
    """
    import torch

    with torch.no_grad():
        for name, parameter in network.parameters.items():
            if name not in tensors or tensors[name].shape != parameter.shape:
                raise ValueError(f"The weights have no usable tensor {name}.")
            parameter.copy_(tensors[name])
    network.refresh()
