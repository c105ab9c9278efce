"""The nodes and constants of an ONNX graph while it is being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

CONTRIB = "com.microsoft"


class GraphNodes:
    """Collects nodes and initializers under unique names."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add an initializer and return its name."""
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def shared(self, name: str, values: NDArray[Any]) -> str:
        """Add an initializer unless one of this name exists, and return its name."""
        if all(existing.name != name for existing in self.initializers):
            self.constant(name, values)
        return name

    def last_axis(self) -> str:
        """Return the name of the constant [-1]."""
        return self.shared("last_axis", np.array([-1], np.int64))

    def node(
        self, operator: str, inputs: list[str], name: str, *, domain: str = "", **attributes: Any
    ) -> str:
        """Add a node with one output and return the output's name."""
        from onnx import helper

        self.nodes.append(
            helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes)
        )
        return name
