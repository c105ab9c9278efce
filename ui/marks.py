"""Pieces of an article's text as HTML, with the evidence marked lightly and the answer strongly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ui.characters import shown

Range = tuple[int, int] | None


def pieces(text: str, start: int, end: int, evidence: Range, answer: Range) -> Iterator[str]:
    """Yield ``text[start:end]`` as HTML with both spans marked; cut first, escaped after."""
    bounds = [bound for span in (evidence, answer) if span for bound in span]
    cuts = sorted({start, end, *(bound for bound in bounds if start < bound < end)})
    for left, right in pairwise(cuts):
        piece = shown(text[left:right])
        if answer and answer[0] <= left and right <= answer[1]:
            yield f'<mark class="answer">{piece}</mark>'
        elif evidence and evidence[0] <= left and right <= evidence[1]:
            yield f'<mark class="evidence">{piece}</mark>'
        else:
            yield piece
