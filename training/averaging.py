"""Average the weights of a run with those it began with, and keep the best average.

    python -m training.averaging --data ../shared/data/train --start START --reader RUN --out FILE

Both ends were good and lie in one valley, so what is between them is often better than either, and
less particular to the last run's data (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models", arXiv:2109.01903). The share of the run is chosen by the loss on validation windows, which
come from articles that no run learns from.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from training.checkpoints import read_reader
from training.mixing import Mixer, read_training_rows
from training.network import ReaderNetwork, load_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from training.windows import Window

log = logging.getLogger("training")
_BATCH = 16


def average(
    start: Mapping[str, Tensor], end: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """Return (1 - share) of each tensor of ``start`` plus ``share`` of that of ``end``.

    :raises ValueError: one has tensors that the other has not.
    """
    if start.keys() != end.keys():
        raise ValueError("The two readers have different tensors.")
    return {name: tensor.lerp(end[name], share) for name, tensor in start.items()}


def validation_loss(network: ReaderNetwork, windows: Sequence[Window]) -> float:
    """Return the mean loss over windows, without dropout."""
    import torch

    ordered = sorted(windows, key=lambda window: len(window.ids))
    total = 0.0
    with torch.no_grad():
        for place in range(0, len(ordered), _BATCH):
            batch = ordered[place : place + _BATCH]
            total += float(network.loss(batch)) * len(batch)
    return total / len(ordered)


def main() -> None:
    """Run the command."""
    from safetensors.torch import save_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument("--start", type=Path, required=True, help="weights the run began with")
    parser.add_argument("--reader", type=Path, required=True, help="run, checkpoint or file")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.0, 0.3, 0.45, 0.6, 1.0])
    parser.add_argument("--windows", type=int, default=384)
    parser.add_argument("--seed", type=int, default=99)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    start, end = read_reader(options.start), read_reader(options.reader)
    _, rows = read_training_rows(options.data)
    windows = Mixer(rows, options.seed).windows(options.windows)
    network = ReaderNetwork(options.seed)
    losses: dict[float, float] = {}
    for share in options.shares:
        load_parameters(network, average(start, end, share))
        losses[share] = validation_loss(network, windows)
        log.info("share %.2f loss %.4f", share, losses[share])
    best = min(losses, key=lambda share: (losses[share], share))
    facts = {"start": options.start.name, "share": best, "losses": losses, "seed": options.seed}
    tensors = {name: tensor.contiguous() for name, tensor in average(start, end, best).items()}
    save_file(tensors, options.out, metadata={"training": json.dumps(facts)})
    log.info("wrote %s with a share of %.2f", options.out.name, best)


if __name__ == "__main__":
    main()
