"""The progress bar of ``kutip index``: files, articles, passages and speed, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from ui.terminal import one_line, out

if TYPE_CHECKING:
    from index import Progress


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None] | None]:
    """Give what ``ArticleIndex.add`` reports to; None where stderr is not a terminal.

    The bar vanishes at the end, so that the report stands alone.
    """
    console = out(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar
    from rich.table import Column

    counts = TextColumn("{task.fields[counts]}", markup=False)
    current = TextColumn(
        "{task.description}",
        markup=False,
        style="dim",
        table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
    )
    columns = (SpinnerColumn(), BarColumn(bar_width=24), counts, TimeElapsedColumn(), current)
    with Bar(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("", total=None, counts="")
        speed = _Speed()

        def report(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.files_done,
                total=progress.files_total,
                counts=counts_line(progress, speed.at(progress)),
                description=one_line(progress.current),
            )

        yield report


class _Speed:
    """Tokens per second since the first report: before it, the model is loaded."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def at(self, progress: Progress) -> float:
        now = monotonic()
        if self._first is None:
            self._first = now, progress.tokens
        began, tokens = self._first
        return (progress.tokens - tokens) / (now - began) if now > began else 0.0


def counts_line(progress: Progress, tokens_per_second: float) -> str:
    """Return the figures beside the bar; the speed is left out while nothing is embedded."""
    total = "" if progress.files_total is None else f"/{progress.files_total:,}"
    parts = [
        f"{progress.files_done:,}{total} files",
        f"{progress.articles:,} articles",
        f"{progress.passages:,} passages",
    ]
    if tokens_per_second > 0:
        parts.append(f"{tokens_per_second:,.0f} tokens/s")
    return " · ".join(parts)
