"""What the command prints: hostile text stays text, quotes are marked, JSON is safe."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, ArticleInfo, Facets, Hit, Passage, Sentence, Span
from qa import Answer, Citation, Claim, Found
from ui.as_json import answer_json, article_json, dumps, plain
from ui.terminal import (
    complain,
    one_line,
    print_answer,
    print_article,
    print_articles,
    print_found,
    print_report,
    printable,
)

RED, CLEAR, LINK = "\x1b[31m", "\x1b[2J\r", "\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\"
HOSTILE = f"[bold]{RED}Kalimat{CLEAR} jahat{LINK} \x9b2J \u202etxt.exe :smile: [/x]"
SHOWN = (
    r"[bold]\x1b[31mKalimat\x1b[2J jahat\x1b]8;;http://evil\x1b\x\x1b]8;;\x1b\ "
    r"\x9b2J \u202etxt.exe :smile: [/x]"
)
SENTENCE = f"Awal {HOSTILE} akhir."


def make_hit(text: str, title: str = "Judul", score: float = 0.25) -> Hit:
    """Return a hit whose passage is one sentence."""
    end = len(text)
    info = ArticleInfo("a", title, date(2022, 4, 26), "id", "berita.txt", "d" * 64)
    return Hit(Passage("a", 0, end, (Sentence("a", 0, end),), text), score, 1, 2, info)


NO_FACETS = Facets(0, (), (), ())


def make_found(*hits: Hit) -> Found:
    """Return what a search found, with the first sentence of each hit as the fitting one."""
    return Found(hits, tuple(hit.passage.sentences[0] for hit in hits), NO_FACETS)


def make_citation(sentence: str, text: str, title: str = "Judul") -> Citation:
    """Return a citation of ``text`` where it first stands in ``sentence``."""
    start = 100 + sentence.index(text)
    return Citation(
        number=1,
        article_id="a",
        article_digest="d" * 64,
        title=title,
        source="berita.txt",
        url=None,
        published=date(2022, 4, 26),
        language="id",
        start=start,
        end=start + len(text),
        text=text,
        sentence_start=100,
        sentence_end=100 + len(sentence),
        sentence=sentence,
        score=0.9,
    )


def make_answer(*citations: Citation, hits: tuple[Hit, ...] = ()) -> Answer:
    """Return an answer that was found where it has citations."""
    found = bool(citations)
    return Answer(
        question="apa?",
        text=citations[0].text if citations else "Tidak ada jawaban di artikel.",
        found=found,
        confidence=0.83 if found else 0.1,
        citations=citations,
        hits=hits,
        unsupported=(),
        reader="sentences",
        language="id",
    )


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich believe that it writes to a terminal of 60 columns with colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rich know that nobody watches."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def unstyled(text: str) -> str:
    """Take out the colour codes that rich writes; other escapes stay."""
    return re.sub("\x1b\\[[0-9;]*m", "", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bunyi “é” 汉 🇮🇩 İ\ttab\nbaris", "Bunyi “é” 汉 🇮🇩 İ\ttab\nbaris"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\r\nc", "a\\x0db\nc"),
        ("\x00\x07\x08\x7f\x85\x9b", "\\x00\\x07\\x08\\x7f\\x85\\x9b"),
        ("\u202egpj.exe\u2066", "\\u202egpj.exe\\u2066"),
        ("\u2028\u2029\ud800", "\\u2028\\u2029\\ud800"),
        ("می\u200cخواهم 👨\u200d👩", "می\u200cخواهم 👨\u200d👩"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    """Controls are shown as codes; letters, joiners, tabs and line ends are kept."""
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_printable_and_dumps_leave_nothing_that_drives_a_terminal(text: str) -> None:
    """Whatever the text: no control characters, always encodable, JSON reads back equal."""
    for shown in (printable(text), one_line(text), dumps(text)):
        assert all(
            unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
            for character in shown.replace("\n", "").replace("\t", "")
        )
        shown.encode()
    assert "\n" not in one_line(text)
    assert "\n" not in dumps(text)
    assert json.loads(dumps(text)) == text


def test_complaints_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A file name with line ends or escapes cannot fake a second message."""
    complain("cannot read a\nkutip: all is well\x1b[1A.txt")
    assert capsys.readouterr().err == "kutip: cannot read a kutip: all is well\\x1b[1A.txt\n"


@pytest.mark.usefixtures("pipe")
def test_an_answer_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain, unwrapped: text, quotes with their article, and how sure."""
    sentence = "Dia juga mendesak Rusia untuk mengizinkan evakuasi warga sipil. " * 3
    answer = make_answer(make_citation(sentence, "evakuasi warga sipil"))
    answer = replace(
        answer, unsupported=(Claim("Perang usai.", (), 0.2),), notice="gpt tidak menjawab."
    )
    print_answer(answer)
    assert capsys.readouterr().out == (
        "evakuasi warga sipil\n"
        "(gpt tidak menjawab.)\n"
        "\n"
        f"[1] {sentence}\n"
        "    Judul · 2022-04-26 · berita.txt\n"
        "\n"
        "Kata model bahasa, tetapi tidak ada kalimat artikel yang membuktikannya.\n"
        "  - Perang usai.\n"
        "\n"
        "Sangat mungkin benar (83%) · 1 sumber · sentences\n"
    )


@pytest.mark.usefixtures("terminal")
def test_the_exact_words_are_marked_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """The answer's own occurrence is marked, not the first one that looks like it."""
    citation = make_citation("Satu. Satu.", "Satu")
    print_answer(make_answer(replace(citation, start=106, end=110)))
    quote = capsys.readouterr().out.split("\n")[2]
    assert quote == "[1] Satu. \x1b[1;7mSatu\x1b[0m."


@pytest.mark.usefixtures("pipe")
def test_other_languages_read_english(capsys: pytest.CaptureFixture[str]) -> None:
    """Our own words follow the question's language where we speak it."""
    print_answer(replace(make_answer(hits=(make_hit("uno"),)), language="es"))
    assert "The nearest passages:" in capsys.readouterr().out


@pytest.mark.usefixtures("pipe")
def test_not_found_shows_the_nearest_passages(capsys: pytest.CaptureFixture[str]) -> None:
    """It says so in the answer's words and lists three passages, cut to a snippet."""
    long = "kata " * 100
    print_answer(make_answer(hits=(make_hit(long), make_hit("dua"), make_hit("3"), make_hit("4"))))
    assert capsys.readouterr().out == (
        "Tidak ada jawaban di artikel.\n"
        "\n"
        "Bagian yang paling dekat:\n"
        "\n"
        "1. Judul · 2022-04-26 · berita.txt  0.250\n"
        f"   {('kata ' * 60).strip()} …\n"
        "\n"
        "2. Judul · 2022-04-26 · berita.txt  0.250\n"
        "   dua\n"
        "\n"
        "3. Judul · 2022-04-26 · berita.txt  0.250\n"
        "   3\n"
    )


def test_hostile_text_stays_text(
    capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    """In every command, piped or not: escapes are shown, markup and emoji codes are not read."""
    article = Article("a\x1b[5m", HOSTILE, f"{HOSTILE}\n\x1b]0;title\x07", HOSTILE, authors=("\r",))
    info = ArticleInfo("a\x1b[5m", HOSTILE, None, "id\x1b", HOSTILE, "d" * 64)
    for setting in ("pipe", "terminal"):
        request.getfixturevalue(setting)
        print_answer(make_answer(make_citation(SENTENCE, HOSTILE, title=HOSTILE)))
        answer = unstyled(capsys.readouterr().out)
        print_found(make_found(make_hit(SENTENCE, title=HOSTILE)))
        hits = unstyled(capsys.readouterr().out)
        print_article(article)
        shown = unstyled(capsys.readouterr().out)
        print_articles([info])
        listed = unstyled(capsys.readouterr().out)
        for text in (answer, hits, shown, listed):
            assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text.replace("\t", "")) is None
            # rich wraps on the terminal: compare without white space
            assert "".join(SHOWN.split()) in "".join(text.split())


@pytest.mark.usefixtures("pipe")
def test_a_title_cannot_pose_as_another_row(capsys: pytest.CaptureFixture[str]) -> None:
    """Tabs and line ends in a title do not make columns or rows."""
    print_articles([ArticleInfo("a", "x\ny\tz", None, "", "", "d" * 64)])
    assert capsys.readouterr().out == "a\t\t\tx y z\n"


@pytest.mark.usefixtures("pipe")
def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    """An empty result says so."""
    print_found(make_found())
    assert capsys.readouterr().out == "No passage found.\n"


@pytest.mark.usefixtures("terminal")
def test_the_fitting_sentence_is_bold(capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal shows the passage as one line, the sentence in bold and nothing else of it."""
    hit = make_hit("Satu dua.\nTiga empat. Lima.")
    print_found(Found((hit,), (Span("a", 10, 21),), NO_FACETS))
    line = capsys.readouterr().out.splitlines()[-1].strip()
    assert line == "Satu dua. \x1b[1mTiga empat.\x1b[0m Lima."
    print_found(Found((hit,), (None,), NO_FACETS))
    assert capsys.readouterr().out.splitlines()[-1].strip() == "Satu dua. Tiga empat. Lima."


@pytest.mark.usefixtures("pipe")
def test_an_answer_about_now_says_of_which_day(capsys: pytest.CaptureFixture[str]) -> None:
    """The day stands below the answer, in the question's language."""
    answer = make_answer(make_citation("Kalimat.", "Kalimat"))
    print_answer(replace(answer, as_of=date(2022, 4, 26)))
    assert capsys.readouterr().out.splitlines()[:2] == ["Kalimat", "(per 26 April 2022)"]
    print_answer(replace(answer, as_of=date(2022, 5, 1), language="en"))
    assert capsys.readouterr().out.splitlines()[1] == "(as of 1 May 2022)"
    print_answer(answer)
    assert capsys.readouterr().out.splitlines()[1] == ""


REPORT: Mapping[str, object] = {
    "n": 2,
    "recall": {"1": 0.5, "5": 1.0},
    "mrr": 0.75,
    "auroc": None,
    "by_pair": {"en-id": {"n": 1, "recall": {"1": 0.0, "5": 1.0}, "mrr": 0.5, "auroc": None}},
}


@pytest.mark.usefixtures("pipe")
def test_a_report_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """One column for all questions and one per language pair, under their headings."""
    print_report(REPORT)
    assert capsys.readouterr().out == (
        "\tall\ten-id\nn\t2\t1\nrecall 1\t0.500\t0.000\nrecall 5\t1.000\t1.000\n"
        "mrr\t0.750\t0.500\nauroc\t-\t-\n"
    )


@pytest.mark.usefixtures("terminal")
def test_a_report_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """The same figures as an aligned table."""
    print_report(REPORT)
    lines = [line.split() for line in unstyled(capsys.readouterr().out).splitlines()]
    assert lines[:3] == [["all", "en-id"], ["n", "2", "1"], ["recall", "1", "0.500", "0.000"]]


def test_plain_values() -> None:
    """Dates, paths, tuples and missing figures become JSON; what has no JSON form is refused."""
    value = {1: (date(2022, 4, 26), PurePosixPath("a/b")), "n": float("nan"), "i": float("inf")}
    assert plain(value) == {"1": ["2022-04-26", "a/b"], "n": None, "i": None}
    with pytest.raises(TypeError, match="set"):
        plain({1, 2})


def test_json_keeps_text_exactly() -> None:
    """What is escaped for the terminal is the same text again once read."""
    article = Article("a", "T\x9b", f"{HOSTILE}\r\n\ud800 İ 🇮🇩", published=date(2022, 4, 26))
    line = dumps(article_json(article))
    assert json.loads(line)["text"] == article.text
    assert "İ 🇮🇩" in line
    assert re.search("[\x00-\x1f\x7f-\x9f\u202e]", line) is None


def test_answer_json_figures_are_numbers() -> None:
    """A found answer's spans and score come through unchanged."""
    value = answer_json(make_answer(make_citation("Satu dua.", "dua"), hits=(make_hit("dua"),)))
    assert json.loads(dumps(value)) == value
    assert value["confidence"] == 0.83
