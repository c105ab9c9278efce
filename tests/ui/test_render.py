"""Answers and articles as HTML: nothing of theirs becomes markup, and marks are exact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, ArticleInfo, Hit, Passage, Sentence
from qa import Answer, Citation, Claim
from tests.ui.made import cite, info
from ui.characters import is_blank, plain, shown
from ui.cleaning import clean
from ui.describing import display_title
from ui.examples import example_questions
from ui.places import Place
from ui.reading import render_article
from ui.render import render_answer, render_failure
from ui.texts import ENGLISH, INDONESIAN, Texts, texts_for_browser, texts_for_question

TEXT = (
    "Kritik Sekjen PBB: Guterres mengkritik 🇷🇺 Rusia.\n"
    "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil.\n\n"
    "Putin menanggapi."
)
ARTICLE = Article(
    id="kabar/satu.txt",
    title="Putin bertemu Guterres",
    text=TEXT,
    source="/home/someone/kabar/satu.txt",
    language="id",
    published=date(2022, 4, 26),
)
SENTENCE = "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil."
ABOUT = "satu.txt · 26\u00a0April\u00a02022 · Indonesian"
QUOTE = "mengizinkan evakuasi warga sipil"

PAYLOADS = (
    "<script>window.__xss=1</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</article></div><iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mtext></p><img src=//evil.example/x>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} @children",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- --><base href=//evil.example/>",
    '<button class="chip" data-article="other">9</button>',
)
OUR_TAGS = {
    *("article", "header", "div", "p", "h2", "h3", "ol", "ul", "li", "button", "span"),
    *("bdi", "mark", "a", "details", "summary"),
}


class Parsed(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, tuple[str, ...]]] = []
        self._open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        self._open.append(f"{tag}.{values.get('class', '')}")

    def handle_endtag(self, tag: str) -> None:
        while self._open and not self._open.pop().startswith(f"{tag}."):
            pass

    def handle_data(self, data: str) -> None:
        self.texts.append((data, tuple(self._open)))

    def text(self, inside: str = "") -> str:
        """Return the text of everything, or of the elements named like ``mark.answer``."""
        return "".join(text for text, open_ in self.texts if not inside or inside in open_)

    def named(self, tag: str, name: str) -> list[dict[str, str]]:
        """Return the attributes of the elements with a class."""
        return [
            attributes
            for found, attributes in self.elements
            if found == tag and name in attributes.get("class", "").split()
        ]


def citation(number: int = 1, article: Article = ARTICLE, **changes: object) -> Citation:
    made = cite(number, article, SENTENCE, QUOTE, TEXT)
    return replace(made, **changes)  # type: ignore[arg-type]


def hit(article: Article = ARTICLE) -> Hit:
    end = len(article.text)
    passage = Passage(article.id, 0, end, (Sentence(article.id, 0, end),), article.text)
    return Hit(passage, 0.5, 1, 1, info(article))


def answer(**changes: object) -> Answer:
    made = Answer(
        question="What did Guterres ask Russia to do?",
        text=f"{QUOTE} [1]",
        found=True,
        confidence=0.82,
        citations=(citation(),),
        hits=(hit(),),
        unsupported=(),
        reader="sentences",
        language="en",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def rendered(**changes: object) -> Parsed:
    return Parsed(render_answer(answer(**changes), turn=1, texts=ENGLISH))


def opened(article: Article = ARTICLE, place: Place | None = None) -> Parsed:
    return Parsed(render_article(article, place or Place.of_citation(citation()), ENGLISH))


def test_an_answer_has_its_number_its_card_and_its_confidence() -> None:
    """Question, text, chip, card with source and date, and the confidence in words."""
    page = rendered()
    assert page.text("h2.question") == "What did Guterres ask Russia to do?"
    assert page.text("p.text") == f"{QUOTE}1"
    facts = "Very likely right 82%1 sourceAs of 26\u00a0April\u00a02022"
    assert page.text("p.confidence") == facts
    assert page.text("p.frame") == "From “Putin bertemu Guterres”, in Indonesian:"
    assert page.text("span.card-title") == "Putin bertemu Guterres"
    assert page.text("span.card-quote") == SENTENCE
    assert page.text("span.about") == ABOUT
    assert page.named("button", "chip")[0]["aria-label"] == "[1] Putin bertemu Guterres"
    assert page.named("button", "card")[0]["aria-label"] == "Source 1: Putin bertemu Guterres"


def test_chip_and_card_open_the_same_exact_place() -> None:
    """The offsets travel in code points and come back as they were."""
    page = rendered()
    for button in (*page.named("button", "chip"), *page.named("button", "card")):
        data = {name.removeprefix("data-"): value for name, value in button.items()}
        assert Place.parse(data) == Place.of_citation(citation())
        assert data["answer"] == f"{TEXT.index(QUOTE)}-{TEXT.index(QUOTE) + len(QUOTE)}"


def test_a_growing_answer_is_rendered_the_same_way_without_its_confidence() -> None:
    """Streaming and final markup differ in state and confidence only."""
    final = render_answer(answer(), turn=1, texts=ENGLISH)
    growing = render_answer(answer(), turn=1, texts=ENGLISH, state="streaming")
    ended = (
        '<p class="confidence">.*?</p>|<div class="(?:actions|follow)".*?</div>'
        '| data-record="[^"]*"'
    )
    without = re.sub(ended, "", final)
    assert growing == without.replace('data-state="done"', 'data-state="streaming"')


def test_nothing_is_said_of_not_found_before_the_answer_is_whole() -> None:
    """The first form of a growing answer has passages only; they are no verdict."""
    begun = answer(text="", found=False, citations=(), confidence=0.0)
    page = Parsed(render_answer(begun, turn=1, texts=ENGLISH, state="streaming"))
    assert page.text() == "What did Guterres ask Russia to do?Reading the articles"
    assert page.named("button", "card") == []


def test_numbers_become_chips_where_they_stand() -> None:
    """Each number that cites is a chip in place; the same number may cite twice."""
    two = (citation(1), citation(2))
    page = rendered(text="One [1] and two [2][1]. Three [7]", citations=two)
    chips = page.named("button", "chip")
    assert [chip["aria-label"][:3] for chip in chips] == ["[1]", "[2]", "[1]"]
    assert page.text("p.text") == "One1 and two21. Three [7]"


def test_a_number_in_quoted_words_cites_nothing() -> None:
    """An article that holds [1] cannot make its own words look proven."""
    words = "see [1] for proof"
    page = rendered(text=f"{words} [1]", citations=(citation(text=words),))
    assert page.text("p.text") == f"{words}1"
    assert len(page.named("button", "chip")) == 1


def test_citations_without_a_number_in_the_text_follow_it() -> None:
    """No citation is left without a chip."""
    page = rendered(text=QUOTE, citations=(citation(1), citation(2)))
    assert page.text("p.text") == f"{QUOTE}12"


def test_not_found_says_so_and_offers_the_nearest_passages() -> None:
    """No confidence, no chip; the passages open as they stand."""
    page = rendered(found=False, text="The articles do not say.", citations=(), confidence=0.1)
    assert page.text("p.text") == "The articles do not say."
    assert page.named("p", "confidence") == []
    assert page.named("div", "not-found")
    assert page.text("h3.label") == "The nearest passages"
    card = page.named("button", "card")[0]
    assert (card["data-evidence"], card["data-answer"]) == (f"0-{len(TEXT)}", "")


def test_notice_and_unsupported_claims_are_shown_as_such() -> None:
    """What the model could not prove stands apart from the answer."""
    claims = (Claim("He went to <b>Kyiv</b>.", (), 0.1),)
    page = rendered(notice="The model did not answer.", unsupported=claims)
    assert page.text("p.notice") == "The model did not answer."
    assert page.text("summary.") == "1 statement without support"
    assert "He went to <b>Kyiv</b>." in page.text("details.unsupported")
    assert "Kyiv" not in page.text("p.text")


def test_a_card_shows_the_answer_even_late_in_a_long_sentence() -> None:
    """The start of a long sentence is left out of the card, never the answer."""
    sentence = "kata " * 150 + "jawaban ini."
    start = sentence.index("jawaban")
    late = citation(
        sentence=sentence,
        sentence_start=0,
        sentence_end=len(sentence),
        start=start,
        end=start + 7,
        text="jawaban",
    )
    quote = rendered(citations=(late,)).text("span.card-quote")
    assert quote == "… " + "kata " * 12 + "jawaban ini."


def test_quotes_of_one_article_share_its_title() -> None:
    """The title is not repeated until another article comes between."""
    other = replace(ARTICLE, id="b", title="Another article")
    cited = (citation(1), citation(2), citation(3, other), citation(4))
    page = rendered(text="x", citations=cited)
    titles = ["Putin bertemu Guterres", "Another article", "Putin bertemu Guterres"]
    assert page.text("span.card-title") == "".join(titles)
    assert page.text("span.card-quote") == 4 * SENTENCE
    assert len(page.named("li", "more")) == 1


def test_a_quote_that_is_the_answer_is_shown_in_brief() -> None:
    """What can be read just above does not take the place twice, nor stand out."""
    first = TEXT.index(SENTENCE)
    whole = citation(start=first, end=first + len(SENTENCE), text=SENTENCE)
    page = rendered(text=f"{SENTENCE} [1]", citations=(whole,))
    assert page.text("span.card-quote brief") == SENTENCE
    assert not [tag for tag, _ in page.elements if tag == "mark"]


def test_fixed_words_follow_the_question() -> None:
    """An Indonesian question gets Indonesian words whatever the browser speaks."""
    assert rendered(language="id").text("p.confidence").startswith("Sangat mungkin benar 82%")
    markup = render_answer(answer(language="fr"), turn=1, texts=INDONESIAN)
    assert Parsed(markup).text("h3.label") == "Sumber"


def test_confidence_is_never_certain() -> None:
    """Neither 0 nor 100 percent is ever shown."""
    assert rendered(confidence=1.0).text("span.number") == "99%"
    assert rendered(confidence=0.0).text("span.number") == "1%"


def test_the_reading_pane_marks_the_exact_characters() -> None:
    """Evidence lightly, the answer in it strongly, every character of the text there once."""
    page = opened()
    assert page.text("mark.answer") == QUOTE
    assert (
        page.text("mark.evidence") + page.text("mark.answer")
        == SENTENCE[:-1].replace(QUOTE, "") + "." + QUOTE
    )
    assert page.text("div.body") == TEXT.replace("\n", "")
    assert page.text("h2.title") == "Putin bertemu Guterres"
    assert page.text("p.about") == ABOUT


def test_a_changed_article_is_shown_without_marks() -> None:
    """Offsets of another version mark nothing, and the reader is told why."""
    newer = replace(ARTICLE, text="Baru. " + TEXT)
    page = opened(newer)
    assert page.text("p.notice") == ENGLISH.changed
    assert not [tag for tag, _ in page.elements if tag == "mark"]
    assert page.text("div.body") == newer.text.replace("\n", "")


@pytest.mark.parametrize("before", ["", "# ", "\n\n  ##\t"])
def test_a_title_that_opens_the_text_is_not_doubled(before: str) -> None:
    """It is the heading, without the sign of one in Markdown, and can be marked there."""
    titled = replace(ARTICLE, text=f"{before}{ARTICLE.title}  \r\n{TEXT}")
    end = len(before) + len(ARTICLE.title)
    answer = (len(before), len(before) + 5)
    page = opened(titled, Place(titled.id, titled.digest, (0, end), answer))
    assert page.text("h2.title") == "Putin bertemu Guterres"
    assert page.text("mark.answer") == "Putin"
    assert page.text("mark.evidence") == " bertemu Guterres"
    assert page.text("div.body") == TEXT.replace("\n", "")


def test_a_very_long_article_is_shown_around_its_mark() -> None:
    """The mark is there whatever the length, and what is missing is said."""
    text = "".join(f"Kalimat nomor {number} berdiri di sini.\n" for number in range(20_000))
    long = replace(ARTICLE, text=text)
    sought = "nomor 15000 berdiri"
    start = text.index(sought)
    span = (start, start + len(sought))
    page = opened(long, Place(long.id, long.digest, span, span))
    assert page.text("mark.answer") == sought
    assert page.text("p.left-out") == 2 * ENGLISH.left_out
    assert len(page.text("div.body")) < 130_000


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(payload: str) -> None:
    """Every sink shows the payload as text, and the markup stays ours."""
    hostile = Article(
        id=payload,
        title=payload,
        text=f"{payload}\n{payload} answer",
        source=f"/x/{payload}",
        language=payload,
        url=f"https://example.org/{payload}",
        authors=(payload,),
    )
    cited = replace(citation(article=hostile), text=payload, sentence=payload)
    claims = (Claim(payload, (), 0.1),)
    found = answer(
        question=payload,
        text=payload,
        citations=(cited,),
        notice=payload,
        unsupported=claims,
    )
    missing = answer(found=False, text=payload, citations=(), hits=(hit(hostile),))
    place = Place(hostile.id, hostile.digest, (0, 3), (1, 2))
    sinks: list[Callable[[], str]] = [
        lambda: render_answer(found, turn=1, texts=ENGLISH),
        lambda: render_answer(found, turn=1, texts=ENGLISH, state="streaming"),
        lambda: render_answer(missing, turn=1, texts=ENGLISH),
        lambda: render_article(hostile, place, ENGLISH),
        lambda: render_failure(payload, payload, turn=1),
    ]
    for sink in sinks:
        page = Parsed(sink())
        assert {tag for tag, _ in page.elements} <= OUR_TAGS
        for tag, attributes in page.elements:
            assert not {"style", "src", "srcset", "id"} & set(attributes)
            assert not [name for name in attributes if name.startswith("on")]
            assert tag != "a" or attributes["href"].startswith("https://example.org/")
            assert (
                "chip" not in attributes.get("class", "") or attributes["data-article"] != "other"
            )
    assert Parsed(sinks[0]()).text("h2.question") == payload
    assert Parsed(sinks[3]()).text("div.body").endswith(f"{payload} answer")


def test_the_second_lock_holds_alone() -> None:
    """Markup that was never escaped still loses all that is not ours."""
    raw = (
        '<article class="turn evil" onclick="x()" style="color:red" data-state="done">'
        "<script>alert(1)</script><style>p{}</style><img src=x onerror=x()>"
        '<a href="javascript:x()" target="_blank">a</a><a href="/local">b</a><p>kept</p></article>'
    )
    page = Parsed(clean(raw))
    rel = "noopener noreferrer nofollow"
    assert page.elements == [
        ("article", {"class": "turn", "data-state": "done"}),
        ("a", {"target": "_blank", "rel": rel}),
        ("a", {"rel": rel}),
        ("p", {}),
    ]
    assert page.text() == "abkept"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://x/",
        "https://[",
        "",
    ],
)
def test_only_web_addresses_are_linked(url: str) -> None:
    """Anything else than http(s) is no link."""
    page = opened(replace(ARTICLE, url=url))
    assert not [tag for tag, _ in page.elements if tag == "a"]


def test_the_original_is_linked_without_telling_where_from() -> None:
    """The link opens apart and sends no referrer."""
    page = opened(replace(ARTICLE, url="https://asumsi.co/post/1?a=1&b=2"))
    link = dict(page.elements)["a"]
    assert link["href"] == "https://asumsi.co/post/1?a=1&b=2"
    assert set(link["rel"].split()) == {"noopener", "noreferrer", "nofollow"}
    assert "Original at asumsi.co" in page.text("p.byline")


VISIBLE = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Mn", "Zl", "Zp", "Co", "Cn")),
    max_size=12,
)
HIDDEN = st.sampled_from(
    [
        "\u202e",
        "\u2066",
        "\u200b",
        "\x00",
        "\x1b",
        "\u00ad",
        "\U000e0041",
        "\ufeff",
        "\x9b",
        "\u2060",
    ]
)
BREAK = st.sampled_from(["\n", "\r\n", "\u2028", "\n\n"])
PIECES = st.lists(st.one_of(VISIBLE, HIDDEN, BREAK), min_size=1, max_size=12).filter(
    lambda pieces: any(piece.strip() for piece in pieces)
)


def visible(text: str) -> str:
    """Return what a reader sees of ``text``, worked out apart from the code under test."""
    hidden = "\u202e\u2066\u200b\x00\x1b\u00ad\U000e0041\ufeff\x9b\u2060"
    kept = "".join(character for character in text if character not in hidden)
    lines = re.split("[\n\r\u2028]", kept)
    return "".join(line for line in lines if line and not line.isspace())


@given(PIECES, st.data())
def test_marks_are_exact_over_any_unicode(pieces: list[str], data: st.DataObject) -> None:
    """Hidden characters are not shown, and move no mark by a single character."""
    text = "".join(pieces)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article(id="a", title="Another title", text=text)
    page = opened(article, Place("a", article.digest, (0, len(text)), (start, end)))
    assert "".join(page.text("div.body").split()) == "".join(visible(text).split())
    marked = "".join(page.text("mark.answer").split())
    assert marked == "".join(visible(text[start:end]).split())


@given(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.just((3, 9)))
def test_places_survive_the_way_through_a_browser(
    article_id: str, span: tuple[int, int] | None
) -> None:
    """Any id and any span come back from the attributes as they were."""
    place = Place(article_id, "d1", span, span)
    page = Parsed(f"<button {place.attributes()}>")
    data = {name.removeprefix("data-"): value for name, value in page.elements[0][1].items()}
    assert Place.parse(data) == place


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        "x",
        [],
        {"article": 3},
        {"article": "a", "evidence": None},
        {"article": "a" * 30_000},
    ],
)
def test_what_is_not_a_place_is_refused(data: object) -> None:
    """Callers of their own making get nothing."""
    assert Place.parse(data) is None


@pytest.mark.parametrize("span", ["9-3", "-1-4", "1e3-2e3", "٣-٤", "1-99999999999", "0-999999999"])
def test_odd_offsets_mark_nothing_beyond_the_text(span: str) -> None:
    """Offsets are checked where they enter and again where text is cut."""
    place = Place.parse({"article": "kabar/satu.txt", "digest": ARTICLE.digest, "answer": span})
    assert place is not None
    page = opened(ARTICLE, place)
    assert page.text("div.body") == TEXT.replace("\n", "")


def test_hidden_characters_leave_a_mark() -> None:
    """What could reorder or smuggle text is named; joiners that writing needs stay."""
    assert shown("a\u202eb") == ('a<span class="hidden-character" data-code="U+202E"></span>b')
    assert 'data-code="U+E0049 ×2"' in shown("\U000e0049\U000e0067")
    assert shown("می\u200cخواهم") == "می\u200cخواهم"
    assert shown("❤\ufe0f") == "❤\ufe0f"
    assert shown("a" + "\u0301" * 60) == "a" + "\u0301" * 4
    assert shown("\ud800") == '<span class="hidden-character" data-code="U+D800"></span>'


def test_a_title_that_cannot_be_seen_is_replaced() -> None:
    """The name of the source stands in, without the folders it lies in."""
    unseen = replace(ARTICLE, title="\u3164\u200b")
    assert is_blank(unseen.title)
    assert display_title(unseen) == "satu.txt"
    assert display_title(replace(unseen, url="https://Example.org/a")) == "example.org"
    assert display_title(replace(unseen, source="")) == "?"


def test_attributes_are_one_bounded_line() -> None:
    """Tooltips and labels hold no line ends and no novels."""
    assert plain(" a\n\u202eb\tc ") == "a b c"
    assert len(plain("x" * 10_000)) == 301


def infos(*titles: tuple[str, str]) -> list[ArticleInfo]:
    return [ArticleInfo(id_, title, None, "en", "", "d") for id_, title in titles]


@pytest.mark.parametrize("texts", [ENGLISH, INDONESIAN], ids=["en", "id"])
def test_the_seeds_bring_questions_they_answer(texts: Texts) -> None:
    """Three for each language, each about an article that is there."""
    seeds = sorted(path.name for path in (Path(__file__).parents[2] / "seeds").iterdir())
    questions = example_questions(infos(*((name, "") for name in seeds)), texts)
    assert len(set(questions)) == 3
    known = (Path(__file__).parents[1] / "seed_questions.jsonl").read_text("utf-8").lower()
    for question in questions:
        assert json.dumps(question, ensure_ascii=False).lower() in known


def test_other_articles_are_asked_about_by_title() -> None:
    """Titles that cannot be seen, or come twice, make no question."""
    others = infos(("a", "Floods"), ("b", "\u200b"), ("c", "Floods"), ("d", "Fires"))
    assert example_questions(others, ENGLISH) == (
        "What do we know about “Floods”?",
        "What do we know about “Fires”?",
    )
    mixed = (replace(others[0], language="id"), others[3])
    assert example_questions(mixed, ENGLISH)[0] == "What do we know about “Fires”?"
    assert example_questions(mixed, INDONESIAN)[0] == "Apa yang diketahui tentang “Floods”?"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("en-US,en;q=0.9,id;q=0.8", "en"),
        ("fr,id;q=0.3,en;q=0.2", "id"),
        ("in", "id"),
        ("ms-MY", "id"),
        ("id;q=0,en", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("id;q=nonsense, ;;,", "id"),
    ],
)
def test_the_browser_chooses_the_language(header: str | None, language: str) -> None:
    """The preferred language of ours wins, English otherwise."""
    assert texts_for_browser(header).language == language


def test_a_question_in_another_language_keeps_the_browsers() -> None:
    """Only English and Indonesian questions overrule the browser."""
    assert texts_for_question("id", ENGLISH) is INDONESIAN
    assert texts_for_question("ja", ENGLISH) is ENGLISH


def test_numbers_and_dates_are_written_as_people_write_them() -> None:
    """Both languages count and date in their own way."""
    assert [ENGLISH.count(number) for number in (1, 0, 1234)] == [
        "1 article",
        "0 articles",
        "1,234 articles",
    ]
    assert INDONESIAN.count(1_234_567) == "1.234.567 artikel"
    assert ENGLISH.day(date(2022, 5, 1)) == "1 May 2022"
    assert INDONESIAN.day(date(2022, 8, 17)) == "17 Agustus 2022"
    assert ENGLISH.day(None) == ""
