"""Write an encoder as an ONNX graph of onnxruntime's fused operators.

Three precisions, all exact per text (a text's numbers never depend on its neighbours):

``float``   float32 products: the reference, and what is kept when the others do not agree.
``blocks``  ``MatMulNBits`` over the weights' own 4- or 8-bit blocks: nearly lossless, float speed.
``int8``    8-bit products, one activation scale per token, one weight scale per output channel,
            channels balanced beforehand (SmoothQuant, Xiao et al. 2023, arXiv:2211.10438).

onnxruntime's own dynamic quantisation takes one scale for the whole batch; that made a vector
depend on its neighbours and lost rankings (docs/log.md), hence the explicit operators here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from index.models.weights import (
    BLOCK,
    EncoderWeights,
    Matrix,
    QuantizedMatrix,
    floats,
    product_weights,
    quantize,
)

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

Precision = Literal["float", "blocks", "int8"]
Output = Literal["mean", "first", "tokens"]
Floats = NDArray[np.float32]

_CONTRIB = "com.microsoft"
# The least value of each activation function: adding it makes the input of the second
# feed-forward product non-negative, which buys one more bit for its 8-bit form.
_LOWEST = {"gelu": 0.17, "gelu_new": 0.1701, "relu": 0.0}
_GELU = {"gelu": "BiasGelu", "gelu_new": "FastGelu"}


class GraphBuilder:
    """Collects nodes and initializers; one instance writes one graph."""

    def __init__(
        self,
        weights: EncoderWeights,
        precision: Precision,
        balance: Mapping[str, Floats] | None = None,
        precise: frozenset[str] = frozenset(),
    ) -> None:
        self.weights, self.config, self.precision = weights, weights.config, precision
        self.balance, self.precise = balance or {}, precise
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self.product_inputs: list[str] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add an initializer and return its name."""
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(
        self, operator: str, inputs: list[str], name: str, *, domain: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output and return the output's name."""
        from onnx import helper

        self.nodes.append(
            helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes)
        )
        return name

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
                "GatherBlockQuantized", table, "words", domain=_CONTRIB, bits=word.bits,
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
        mean = self.node("ReduceMean", [hidden, self._axis()], name + ".mean", keepdims=1)
        centred = self.node("Sub", [hidden, mean], name + ".centred")
        squares = self.node(
            "ReduceSumSquare", [centred, self._axis()], name + ".squares", keepdims=1
        )
        # x / sqrt(squares / n + e) = x * sqrt(n) / sqrt(squares + n * e)
        floor = self._shared("epsilon", np.array(size * self.config.epsilon, np.float32))
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
            domain=_CONTRIB, num_heads=config.heads,
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
        return self.node(_GELU[self.config.activation], [inputs, bias], name, domain=_CONTRIB)

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
        precision = self.precision
        if precision == "int8" and key in self.precise:
            precision = "float" if floats(matrix).shape[1] % BLOCK else "blocks"
        if precision == "int8":
            return self._int8(key, matrix, inputs, bias)
        bias_name = self.constant(key + ".bias", bias)
        if precision == "float":
            table = self.constant(key, floats(matrix).T)
            return self.node("MatMul", [inputs, table], key + ".product"), bias_name
        blocks = matrix if isinstance(matrix, QuantizedMatrix) else quantize(floats(matrix))
        rows, columns = blocks.codes.shape
        names = [self.constant(key, blocks.packed()), self.constant(key + ".scales", blocks.scales)]
        result = self.node(
            "MatMulNBits", [inputs, *names], key + ".product", domain=_CONTRIB, K=columns, N=rows,
            bits=blocks.bits, block_size=BLOCK, accuracy_level=4,
        )  # fmt: skip
        return result, bias_name

    def _int8(self, key: str, matrix: Matrix, inputs: str, bias: Floats) -> tuple[str, str]:
        """Quantise each token's row to 8 bits, multiply in integers, scale back."""
        table, (rows, columns) = floats(matrix), floats(matrix).shape
        balance = self.balance.get(key, np.ones(columns, np.float32))
        table = table * balance
        scales = (np.abs(table).max(axis=1) / 127).astype(np.float32)
        codes = np.rint(table / np.where(scales == 0, 1, scales)[:, None]).astype(np.int8)
        inverse = self.constant(key + ".balance", (1 / balance).astype(np.float32))
        balanced = self.node("Mul", [inputs, inverse], key + ".balanced")
        shape = self.constant(key + ".rows", np.array([-1, columns], np.int64))
        flat = self.node("Reshape", [balanced, shape], key + ".flat")
        lowest = _LOWEST[self.config.activation] if key.endswith("down") else None
        if lowest is None:
            result = self._signed_product(key, flat, codes, scales)
        else:
            offset = (lowest / balance).astype(np.float32)
            bias = bias - ((codes * scales[:, None].astype(np.float64)) @ offset).astype(np.float32)
            result = self._shifted_product(key, flat, offset, codes, scales)
        back = self.constant(key + ".shape", np.array([1, -1, rows], np.int64))
        return self.node("Reshape", [result, back], key + ".product"), self.constant(
            key + ".bias", bias
        )

    def _signed_product(
        self, key: str, inputs: str, codes: NDArray[np.int8], scales: Floats
    ) -> str:
        """Product of signed inputs: 8 bits around the zero point 128, fast on VNNI processors."""
        size = self.node("Abs", [inputs], key + ".size")
        scale = self._row_scale(key, size, 1 / 127)
        flat_scale = self.node("Squeeze", [scale, self._axis()], key + ".scale1")
        shape = self.node("Shape", [flat_scale], key + ".count")
        zero = self._shared("zero_point", np.array(128, np.uint8))
        zeros = self.node("Expand", [zero, shape], key + ".zeros")
        rounded = self.node("QuantizeLinear", [inputs, flat_scale, zeros], key + ".codes", axis=0)
        return self._integer_product(key, rounded, scale, codes, scales, zero)

    def _shifted_product(
        self, key: str, inputs: str, offset: Floats, codes: NDArray[np.int8], scales: Floats
    ) -> str:
        """Product of inputs that ``offset`` makes non-negative: all 8 bits above zero."""
        shifted = self.node(
            "Add", [inputs, self.constant(key + ".offset", offset)], key + ".shifted"
        )
        scale = self._row_scale(key, shifted, 1 / 255)
        flat_scale = self.node("Squeeze", [scale, self._axis()], key + ".scale1")
        rounded = self.node("QuantizeLinear", [shifted, flat_scale], key + ".codes", axis=0)
        return self._integer_product(key, rounded, scale, codes, scales, "")

    def _row_scale(self, key: str, sizes: str, step: float) -> str:
        largest = self.node("ReduceMax", [sizes, self._axis()], key + ".largest", keepdims=1)
        # A row of zeros must not divide by zero.
        floor = self._shared("floor", np.array(1e-12, np.float32))
        largest = self.node("Max", [largest, floor], key + ".bounded")
        name = self._shared(f"step{round(1 / step)}", np.array(step, np.float32))
        return self.node("Mul", [largest, name], key + ".scale")

    def _integer_product(
        self, key: str, rounded: str, scale: str, codes: NDArray[np.int8], scales: Floats, zero: str
    ) -> str:
        one = self._shared("one", np.array(1, np.float32))
        names = [self.constant(key, codes.T), one, self.constant(key + ".scales", scales)]
        inputs = [rounded, *names, *([zero] if zero else [])]
        whole = self.node("MatMulIntegerToFloat", inputs, key + ".integer", domain=_CONTRIB)
        return self.node("Mul", [whole, scale], key + ".scaled")

    def _axis(self) -> str:
        return self._shared("last_axis", np.array([-1], np.int64))

    def _shared(self, name: str, values: NDArray[Any]) -> str:
        if all(existing.name != name for existing in self.initializers):
            self.constant(name, values)
        return name

    def output(self, hidden: str, output: Output) -> str:
        """Reduce (1, n, hidden) to what is wanted: the mean, the first token, or all tokens."""
        if output == "tokens":
            return self.node("Identity", [hidden], "output")
        if output == "first":
            first = self._shared("first", np.array(0, np.int64))
            return self.node("Gather", [hidden, first], "output", axis=1)
        axis = self._shared("token_axis", np.array([1], np.int64))
        return self.node("ReduceMean", [hidden, axis], "output", keepdims=0)


def build_graph(
    weights: EncoderWeights,
    precision: Precision,
    output: Output,
    *,
    balance: Mapping[str, Floats] | None = None,
    precise: frozenset[str] = frozenset(),
    with_inputs: bool = False,
) -> ModelProto:
    """Write the encoder as a graph: ``ids`` (1, n) int64 -> ``output`` float32.

    :param balance: per product (``"3.up"``) the (inputs,) factors of the ``int8`` form.
    :param precise: products kept in ``blocks`` within the ``int8`` form.
    :param with_inputs: also output what enters each product, in the order of the layers and
        :data:`PRODUCTS`, for calibration.
    """
    from onnx import TensorProto, helper

    builder = GraphBuilder(weights, precision, balance, precise)
    hidden = builder.embeddings()
    for number in range(weights.config.layers):
        hidden = builder.layer(number, hidden)
    outputs = [builder.output(hidden, output), *(builder.product_inputs if with_inputs else [])]
    graph = helper.make_graph(
        builder.nodes, "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        builder.initializers,
    )  # fmt: skip
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid(_CONTRIB, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)
