"""What a click opens: an article, and the characters to mark in it.

Offsets are code points of the version that ``digest`` names. They travel to the browser as they
are and come back untouched; only the server ever cuts text by them.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from index import Hit
    from qa import Citation

_RANGE = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LONGEST_ID = 20_000  # characters of a percent-encoded id


@dataclass(frozen=True, slots=True)
class Place:
    """An article with what to mark: the ``evidence`` lightly, the ``answer`` in it strongly."""

    article_id: str
    digest: str
    evidence: tuple[int, int] | None = None
    answer: tuple[int, int] | None = None

    @classmethod
    def of_citation(cls, citation: Citation) -> Place:
        """Return where a citation stands."""
        evidence = (citation.sentence_start, citation.sentence_end)
        answer = (citation.start, citation.end)
        return cls(citation.article_id, citation.article_digest, evidence, answer)

    @classmethod
    def of_hit(cls, hit: Hit) -> Place:
        """Return where a passage stands, as evidence for nothing in particular."""
        passage = hit.passage
        return cls(passage.article_id, hit.article.digest, (passage.start, passage.end))

    @classmethod
    def parse(cls, data: object) -> Place | None:
        """Read what a browser sends; None where it is not a place."""
        if not isinstance(data, dict):
            return None
        values = [data.get(name, "") for name in ("article", "digest", "evidence", "answer")]
        if not all(isinstance(value, str) and len(value) <= _LONGEST_ID for value in values):
            return None
        article_id, digest, evidence, answer = values
        return cls(unquote(article_id), digest, _range(evidence), _range(answer))

    def attributes(self) -> str:
        """Return the place as the attributes of the button that opens it."""
        values = {
            "article": quote(self.article_id, errors="replace"),
            "digest": self.digest,
            "evidence": "-".join(map(str, self.evidence or ())),
            "answer": "-".join(map(str, self.answer or ())),
        }
        return " ".join(f'data-{name}="{html.escape(value)}"' for name, value in values.items())


def _range(value: str) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(value)
    return (int(match[1]), int(match[2])) if match else None
