"""Where an index is looked for."""

from __future__ import annotations

import os
from pathlib import Path

_FOLDER = "kutip-index"


def default_path() -> Path:
    """Return the index used where none is named: ``$KUTIP_INDEX`` or ./kutip-index."""
    return Path(os.environ.get("KUTIP_INDEX") or _FOLDER)
