"""The parts of the extractive reader: windows, spans, forms of answers, verdicts."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ArticleInfo, Hit, Passage, Sentence, Span
from qa.reader.decoding import Candidate, best_spans, distinct
from qa.reader.forms import answer_form, shaped
from qa.reader.judging import (
    Calibration,
    Trust,
    answer_key,
    ranking_features,
    same_answer,
    trust_features,
)
from qa.reader.spans import LIKELIEST, LONGEST_ANSWER, TokenScores, best_agreeing
from qa.reader.windows import BEGIN, END, Window, cut_windows, question_ids


def word_tokens(text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Tokenize by spaces."""
    offsets, start = [], 0
    for word in text.split(" "):
        offsets.append((start, start + len(word)))
        start += len(word) + 1
    return [10 + number for number in range(len(offsets))], offsets


def hit(*sentences: str, article: str = "a", start: int = 0, citable: bool = True) -> Hit:
    """Return a hit whose passage holds the sentences, joined by spaces."""
    spans, place = [], start
    for number, sentence in enumerate(sentences):
        keep = citable or number > 0
        spans.append(Sentence(article, place, place + len(sentence), keep))
        place += len(sentence) + 1
    text = " ".join(sentences)
    passage = Passage(article, start, start + len(text), tuple(spans), text)
    return Hit(passage, 1.0, 1, None, ArticleInfo(article, "", None, "en", "", "digest"))


def test_windows_cover_the_text_and_overlap() -> None:
    """Every token of a long text is in a window; none is longer than it may be."""
    text = " ".join(f"word{number}" for number in range(600))
    head = question_ids([5, 6])
    assert head == [BEGIN, 5, 6, END, END]
    windows = cut_windows(head, word_tokens(text), 200)
    assert windows[0].offsets[0][0] == 0
    assert windows[-1].offsets[-1][1] == len(text)
    for left, right in pairwise(windows):
        assert right.offsets[0][0] < left.offsets[-1][0]
    assert all(len(window.ids) <= 200 for window in windows)
    assert all((window.ids[:5], window.ids[-1]) == (tuple(head), END) for window in windows)
    assert all(len(window.ids) == len(window.offsets) + 6 for window in windows)


def test_a_long_question_is_cut() -> None:
    """The text keeps most of the window."""
    assert len(question_ids(list(range(500)))) == 64 + 3


def oracle(window: Window, scores: np.ndarray, one: Hit, shift: int) -> list[tuple[float, Span]]:
    """Return all spans inside one citable sentence with their margins, by brute force."""
    found = []
    for first, (left, _) in enumerate(window.offsets):
        for last in range(first, min(first + LONGEST_ANSWER, len(window.offsets))):
            start = one.passage.start + left - shift
            end = one.passage.start + window.offsets[last][1] - shift
            if not 0 <= start < end:
                continue
            span = Span(one.passage.article_id, start, end)
            if any(s.covers(span) and s.citable for s in one.passage.sentences):
                margin = (
                    scores[window.first + first, 0] + scores[window.first + last, 1]
                    - scores[0].sum()
                )  # fmt: skip
                found.append((float(margin), span))
    return sorted(found, key=lambda pair: -pair[0])


def agreeing(found: list[tuple[float, Span]], one: Hit) -> Span:
    """Return which of the likeliest spans has the highest expected F1 over words, by counting."""
    likeliest = found[:LIKELIEST]

    def words(start: int, end: int) -> int:
        return len(one.passage.text[start - one.passage.start : end - one.passage.start].split())

    def expected(span: Span) -> float:
        total = 0.0
        for margin, other in likeliest:
            shared = words(max(span.start, other.start), min(span.end, other.end))
            each = words(span.start, span.end) + words(other.start, other.end)
            total += math.exp(margin - likeliest[0][0]) * 2 * shared / each
        return total

    return max((span for _, span in likeliest), key=expected)


@given(st.integers(0, 10_000), st.integers(0, 1))
def test_each_sentence_has_its_brute_force_best_span(seed: int, boilerplate: int) -> None:
    """Never across sentences, never in boilerplate, never in the title in front."""
    chance = np.random.default_rng(seed)
    sentences = [
        " ".join("w" * int(chance.integers(1, 6)) for _ in range(int(chance.integers(1, 9))))
        for _ in range(4)
    ]
    one = hit(*sentences, start=int(chance.integers(0, 50)), citable=not boilerplate)
    front = "The title\n"
    ids, offsets = word_tokens(one.passage.text)
    offsets = [(0, 3), (4, 9), *((a + len(front), b + len(front)) for a, b in offsets)]
    window = Window((BEGIN, 5, END, END, 1, 2, *ids, END), 4, tuple(offsets))
    scores = chance.normal(0, 3, (len(window.ids), 2)).astype(np.float32)
    found = best_spans(window, scores, one, 7, len(front))
    everything = oracle(window, scores, one, len(front))
    citable = [sentence for sentence in one.passage.sentences if sentence.citable]
    assert [candidate.sentence for candidate in found] == citable
    for candidate in found:
        inside = [pair for pair in everything if candidate.sentence.covers(pair[1])]
        assert (candidate.hit, candidate.span) == (7, inside[0][1])
        assert candidate.looked_at(one).span == agreeing(inside, one)
        assert candidate.margin == pytest.approx(inside[0][0], abs=1e-4)
        total = math.log(sum(math.exp(margin) for margin, _ in inside))
        assert candidate.evidence == pytest.approx(total, abs=1e-4)


def test_the_span_that_agrees_best_is_chosen_not_the_likeliest() -> None:
    """By hand: "b" 0.316, "a b" 0.304, "b c" 0.194, "a b c" 0.186; expected F1 of "a b" 0.761.

    That of "b" is 0.741, of "a b c" 0.742, of "b c" 0.705.
    """
    bounds = ((0, 1), (2, 3), (4, 5))
    chances = np.array([[0.49, 1e-9], [0.51, 0.62], [1e-9, 0.38]], np.float32)
    assert best_agreeing(TokenScores(bounds, np.log(chances))) == (0, 3)
    one_word = TokenScores(((0, 1), (1, 2), (2, 3)), np.log(chances))
    assert best_agreeing(one_word) == (1, 2)  # all share the word: the likeliest


def test_two_readings_of_a_sentence_are_mixed_as_log_probabilities() -> None:
    """0.7 of one and 0.3 of the other; tokens only the other has count for nothing."""
    one = TokenScores(((5, 6), (7, 9)), np.log(np.array([[1, 4], [3, 4]], np.float32)))
    other = TokenScores(
        ((0, 2), (7, 9), (5, 6)), np.log(np.array([[2, 5], [5, 3], [3, 2]], np.float32))
    )
    got = one.mixed(other, 0.3)
    expected = [
        [0.7 * math.log(1 / 4) + 0.3 * math.log(0.3), 0.7 * math.log(1 / 2) + 0.3 * math.log(0.2)],
        [0.7 * math.log(3 / 4) + 0.3 * math.log(0.5), 0.7 * math.log(1 / 2) + 0.3 * math.log(0.3)],
    ]
    assert got.bounds == one.bounds
    assert got.scores == pytest.approx(np.array(expected), abs=1e-6)
    part = one.mixed(TokenScores(((7, 9),), np.zeros((1, 2), np.float32)))
    assert np.isneginf(part.scores[0]).all()
    assert best_agreeing(part) == (7, 9)
    assert one.mixed(TokenScores(((0, 2),), np.zeros((1, 2), np.float32))) is one


def test_a_sentence_of_two_passages_counts_once_as_it_was_read_best() -> None:
    """Neighbouring passages share a sentence."""
    sentence = Sentence("a", 0, 10)
    low, high = (Candidate(Span("a", 2, 4), sentence, h, m, m, m) for h, m in ((0, 1.0), (1, 3.0)))
    other = Candidate(Span("a", 15, 17), Sentence("a", 11, 20), 0, 2.0, 2.0, 2.0)
    assert distinct([low, other, high]) == [high, other]


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Who is the president of France?", "span"),
        ("How many people died?", "span"),
        ("how old is he", "span"),
        ("How did the fire start?", "clause"),
        ("Why did she resign?", "clause"),
        ("what did Guterres ask Russia to do?", "clause"),
        ("What is the capital of Indonesia?", "span"),
        ("Is Guterres in Moscow?", "sentence"),
        ("Did Russia invade Ukraine or Georgia?", "span"),
        ("Will prices rise?", "sentence"),
        ("Siapa presiden Prancis?", "span"),
        ("Mengapa harga naik?", "clause"),
        ("Bagaimana banjir itu terjadi?", "clause"),
        ("Apa yang dikatakan Guterres?", "clause"),
        ("Apakah nama ibu kota Prancis?", "span"),
        ("Apakah Guterres sudah tiba di Moskwa?", "sentence"),
        ("Benarkah harga beras naik?", "sentence"),
        ("Berapa banyak korban?", "span"),
    ],
)
def test_the_form_follows_the_question(question: str, form: str) -> None:
    """Reasons and words want a clause, yes or no the sentence, all else the span."""
    assert answer_form(question) == form


TEXT = "The dam broke, officials said, because three weeks of rain had weakened it."


def span_of(words: str) -> Span:
    start = 100 + TEXT.index(words)
    return Span("a", start, start + len(words))


@pytest.mark.parametrize(
    ("words", "form", "expected"),
    [
        ("rain", "span", "rain"),
        ("rain", "clause", "because three weeks of rain had weakened it"),
        ("weeks of rain had", "clause", "weeks of rain had"),
        ("officials", "clause", TEXT),
        ("rain", "sentence", TEXT),
    ],
)
def test_fragments_widen_to_the_form_asked_for(words: str, form: str, expected: str) -> None:
    """A long enough span stays; a clause that is too short gives way to its sentence."""
    sentence = Sentence("a", 100, 100 + len(TEXT))
    found = shaped(span_of(words), sentence, TEXT, form)  # type: ignore[arg-type]
    assert TEXT[found.start - 100 : found.end - 100] == expected


def test_near_identical_answers_are_one_answer() -> None:
    """Case and punctuation are nothing; a name within a longer form of it is the same."""
    assert answer_key("António Guterres,") == "antónioguterres"
    assert same_answer(answer_key("Guterres"), answer_key("A. Guterres"))
    assert not same_answer(answer_key("Guterres"), answer_key("Menteri Luar Negeri Guterres"))
    assert not same_answer("12", "2012")


def test_support_counts_other_articles_only() -> None:
    """ln(1 + e^margin) of the best like answer of another article."""
    hits = [hit("Paris won", article="a"), hit("Paris won", article="b")]
    sentence = [Sentence(name, 0, 9) for name in "ab"]
    candidates = [
        Candidate(Span("a", 0, 5), sentence[0], 0, 4.0, 5.0, 6.0),
        Candidate(Span("b", 0, 5), sentence[1], 1, 2.0, 3.0, -40.0),
        Candidate(Span("a", 6, 9), sentence[0], 0, -20.0, -19.0, 0.5),
    ]
    rows = ranking_features(candidates, ["paris", "paris", "won"], hits)
    assert rows[0] == pytest.approx((4.0, 5.0, 1.0, 1.0, math.log1p(math.exp(2.0)), 6.0))
    assert rows[1] == pytest.approx((2.0, 3.0, 1.0, 0.0, math.log1p(math.exp(4.0)), -16.0))
    assert rows[2] == (-16.0, -16.0, 1.0, 1.0, 0.0, 0.5)


def test_scores_count_by_article() -> None:
    """A passage has the score of its article's best one; only the reading tells them apart."""
    hits = [replace(hit("Paris won", article=name), score=score)
            for name, score in (("a", 0.8), ("b", 0.6), ("a", 0.2))]  # fmt: skip
    places = [(h.article.id, n) for n, h in enumerate(hits)]
    candidates = [
        Candidate(Span(id_, 0, 5), Sentence(id_, 0, 9), n, 1.0, 1.0, 1.0) for id_, n in places
    ]
    rows = ranking_features(candidates, ["paris", "lyon", "nice"], hits)
    assert [row[2:4] for row in rows] == [(1.0, 1.0), (pytest.approx(0.75), 0.0), (1.0, 1.0)]


def test_trust_looks_at_the_best_other_answer() -> None:
    """The lead is over another answer, not over the same one in another place."""
    ranking = [
        (3.0, 3.5, 1.0, 1.0, 0.5, 2.5),
        (2.0, 2.5, 1.0, 0.0, 0.0, 2.5),
        (1.0, 1.5, 1.0, 0.0, 0.0, 1.5),
    ]
    features = trust_features([0, 1, 2], ["paris", "paris", "lyon"], ranking, [5.0, 4.0, 2.5], 0.95)
    assert features == pytest.approx((5.0, 3.0, 2.5, 0.5, 2.0, 2.5))
    alone = trust_features([0], ["paris"], ranking[:1], [5.0], 0.8)
    assert alone == pytest.approx((5.0, 3.0, 6.0, 0.5, -1.0, 2.5))


def test_probabilities_are_logistic() -> None:
    """1 / (1 + e^-(weights x features + bias)), without overflow."""
    assert Trust((2.0, -1.0), 0.5).probability((1.0, 2.5)) == 0.5
    assert Trust((1.0,), 0.0).probability((-1000.0,)) == pytest.approx(0.0)


def test_one_article_is_trusted_in_its_own_way() -> None:
    """A question to one text may be about it and not answered; a search found several."""
    fitted = Calibration((), several=Trust((1.0,), 0.0), single=Trust((0.0,), 1.0), threshold=0.5)
    assert fitted.probability((0.0,), 3) == 0.5
    assert fitted.probability((0.0,), 1) == pytest.approx(1 / (1 + math.exp(-1.0)))


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("pada (26/4/2022) lalu", "(26/4/2022", "26/4/2022"),
        ("pada (26/4/2022) lalu", "(26/4/2022)", "(26/4/2022)"),
        ("kata “damai” itu", "damai”", "damai"),
        ("suhu -5 derajat,", "-5 derajat,", "-5 derajat"),
        ("ya , (", "(", "("),
    ],
)
def test_loose_ends_are_left_out(text: str, words: str, expected: str) -> None:
    """Unpaired brackets and quotes and trailing commas are no part of an answer."""
    one = hit(text)
    start = text.index(words)
    window = Window((BEGIN, END, END, 9, END), 3, ((start, start + len(words)),))
    [found] = best_spans(window, np.zeros((5, 2), np.float32), one, 0, 0)
    assert one.passage.slice(found.span) == expected
