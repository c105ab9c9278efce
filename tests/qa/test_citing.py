"""The one function that turns claims into citations, and what it refuses."""

from __future__ import annotations

from index import Hit, Passage, Sentence, Span
from index.types import ArticleInfo
from qa.citing import cite
from qa.types import Claim

TEXT = "Guterres met Putin. He urged an evacuation. Baca Juga: other news."
SENTENCES = (
    Sentence("a", 0, 19),
    Sentence("a", 20, 43),
    Sentence("a", 44, 66, citable=False),
)
INFO = ArticleInfo("a", "Talks", None, "en", "talks.txt", "digest-a", "https://example.org/a")
HIT = Hit(Passage("a", 0, 66, SENTENCES, TEXT), 1.0, 1, 1, INFO)


def claim(*spans: tuple[int, int], text: str = "claim", article: str = "a") -> Claim:
    return Claim(text, tuple(Span(article, start, end) for start, end in spans), 0.8)


def test_a_span_becomes_a_quote_with_its_whole_sentence() -> None:
    cited = cite([claim((29, 42), text="an evacuation")], [HIT])
    (citation,) = cited.citations
    assert cited.text == "an evacuation [1]"
    assert (citation.start, citation.end, citation.text) == (29, 42, TEXT[29:42])
    assert citation.sentence == "He urged an evacuation."
    assert (citation.sentence_start, citation.sentence_end) == (20, 43)
    assert (citation.article_digest, citation.url) == ("digest-a", "https://example.org/a")
    assert citation.score == 0.8


def test_numbers_follow_the_text_and_equal_quotes_share_one() -> None:
    cited = cite([claim((20, 43), text="A"), claim((0, 19), (20, 43), text="B")], [HIT])
    assert cited.text == "A [1]\nB [2][1]"
    assert [citation.number for citation in cited.citations] == [1, 2]
    assert [citation.start for citation in cited.citations] == [20, 0]


def test_a_span_over_two_sentences_has_both_as_evidence() -> None:
    (citation,) = cite([claim((13, 30))], [HIT]).citations
    assert citation.sentence == "Guterres met Putin. He urged an evacuation."
    assert citation.text == TEXT[13:30]


def test_lies_are_reported_and_never_cited() -> None:
    lies = [
        claim(text="no proof"),
        claim((44, 66), text="boilerplate"),
        claim((40, 50), text="half boilerplate"),
        claim((0, 19), text="another article", article="b"),
        claim((60, 90), text="beyond the passage"),
        claim((0, 19), (60, 90), text="one good span, one bad"),
        claim((19, 20), text="white space between sentences"),
    ]
    cited = cite(lies, [HIT])
    assert cited.citations == ()
    assert cited.text == ""
    assert [one.text for one in cited.unsupported] == [one.text for one in lies]


def test_a_repeated_sentence_is_cited_where_the_reader_saw_it() -> None:
    text = "He agreed. Later he left. He agreed."
    sentences = (Sentence("r", 0, 10), Sentence("r", 11, 25), Sentence("r", 26, 36))
    info = ArticleInfo("r", "", None, "en", "r.txt", "digest-r")
    hit = Hit(Passage("r", 0, 36, sentences, text), 1.0, 1, 1, info)
    (citation,) = cite([Claim("He agreed.", (Span("r", 26, 36),), 0.5)], [hit]).citations
    assert (citation.start, citation.end) == (26, 36)


def test_the_first_passage_that_holds_the_span_is_cited() -> None:
    """Overlapping passages hold the same sentence; the quote is the same either way."""
    tail = Hit(Passage("a", 20, 66, SENTENCES[1:], TEXT[20:]), 0.5, 2, 2, INFO)
    assert cite([claim((20, 43))], [tail, HIT]) == cite([claim((20, 43))], [HIT, tail])


def test_a_sentence_with_quotation_marks_is_printed_with_those_alone() -> None:
    """The marks of the article are the only ones: no ““…””."""
    text = "“Ada provokasi di desa Bucha,” kata Putin. “Tidak.”"
    sentences = (Sentence("q", 0, 42), Sentence("q", 43, 51))
    info = ArticleInfo("q", "Pertemuan", None, "id", "q.txt", "digest-q")
    hit = Hit(Passage("q", 0, 51, sentences, text), 1.0, 1, 1, info)
    first, second = cite([Claim("x", (Span("q", 0, 42), Span("q", 43, 51)), 0.5)], [hit]).citations
    assert str(first) == "[1] “Ada provokasi di desa Bucha,” kata Putin. — Pertemuan, q.txt"
    assert str(second) == "[2] “Tidak.” — Pertemuan, q.txt"
