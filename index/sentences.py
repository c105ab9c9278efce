"""Cut a text into sentences: exact spans that leave out nothing but white space and layout.

Lines and hard-wrapped paragraphs are sought first, sentences inside them then; what is still
too long is cut. This module knows no articles, passages or files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from index.boilerplate import find_boilerplate, is_boilerplate
from index.boundaries import split_paragraph
from index.line_breaks import find_lines, join_wrapped_lines
from index.types import Sentence

LONGEST_SENTENCE = 1000

_CLAUSE_END = re.compile(r"[,;:—–…)](?=\s)|[，、；：]")
_SPACE = regex.compile(r"\s+(?![\p{M}\u200c\u200d\s])")
_CLUSTER = regex.compile(r"\X")


def split_sentences(text: str, language: str, *, article_id: str) -> tuple[Sentence, ...]:
    """Return the sentences of ``text`` in order, as spans of at most 1,000 characters.

    Every character that is not white space (``str.isspace``) lies in exactly one of them, save
    the marks before a line's text (a heading's "#", a quotation's ">", a bullet), which lie in
    none. A newline ends a sentence except inside a hard-wrapped paragraph. ``language`` is an
    ISO 639-1 code or ``""``. Boilerplate is not ``citable``, nor is a sentence without letter or
    digit.
    """
    lines = find_lines(text)
    boilerplate = find_boilerplate([text[line.start : line.end] for line in lines])
    sentences: list[Sentence] = []
    for first, last in join_wrapped_lines(lines, boilerplate):
        begin = lines[first].text
        paragraph = text[begin : lines[last].end]
        for start, end in split_paragraph(paragraph, language):
            citable = not boilerplate[first] and not is_boilerplate(paragraph[start:end])
            for piece_start, piece_end in _cut(paragraph, start, end):
                sentences.append(
                    Sentence(article_id, begin + piece_start, begin + piece_end, citable=citable)
                )
    return tuple(sentences)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a sentence, none longer than the limit, outer spaces left out."""
    while end - start > LONGEST_SENTENCE:
        place = _find_cut(text, start, start + LONGEST_SENTENCE)
        piece = text[start:place]
        yield start, start + len(piece.rstrip())
        while text[place].isspace():
            place += 1
        start = place
    yield start, end


def _find_cut(text: str, start: int, limit: int) -> int:
    """Return the best place for a cut up to ``limit``: a clause's end, a space, a character's.

    A single user-perceived character longer than the limit is cut all the same.
    """
    half = (start + limit) // 2
    for pattern in (_CLAUSE_END, _SPACE):
        places = [match.end() for match in pattern.finditer(text, half, limit)]
        if places:
            return places[-1]
    window = text[start : limit + 1]  # a copy: flags make \X look back to the text's beginning
    if window.isascii():
        return limit
    # The last cluster may be cut short by the window, so its start is the place, not its end.
    clusters = [match.start() for match in _CLUSTER.finditer(window)]
    return start + clusters[-1] if len(clusters) > 1 else limit
