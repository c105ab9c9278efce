"""Pack sentences into passages: what is embedded, searched and read.

This module knows no models: how long a sentence is, in tokens, the caller says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.types import Article, Passage, Sentence

_LONGEST_TITLE = 300  # characters; longer ones are no headlines and need no company
_TINY = 4  # what is left over at the end stands alone from a quarter of the target on


def pack_passages(
    article: Article,
    sentences: Sequence[Sentence],
    count_tokens: Callable[[Sequence[str]], Sequence[int]],
    *,
    target: int = 120,
    overlap: int = 1,
) -> list[Passage]:
    """Return passages of whole sentences, about ``target`` tokens each, in order.

    Every sentence lies in at least one passage and no passage lies inside another. A passage
    repeats the last ``overlap`` sentences of the one before where they leave room for a new
    one. The title stays with what follows it, and a short rest joins the last passage, so a
    passage may exceed the target; so does a sentence that is longer by itself.
    ``count_tokens`` is called once, with the texts of all sentences.
    """
    if target < 1 or overlap < 0:
        raise ValueError(f"target={target} must be at least 1 and overlap={overlap} at least 0")
    if not sentences:
        return []
    tokens = count_tokens([article.text[one.start : one.end] for one in sentences])
    if len(tokens) != len(sentences):
        raise ValueError(f"{len(tokens)} token counts for {len(sentences)} sentences")
    title = _count_title(article, sentences)
    runs = _merge_tiny_rest(_pack(tokens, title, target, overlap), tokens, target)
    return [_passage(article, sentences[first:end]) for first, end in runs]


def _pack(tokens: Sequence[int], title: int, target: int, overlap: int) -> list[tuple[int, int]]:
    """Return runs of sentence numbers (first, end); each holds at least one new sentence."""
    runs: list[tuple[int, int]] = []
    first = end = 0
    while end < len(tokens):
        total = sum(tokens[first:end])
        new = end
        while new < len(tokens) and (new == end or new <= title or total + tokens[new] <= target):
            total += tokens[new]
            new += 1
        runs.append((first, new))
        # Repeating the whole run would make the next one swallow it.
        repeated = min(overlap, new - first - 1)
        while repeated and new < len(tokens):
            if sum(tokens[new - repeated : new + 1]) <= target:
                break
            repeated -= 1
        first, end = new - repeated, new
    return runs


def _merge_tiny_rest(
    runs: list[tuple[int, int]], tokens: Sequence[int], target: int
) -> list[tuple[int, int]]:
    if len(runs) < 2:
        return runs
    (first, end), (_, last) = runs[-2:]
    if _TINY * sum(tokens[end:last]) < target:
        return [*runs[:-2], (first, last)]
    return runs


def _count_title(article: Article, sentences: Sequence[Sentence]) -> int:
    """Count the sentences of the title, where the text begins with it."""
    title = article.title.strip()
    begin = sentences[0].start
    if not 0 < len(title) <= _LONGEST_TITLE or not article.text.startswith(title, begin):
        return 0
    end = begin + len(title)
    return sum(sentence.end <= end for sentence in sentences)


def _passage(article: Article, sentences: Sequence[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    return Passage(article.id, start, end, tuple(sentences), article.text[start:end])
