"""Show one article of each family of near-duplicates, and say where else it stands."""

from __future__ import annotations

from collections.abc import Sequence

from index.store import Snapshot, relatives, shared_families
from index.types import ArticleInfo, Filters


def without_copies(snapshot: Snapshot, passage_ids: Sequence[int]) -> list[int]:
    """Return passages in their order, of each family those of the article that comes first."""
    shared = shared_families(snapshot, passage_ids)
    first: dict[int, int] = {}
    kept = []
    for id_ in passage_ids:
        article, family = shared.get(id_, (0, 0))
        if id_ not in shared or first.setdefault(family, article) == article:
            kept.append(id_)
    return kept


def also_in(
    snapshot: Snapshot, passage_ids: Sequence[int], filters: Filters | None = None
) -> dict[int, tuple[ArticleInfo, ...]]:
    """Return for each passage the near-duplicates of its article, the earliest first."""
    shared = shared_families(snapshot, passage_ids)
    found = {
        family: relatives(snapshot, family, filters)
        for family in dict.fromkeys(family for _, family in shared.values())
    }
    return {
        id_: tuple(info for number, info in found[family].items() if number != article)
        for id_, (article, family) in shared.items()
    }


def stories(snapshot: Snapshot) -> list[tuple[ArticleInfo, ...]]:
    """Return the families of more than one article, largest first; in each the earliest first."""
    shared = shared_families(snapshot, snapshot.passage_ids().tolist())
    found = [
        tuple(relatives(snapshot, family).values())
        for family in sorted({family for _, family in shared.values()})
    ]
    return sorted((story for story in found if len(story) > 1), key=lambda story: -len(story))
