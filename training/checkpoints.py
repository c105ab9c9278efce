"""Checkpoints on disk: safetensors and JSON in a folder of their own, whole or not there at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.models.token_scoring import SCALES, read_layers
from index.models.weights import floats

if TYPE_CHECKING:
    from torch import Tensor

_KEPT = 2


def write_checkpoint(folder: Path, step: int, tensors: dict[str, Tensor], facts: Any) -> Path:
    """Write ``folder/checkpoint-STEP`` and drop all but the newest two."""
    from safetensors.torch import save_file

    target = folder / f"checkpoint-{step:07d}"
    partial = folder / f"{target.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()},
              partial / "state.safetensors")  # fmt: skip
    (partial / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    for path in partial.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    for old in checkpoints(folder)[:-_KEPT]:
        shutil.rmtree(old)
    return target


def checkpoints(folder: Path) -> list[Path]:
    """Return the whole checkpoints of a run, oldest first."""
    return sorted(path for path in folder.glob("checkpoint-*") if path.suffix != ".partial")


def read_checkpoint(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read one checkpoint: its tensors and its facts."""
    from safetensors.torch import load_file

    facts: dict[str, Any] = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    return load_file(folder / "state.safetensors"), facts


def is_packed(path: Path) -> bool:
    """Tell a packed file, which has scales beside its codes, from a run's own weights."""
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        names: list[str] = file.keys()
    return any(name.endswith(SCALES) for name in names)


def read_reader(path: Path, part: str = "average") -> dict[str, Tensor]:
    """Return a reader's tensors from a run's folder, a checkpoint, or its ``reader.safetensors``.

    A packed file (``training.export``) gives what its 8 bits stand for.

    :param part: of a checkpoint, ``average`` or ``weights``.
    """
    import torch
    from safetensors.torch import load_file

    if path.is_dir() and (path / "reader.safetensors").is_file() and part == "average":
        path = path / "reader.safetensors"
    if path.is_file() and is_packed(path):
        layers, _ = read_layers(path)
        return {name: torch.from_numpy(floats(matrix).copy()) for name, matrix in layers.items()}
    if path.is_file():
        return load_file(path)
    if not (path / "state.safetensors").is_file():
        path = checkpoints(path)[-1]
    tensors, _ = read_checkpoint(path)
    return {
        name.removeprefix(f"{part}/"): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{part}/")
    }
