"""Near-duplicates: articles that are mostly one text, such as wire copies and reprints.

Two articles are near-duplicates when all of this holds of their texts, the title left out,
whatever their case, punctuation and white space:

1. Of the words and pairs of neighbouring words that either has, 54 in a hundred are in both, and
   neither has fewer than six tenths as many of them as the other.
2. They tell of the same: of the words with digits in the text that has fewer, six in ten are in
   the other too, and of words with digits and capitalised words together three in four. Reports
   from one template fail this. Fewer than three numbers, or five words of both kinds, tell nothing.

Texts of fewer than 30 words are near-duplicates only where they, and their titles, have the same
words in the same order. Of a very long text the first 200,000 characters count.

So a corrected figure, another headline or a paragraph less does not make another source of an
article. A translation or a summary is no near-duplicate, nor is a round-up of two articles, which
would join what has nothing in common. A family is what near-duplicates connect: a chain of small
edits is one family, though its ends may differ by more.

The 54 are estimated by MinHash (Broder 1997, "On the resemblance and containment of documents")
from 256 minima, with a standard error of 3; of each minimum the low 16 bits are kept (Li and König
2010, "b-Bit minwise hashing"). Pairs are looked for where three minima in one of 32 places agree:
with probability 0.996 for 54 in a hundred. Both are part of what a near-duplicate is, so that the
families depend on no order.

The figures were chosen on constructed copies and on what resembles them (benchmarks/duplicates.py).
"""

from __future__ import annotations

import hashlib
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

LIKENESS = 0.54
SAME_SIZE = 0.6
SAME_NUMBERS, FEWEST_NUMBERS = 0.6, 3
SAME_FACTS, FEWEST_FACTS = 0.75, 5
FEWEST_WORDS = 30

_CHARACTERS = 200_000
_MINIMA, _BANDS, _ROWS = 256, 32, 3
_NUMBERS, _NAMES = 32, 48
_ABSENT = 0xFFFFFFFF
_CHUNK = 4096  # shingles at a time: four megabytes
_PARTS = np.dtype(
    [
        ("size", "<u4"),
        ("minima", "<u2", _MINIMA),
        ("numbers", "<u4", _NUMBERS),
        ("names", "<u4", _NAMES),
    ]
)
# Where no spaces stand between words, each character counts as one.
_SPACELESS = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(rf"[{_SPACELESS}]\p{{M}}*|[\w--[{_SPACELESS}]]+", regex.VERSION1)
_DIGIT = regex.compile(r"\d")

Words = NDArray[np.uint32]


def signature(title: str, text: str) -> bytes:
    """Return what the near-duplicates of an article are found by, equal on every machine.

    16 bytes for a short text, 836 for any other. Signatures are stored: where any text would get
    another one, the format of the store must rise, and its migration sign the articles again.
    """
    body = text.removeprefix(title)[:_CHARACTERS]
    words = _WORD.findall(unicodedata.normalize("NFKC", body))
    if len(words) < FEWEST_WORDS:
        headline = _WORD.findall(unicodedata.normalize("NFKC", title))
        line = " ".join([*headline, *words]).casefold()
        return hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=16).digest()
    parts = np.zeros((), _PARTS)
    shingles = _shingles(words)
    parts["size"] = len(shingles)
    parts["minima"] = _minima(shingles) & 0xFFFF
    distinct = set(words)
    numbers = {word for word in distinct if not word.isalpha() and _DIGIT.search(word)}
    names = {word for word in distinct - numbers if word[0].isupper()}
    parts["numbers"] = _smallest(numbers, _NUMBERS)
    parts["names"] = _smallest(names, _NAMES)
    return parts.tobytes()


def keys(signature: bytes) -> list[int]:
    """Return where a signature is looked up: its own key, then 32 of its parts if it has any.

    Equal signatures share the first key, near-duplicates one of the others. 0 <= key < 2**54.
    """
    own = int.from_bytes(hashlib.blake2b(signature, digest_size=6).digest()) | _BANDS << 48
    if len(signature) != _PARTS.itemsize:
        return [own]
    bands = _bands(_parts([signature]))[0]
    return [own, *bands.tolist()]


def near(signature: bytes, others: Sequence[bytes]) -> NDArray[np.bool_]:
    """Say which of the other signatures belong to near-duplicates of this one."""
    result = np.array([other == signature for other in others], dtype=bool)
    long = np.array([len(other) == _PARTS.itemsize for other in others], dtype=bool)
    if len(signature) != _PARTS.itemsize or not long.any():
        return result
    one = _parts([signature])
    rest = _parts([other for other in others if len(other) == _PARTS.itemsize])
    # What costs least comes first, and the rest only looks at what is left.
    left = np.flatnonzero(_likeness(one, rest) >= LIKENESS)
    for agrees in (_same_size, _in_one_place, _same_facts):
        left = left[agrees(one, rest[left])]
    result[np.flatnonzero(long)[left]] = True
    return result


def _same_size(one: NDArray[Any], rest: NDArray[Any]) -> NDArray[np.bool_]:
    sizes = np.sort(np.stack(np.broadcast_arrays(one["size"], rest["size"])), axis=0)
    result: NDArray[np.bool_] = sizes[0] >= SAME_SIZE * sizes[1]
    return result


def _in_one_place(one: NDArray[Any], rest: NDArray[Any]) -> NDArray[np.bool_]:
    result: NDArray[np.bool_] = np.any(_bands(one) == _bands(rest), axis=1)
    return result


def _same_facts(one: NDArray[Any], rest: NDArray[Any]) -> NDArray[np.bool_]:
    numbers = _common(one["numbers"], rest["numbers"])
    facts = numbers + _common(one["names"], rest["names"])
    return _agree(numbers, SAME_NUMBERS, FEWEST_NUMBERS) & _agree(facts, SAME_FACTS, FEWEST_FACTS)


def likeness(one: bytes, other: bytes) -> float:
    """Return the estimated likeness of two texts in 0..1; of short ones whether they are equal."""
    if _PARTS.itemsize in (len(one), len(other)) and len(one) == len(other):
        return float(_likeness(_parts([one]), _parts([other]))[0])
    return float(one == other)


def families(signatures: Mapping[int, bytes]) -> dict[int, int]:
    """Return for each number the smallest one in its family, its own where it stands alone."""
    numbers = sorted(signatures)
    parent = {number: number for number in numbers}
    first: dict[bytes, int] = {}
    places: dict[int, list[int]] = defaultdict(list)
    for number in numbers:
        own = signatures[number]
        if own in first:
            _join(parent, [number, first[own]])
            continue
        first[own] = number
        _, *bands = keys(own)
        candidates = sorted({one for band in bands for one in places[band]})
        alike = near(own, [signatures[one] for one in candidates])
        _join(
            parent,
            [number, *(one for one, is_near in zip(candidates, alike, strict=True) if is_near)],
        )
        for band in bands:
            places[band].append(number)
    return {number: _root(parent, number) for number in numbers}


def _root(parent: dict[int, int], number: int) -> int:
    while parent[number] != number:
        parent[number] = number = parent[parent[number]]
    return number


def _join(parent: dict[int, int], numbers: Iterable[int]) -> None:
    """Make one family of these numbers, named by the smallest."""
    roots = {_root(parent, number) for number in numbers}
    for root in roots:
        parent[root] = min(roots)


def _hashes(words: Collection[str]) -> Words:
    known = {word: zlib.crc32(word.casefold().encode("utf-8", "replace")) for word in set(words)}
    return np.array([known[word] for word in words], dtype=np.uint32)


def _shingles(words: Sequence[str]) -> Words:
    """Return the hashes of the words and of the pairs of neighbours, each once, ascending."""
    single = _hashes(words)
    pairs = single[:-1] * np.uint32(0x9E3779B1) + single[1:]
    return np.unique(np.concatenate([single, pairs]))


def _minima(shingles: Words) -> Words:
    """Return the 256 minima of a set of hashes."""
    sketch = _empty_sketch().copy()
    for start in range(0, len(shingles), _CHUNK):
        sketch.update_batch(shingles[start : start + _CHUNK].tolist())
    values: Words = sketch.hashvalues
    return values


@cache
def _empty_sketch() -> Any:
    from datasketch import MinHash

    # The scheme is named because signatures are stored: defaults may change with the version.
    return MinHash(_MINIMA, seed=1, hashfunc=int, scheme="affine32")


def _smallest(words: Collection[str], count: int) -> Words:
    """Return the smallest hashes of a set of words, ascending, filled up with 2**32 - 1."""
    values = _hashes(words) * np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(15)
    values = np.unique(values * np.uint32(0xC2B2AE35))
    values = values[values != _ABSENT][:count]
    row = np.full(count, _ABSENT, np.uint32)
    row[: len(values)] = values
    return row


def _parts(signatures: Sequence[bytes]) -> NDArray[Any]:
    return np.frombuffer(b"".join(signatures), dtype=_PARTS)


def _bands(parts: NDArray[Any]) -> NDArray[np.int64]:
    """Return (n, 32) keys of three minima each."""
    rows = parts["minima"][:, : _BANDS * _ROWS].reshape(-1, _BANDS, _ROWS).astype(np.int64)
    packed = rows[..., 0] << 32 | rows[..., 1] << 16 | rows[..., 2]
    result: NDArray[np.int64] = packed | np.arange(_BANDS, dtype=np.int64) << 48
    return result


def _likeness(one: NDArray[Any], rest: NDArray[Any]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = np.mean(one["minima"] == rest["minima"], axis=1)
    return result


def _common(one: Words, rest: Words) -> NDArray[np.int64]:
    """Return (2, n): how many facts are common, and how many the text has that has fewer.

    Both are compared up to the last hash that both would have kept, so that nothing is taken for
    absent that was only left out.
    """
    last = np.minimum(_last(one), _last(rest))[:, None]
    fewer = np.minimum(np.sum(one <= last, axis=1), np.sum(rest <= last, axis=1))
    return np.stack([np.sum(np.isin(rest, one) & (rest <= last), axis=1), fewer])


def _agree(facts: NDArray[np.int64], share: float, fewest: int) -> NDArray[np.bool_]:
    """Say where enough facts are common; too few to tell agree."""
    common, fewer = facts
    result: NDArray[np.bool_] = (fewer < fewest) | (common >= share * fewer)
    return result


def _last(facts: Words) -> Words:
    """Return the largest hash up to which a row is complete."""
    last: Words = facts[:, -1]
    return np.where(last == _ABSENT, np.uint32(_ABSENT - 1), last)
