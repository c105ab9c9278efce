"""Dates in questions against tables written by hand, and against the calendar."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Filters, Period, Timing
from qa import find_periods, question_time
from qa.question_time import asks_of_now

HERE = Path(__file__).parent
TODAY = date(2022, 4, 26)  # a Tuesday
QUESTIONS = [
    json.loads(line) for line in (HERE.parent / "periods.jsonl").read_text("utf-8").splitlines()
]
FRAMES = {
    "en": ("What happened {}?", "{}: what did the mayor say about 40 Sun readers in Mark Street"),
    "id": ("Apa yang terjadi {}?", "Mengapa {} wali kota Malang meresmikan 3 pasar ikan?"),
}
MONTHS = {
    "en": calendar.month_name[1:],
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November "
    "Desember".split(),
}  # fmt: skip
# The first date loads dateparser and its languages.
slow_at_first = settings(deadline=None, max_examples=60)
days = st.dates(date(1600, 1, 1), date(2099, 12, 31))


def read(value: str | None) -> date | None:
    """Return a day of a table; nothing is an open end."""
    return date.fromisoformat(value) if value else None


def periods(question: str, today: date = TODAY) -> list[Period]:
    """Return the periods of a question."""
    return [one.period for one in find_periods(question, today)]


def expressions(language: str) -> Iterator[Any]:
    """Yield the rows of a table: an expression, first day, last day."""
    table = (HERE / f"period_expressions.{language}.tsv").read_text("utf-8")
    for line in table.splitlines():
        expression, first, last = line.split("\t")
        yield pytest.param(language, expression, Period(read(first), read(last)), id=expression)


@pytest.mark.parametrize(
    ("language", "expression", "expected"), [*expressions("en"), *expressions("id")]
)
def test_expressions(language: str, expression: str, expected: Period) -> None:
    """Each means these days, inside a question and where a question begins with it."""
    for frame in FRAMES[language]:
        question = frame.format(expression)
        # Where "Minggu" opens the question, its capital says nothing.
        if question.startswith("Minggu"):
            continue
        found = find_periods(question, TODAY)
        assert [one.period for one in found] == [expected]
        assert question[found[0].start : found[0].end] in expression


def test_the_tables_are_long() -> None:
    """Each language has at least 120 different expressions."""
    for language in FRAMES:
        rows = [str(one.id) for one in expressions(language)]
        assert len(set(rows)) == len(rows) >= 120


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"])
def test_questions(row: dict[str, Any]) -> None:
    """Event periods and the present go to the search, periods of publication to the filters."""
    timing, filters = question_time(row["question"], None, TODAY)
    expected = tuple(Period(read(first), read(last)) for first, last in row.get("periods", ()))
    assert timing == Timing(expected, row.get("present", False))
    first, last = row.get("published", (None, None))
    wanted = Filters(published_from=read(first), published_to=read(last))
    assert filters == (wanted or None)


NO_TIME = """
May I ask what Mark did?
Who is Mark May?
Did May win the vote?
What did May's government promise?
Who lost confidence in May?
Who is April Jones and who is June Smith?
Where did the soldiers march?
Do plants need the sun?
Who writes for The Sun and the Sunday Times?
Who sang Yesterday?
What is "Last Christmas" about?
Who wrote “Senin Pagi” and “Tahun 1984”?
What does USA Today say?
Who hosts Last Week Tonight?
Who hosts the Today Show?
When did the last week of the war begin?
How many people died?
Why did 2000 people die?
Who lived in 2000 homes?
How do you run for 1500 meters?
What costs $2000?
What is 1,950 plus 2022.5?
Who drives a Boeing 2000-X?
What is 2019-nCoV?
How many of the 1800 votes counted?
What is in room 26 of building 4/2?
What is the ratio 16:9?
Who stayed from 9 to 5?
What is the second half about?
What is the score of 3-1?
What happened in 1500 villages?
How many of 2000 refugees arrived?
Who planned the September 11 attacks?
What did the January 6 committee find?
Is the office open Monday to Friday?
Who died 65 million years ago?
What is the 20/20/20 rule?
Where was Friday Night Lights filmed?
which network shows monday night football
When was the last year the Eagles won?
What happened on Friday (26/8)?
Who scored in the first quarter of the game?
What happened on 12 May '98?
What is 2.0 about?
When does the museum open?
What is DEC and what is an Oct tree?
How tall is the mayor of Nov?
Siapa yang mendarat di bulan?
Siapa Jan dan siapa Des?
Apa isi pasal 26?
Berapa dari 2000 orang yang datang?
Siapa yang tinggal di 2000 rumah?
Mengapa hingga 2000 warga mengungsi?
Apa itu Gerakan 30 September?
Di mana Universitas 17 Agustus 1945?
Di mana Jalan 17 Agustus?
Apa isi Peraturan Nomor 34 Tahun 2005?
Siapa yang lahir pada tahun baru?
Berapa usia anak 5 tahun?
Apa itu minggu tenang?
Berapa harga 3 kg beras?
Siapa Agus dan siapa Juli?
Apa itu hari raya?
Berapa kali setahun?
Apa arti mei?
Apa temuan dari 2000 responden?
Berapa desa di 2000 titik banjir?
Apa yang terjadi 65 juta tahun lalu?
Apa yang terjadi 1000 tahun lalu?
Apa yang terjadi seratus tahun lalu?
Apa yang terjadi bertahun-tahun lalu?
Peristiwa 27 Juli itu apa?
Apakah museum buka Senin sampai Jumat?
Apa isi Perpres 82/2021?
Siapa yang tiba Jumat (26/8)?
Bagaimana awal tahun ajaran diatur?
"""


@pytest.mark.parametrize("question", NO_TIME.strip().splitlines())
def test_no_time(question: str) -> None:
    """Names, numbers, titles and amounts are no dates, and nothing here asks of now."""
    assert question_time(question, Filters(languages=("en",)), TODAY) == (
        Timing(),
        Filters(languages=("en",)),
    )


@pytest.mark.parametrize("question", ["What happened on 31 April 2022?", "29 Februari 2021?"])
def test_days_that_never_were(question: str) -> None:
    """They are no period, and no other day is put in their place."""
    assert periods(question) == []


@slow_at_first
@given(day=days, language=st.sampled_from(["en", "id"]), form=st.integers(0, 3))
def test_every_day_is_read(day: date, language: str, form: int) -> None:
    """Any day, as either language writes it, is itself."""
    month = MONTHS[language][day.month - 1]
    written = (
        f"{day.day} {month} {day.year}",
        day.isoformat(),
        f"{day.day}/{day.month}/{day.year}",
        f"{day.day:02}-{day.month:02}-{day.year}",
    )[form]
    assert periods(f"What happened on {written}?") == [Period(day, day)]


@slow_at_first
@given(day=days, language=st.sampled_from(["en", "id"]))
def test_every_month_and_year_is_read(day: date, language: str) -> None:
    """Any month and any year has its first and its last day."""
    last = calendar.monthrange(day.year, day.month)[1]
    month = Period(day.replace(day=1), day.replace(day=last))
    name = MONTHS[language][day.month - 1]
    assert periods(f"Apa yang terjadi pada {name} {day.year}?") == [month]
    year = Period(date(day.year, 1, 1), date(day.year, 12, 31))
    assert periods(f"Apa yang terjadi pada tahun {day.year}?") == [year]
    assert periods(f"What happened in {day.year}?") == [year]


@slow_at_first
@given(one=days, other=days)
def test_every_range_is_read(one: date, other: date) -> None:
    """A range runs from its first day to its last; one that runs backwards is none."""
    question = f"from {one.day} {one:%B} {one.year} to {other.day} {other:%B} {other.year}"
    if one <= other:
        assert periods(question) == [Period(one, other)]
    else:
        assert periods(question) == [Period(one, one), Period(other, other)]


@slow_at_first
@given(today=days, count=st.integers(1, 400))
def test_relative_days_count_from_today(today: date, count: int) -> None:
    """So many days ago, and the week before, are counted on the calendar."""
    ago = today - timedelta(days=count)
    assert periods(f"What happened {count} days ago?", today) == [Period(ago, ago)]
    assert periods(f"Apa yang terjadi {count} hari lalu?", today) == [Period(ago, ago)]
    monday = today - timedelta(days=today.weekday() + 7)
    week = Period(monday, monday + timedelta(days=6))
    assert periods("Apa yang terjadi pekan lalu?", today) == [week]


_PARTS = "in on since between and to 2019 April May 26 last week lalu sejak 3 - , / ago 99".split()


@slow_at_first
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PARTS), max_size=9).map(" ".join)))
def test_any_text_may_be_asked(text: str) -> None:
    """Nothing raises; what is found stands in order in the text and no two overlap."""
    found = find_periods(text, TODAY)
    places = [place for one in found for place in (one.start, one.end)]
    assert places == sorted(places)
    assert all(text[one.start : one.end].strip() for one in found)
    asks_of_now(text)


@slow_at_first
@given(st.text(alphabet="abcdefgh ijklmnop?qrst.uvw,xyz'-", max_size=80))
def test_letters_are_rarely_time(text: str) -> None:
    """Without digits only words of time make a period."""
    for one in find_periods(text, TODAY):
        assert len(text[one.start : one.end]) >= 3
        assert one.period.first
        assert abs((one.period.first - TODAY).days) < 11 * 366


def test_relative_words_count_from_the_day_it_is() -> None:
    """Without ``today`` it is the clock's."""
    [found] = find_periods("What happened yesterday?")
    assert found.period in [
        Period(day, day) for day in (date.today() - timedelta(days=n) for n in (1, 2))
    ]


def test_filters_given_win_over_the_question() -> None:
    """A date filter stays as it is; others are kept beside the period of publication."""
    question = "artikel tentang banjir yang terbit pada 2021"
    year = {"published_from": date(2021, 1, 1), "published_to": date(2021, 12, 31)}
    assert question_time(question)[1] == Filters(**year)
    assert question_time(question, Filters(sources=("a",)))[1] == Filters(**year, sources=("a",))
    given_filters = Filters(published_to=date(2020, 1, 1))
    assert question_time(question, given_filters)[1] == given_filters


@pytest.mark.parametrize(
    "question",
    """
    What is the latest on the strike?
    Who is currently the mayor?
    What is the current price of rice?
    Where is the ship now?
    Who's the prime minister of Thailand?
    Who is the UN Secretary-General?
    How many cases are there at the moment?
    How have prices changed in recent months?
    Apa perkembangan terkini di Mariupol?
    Berapa harga beras sekarang?
    Siapa Sekjen PBB?
    Apa yang diresmikan belum lama ini?
    Siapakah wakil presiden Indonesia?
    Siapa yang menjadi ketua partai itu?
    Kapan banjir terakhir kali terjadi?
    """.strip().splitlines(),
)
def test_questions_of_now(question: str) -> None:
    assert asks_of_now(question.strip())


@pytest.mark.parametrize(
    "question",
    """
    Who was the president of France?
    Who is the first president of Indonesia?
    Who is the president who met Guterres?
    Who is the former mayor of Jakarta?
    Who is the author of the report?
    How strong is an electric current?
    What is the current in the wire?
    Who presents Now That's What I Call Music?
    What has changed until now?
    Siapa presiden pertama Indonesia?
    Siapa presiden yang menemui Guterres?
    Siapa mantan gubernur Jakarta?
    Siapa penulis laporan itu?
    Apa yang berubah sampai sekarang?
    """.strip().splitlines(),
)
def test_questions_of_another_time(question: str) -> None:
    assert not asks_of_now(question.strip())
