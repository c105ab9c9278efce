"""Read the question sets of ``../shared/data`` and split them by article."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# Sets whose ``group`` is the newspaper or a whole corpus: there the passage is the article.
_GROUPED_BY_PASSAGE = ("facqa_news",)
# Sets whose ``group`` is a title, not the first characters of a passage.
_TITLED = (
    "squad1.", "squad1_", "squad2_crosslingual", "squad2_unanswerable", "natural_questions_qed",
    "tydiqa", "jaquad", "afriqa",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A question, a text, and the places of its answers (empty: the text does not answer)."""

    source: str
    key: str
    question: str
    question_language: str
    text: str
    language: str
    answers: tuple[tuple[int, str], ...]
    group: str
    title: str = ""


def read_rows(path: Path, tiers: str = "AB") -> list[Row]:
    """Read one gzip'ed JSON-lines set; rows whose span is less sure than ``tiers`` are left out."""
    source = path.name.removesuffix(".jsonl.gz")
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            data = json.loads(line)
            if data.get("tier", tiers[0]) not in tiers:
                continue
            group = str(data["group"]).strip()
            title = ""
            if source.startswith(_TITLED):
                title = group.replace("_", " ")
            if source.startswith(_GROUPED_BY_PASSAGE):
                group = data["context"]
            rows.append(
                Row(
                    source=source,
                    key=str(data["id"]).removeprefix("squad-trans-"),
                    question=" ".join(data["question"].split()),
                    question_language=data["question_lang"],
                    text=data["context"],
                    language=data["context_lang"],
                    answers=tuple((one["start"], one["text"]) for one in data["answers"]),
                    group=group,
                    title=title,
                )
            )
    return rows


def split_by_article(rows: Sequence[Row], share: float) -> tuple[list[Row], list[Row]]:
    """Split into training and validation rows so that no article is in both.

    Articles that share a question (the SQuAD-derived sets do, in two languages) stay together.
    """
    parents: dict[str, str] = {}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for row in rows:
        names = (f"group {row.group}", f"key {row.key}", f"text {row.text}")
        roots = [root(name) for name in names]
        for found in roots:
            parents[found] = min(roots)
    held = [hashlib.sha256(root(f"key {row.key}").encode()).digest()[0] for row in rows]
    limit = share * 256
    training = [row for row, byte in zip(rows, held, strict=True) if byte >= limit]
    validation = [row for row, byte in zip(rows, held, strict=True) if byte < limit]
    return training, validation


def parallel_questions(rows: Iterable[Row]) -> dict[str, dict[str, str]]:
    """Map a question's key to its wordings by language, where there is more than one."""
    wordings: dict[str, dict[str, str]] = {}
    for row in rows:
        wordings.setdefault(row.key, {}).setdefault(row.question_language, row.question)
    return {key: found for key, found in wordings.items() if len(found) > 1}
