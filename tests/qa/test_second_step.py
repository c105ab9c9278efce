"""A second search where the first is not confident: what it finds, and what it cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from index import Article, ArticleIndex, Filters, Hit
from qa import Claim, Draft, answer
from qa.citing import cite
from qa.second_step import names_beside, read_again, search_again
from tests.index.conftest import HashEmbedder

QUESTION = "Which river does the state crossed by Hello Love's singer border?"
LOVE = "Hello Love was sung by Hank Snow. Hank Snow crossed Tennessee."
TENNESSEE = "Hank Snow lies in Tennessee, by the Mississippi."


@dataclass
class Names:
    """A reader that is sure of its answer where a passage has the word, else of nothing."""

    word: str
    threshold: float = 0.5
    name: str = "names"
    reads: list[list[str]] = field(default_factory=list)

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        self.reads.append([hit.article.id for hit in hits])
        for hit in hits:
            for sentence in hit.passage.sentences:
                if self.word in hit.passage.slice(sentence):
                    return Draft((Claim(self.word, (sentence,), 0.9),))
        span = hits[0].passage.sentences[0]
        return Draft((Claim("?", (span,), 0.1),))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> ArticleIndex:
    """Return an index in which only the first article leads to the second."""
    folder = tmp_path_factory.mktemp("steps") / "index"
    index = ArticleIndex.open(folder, create=True, model=HashEmbedder())
    index.add(Article("love", "", LOVE, language="en"))
    index.add(Article("tennessee", "", TENNESSEE, language="en"))
    index.add(
        Article(f"other{n}", "", f"Which river does the state number {n} border?", language="en")
        for n in range(12)
    )
    return index


def test_what_leads_on_is_found_and_both_are_cited(index: ArticleIndex) -> None:
    """The first search sees one article; what it says leads to the one that answers."""
    reader = Names("Mississippi")
    first = index.search("Hello Love singer", 1)
    assert [hit.article.id for hit in first] == ["love"]
    refused = reader.read("Hello Love singer", first)
    draft, hits = read_again(refused, first, 0.5, reader, "Hello Love singer", index)
    assert draft.claims[0].probability == 0.9
    cited = cite(draft.claims, hits)
    assert [one.article_id for one in cited.citations] == ["tennessee", "love"]
    assert cited.unsupported == ()
    for one in cited.citations:
        assert index.article(one.article_id).text[one.start : one.end] == one.text


def test_an_answer_of_the_first_articles_cites_them_alone(index: ArticleIndex) -> None:
    """The evidence is not cited where nothing had to be found with it."""
    first = index.search("Hello Love singer", 4)
    span = first[0].passage.sentences[0]
    doubtful = Draft((Claim("?", (span,), 0.1),))
    draft, _ = read_again(doubtful, first, 0.5, Names("Hank"), "Hello Love singer", index)
    assert draft.claims[0].probability == 0.9
    assert [one.article_id for one in draft.claims[0].spans] == ["love"]


def test_answer_takes_the_second_step_only_where_asked(index: ArticleIndex) -> None:
    asked = "Hello Love singer"
    one = answer(asked, index=index, reader=Names("Mississippi"), k=1)
    assert not one.found
    reader = Names("Mississippi")
    answer(asked, index=index, reader=reader, k=4, steps=2)
    assert {"love", "tennessee"} <= {*reader.reads[-1]}


def test_ranks_of_both_searches_are_added(index: ArticleIndex) -> None:
    hits = index.search(QUESTION, 5)
    again = index.search(f"{QUESTION} {names_beside(QUESTION, hits[0].passage.text)}", 5)
    expected: dict[str, float] = {}
    for found in (hits, again):
        for rank, hit in enumerate(found, start=1):
            expected[hit.article.id] = expected.get(hit.article.id, 0.0) + 1 / (10 + rank)
    joined = search_again(QUESTION, hits, index, 5)
    assert [hit.score for hit in joined] == sorted((hit.score for hit in joined), reverse=True)
    assert {hit.article.id: hit.score for hit in joined} == pytest.approx(
        {hit.article.id: expected[hit.article.id] for hit in joined}
    )
    assert len(joined) == 5
    assert search_again(QUESTION, [], index, 5) == []


def test_a_confident_answer_takes_one_step(index: ArticleIndex) -> None:
    reader = Names("Hank")
    one = answer("Hello Love singer", index=index, reader=reader, k=2)
    two = answer("Hello Love singer", index=index, reader=reader, k=2, steps=2)
    assert one == two
    assert len(reader.reads) == 2


def test_what_no_step_answers_stays_refused_with_the_first_hits(index: ArticleIndex) -> None:
    reader = Names("Amazon")
    one = answer(QUESTION, index=index, reader=reader, k=3)
    two = answer(QUESTION, index=index, reader=reader, k=3, steps=2)
    assert not two.found
    assert two == one
    assert len(reader.reads) == 3


@pytest.mark.parametrize(
    ("question", "text", "names"),
    [
        # The question's own words go, particles inside a name stay.
        (
            "Who led the Bank?",
            "In 1999 the Bank of Mexico met Vicente Fox.",
            "In 1999 of Mexico Vicente Fox.",
        ),
        ("siapa presiden?", "Presiden Joko Widodo dan Joko Widodo", "Joko Widodo"),
        ("who?", "nothing with capitals", "nothing with capitals"),
        ("谁?", "他是总统", "他是总统"),
    ],
)
def test_names_beside_the_question(question: str, text: str, names: str) -> None:
    assert names_beside(question, text) == names


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> ArticleIndex:
    """Return an index whose entries name each other, and where only that leads on."""
    folder = tmp_path_factory.mktemp("lexicon") / "index"
    index = ArticleIndex.open(folder, create=True, model=HashEmbedder())
    texts = {
        "Hank Snow": "A singer sang Hello Love. He moved to nashville (Tennessee) with a singer.",
        "Nashville": "A town with many bridges.",
        "Tennessee (state)": "The Mississippi is its border.",
    }
    index.add(
        Article(title, title, f"{title}\n{text}", language="en") for title, text in texts.items()
    )
    index.add(
        Article(f"other{n}", "", f"A singer sang song {n} of love.", language="en")
        for n in range(12)
    )
    return index


def test_articles_named_in_a_passage_are_found_by_their_titles(lexicon: ArticleIndex) -> None:
    assert lexicon.named_in("it was Tennessee's, not HANK SNOW") == ["Hank Snow"]
    assert lexicon.named_in("of nashville and Tennessee, Nashville.") == [
        "Nashville", "Tennessee (state)",
    ]  # fmt: skip
    assert lexicon.named_in("nashville") == []  # small letters begin no title
    assert lexicon.named_in("") == []


def test_what_the_first_passages_name_is_joined(lexicon: ArticleIndex) -> None:
    """The entry shares no word with the question; it is first of the third search."""
    question = "Which singer sang Hello Love?"
    hits = lexicon.search(question, 5)
    assert hits[0].article.id == "Hank Snow"
    joined = search_again(question, hits, lexicon, 5)
    place = [hit.article.id for hit in joined].index("Tennessee (state)")
    assert joined[place].score >= 1 / 11
    assert "Hank Snow" in [hit.article.id for hit in joined]
    filters = Filters(article_ids=("Hank Snow", "other1"))
    few = search_again(question, hits, lexicon, 5, filters)
    assert "Tennessee (state)" not in [hit.article.id for hit in few]


def test_the_sentence_that_names_the_article_is_cited(lexicon: ArticleIndex) -> None:
    question = "Which singer sang Hello Love?"
    first = lexicon.search(question, 2)
    refused = Draft((Claim("?", (first[0].passage.sentences[0],), 0.1),))
    draft, _ = read_again(refused, first, 0.5, Names("Mississippi"), question, lexicon)
    answer_span, lead = draft.claims[0].spans
    assert answer_span.article_id == "Tennessee (state)"
    text = lexicon.article(lead.article_id).text[lead.start : lead.end]
    assert text == "He moved to nashville (Tennessee) with a singer."
