"""Gradients on several threads, AdamW with layer-wise rates, and the average of the weights."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.network import ReaderNetwork
from training.windows import Window

if TYPE_CHECKING:
    from torch import Tensor

_GRADIENT_LIMIT = 1.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rate by progress (0..1): a linear rise, then half a cosine down to zero."""

    peak: float = 2e-4
    head: float = 1e-3
    layer_decay: float = 0.93
    warm_up: float = 0.06
    weight_decay: float = 0.01

    def factor(self, progress: float) -> float:
        """Return the share of the peak rate."""
        if progress < self.warm_up:
            return max(progress, 1e-3) / self.warm_up
        rest = (min(progress, 1.0) - self.warm_up) / (1 - self.warm_up)
        return 0.5 * (1 + math.cos(math.pi * rest))

    def rate(self, name: str, layers: int) -> float:
        """Return the peak rate of a parameter: the lower its layer, the smaller."""
        layer = re.match(r"\d+", name)
        if layer is None:
            return self.head
        return self.peak * self.layer_decay ** (layers - 1 - int(layer.group()))


class Trainer:
    """Holds the network, its optimizer and the running average; makes one step at a time."""

    def __init__(
        self, network: ReaderNetwork, schedule: Schedule, *, seed: int, threads: int, memory: float
    ) -> None:
        import torch

        self.network, self.schedule = network, schedule
        self.seed, self.threads, self.memory = seed, threads, memory
        self.step = 0
        # One thread an operation: halves of a batch run side by side instead, so that nothing
        # waits at the end of every operation when the machine is busy.
        torch.set_num_threads(1)
        self._workers = ThreadPoolExecutor(
            threads, initializer=torch.set_num_threads, initargs=(1,)
        )
        layers = network.model.config.num_hidden_layers
        groups = [
            {"params": [parameter], "lr": 0.0, "peak": schedule.rate(name, layers),
             "weight_decay": schedule.weight_decay if parameter.ndim > 1 else 0.0}
            for name, parameter in network.parameters.items()
        ]  # fmt: skip
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)
        self.average = {
            name: parameter.detach().clone() for name, parameter in network.parameters.items()
        }

    def restart_average(self) -> None:
        """Let the average begin at the weights as they are."""
        for name, parameter in self.network.parameters.items():
            self.average[name] = parameter.detach().clone()

    def train_on(self, batch: Sequence[Window], progress: float) -> tuple[float, float]:
        """Make one step; return the loss and the norm of the gradient."""
        import torch

        parts = [
            part for part in (batch[turn :: self.threads] for turn in range(self.threads)) if part
        ]
        results = list(self._workers.map(self._gradients, parts, range(len(parts))))
        shares = [len(part) / len(batch) for part in parts]
        for number, parameter in enumerate(self.network.parameters.values()):
            total = results[0][1][number].float() * shares[0]
            for (_, gradients), share in zip(results[1:], shares[1:], strict=True):
                total.add_(gradients[number].float(), alpha=share)
            parameter.grad = total
        parameters = list(self.network.parameters.values())
        norm = torch.nn.utils.clip_grad_norm_(parameters, _GRADIENT_LIMIT)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self.schedule.factor(progress)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.network.refresh()
        self.step += 1
        self._follow()
        loss = sum(value * share for (value, _), share in zip(results, shares, strict=True))
        return loss, float(norm)

    def _gradients(self, part: Sequence[Window], turn: int) -> tuple[float, tuple[Tensor, ...]]:
        import torch

        chance = torch.Generator().manual_seed(self.seed * 1_000_003 + self.step * 64 + turn)
        loss = self.network.loss(part, chance)
        return float(loss.detach()), torch.autograd.grad(loss, list(self.network.working.values()))

    def _follow(self) -> None:
        """Move the running average towards the weights; faster at first, when it knows little."""
        import torch

        memory = min(self.memory, self.step / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.average.values()), list(self.network.parameters.values()), 1 - memory
            )

    def state(self) -> dict[str, Tensor]:
        """Return everything that training goes on from, as tensors by name."""
        tensors: dict[str, Any] = {}
        for name, parameter in self.network.parameters.items():
            tensors[f"weights/{name}"] = parameter.detach()
            tensors[f"average/{name}"] = self.average[name]
            moments = self.optimizer.state.get(parameter, {})
            for kind in ("exp_avg", "exp_avg_sq"):
                if kind in moments:
                    tensors[f"{kind}/{name}"] = moments[kind]
        return tensors

    def restore(self, tensors: dict[str, Tensor], step: int) -> None:
        """Go on from what :meth:`state` gave after so many steps."""
        import torch

        self.step = step
        with torch.no_grad():
            for name, parameter in self.network.parameters.items():
                parameter.copy_(tensors[f"weights/{name}"])
                self.average[name].copy_(tensors[f"average/{name}"])
                self.optimizer.state[parameter] = {
                    "step": torch.tensor(float(step)),
                    "exp_avg": tensors[f"exp_avg/{name}"].clone(),
                    "exp_avg_sq": tensors[f"exp_avg_sq/{name}"].clone(),
                }
        self.network.refresh()
