"""Datelines as Indonesian and English papers write them, and dates that are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.loading.dates import find_dateline, is_dateline, parse_date

DAY = date(2022, 4, 26)

INDONESIAN = [
    ("Selasa, 26 April 2022 10:30 WIB", DAY),
    ("Selasa, 26 April 2022", DAY),
    ("Selasa (26/4/2022)", DAY),
    ("Jakarta, 26/4/2022", DAY),
    ("Jakarta, 26 April 2022", DAY),
    ("Jakarta, Kompas.com (26/04/2022) - Presiden Joko Widodo membuka rapat itu.", DAY),
    ("JAKARTA, KOMPAS.com (26/04/2022) — Presiden membuka rapat kabinet di istana.", DAY),
    ("Jakarta (ANTARA), 26/4/2022 - Presiden membuka rapat kabinet di istana.", DAY),
    ("Kompas.com - 26/04/2022, 10:30 WIB", DAY),
    ("detikNews | Selasa, 26 Apr 2022 10:30 WIB", DAY),
    ("Jakarta, CNN Indonesia -- Selasa, 26 Apr 2022 10:30 WIB", DAY),
    ("Oleh: Budi Santoso - Selasa, 26 April 2022", DAY),
    ("**Selasa, 26 April 2022**", DAY),
    ("26 April 2022 | 10:30 WIB", DAY),
    ("26/04/2022 10.30", DAY),
    ("26.04.2022", DAY),
    ("26-04-2022", DAY),
    ("Diperbarui: 26 April 2022", DAY),
    ("Jum'at, 29 April 2022", date(2022, 4, 29)),
    ("Minggu, 1 Mei 2022", date(2022, 5, 1)),
    ("Ahad, 1 Mei 2022", date(2022, 5, 1)),
    ("Tayang: Senin, 5 Desember 2022 pukul 08.15 WITA", date(2022, 12, 5)),
    ("Diterbitkan pada 17 Agustus 1945", date(1945, 8, 17)),
    ("Tanggal: 3 Nopember 2010", date(2010, 11, 3)),
    ("Tanggal terbit: 3 Pebruari 2010", date(2010, 2, 3)),
    ("26 Ags 2020", date(2020, 8, 26)),
    ("26 Agst. 2020", date(2020, 8, 26)),
    ("26 Agt 2020", date(2020, 8, 26)),
    ("5 Okt 1998", date(1998, 10, 5)),
    ("Kuala Lumpur, 1 Ogos 2020", date(2020, 8, 1)),
]

ENGLISH = [
    ("2022-04-26", DAY),
    ("2022/04/26", DAY),
    ("Date: 2022-04-26T10:30:00Z", DAY),
    ("Published: April 26, 2022", DAY),
    ("Published on 26 April 2022", DAY),
    ("Published 10:30 BST, 26 April 2022", DAY),
    ("Posted: Tuesday, April 26, 2022 at 10:30 a.m.", DAY),
    ("First published 26 Apr 2022 10.30 BST", DAY),
    ("Last updated: 26 April 2022 at 10:30 am", DAY),
    ("26 Apr 2022", DAY),
    ("26th of April, 2022", DAY),
    ("April 26th, 2022", DAY),
    ("Tue, 26 Apr 2022 10:30:00 GMT", DAY),
    ("Tuesday 26 April 2022", DAY),
    ("April 26, 2022 10:30 AM ET", DAY),
    ("April 26, 2022 | By Jane Doe", DAY),
    ("By Jane Doe, BBC News, 26 April 2022", DAY),
    ("By Jane Doe | April 26, 2022", DAY),
    ("London, April 26, 2022 (Reuters) - The government will fall, people said.", DAY),
    ("WASHINGTON, April 26, 2022 /PRNewswire/ -- The company said it would not.", DAY),
    ("New York, 26 April 2022", DAY),
    ("NEW YORK — September 3, 2021", date(2021, 9, 3)),
    ("Sept. 3, 2021", date(2021, 9, 3)),
    ("Dated December 31, 1999", date(1999, 12, 31)),
]

NONE = [
    "Presiden bertemu Sekjen PBB di Moscow, Rusia pada Selasa (26/4/2022).",
    "Gempa Cianjur 21 November 2022",
    "Jadwal Imsakiyah Ramadan 2 April 2022",
    "Pada 26 April 2022, Presiden berkata bahwa ia akan datang.",
    "Selasa, 26 April 2022, Presiden berkata bahwa ia akan datang.",
    "26 April 2022 adalah hari Selasa.",
    "Rapat berlangsung Senin, 25 April 2022 di Jakarta",
    "Lahir: Jakarta, 6 Juni 1901",
    "Putin met Guterres on April 26, 2022.",
    "Deadline: 26 April 2022",
    "Born: 6 June 1901",
    "George Orwell (25 June 1903 – 21 January 1950) was an English novelist and essayist.",
    "1 Januari 1990 – 5 Mei 2000",
    "KYIV, April 26 (Reuters) - The government said so.",
    "April 2022",
    "2022",
    "Copyright 2022 Kompas",
    "31/02/2024",
    "30 Februari 2022",
    "31 April 2022",
    "2022-13-01",
    "99999-99-99",
    "0000-00-00",
    "9 September 0000",
    "1 Januari 1500",
    "26 April 2999",
    "10/11/12",
    "26 orang 2022",
    "Versi 1.2.2022.4",
]


@pytest.mark.parametrize(("line", "day"), INDONESIAN + ENGLISH)
def test_a_dateline_first_or_last_is_the_articles_date(line: str, day: date) -> None:
    """The date counts at the top of a text, and below a long one when it is a whole line."""
    body = "\n\n".join(f"Kalimat ke-{number} dari berita ini." for number in range(20))
    assert find_dateline(f"{line}\n\n{body}") == day
    assert find_dateline(f"Judul\n{line}\n{body}") == day
    if is_dateline(line):
        assert find_dateline(f"{body}\n\n{line}\n") == day


@pytest.mark.parametrize("line", NONE)
def test_the_date_of_an_event_or_an_impossible_one_is_not_the_articles(line: str) -> None:
    """A text without a dateline has no date, wherever the other date stands."""
    body = "\n".join(["Satu kalimat."] * 8)
    for text in (line, f"{line}\n{body}", f"{body}\n{line}"):
        assert find_dateline(text) is None
    assert not is_dateline(line)


def test_only_the_outer_lines_count() -> None:
    """A dateline in the middle belongs to something quoted there."""
    lines = ["Satu kalimat."] * 6 + ["Selasa, 26 April 2022"] + ["Satu kalimat."] * 3
    assert find_dateline("\n".join(lines)) is None
    assert find_dateline("\n".join(lines[1:])) == DAY
    assert find_dateline("\n".join(lines[:-1])) == DAY


def test_a_line_that_only_opens_a_paragraph_counts_at_the_top_alone() -> None:
    """At the end such a line is the beginning of another article."""
    line = "London, April 26, 2022 (Reuters) - The government will fall, people said."
    assert find_dateline("\n".join(["One sentence."] * 8 + [line])) is None


def test_publication_wins_over_updating() -> None:
    """The update is used only where nothing tells the publication."""
    updated, published = "Updated: 28 April 2022", "Published: 26 April 2022"
    assert find_dateline(f"{updated}\n{published}\nText.") == DAY
    assert find_dateline(f"{updated}\nText.") == date(2022, 4, 28)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2022-04-26", DAY),
        ("20220426", DAY),
        ("2022-04-26T23:59:59-11:00", DAY),
        (" 2022-04-26 10:30:00 ", DAY),
        ("Selasa, 26 April 2022 10:30 WIB", DAY),
        ("Tue, 26 Apr 2022 10:30:00 GMT", DAY),
        ("26/4/2022", DAY),
        ("04/26/2022", DAY),
        ("5/6/2020", date(2020, 6, 5)),
        ("1600-01-01", date(1600, 1, 1)),
        ("1599-12-31", None),
        ("", None),
        ("yesterday", None),
        ("kemarin", None),
        ("26/4/22", None),
        ("29/02/2023", None),
        ("1650931200", None),
        ("mardi 26 avril 2022 à 10h30", DAY),
        ("26 de abril de 2022", DAY),
        ("26. april 2022", DAY),
        ("26 апреля 2022 г.", DAY),
        ("2022年4月26日", DAY),
        ("30 feb 2022", None),
        ("abril 2022", None),
        ("chapter 26 of 2022", None),
        ("4 films, 2022", None),
        ("9" * 100_000, None),
        ("1/" * 50_000, None),
    ],
)
def test_a_field_is_read_as_the_date_it_is_written_as(value: str, day: date | None) -> None:
    """No time zone moves the day, and nothing is completed from today's date."""
    assert parse_date(value) == day


def test_dates_far_ahead_are_damage() -> None:
    """Next year's dates are planned articles; later ones are mistakes."""
    year = date.today().year
    assert parse_date(f"{year + 1}-06-15") == date(year + 1, 6, 15)
    assert parse_date(f"{year + 2}-06-15") is None


@settings(deadline=None)
@given(st.dates(min_value=date(1600, 1, 1), max_value=date.today()))
def test_every_day_is_read_in_every_numeric_form(day: date) -> None:
    """Day first, year first and compact give the same day back."""
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day:%Y%m%d}") == day
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == day
    assert find_dateline(f"Jakarta, {day.day}-{day.month}-{day.year}\nSatu kalimat.") == day


@settings(deadline=None)
@given(st.text(alphabet="12/.-, ()ApriMe|:–\n", max_size=300))
def test_any_text_gives_a_plausible_date_or_none(text: str) -> None:
    """Whatever looks like a date and is none never raises."""
    for found in (find_dateline(text), parse_date(text)):
        assert found is None or date(1600, 1, 1) <= found <= date.today() + timedelta(days=731)
