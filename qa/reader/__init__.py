"""The extractive reader: a small trained network that finds the answer's exact characters."""

from qa.reader.extractive import ExtractiveReader, load_extractive_reader

__all__ = ["ExtractiveReader", "load_extractive_reader"]
