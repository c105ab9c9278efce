"""The chat in a browser tab and the ``kutip`` command: the public door of the package."""

from ui.app import launch
from ui.cli import main

__all__ = ["launch", "main"]
