"""Sentence boundaries inside one line or paragraph.

``sentencex`` (Wikimedia) proposes boundaries and knows many languages' abbreviations; here
they are corrected for what news needs: quotation marks, Indonesian abbreviations, glued
sentences, addresses. Quotation marks are hidden from it, since it keeps whole quotations
together and takes a closing straight quote for an opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

# sentencex takes quadratic time for some texts (Chinese, unclosed quotes), so it sees a long
# line in windows; the last sentence of a window is left to the next one.
_WINDOW = 1200

_QUOTES = "\"“”„‟«»‹›'‘’‚‛「」『』"
_HIDDEN = {ord(mark): " " for mark in _QUOTES + "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
# A mark before a full stop hides as a letter: "word ." with a space would end nothing.
_NOT_AS_SPACE = re.compile(f"[\ud800-\udfff]|(?<=\\S)[{_QUOTES}](?=[{_QUOTES}]{{0,2}}[.!?…])")

_CLOSING = frozenset("”’›」』)]}）］｝】》〉〕")
_CLOSING_BEFORE_SPACE = frozenset("\"'“‘»«„")
_CLOSING_AFTER_SPACE = frozenset("”’»」』")
_CANNOT_START = frozenset(",;:!?%…)]}”’›」』、，；：。！？）］｝】》〉〕.")
_BEFORE_LETTER = frozenset("\"'“‘„‚«»‹›([{-–—―…. \u00a0")
_EAST_ASIAN_END = frozenset("。！？｡")
_EAST_ASIAN = 0x2E80  # from here on, scripts that put no spaces between sentences


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations that introduce what follows them and that sentencex splits after.
_INTRODUCING = _words(
    "Mr Mrs Ms Dr DR dr Drs Dra drg Prof PROF Ir St Ste Rev Gen Sen Rep Gov Col Capt Lt Sgt "
    "Maj Inf Hon Insp Mme Mlle Hr Jl JL Jln Jend Letjen Mayjen Brigjen Kol Letkol Kapt Serma "
    "Irjen Kombes Kompol AKBP AKP Ipda Iptu Aiptu Aipda Bripka Briptu Ny Tn Sdr Bpk Ust KH "
    "K.H Hj Rp RP Tgl tgl PT CV UD Kab Kec Kel Prov a.n u.p vs cf e.g i.e св Св им ул Ул "
    "просп г-н г-жа проф акад Supt"
)
_BEFORE_NUMBER = _words("No no NO Nos nos Nr nr Kl kl hlm Hlm p pp Fig fig Art art Vol vol Sec")
_HOURS = frozenset(("a.m", "p.m", "am", "pm"))
_TIME_ZONE = re.compile(
    r"(?:[ECMP][SD]?T|GMT|UTC|BST|CET|WIB|WITA|WIT|Eastern|Central|Mountain|Pacific|local)\b"
)
_WORD_AT_END = re.compile(r"[^\W\d_](?:[\w.-]*\w)?$")
_LIST_MARKER = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[IVX]{1,4})[.)]")
_THOUSANDS = re.compile(r"\d\.\s\d{3}\b")
_ADDRESS = re.compile(r"://|^\W?www\.|@", re.IGNORECASE)
_WORD_GLUED = re.compile(r"[^\W\d_]{3,}[.!?][\"'”’)\]»]*$")
_DOMAIN = re.compile(r"(?:com|net|org|id|co|go|tv)\b", re.IGNORECASE)
_CLUSTER = regex.compile(r"\X")


def split_paragraph(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of a text without outer white space."""
    start = 0
    for boundary in _propose(text, language):
        end = _take_closing(text, boundary)
        following = _skip_space(text, end)
        if end <= start or following == len(text):
            continue
        if not _continues(text, start, end, following):
            yield start, end
            start = following
    yield start, len(text)


def _propose(text: str, language: str) -> Iterator[int]:
    """Yield where sentencex ends a sentence, white space and quotes after it left out."""
    if text.isascii() and not any(mark in text for mark in ".!?"):
        return
    from sentencex import get_sentence_boundaries

    hidden = _NOT_AS_SPACE.sub("x", text).translate(_HIDDEN)
    code = "id" if language == "ms" else language or "en"
    begin = 0
    while begin < len(hidden):
        window = hidden[begin : begin + _WINDOW]
        sentences = get_sentence_boundaries(code, window)
        is_last = begin + _WINDOW >= len(hidden)
        for sentence in sentences if is_last else sentences[:-1]:
            visible = sentence["text"].rstrip()
            if visible:
                yield begin + sentence["start_index"] + len(visible)
        if is_last:
            return
        rest = sentences[-1]["start_index"]
        if rest < _WINDOW // 2:  # a sentence as long as this goes on without a new start
            rest = max(window.rfind(" "), _WINDOW // 2)
        begin += rest


def _skip_space(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _take_closing(text: str, end: int) -> int:
    """Move ``end`` past the quotation marks and brackets that close there."""
    while end < len(text):
        place = _skip_space(text, end)
        if place == len(text):
            break
        mark, after = text[place], text[place + 1 : place + 2]
        free = not after or after.isspace() or after in _CANNOT_START
        if place == end:
            closes = mark in _CLOSING or (mark in _CLOSING_BEFORE_SPACE and free)
        else:
            closes = mark in _CLOSING_AFTER_SPACE and free
        if not closes:
            break
        end = place + 1
    return end


def _continues(text: str, start: int, end: int, following: int) -> bool:
    """Say whether the sentence goes on after ``end``, with what stands at ``following``."""
    last, first = text[end - 1], text[following]
    if first in _CANNOT_START:
        return True
    if last in _EAST_ASIAN_END:
        return not _is_cluster_start(text, following)
    if following == end and not _may_be_glued(text, end):
        return True
    # A list's "1.", or "39. 039" as tokenised corpora write it.
    marker = end - start <= 6 and _LIST_MARKER.fullmatch(text, start, end)
    if marker or _starts_in_lower_case(text, following) or _THOUSANDS.match(text, end - 2):
        return True
    return last == "." and _is_abbreviation(text, start, end, following)


def _starts_in_lower_case(text: str, place: int) -> bool:
    for character in text[place : place + 5]:
        if character not in _BEFORE_LETTER:
            # Georgian letters count as lower case but have no capitals in running text.
            return character.islower() and character.title() != character
    return False


def _may_be_glued(text: str, end: int) -> bool:
    """Say whether a sentence can end where no space follows."""
    first = text[end]
    if not _is_cluster_start(text, end):
        return False
    if text[end - 1] in "”’」』》】）" and ord(first) >= _EAST_ASIAN:
        return False  # “……。”he said, in one sentence
    if not any(mark in text[max(0, end - 4) : end] for mark in ".!?"):
        return True  # a mark of a script that needs no space
    if ord(first) >= _EAST_ASIAN:
        return True
    before = text[max(0, end - 60) : end].split()
    after = text[end : end + 60].split()
    if not before or not after or _ADDRESS.search(before[-1] + after[0]):
        return False
    starts = first.isupper() or (not first.isalnum() and after[0][1:2].isupper())
    return starts and bool(_WORD_GLUED.search(before[-1])) and not _DOMAIN.match(text, end)


def _is_cluster_start(text: str, place: int) -> bool:
    """Say whether a user-perceived character starts here, and not a mark on the one before."""
    if text[place].isascii() or text[place - 1].isspace():
        return True
    cluster = _CLUSTER.match(text[place - 1 : place + 1])
    return cluster is not None and cluster.end() == 1


def _is_abbreviation(text: str, start: int, end: int, following: int) -> bool:
    """Say whether the full stop before ``end`` marks an abbreviation that goes on."""
    match = _WORD_AT_END.search(text[max(start, end - 25) : end - 1])
    if not match:
        return False
    word, first = match.group(), text[following]
    if word in _INTRODUCING:
        return True
    if len(word) == 1 and word.isupper() and first.isupper():
        before = text[max(start, end - 40) : end - 2].split()
        return not before or not before[-1][0].islower()  # an initial; but "grade A. The"
    if word in _BEFORE_NUMBER:
        return first.isdecimal()
    return word.casefold() in _HOURS and bool(_TIME_ZONE.match(text, following))
