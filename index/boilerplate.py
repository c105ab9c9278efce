"""Which lines of an article are furniture of the page: indexed with it, never quoted from it.

The rules are conservative: a line is boilerplate when all of it is a known phrase, a link list
under a known heading, a credit, a bare address or markup. A line that merely mentions such a
phrase in a statement is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# "Baca Juga:" and its like introduce the title of another article; the colon is required,
# since "Baca juga buku ini" is a sentence.
_REFERENCE = re.compile(
    r"\W{0,3}(?:(?:baca|simak|lihat|tonton)[ -]?(?:juga|selengkapnya|pula)"
    r"|(?:artikel|berita) (?:terkait|lain(?:nya)?|populer)|pilihan (?:editor|redaksi)"
    r"|read (?:more|also|next|too)|also read|see also"
    r"|related(?: (?:articles?|stories|news|topics))?|more (?:on this story|from \w+)"
    r"|les (?:også|mer)|lire aussi|lea también|leia também|lesen sie auch|читайте также)"
    r"\s{0,2}[:：]",
    re.IGNORECASE,
)
# The whole line, with nothing but punctuation around it.
_PHRASE = re.compile(
    r"\W*(?:(?:baca|simak|lihat|tonton) juga|les også"
    r"|(?:artikel|berita|topik) (?:terkait|lainnya|populer)"
    r"|baca selengkapnya|selengkapnya|lanjutkan membaca|halaman selanjutnya"
    r"|read (?:more|also|next)|see also|related(?: (?:articles?|stories|news|topics|links))?"
    r"|(?:advertisements?|iklan|advertorial|sponsored(?: content)?|promoted)"
    r"|(?:advertisement\W+)?(?:scroll|gulir) (?:to|untuk) (?:continue|resume|lanjut\w*)"
    r"(?: (?:with content|reading|membaca))?"
    r"|continue reading|skip advertisement|story continues below(?: advertisement)?"
    r"|share(?: (?:this|on|via|it))?(?: (?:article|story|post|page))?"
    r"|bagikan(?: (?:artikel|berita|halaman))?(?: ini)?"
    r"|(?:follow us|ikuti kami)(?: (?:on|di) [\w\s,&/]{1,60})?"
    r"|sign up(?: (?:for|to) (?:our|the)(?: \w+){0,2} newsletters?)?"
    r"|subscribe(?: (?:now|to our(?: \w+)? newsletter))?|all rights reserved"
    r"|\[?gambas:?video[^\]]*\]?)\W*",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"(?:(?:editor|penulis|reporter|pewarta|fotografer|penyunting|penerjemah|\w{0,20}foto|photo"
    r"|image"
    r"|gambar|(?:photo|image|picture) credits?|sumber foto)\s?[:：]"
    r"|(?:photo|image|picture|photograph) by|foto oleh)\s?",
    re.IGNORECASE,
)
_CREDIT_IN_BRACKETS = re.compile(
    r"[(\[](?:foto|photo|image|gambar|dok|credit|source|sumber)(?: \w+)?\s?[:：./]"
    r"[^()\[\]]{1,100}[)\]]\.?",
    re.IGNORECASE,
)
# Who wrote it, at an article's end: "(RAY)", "(NEL / OTW)", "(fas/imf)".
_INITIALS = re.compile(r"\([A-Za-z]{2,4}\d?(?:\s?/\s?[A-Za-z]{2,8}\d?){0,3}\)\.?")
_VIDEO = re.compile(r"(?:simak|tonton|lihat|saksikan)(?: juga)? video(?:\s?[:：]|\s[\"'“‘«])", re.I)
_ADDRESS = re.compile(r"\W{0,3}(?:https?://|www\.)\S+\W{0,3}", re.IGNORECASE)
_MARKUP = re.compile(r"!\[[^\]]*\]\([^)]*\)|\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)|<!--.*-->|```\w*")
_FRONT_MATTER = re.compile(r"-{3,}|\+{3,}")
_FRONT_MATTER_LINE = re.compile(r"[\w-]{1,40}\s?[:=]|[-\]}\"']")
_BULLET = re.compile(r"(?:[-*•▪◦]|\d{1,2}[.)])\s+")
_SMALL_WORDS = frozenset(("and", "bin", "binti", "by", "dan", "de", "der", "dok", "oleh", "van"))
_LONGEST_TITLE = 150
_MOST_TITLES = 6
_LONGEST_FRONT_MATTER = 40


def find_boilerplate(lines: Sequence[str]) -> list[bool]:
    """Say for each line (trimmed, not blank, in order) whether it is boilerplate."""
    found = [_is_boilerplate(line) for line in lines]
    for number in range(_front_matter_length(lines)):
        found[number] = True
    for number, line in enumerate(lines):
        if len(line) < 40 and _REFERENCE.fullmatch(line.rstrip(" :：") + ":"):
            for title in _linked_titles(lines, number + 1):
                found[title] = True
    return found


def is_boilerplate(sentence: str) -> bool:
    """Say whether a sentence states nothing: a link to another article, initials, only signs."""
    nothing = not any(map(str.isalnum, sentence)) or _INITIALS.fullmatch(sentence)
    return bool(nothing or _REFERENCE.match(sentence))


def _is_boilerplate(line: str) -> bool:
    if is_boilerplate(line) or _VIDEO.match(line):
        return True
    if len(line) <= _LONGEST_TITLE and (
        _PHRASE.fullmatch(line) or _CREDIT_IN_BRACKETS.fullmatch(line)
    ):
        return True
    credit = _CREDIT.match(line)
    if credit and _is_name(line[credit.end() :]):
        return True
    return bool(_ADDRESS.fullmatch(line) or _MARKUP.fullmatch(line))


def _is_name(text: str) -> bool:
    """Say whether a text is a name or two ("Reuters/John Doe") and no statement."""
    words = re.findall(r"[^\W\d_]+", text[:80])
    small = sum(word[0].islower() and word not in _SMALL_WORDS for word in words)
    return (
        0 < len(words) <= 6
        and len(text) <= 80
        and 4 * small <= len(words)
        and text[-1] not in ".?!"
    )


def _front_matter_length(lines: Sequence[str]) -> int:
    """Count the lines of a YAML or TOML header, its rules included; 0 without one."""
    if not lines or not _FRONT_MATTER.fullmatch(lines[0]):
        return 0
    for number, line in enumerate(lines[1:_LONGEST_FRONT_MATTER], 1):
        if _FRONT_MATTER.fullmatch(line):
            return number + 1
        if not _FRONT_MATTER_LINE.match(line):
            return 0
    return 0


def _linked_titles(lines: Sequence[str], first: int) -> range:
    """Return the titles listed under a bare "Baca Juga:": lines that do not end a statement.

    The first is taken on trust; further ones must look like titles, so that an article that
    goes on after the link keeps its text.
    """
    last = first
    while last < min(len(lines), first + _MOST_TITLES):
        line = lines[last]
        title = _BULLET.sub("", line, count=1)
        if len(title) > _LONGEST_TITLE or title.rstrip("\"'”’)").endswith((".", "。", ":", "।")):
            break
        if last > first and title == line and not _in_title_case(title):
            break
        last += 1
    return range(first, last)


def _in_title_case(line: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", line) if len(word) > 3]
    return bool(words) and 3 * sum(word[0].isupper() for word in words) >= 2 * len(words)
