"""The embedder without a model, as in the tests of the index."""

from tests.index.conftest import embedder

__all__ = ["embedder"]
