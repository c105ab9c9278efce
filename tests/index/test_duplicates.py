"""Near-duplicates: likeness against exact sets, what is one and what is not, and families."""

from __future__ import annotations

import hashlib
import random
import re
import subprocess
import sys
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.article_edits import EDITS, copies, source
from benchmarks.article_templates import reports
from index.duplicates import (
    FEWEST_FACTS,
    FEWEST_NUMBERS,
    LIKENESS,
    SAME_FACTS,
    SAME_NUMBERS,
    SAME_SIZE,
    families,
    keys,
    likeness,
    near,
    signature,
)
from index.types import Article

ROOT = Path(__file__).parents[2]
WORDS = [f"{a}{b}{c}" for a in "bdklmnprst" for b in "aeiou" for c in ("na", "ri", "tok", "ma")]


def story(seed: str, words: int = 200) -> str:
    """Return sentences of random words, names and numbers, two or three to a line."""
    chance = random.Random(seed)
    sentences = []
    while words > 0:
        length = min(words, chance.randint(8, 16))
        sentence = [chance.choice(WORDS) for _ in range(length)]
        sentence[0] = sentence[0].capitalize()
        sentence[length // 2] = chance.choice(WORDS).capitalize()
        if chance.random() < 0.6:
            sentence[-1] = str(chance.randint(1, 2000))
        sentences.append(" ".join(sentence) + ".")
        words -= length
    return "\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3))


@cache
def signed(text: str, title: str = "") -> bytes:
    """Return the signature of a text."""
    return signature(title, text)


def are_near(one: bytes, other: bytes) -> bool:
    """Say whether two are near-duplicates."""
    return bool(near(one, [other])[0])


def shingles(text: str) -> set[str]:
    """Return the words and pairs of words of a text in Latin letters; the oracle."""
    words = re.findall(r"\w+", text.casefold())
    return {*words, *(" ".join(pair) for pair in pairwise(words))}


def common(one: str, other: str, *patterns: str) -> tuple[int, int]:
    """Return how many facts are common, and how many the text has that has fewer; the oracle."""
    both = fewer = 0
    for pattern in patterns:
        first, second = ({w.casefold() for w in re.findall(pattern, t)} for t in (one, other))
        both, fewer = both + len(first & second), fewer + min(len(first), len(second))
    return both, fewer


@cache
def pairs() -> list[tuple[str, str]]:
    """Return pairs of texts from equal to unrelated: edits of 30 stories, others, reports."""
    made = [(one.text, other.text) for (_, one), (_, other) in pairwise(reports(12))]
    for number in range(30):
        article = Article(f"a{number}", "", story(f"a{number}", 60 + 12 * number), language="en")
        other = Article(f"b{number}", "", story(f"b{number}", 400), language="en")
        edited = copies(source(article, WORDS, other)).values()
        made += [(article.text, one.text) for one in edited]
        made.append((article.text, other.text))
        made.append((article.text, article.text + "\n" + other.text[: len(article.text) // 2]))
    return made


def test_likeness_is_the_share_of_common_words_and_pairs() -> None:
    """Over 550 pairs the estimate is off by chance only, and not to one side."""
    errors = []
    for one, other in pairs():
        first, second = shingles(one), shingles(other)
        exact = len(first & second) / len(first | second)
        error = likeness(signed(one), signed(other)) - exact
        assert abs(error) <= 4.5 * max((exact * (1 - exact) / 256) ** 0.5, 1 / 256)
        errors.append(error)
    assert len(errors) > 500
    assert abs(np.mean(errors)) < 0.01  # copies of one story err together


def test_verdicts_are_those_of_exact_sets() -> None:
    """Away from the thresholds by what the estimates may be off, the verdict is the oracle's."""
    told = {True: 0, False: 0}
    for one, other in pairs():
        first, second = shingles(one), shingles(other)
        exact = len(first & second) / len(first | second)
        sizes = sorted((len(first), len(second)))
        rules = [exact - LIKENESS, sizes[0] / sizes[1] - SAME_SIZE]
        for patterns, share, fewest in (
            ([r"\w*\d\w*"], SAME_NUMBERS, FEWEST_NUMBERS),
            ([r"\w*\d\w*", r"\b[A-Z]\w*"], SAME_FACTS, FEWEST_FACTS),
        ):
            both, fewer = common(one, other, *patterns)
            rules.append(both / fewer - share if fewer >= fewest else 1.0)
        if min(map(abs, rules[:1] + rules[2:])) > 0.1:
            expected = min(rules) >= 0
            assert are_near(signed(one), signed(other)) == expected
            told[expected] += 1
    assert min(told.values()) > 50


@pytest.mark.parametrize("edit", sorted(EDITS))
def test_copies_are_near(edit: str) -> None:
    """What papers and scanners do to an article leaves it a near-duplicate, nine times in ten."""
    found = []
    for number in range(20):
        article = Article(f"{number}", "T", "T\n" + story(f"{number}", 220), language="en")
        other = Article("other", "", story(f"other {number}", 220), language="en")
        copy = copies(source(article, WORDS, other)).get(edit)
        found += [are_near(signed(article.text, "T"), signed(copy.text))] if copy else []
    assert len(found) >= 10
    assert sum(found) >= 0.9 * len(found)


def test_case_punctuation_white_space_and_title_do_not_count() -> None:
    """The same words give the same signature however they are set, under any headline."""
    text = story("typography").replace(". ", ', "').replace("\n", " ")
    loose = text.replace(" ", " \n\u00a0").replace('"', "”").replace(",", " —")
    assert signed(loose) == signed(text)
    assert signed(f"A headline\n{text}", "A headline") == signed(f"Another\n{text}", "Another")
    assert likeness(signed(text.upper()), signed(text)) == 1.0
    assert are_near(signed(text.upper()), signed(text))


def test_reports_from_one_template_are_not_near() -> None:
    """Of weather, market and other reports one pair in a thousand at most is taken for near."""
    alike = told = 0
    kinds: dict[str, list[bytes]] = {}
    for name, article in reports(20):
        kinds.setdefault(name, []).append(signed(article.text))
    for group in kinds.values():
        for one, other in combinations(group, 2):
            told += likeness(one, other) >= LIKENESS
            alike += are_near(one, other)
    assert told > 1000  # by their words alone most would be
    assert alike <= 0.001 * told


def test_a_round_up_joins_nothing() -> None:
    """Two stories in one text are no near-duplicate of either."""
    for number in range(20):
        one, other = story(f"one {number}", 150), story(f"other {number}", 150)
        both = signed(f"{one}\n{other}")
        assert not near(both, [signed(one), signed(other)]).any()


def test_short_texts_need_the_same_words() -> None:
    """Of a few words each counts, those of the headline too; nothing is near an empty text."""
    short = signed("Harga emas naik 2 persen hari ini.", "Emas")
    assert are_near(short, signed("HARGA EMAS  naik 2 persen, hari ini", "Emas!"))
    assert not are_near(short, signed("Harga emas turun 2 persen hari ini.", "Emas"))
    assert not are_near(short, signed("Harga emas naik 2 persen hari ini.", "Perak"))
    assert not are_near(signed(""), signed(story("long")))
    assert len(short) < len(signed(story("long")))


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    """Chinese text with one character in twenty changed is near, and other text is not."""
    chance = random.Random("zh")
    letters = [chr(0x4E00 + n) for n in range(900)]
    text = "".join(chance.choice(letters) for _ in range(300))
    changed = "".join("变" if n % 20 == 7 else letter for n, letter in enumerate(text))
    other = "".join(chance.choice(letters) for _ in range(300))
    assert are_near(signed(text), signed(changed))
    assert not are_near(signed(text), signed(other))


def test_only_the_beginning_of_a_very_long_text_counts() -> None:
    """What stands behind 200,000 characters changes nothing, and takes no time."""
    text = story("long", 40_000)[:200_000]
    assert len(text) == 200_000
    assert signed(text + " " + story("more", 5000)) == signed(text)


def test_signatures_stay_what_is_stored() -> None:
    """They are the same in every version, process and machine: indexes hold them."""
    texts = {
        "en": story("golden"),
        "zh": "新华社北京电,中国科学家昨日宣布" * 9,
        "hi": "प्रधानमंत्री ने सोमवार को दिल्ली में कहा " * 9,
        "th": "นายกรัฐมนตรีกล่าวเมื่อวันจันทร์ที่กรุงเทพ " * 9,
        "short": "Ein kurzer Text, \ud800 zerbrochen.",
    }
    digests = {k: hashlib.sha256(signed(text, "T")).hexdigest()[:16] for k, text in texts.items()}
    assert digests == {
        "en": "7d3dec4c0b9931b3",
        "zh": "55990eceeb15fe5b",
        "hi": "5d18c5d37272b243",
        "th": "f4ff38ec8d5935f4",
        "short": "3e4651fc0aa315b9",
    }


def test_signatures_do_not_depend_on_the_process() -> None:
    """Another seed of Python's own hashes gives the same signature."""
    text = story("process")
    code = (
        "import sys; from index.duplicates import signature; "
        "print(signature('', sys.stdin.read()).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True,
        cwd=ROOT, env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.strip() == signed(text).hex()


def test_keys_find_equal_and_near_signatures() -> None:
    """Equal signatures share the first key, near ones another; unequal ones never the first."""
    text = story("keys")
    one, edited, short = signed(text), signed(text.replace("a", "e", 5)), signed("A few words.")
    assert one != edited
    assert keys(one) == keys(signed(text))
    assert len(keys(one)) == 33
    assert len(keys(short)) == 1
    assert keys(one)[0] != keys(edited)[0]
    assert set(keys(one)[1:]) & set(keys(edited)[1:])
    assert are_near(one, edited)
    assert all(0 <= key < 2**54 for key in keys(one))


# What families are made of: stories, and copies of them with so many words changed that chains
# form, whose ends are no longer near.
def _chain(name: str) -> list[bytes]:
    chance = random.Random(name)
    words = [chance.choice(WORDS) for _ in range(150)]
    made = []
    for _ in range(7):
        made.append(signed(" ".join(words)))
        for place in chance.sample(range(150), 16):
            words[place] = chance.choice(WORDS)
    return made


POOL = [*_chain("a"), *_chain("b"), *_chain("c"), signed("A few words."), signed("Two words.")]


def components(signatures: dict[int, bytes]) -> set[frozenset[int]]:
    """Return the connected components of the near pairs, by asking of every pair; the oracle."""
    groups = {number: {number} for number in signatures}
    for one, other in combinations(signatures, 2):
        if are_near(signatures[one], signatures[other]) and groups[one] is not groups[other]:
            groups[one] |= groups[other]
            for number in groups[other]:
                groups[number] = groups[one]
    return {frozenset(group) for group in groups.values()}


def partition(named: dict[int, int]) -> set[frozenset[int]]:
    """Return families as sets."""
    return {
        frozenset(number for number, name in named.items() if name == one)
        for one in set(named.values())
    }


def test_the_pool_has_chains() -> None:
    """The test of families would tell nothing if all copies of a story were near each other."""
    chain = _chain("a")
    assert are_near(chain[0], chain[1])
    assert not are_near(chain[0], chain[6])
    assert partition(families(dict(enumerate(chain)))) == {frozenset(range(7))}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(range(len(POOL))), max_size=14),
    st.randoms(use_true_random=False),
)
def test_families_are_what_near_pairs_connect(chosen: list[int], chance: random.Random) -> None:
    """They equal the oracle's, whatever the numbers, and are named by the smallest."""
    numbers = chance.sample(range(1000), len(chosen))
    signatures = {number: POOL[one] for number, one in zip(numbers, chosen, strict=True)}
    named = families(signatures)
    assert partition(named) == components(signatures)
    assert all(name == min(n for n in named if named[n] == name) for name in named.values())


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.text(max_size=50))
def test_any_text_has_a_signature_near_itself(text: str, title: str) -> None:
    """Whatever the characters; white space around the text changes nothing."""
    one = signature(title, text * 8)
    assert len(one) in (16, 836)
    assert are_near(one, one)
    assert signature(title, title + text * 8) == signature(title, title + text * 8 + " \n")
