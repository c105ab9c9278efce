"""Retrieval quality: every leg and combination, over all development sets.

    python -m benchmarks.retrieval --data ../shared/data --cache FOLDER [--reader NAME]

Each set is asked over all corpora, about 5,000 articles, NTREX in one language at a time. Weights
were chosen on the tune half (even SHA-256 of the article); figures are given for both halves apart.
``--cache`` keeps vectors and indexes, so that only the first run embeds. ``--reader`` adds a row
with the verdicts of a reader ("sentences", "extractive"), at about half a second a question.
``--sets`` asks some of the sets again, and replaces their figures alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results
from benchmarks.retrieval.cache import RememberedEmbedder, open_collection
from benchmarks.retrieval.legs import Legs, second_step, with_reader
from benchmarks.retrieval.measuring import gain, measure, summary
from benchmarks.retrieval.sets import QuestionSet, every_collection, every_set
from index import load_embedder

KUTIP = "Kutip"
LEGS = ("dense", "lexical")


def judge(one: QuestionSet, legs: Legs, readers: Sequence[str]) -> dict[str, Any]:
    """Return the figures of a set, of both halves, by combination."""
    found = [legs.find(asked) for asked in one.asked]
    rankings = {name: [each[name] for each in found] for name in found[0]}
    if any(len(asked.right) > 1 for asked in one.asked):
        rankings[f"{KUTIP}, second step"] = list(second_step(legs, one.asked))
    for reader in readers:
        rankings[f"{KUTIP} + {reader} reader"] = list(with_reader(legs, one.asked, reader))
    values = {name: measure(one.asked, ranked, legs.places) for name, ranked in rankings.items()}
    figures: dict[str, Any] = {}
    for half in ("tune", "report"):
        mask = np.array([asked.half == half for asked in one.asked])
        best = max(LEGS, key=lambda leg: float(values[leg]["recall@1"][mask].mean()))
        figures[half] = {
            "n": int(mask.sum()),
            "combinations": {name: summary(each, mask) for name, each in values.items()},
            "better leg": best,
            "gain in recall@1 over it": gain(
                values[KUTIP]["recall@1"], values[best]["recall@1"], mask
            ),
        }
    return figures


def main() -> None:
    """Index, ask, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--reader", action="append", default=[])
    parser.add_argument("--sets", nargs="*", help="parts of the names of the sets; all by default")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    embedder = RememberedEmbedder(load_embedder(), options.cache)
    wanted = [
        one for one in every_set(options.data)
        if not options.sets or any(part in one.name for part in options.sets)
    ]  # fmt: skip
    figures: dict[str, Any] = {}
    for name, articles in every_collection(options.data).items():
        here = [one for one in wanted if one.collection == name]
        if not here:
            continue
        embedder.embed([asked.question for one in here for asked in one.asked], kind="query")
        embedder.save()
        with (
            open_collection(name, articles, embedder, options.cache) as index,
            index._store.snapshot() as snapshot,
        ):
            legs = Legs(index, snapshot)
            for one in here:
                print(one.name, len(one.asked), file=sys.stderr, flush=True)
                figures[one.name] = judge(one, legs, options.reader)
                # As far as it has come: the largest set takes longest and comes last.
                unfinished = json.dumps(figures, indent=2)
                (options.cache / "figures.json").write_text(unfinished, encoding="utf-8")
    keep(figures, [one.name for one in every_set(options.data)], whole=not options.sets)


def keep(figures: dict[str, Any], order: Sequence[str], *, whole: bool) -> None:
    """Write the figures; those of a part take the places of what was measured before."""
    measured = {name: {"commit": results.commit(), **each} for name, each in figures.items()}
    if not whole:
        before = json.loads((results.FOLDER / "retrieval.json").read_text(encoding="utf-8"))
        kept = {n: {"commit": before["commit"], **each} for n, each in before["sets"].items()}
        measured = kept | measured
    results.write(
        "retrieval", {"sets": {name: measured[name] for name in order if name in measured}}
    )


if __name__ == "__main__":
    main()
