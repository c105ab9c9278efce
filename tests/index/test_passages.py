"""Passages: which sentences go together, and what holds for any article."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages import pack_passages
from index.types import Article, Passage, Sentence


class _Words:
    """Count words, and remember what was asked."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.calls.append(list(texts))
        return [len(text.split()) for text in texts]


def _article(lengths: Sequence[int], title: str = "") -> tuple[Article, list[Sentence]]:
    """Make an article whose sentence number n repeats the word "wn" lengths[n] times."""
    text = title
    sentences = [Sentence("a", 0, len(title))] if title else []
    for number, length in enumerate(lengths):
        text += "\n" if text else ""
        start = len(text)
        text += " ".join([f"w{number}"] * length)
        sentences.append(Sentence("a", start, len(text)))
    return Article("a", title, text), sentences


def _pack(
    lengths: Sequence[int], *, title: str = "", target: int = 10, overlap: int = 1
) -> list[list[int]]:
    """Return the sentence numbers of each passage."""
    article, sentences = _article(lengths, title)
    passages = pack_passages(article, sentences, _Words(), target=target, overlap=overlap)
    return [[sentences.index(one) for one in passage.sentences] for passage in passages]


@pytest.mark.parametrize(
    ("lengths", "passages"),
    [
        ([5], [[0]]),
        ([5, 5], [[0, 1]]),
        ([4, 4, 4, 4, 4], [[0, 1], [1, 2], [2, 3], [3, 4]]),
        ([3, 3, 3, 3, 3, 3], [[0, 1, 2], [2, 3, 4], [4, 5]]),
        ([8, 8, 8], [[0], [1], [2]]),  # no room for an overlap
        ([30, 4, 4, 30], [[0], [1, 2], [3]]),  # longer than the target by itself
        ([6, 3, 3, 3, 1], [[0, 1], [1, 2, 3, 4]]),
        ([4, 4, 9, 2], [[0, 1], [2, 3]]),  # a tiny rest joins
    ],
)
def test_sentences_are_packed_to_the_target(lengths: list[int], passages: list[list[int]]) -> None:
    """Ten words a passage, one sentence repeated where it leaves room."""
    assert _pack(lengths, target=10, overlap=1) == passages


def test_overlap_is_as_wide_as_asked_for() -> None:
    """None, two, or as many as leave room for a new sentence."""
    lengths = [2] * 7
    assert _pack(lengths, target=6, overlap=0) == [[0, 1, 2], [3, 4, 5], [6]]
    assert _pack(lengths, target=6, overlap=2) == [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 5],
        [4, 5, 6],
    ]
    assert _pack(lengths, target=6, overlap=9) == _pack(lengths, target=6, overlap=2)


def test_the_title_stays_with_the_first_sentence() -> None:
    """However long that is; without the title it stands alone."""
    assert _pack([30, 4], title="Putin bertemu Guterres", target=10) == [[0, 1], [2]]
    assert _pack([30, 4], target=10) == [[0], [1]]


def test_a_passage_is_a_slice_of_the_article() -> None:
    """From its first sentence's start to its last one's end, line breaks included."""
    article, sentences = _article([2, 3, 2])
    assert pack_passages(article, sentences, _Words(), target=5, overlap=0) == [
        Passage("a", 0, 14, tuple(sentences[:2]), "w0 w0\nw1 w1 w1"),
        Passage("a", 15, 20, tuple(sentences[2:]), "w2 w2"),
    ]


def test_tokens_are_counted_once_for_all_sentences() -> None:
    """One call, in order: batches are what makes counting fast."""
    article, sentences = _article([2, 1])
    count = _Words()
    pack_passages(article, sentences, count)
    assert count.calls == [["w0 w0", "w1"]]


def test_no_sentences_make_no_passages() -> None:
    """And ask for no counts."""
    count = _Words()
    assert pack_passages(Article("a", "", "  "), [], count) == []
    assert count.calls == []


@pytest.mark.parametrize(("target", "overlap"), [(0, 1), (10, -1)])
def test_impossible_sizes_are_refused(target: int, overlap: int) -> None:
    """With the values in the message."""
    with pytest.raises(ValueError, match=f"target={target} .* overlap={overlap} "):
        _pack([3], target=target, overlap=overlap)


def test_a_wrong_number_of_counts_is_refused() -> None:
    """A counter that drops texts would misplace every sentence after."""
    article, sentences = _article([1, 1])
    with pytest.raises(ValueError, match="1 token counts for 2 sentences"):
        pack_passages(article, sentences, lambda texts: [1])


@given(
    st.lists(st.integers(1, 40), max_size=25),
    st.integers(1, 30),
    st.integers(0, 4),
    st.sampled_from(["", "Judul berita"]),
)
def test_every_article_is_packed_without_gap(
    lengths: list[int], target: int, overlap: int, title: str
) -> None:
    """All sentences, in order; no passage inside another; no more than the target without need."""
    article, sentences = _article(lengths, title)
    passages = pack_passages(article, sentences, _Words(), target=target, overlap=overlap)
    end = 0
    for number, passage in enumerate(passages):
        first = sentences.index(passage.sentences[0])
        run = sentences[first : first + len(passage.sentences)]
        assert list(passage.sentences) == run
        assert passage.text == article.text[passage.start : passage.end]
        assert max(0, end - overlap) <= first <= end < first + len(run)
        if number:
            assert passages[number - 1].start < passage.start
        words = [len(article.text[one.start : one.end].split()) for one in run]
        new = words[end - first :]
        last = number == len(passages) - 1
        alone = len(new) == 1 or (number == 0 and bool(title) and len(new) == 2)
        assert (
            sum(words) <= target or alone or (last and 4 * sum(words) < 4 * max(words) + 5 * target)
        )
        end = first + len(run)
    assert end == len(sentences)
