"""Where compiled models are kept, and how one is made exactly once."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.models.runtime import read_manifest


def cache_folder() -> Path:
    """Return where compiled models are kept: ``$KUTIP_CACHE`` or the user's cache folder."""
    from platformdirs import user_cache_path

    configured = os.environ.get("KUTIP_CACHE")
    return Path(configured) if configured else user_cache_path("kutip", appauthor=False)


def compile_lock(folder: Path) -> Any:
    """Return the lock to hold while a compiled folder is made."""
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(folder.with_name(folder.name + ".lock"))


def usable_manifest(folder: Path, wanted: int) -> dict[str, Any] | None:
    """Return the manifest of a compiled folder of the wanted format; None where there is none."""
    manifest = read_manifest(folder)
    return manifest if manifest is not None and manifest["format"] == wanted else None


def write_folder(folder: Path, write: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Let ``write`` fill a folder and put it in place whole; return the manifest it returned."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=folder.name, suffix=".tmp", dir=folder.parent))
    try:
        manifest = write(building)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return manifest
