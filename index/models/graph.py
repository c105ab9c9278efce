"""Write an encoder as an ONNX graph of onnxruntime's fused operators.

Three precisions, all exact per text (a text's numbers never depend on its neighbours):

``float``   float32 products: the reference, and what is kept when the others do not agree.
``blocks``  ``MatMulNBits`` over the weights' own blocks: exact for 4 bits, nearly so for 8.
``int8``    8-bit products, one activation scale per token, one weight scale per output channel,
            channels balanced and the worst ones left in float (see integer_product).

onnxruntime's own dynamic quantisation takes one scale for the whole batch; that made a vector
depend on its neighbours and lost rankings (docs/log.md), hence the explicit operators here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from index.models.integer_product import Balance, Floats, integer_product
from index.models.nodes import CONTRIB, GraphNodes
from index.models.weights import (
    BLOCK,
    EncoderWeights,
    QuantizedMatrix,
    floats,
    product_weights,
    quantize,
)

if TYPE_CHECKING:
    from onnx import ModelProto

Precision = Literal["float", "blocks", "int8"]
Output = Literal["mean", "first", "tokens"]
# The least value of each activation function: adding it makes the input of the second
# feed-forward product non-negative, which buys one more bit for its 8-bit form.
LOWEST = {"gelu": 0.17, "gelu_new": 0.1701, "relu": 0.0}
_GELU = {"gelu": "BiasGelu", "gelu_new": "FastGelu"}
# How MatMulNBits rounds activations, by the bits of its weights: 1 not at all, 4 to 8 bits a
# block. Unrounded products take 1.2 to 1.8 times as long from 4-bit weights, which a question is
# worth; from 8-bit ones they take two to eight times as long.
_ACCURACY = {4: 1, 8: 4}


class GraphBuilder(GraphNodes):
    """Collects nodes and initializers; one instance writes one graph."""

    def __init__(
        self,
        weights: EncoderWeights,
        precision: Precision,
        balance: Mapping[str, Balance] | None = None,
    ) -> None:
        super().__init__()
        self.weights, self.config, self.precision = weights, weights.config, precision
        self.balance = balance or {}
        self.product_inputs: list[str] = []

    def embeddings(self) -> str:
        """Look up words, add positions, normalise: ``ids`` (1, n) -> (1, n, hidden)."""
        tensors, word = self.weights.tensors, self.weights.tensors["word"]
        if isinstance(word, QuantizedMatrix):
            packed = word.packed().reshape(word.codes.shape[0], -1)
            table = [
                self.constant("word", packed),
                "ids",
                self.constant("word.scales", word.scales),
            ]
            words = self.node(
                "GatherBlockQuantized", table, "words", domain=CONTRIB, bits=word.bits,
                block_size=BLOCK, gather_axis=0, quantize_axis=1,
            )  # fmt: skip
        else:
            words = self.node("Gather", [self.constant("word", floats(word)), "ids"], "words")
        places = floats(tensors["position"])
        if "type" in tensors:
            places = places + floats(tensors["type"])[0]
        length = self.node("Shape", ["ids"], "length", start=1, end=2)
        zero = self.constant("zero", np.zeros(1, np.int64))
        position = self.node(
            "Slice", [self.constant("position", places), zero, length, zero], "positions"
        )
        summed = self.node("Add", [words, position], "embedded")
        return self._normalise(summed, "embedding_norm")

    def _normalise(self, hidden: str, name: str) -> str:
        """Normalise the last axis; written out, in 0.4 of the time of onnxruntime's operator."""
        size, tensors = self.config.hidden, self.weights.tensors
        mean = self.node("ReduceMean", [hidden, self.last_axis()], name + ".mean", keepdims=1)
        centred = self.node("Sub", [hidden, mean], name + ".centred")
        squares = self.node(
            "ReduceSumSquare", [centred, self.last_axis()], name + ".squares", keepdims=1
        )
        # x / sqrt(squares / n + e) = x * sqrt(n) / sqrt(squares + n * e)
        floor = self.shared("epsilon", np.array(size * self.config.epsilon, np.float32))
        length = self.node("Sqrt", [self.node("Add", [squares, floor], name + ".sum")], name + ".l")
        unit = self.node("Div", [centred, length], name + ".unit")
        weight = floats(tensors[f"{name}.weight"]) * np.float32(np.sqrt(size))
        scaled = self.node("Mul", [unit, self.constant(name + ".weight", weight)], name + ".scaled")
        bias = self.constant(name + ".bias", floats(tensors[f"{name}.bias"]))
        return self.node("Add", [scaled, bias], name)

    def layer(self, number: int, hidden: str) -> str:
        """Add one transformer layer: (1, n, hidden) -> (1, n, hidden)."""
        name, config = f"{number}.", self.config
        tensors = self.weights.tensors
        bias = np.concatenate([floats(tensors[f"{name}{part}.bias"]) for part in "qkv"])
        mixed, bias_name = self._product(number, "qkv", hidden, bias)
        parts = [name + part for part in ("query", "key", "value")]
        self._split(mixed, parts)
        attended = self.node(
            "MultiHeadAttention", [*parts, bias_name], name + "attention",
            domain=CONTRIB, num_heads=config.heads,
        )  # fmt: skip
        hidden = self._product_and_norm(number, "attention_output", attended, hidden)
        bias = floats(tensors[f"{name}up.bias"])
        raised, bias_name = self._product(number, "up", hidden, bias)
        active = self._activation(raised, bias_name, name + "active")
        return self._product_and_norm(number, "down", active, hidden)

    def _split(self, mixed: str, parts: list[str]) -> None:
        from onnx import helper

        node = helper.make_node(
            "Split", [mixed], parts, name=mixed + ".split", axis=-1, num_outputs=3
        )
        self.nodes.append(node)

    def _activation(self, inputs: str, bias: str, name: str) -> str:
        if self.config.activation == "relu":
            return self.node("Relu", [self.node("Add", [inputs, bias], name + ".sum")], name)
        return self.node(_GELU[self.config.activation], [inputs, bias], name, domain=CONTRIB)

    def _product_and_norm(self, number: int, product: str, inputs: str, residual: str) -> str:
        norm = "attention_norm" if product == "attention_output" else "output_norm"
        bias = floats(self.weights.tensors[f"{number}.{product}.bias"])
        result, bias_name = self._product(number, product, inputs, bias)
        whole = self.node("Add", [result, bias_name], f"{number}.{product}.whole")
        summed = self.node("Add", [whole, residual], f"{number}.{norm}.sum_in")
        return self._normalise(summed, f"{number}.{norm}")

    def _product(self, number: int, product: str, inputs: str, bias: Floats) -> tuple[str, str]:
        """Multiply; the bias is returned by name, for the fused operator that follows."""
        key = f"{number}.{product}"
        matrix = product_weights(self.weights, number, product)
        self.product_inputs.append(inputs)
        if self.precision == "int8":
            table = floats(matrix)
            balance = self.balance.get(key) or Balance.none(table.shape[1])
            lowest = LOWEST[self.config.activation] if product == "down" else None
            result, rest = integer_product(self, key, table, inputs, balance, lowest)
            return result, self.constant(key + ".bias", bias + rest)
        bias_name = self.constant(key + ".bias", bias)
        if self.precision == "float":
            name = self.constant(key, floats(matrix).T)
            return self.node("MatMul", [inputs, name], key + ".product"), bias_name
        blocks = matrix if isinstance(matrix, QuantizedMatrix) else quantize(floats(matrix))
        rows, columns = blocks.codes.shape
        names = [self.constant(key, blocks.packed()), self.constant(key + ".scales", blocks.scales)]
        result = self.node(
            "MatMulNBits", [inputs, *names], key + ".product", domain=CONTRIB, K=columns, N=rows,
            bits=blocks.bits, block_size=BLOCK, accuracy_level=_ACCURACY[blocks.bits],
        )  # fmt: skip
        return result, bias_name

    def head(self, hidden: str, weight: Floats, bias: Floats) -> str:
        """Score every token: (1, n, hidden) -> (1, n, scores)."""
        product = self.node("MatMul", [hidden, self.constant("head", weight.T)], "head.product")
        return self.node("Add", [product, self.constant("head.bias", bias)], "head.scores")

    def output(self, hidden: str, output: Output) -> str:
        """Reduce (1, n, hidden) to what is wanted: the mean, the first token, or all tokens."""
        if output == "tokens":
            return self.node("Identity", [hidden], "output")
        if output == "first":
            first = self.shared("first", np.array(0, np.int64))
            return self.node("Gather", [hidden, first], "output", axis=1)
        axis = self.shared("token_axis", np.array([1], np.int64))
        return self.node("ReduceMean", [hidden, axis], "output", keepdims=0)


def build_graph(
    weights: EncoderWeights,
    precision: Precision,
    output: Output,
    *,
    balance: Mapping[str, Balance] | None = None,
    with_inputs: bool = False,
    head: tuple[Floats, Floats] | None = None,
) -> ModelProto:
    """Write the encoder as a graph: ``ids`` (1, n) int64 -> ``output`` float32.

    :param balance: of each product (``"3.up"``) of the ``int8`` form.
    :param with_inputs: also output what enters each product, in the order of the layers and
        :data:`PRODUCTS`, for calibration.
    :param head: weight (scores, hidden) and bias (scores,) of a last product over the output.
    """
    from onnx import TensorProto, helper

    builder = GraphBuilder(weights, precision, balance)
    hidden = builder.embeddings()
    for number in range(weights.config.layers):
        hidden = builder.layer(number, hidden)
    if head is not None:
        hidden = builder.head(hidden, *head)
    outputs = [builder.output(hidden, output), *(builder.product_inputs if with_inputs else [])]
    graph = helper.make_graph(
        builder.nodes, "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        builder.initializers,
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
