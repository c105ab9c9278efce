"""R8: random and damaged inputs of every loader, of analysis and of spans."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.loading.archives import ARCHIVES
from index.loading.formats import PLAIN, RISKY
from tests.hostile.properties import (
    SEEDS,
    check_analysis,
    check_bytes,
    check_fields,
    check_loader,
    check_spans,
)

SIZES = [pytest.param(15), pytest.param(10_000, marks=pytest.mark.long)]
FAST_SIZES = [pytest.param(100), pytest.param(10_000, marks=pytest.mark.long)]
LANGUAGES = st.sampled_from(["id", "en", "de", "th", "ja", "ar", "tr", "", "xx"])
# Pieces that texts are made of, and those that break what reads them.
PIECES = [
    *("Dr. ", "hlm. 5. ", "Ia berkata: ", "“ya”. ", "Baca juga: ", "1.250.000 ", "7,5 % "),
    *("26/4/2022 ", "2022-04-26", "\n", "\n\n", "\r", "\u2028", "- ", "# ", "> ", "| ", "[", "("),
    *("…", "?!", "\u200b", "\u202e", "\ufeff", "\ud7ff", "İ", "ß", "ﬁ", "e\u0301", "👩‍👧", "สวัสดี"),
    *("http://", "https://a.example/", "@", ":80", "\\", "%2e", "١٢٣", "１２", "京都。", "\x85"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("".join)


def mutated(data: bytes, seed: int, changes: int) -> bytes:
    """Return a document with bytes changed, runs removed, repeated or put elsewhere."""
    chance, out = random.Random(seed), bytearray(data)
    for _ in range(changes):
        place = chance.randrange(len(out) + 1)
        length = chance.choice((1, 2, 8, 64))
        how = chance.randrange(4)
        if how == 0:
            out[place : place + length] = chance.randbytes(length)
        elif how == 1:
            del out[place : place + length]
        elif how == 2:
            out[place:place] = out[place : place + length] * chance.choice((1, 50))
        else:
            other = chance.randrange(len(out) + 1)
            out[other:other] = out[place : place + length]
    return bytes(out)


def quiet(count: int) -> settings:
    """Return settings for so many examples, of any speed."""
    return settings(
        max_examples=count, deadline=None, suppress_health_check=[*HealthCheck], database=None
    )


def test_every_loader_is_fuzzed() -> None:
    """No format was forgotten; parquet is only ever parsed in the other process."""
    same = {".htm", ".jsonl.gz", ".atom", ".parquet", *ARCHIVES}
    assert {*PLAIN, *RISKY} - same <= {*SEEDS}


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("suffix", SEEDS)
def test_damaged_files_end_in_articles_or_sentences(suffix: str, count: int) -> None:
    """Nothing else comes out of a loader, whatever was done to a good document."""

    @quiet(count)
    @given(st.integers(0, 2**32), st.integers(1, 12))
    def check(seed: int, changes: int) -> None:
        check_loader(suffix, mutated(SEEDS[suffix], seed, changes))

    check()


FOUND = [(".zip", 2_664_896, 3)]  # a name that is not UTF-8 though the entry says so


@pytest.mark.parametrize(("suffix", "seed", "changes"), FOUND)
def test_what_was_found_stays_mended(suffix: str, seed: int, changes: int) -> None:
    """The findings of long runs."""
    check_loader(suffix, mutated(SEEDS[suffix], seed, changes))


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("suffix", SEEDS)
def test_any_bytes_end_in_articles_or_sentences(suffix: str, count: int) -> None:
    """Also what never was a document."""

    @quiet(count)
    @given(st.binary(max_size=300) | TEXTS.map(lambda text: text.encode("utf-8", "replace")))
    def check(data: bytes) -> None:
        check_loader(suffix, data)

    check()


@pytest.mark.parametrize("count", FAST_SIZES)
def test_spans_hold_for_any_text(count: int) -> None:
    """Sentences, passages and the text they are cut from."""
    quiet(count)(given(TEXTS, LANGUAGES)(check_spans))()


@pytest.mark.parametrize("count", FAST_SIZES)
def test_analysis_takes_any_text(count: int) -> None:
    """In any language, known or not."""
    quiet(count)(given(TEXTS, LANGUAGES)(check_analysis))()


@pytest.mark.parametrize("count", FAST_SIZES)
def test_fields_take_any_text(count: int) -> None:
    """Dates, datelines and web addresses."""
    quiet(count)(given(TEXTS)(check_fields))()


@pytest.mark.parametrize("count", FAST_SIZES)
def test_decoding_takes_any_bytes(count: int) -> None:
    """As text or as a refusal."""
    quiet(count)(given(st.binary(max_size=500))(check_bytes))()
