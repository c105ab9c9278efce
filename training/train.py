"""Train the extractive reader.

    python -m training.train --data ../shared/data/train --out DIR [--resume] [--minutes N]

The rate falls to zero at the end of the budget: ``--windows`` (the same on every machine) or
``--minutes`` of the clock, pauses included, whichever comes first; after a pause what is left of
the schedule is spread over what is left of the time. Checkpoints are written every
``--save-seconds``; a run that was stopped goes on from the last with ``--resume``, in the same
order and on the same schedule. The averaged weights end up in ``DIR/reader.safetensors``.
While the file ``--pause-file`` names exists the run sleeps between two steps.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.checkpoints import checkpoints, read_checkpoint, read_reader, write_checkpoint
from training.mixing import Mixer, read_training_rows
from training.network import ReaderNetwork, load_parameters
from training.optimizing import Schedule, Trainer
from training.windows import Window

log = logging.getLogger("training")
_PAUSE_POLL = 2.0
_VALIDATION_WINDOWS = 64


class Run:
    """One training run: where it is in its data and its budget."""

    def __init__(self, options: argparse.Namespace) -> None:
        training, validation = read_training_rows(options.data)
        log.info("%d training rows, %d validation rows", len(training), len(validation))
        self.options = options
        self.mixer = Mixer(training, options.seed)
        self.validation = Mixer(validation, options.seed).windows(_VALIDATION_WINDOWS)
        self.trainer = Trainer(
            ReaderNetwork(options.seed), Schedule(peak=options.rate), seed=options.seed,
            threads=options.threads, memory=options.memory,
        )  # fmt: skip
        if options.start is not None:
            load_parameters(self.trainer.network, read_reader(options.start))
            self.trainer.restart_average()
        self.windows_seen = self.place = 0
        self.block_start = self._mixer_state()
        self.spent = self.progress = 0.0
        self.started = self.saved = time.monotonic()

    def _mixer_state(self) -> dict[str, Any]:
        return {"block": self.mixer.block, "drawn": dict(self.mixer.drawn)}

    def resume(self) -> None:
        """Go on from the newest checkpoint, where there is one."""
        found = checkpoints(self.options.out)
        if not found:
            log.info("no checkpoint yet, starting anew")
            return
        tensors, facts = read_checkpoint(found[-1])
        for name in ("seed", "batch", "threads"):
            if facts["options"][name] != getattr(self.options, name):
                raise SystemExit(f"The run was started with --{name} {facts['options'][name]}.")
        self.trainer.restore(tensors, facts["step"])
        self.windows_seen, self.place = facts["windows_seen"], facts["place"]
        self.block_start, self.spent = facts["block_start"], float(facts["seconds"])
        self.progress = float(facts["progress"])
        self.mixer.block = self.block_start["block"]
        self.mixer.drawn = dict(self.block_start["drawn"])
        log.info("going on after step %d (%s)", self.trainer.step, found[-1].name)

    def seconds(self) -> float:
        """Return the seconds of the clock this run has used, before and after resuming."""
        return self.spent + time.monotonic() - self.started

    def advance(self, count: int, duration: float) -> None:
        """Move on by a step's share of what is left: of the windows or of the time."""
        share = count / max(count, self.options.windows - self.windows_seen)
        if self.options.minutes is not None:
            left = 60 * self.options.minutes - self.seconds()
            share = max(share, duration / (duration + left) if left > 0 else 1.0)
        self.progress += (1 - self.progress) * share
        self.windows_seen += count

    def batches(self) -> Iterator[list[Window]]:
        """Yield the batches that are still to come, block after block, for ever."""
        while True:
            self.block_start = self._mixer_state()
            batches = self.mixer.next_batches(self.options.batch)
            while self.place < len(batches):
                self.place += 1
                yield batches[self.place - 1]
            self.place = 0

    def train(self) -> None:
        """Train until the budget is used."""
        losses: list[float] = []
        batches = self.batches()
        begin = time.monotonic()
        tokens = 0
        while self.progress < 1.0:
            self._wait_while_paused()
            before = time.monotonic()
            batch = next(batches)
            loss, norm = self.trainer.train_on(batch, self.progress)
            self.advance(len(batch), time.monotonic() - before)
            losses.append(loss)
            tokens += sum(len(window.ids) for window in batch)
            if self.trainer.step % self.options.log_steps == 0:
                speed = tokens / (time.monotonic() - begin)
                log.info(
                    "step %d windows %d progress %.3f loss %.4f norm %.2f tokens/s %.0f",
                    self.trainer.step, self.windows_seen, self.progress,
                    sum(losses) / len(losses), norm, speed,
                )  # fmt: skip
                losses, tokens, begin = [], 0, time.monotonic()
            if time.monotonic() - self.saved > self.options.save_seconds:
                self.save()
        self.save()
        self._write_reader()

    def _wait_while_paused(self) -> None:
        pause = self.options.pause_file
        if pause is not None and pause.exists():
            log.info("paused")
            while pause.exists():
                time.sleep(_PAUSE_POLL)
            log.info("going on")

    def save(self) -> None:
        """Write a checkpoint and say how the validation windows do."""
        facts = {
            "step": self.trainer.step, "windows_seen": self.windows_seen, "place": self.place,
            "block_start": self.block_start, "seconds": self.seconds(), "progress": self.progress,
            "options": {name: value if isinstance(value, int | float) else str(value)
                        for name, value in vars(self.options).items()},
        }  # fmt: skip
        path = write_checkpoint(self.options.out, self.trainer.step, self.trainer.state(), facts)
        log.info("wrote %s, validation loss %.4f", path.name, self.validation_loss())
        self.saved = time.monotonic()

    def validation_loss(self) -> float:
        """Return the mean loss of held-out articles' windows, at the current weights."""
        import torch

        with torch.no_grad():
            parts = [
                self.validation[place : place + 16] for place in range(0, _VALIDATION_WINDOWS, 16)
            ]
            losses = [float(self.trainer.network.loss(part)) for part in parts]
        return sum(losses) / len(losses)

    def _write_reader(self) -> None:
        from safetensors.torch import save_file

        facts = {
            "steps": self.trainer.step, "windows": self.windows_seen, "seconds": self.seconds(),
            "seed": self.options.seed, "drawn": self.mixer.drawn,
        }  # fmt: skip
        partial = self.options.out / "reader.partial"
        save_file(self.trainer.average, partial, metadata={"training": json.dumps(facts)})
        partial.rename(self.options.out / "reader.safetensors")
        log.info("wrote reader.safetensors: %s", json.dumps(facts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training sets")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoints and weights"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start", type=Path, help="begin with the weights of another run")
    parser.add_argument("--minutes", type=float, help="budget by the clock, pauses included")
    parser.add_argument("--windows", type=int, default=40_000, help="budget in windows")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--batch", type=int, default=16, help="windows a step")
    parser.add_argument("--rate", type=float, default=2e-4, help="peak rate of the top layer")
    parser.add_argument("--memory", type=float, default=0.99, help="of the averaged weights")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-seconds", type=float, default=200)
    parser.add_argument("--log-steps", type=int, default=10)
    parser.add_argument("--pause-file", type=Path, help="sleep while this file exists")
    return parser.parse_args()


def main() -> None:
    """Run the command."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    run = Run(options)
    if options.resume:
        run.resume()
    run.train()


if __name__ == "__main__":
    main()
