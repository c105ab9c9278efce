"""The scoreboard's figures as the tables of ``benchmarks/README.md``.

python -m benchmarks.retrieval.table
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks import results

KUTIP = "Kutip"
READER = f"{KUTIP} + extractive reader"
SECOND = f"{KUTIP}, second step"
_HEAD = (
    "set", "n", "dense @1", "lexical @1", "rank fusion @1", "**Kutip** @1 · 5 · 10", "MRR", "nDCG",
    "sentence in 1 · 5 · 8", "+ reader @1 · 5", "gain over the better leg",
)  # fmt: skip
Figures = Mapping[str, Any]


def main() -> None:
    """Print the tables of the last whole run."""
    sets = json.loads((results.FOLDER / "retrieval.json").read_text(encoding="utf-8"))["sets"]
    for half in ("report", "tune"):
        print("\n".join(one_article(sets, half)), end="\n\n")
    print("\n".join(several_articles(sets)))


def one_article(sets: Mapping[str, Figures], half: str) -> Iterator[str]:
    """Yield the table of the sets whose questions need one article."""
    yield from _heading([f"{half} half", *_HEAD[1:]])
    for name, figures in sets.items():
        if not _needs_several(figures):
            yield _row([name, *_one_article(figures[half])])


def _one_article(figures: Figures) -> Iterator[str]:
    found = figures["combinations"]
    kutip, reader = found[KUTIP], found.get(READER, {})
    yield str(figures["n"])
    for name in ("dense", "lexical", "plain rank fusion"):
        yield _means(found[name], "recall@1")
    yield _means(kutip, "recall@1", "recall@5", "recall@10")
    yield _means(kutip, "mrr")
    yield _means(kutip, "ndcg@10")
    yield _means(kutip, "sentence@1", "sentence@5", "sentence@8")
    yield _means(reader, "recall@1", "recall@5")
    mean, low, high = figures["gain in recall@1 over it"]
    yield f"{_signed(mean)} ({_signed(low)} to {_signed(high)})"


def several_articles(sets: Mapping[str, Figures]) -> Iterator[str]:
    """Yield the table of the sets whose questions need several: all of them among the first ten."""
    yield from _heading(("set", "half", "n", "better leg", "one step", "second step"))
    for name, figures in sets.items():
        if _needs_several(figures):
            for half in ("tune", "report"):
                found = figures[half]["combinations"]
                leg = max(found[one]["all@10"][0] for one in ("dense", "lexical"))
                steps = (_means(found[one], "all@10") for one in (KUTIP, SECOND))
                yield _row([name, half, str(figures[half]["n"]), _short(leg), *steps])


def _needs_several(figures: Figures) -> bool:
    return SECOND in figures["report"]["combinations"]


def _heading(columns: Sequence[str]) -> Iterator[str]:
    yield _row(columns)
    yield "|" + "---|" * len(columns)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _means(figures: Figures, *names: str) -> str:
    known = [_short(figures[name][0]) for name in names if name in figures]
    return " · ".join(known) or "–"


def _short(value: float) -> str:
    return f"{value:.3f}" if 0 < value < 1 else f"{value:g}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−") if value else "0"


if __name__ == "__main__":
    main()
