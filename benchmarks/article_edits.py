"""Near-duplicates of real articles, made by the edits that papers and scanners make.

Every edit takes the article's lines and a random generator of its own, so an article gives the
same copies in every run. ``None``: the edit does not apply, such as a headline to change where
there is none.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from index import Article, split_sentences

_AGENCIES = {
    "id": ("JAKARTA (Antara) - ", "(Antara/Reuters/rdk)"),
    "ms": ("KUALA LUMPUR (Bernama) -- ", "-- BERNAMA"),
    "es": ("MADRID (EFE).- ", "EFE"),
    "ru": ("МОСКВА (ТАСС) - ", "По материалам ТАСС"),
    "zh": ("新华社北京电 ", "(新华社)"),
    "no": ("OSLO (NTB): ", "(©NTB)"),
}
_AGENCY = ("LONDON (Reuters) - ", "(Reporting by our newsroom; Editing by Jane Grey)")

_BOILERPLATE = {
    "id": "Baca juga berita menarik lainnya di halaman utama kami. Ikuti saluran WhatsApp kami "
    "untuk kabar terbaru. Dilarang mengutip tanpa izin redaksi. Hak cipta dilindungi.",
    "ms": "Baca juga berita lain di laman utama kami. Ikuti saluran Telegram kami untuk berita "
    "terkini. Hak cipta terpelihara.",
    "es": "Lea también otras noticias en nuestra portada. Suscríbase a nuestro boletín para "
    "recibir las últimas noticias. Todos los derechos reservados.",
    "ru": "Читайте также другие новости на нашем сайте. Подписывайтесь на наш канал, чтобы не "
    "пропустить важное. Все права защищены.",
    "zh": "更多精彩内容请关注本站首页。版权所有，未经许可不得转载。",
    "no": "Les også flere saker på forsiden vår. Meld deg på nyhetsbrevet for de siste "
    "nyhetene. Alle rettigheter forbeholdt.",
}
_FURNITURE = (
    "Read more on our front page. Sign up for our newsletter to get the latest stories every "
    "morning. Follow us on social media. All rights reserved; do not republish."
)
# What scanners confuse.
_CONFUSED = {"l": "1", "i": "l", "o": "0", "e": "c", "a": "o", "m": "rn", "n": "u", "h": "b",
             "s": "5", "t": "f", "g": "q", "1": "l", "0": "O", "5": "S", "8": "3"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """An article to copy: its headline ("" without one), its lines, and what edits draw from."""

    article: Article
    headline: str
    lines: tuple[str, ...]
    words: Sequence[str]
    other: Article

    @property
    def language(self) -> str:
        """The language the furniture is written in."""
        return self.article.language


def source(article: Article, words: Sequence[str], other: Article) -> Source:
    """Take an article apart; one that is a single line is taken by its sentences.

    :param words: the vocabulary of its language, for substitutions.
    :param other: an unrelated article of its language, for headlines and merges.
    """
    lines = [line for line in article.text.split("\n") if line.strip()]
    headline = lines.pop(0) if article.title and lines[0].strip() == article.title else ""
    if len(lines) == 1:
        spans = split_sentences(lines[0], article.language, article_id=article.id)
        lines = [lines[0][one.start : one.end] for one in spans]
    return Source(article, headline, tuple(lines), words, other)


def _text(source: Source, lines: Sequence[str], headline: str | None = None) -> str:
    first = source.headline if headline is None else headline
    return "\n".join([first, *lines] if first else lines)


def _other_headline(source: Source, chance: random.Random) -> str:
    """Make a headline from words of the article's own first lines, as desks do."""
    words = source.lines[0].split()
    start = chance.randrange(max(1, len(words) - 8))
    return " ".join(words[start : start + 8]).strip(".,;:").capitalize()


def headline(source: Source, chance: random.Random) -> str | None:
    """Replace the headline."""
    if not source.headline:
        return None
    return _text(source, source.lines, _other_headline(source, chance))


def first_cut(source: Source, _: random.Random) -> str | None:
    """Cut the first paragraph."""
    return _text(source, source.lines[1:]) if len(source.lines) > 3 else None


def last_cut(source: Source, _: random.Random) -> str | None:
    """Cut the last paragraph."""
    return _text(source, source.lines[:-1]) if len(source.lines) > 3 else None


def boilerplate(source: Source, _: random.Random) -> str:
    """Append what web pages append."""
    return _text(source, [*source.lines, _BOILERPLATE.get(source.language, _FURNITURE)])


def agency(source: Source, _: random.Random) -> str:
    """Put a dateline in front and a credit behind."""
    place, credit = _AGENCIES.get(source.language, _AGENCY)
    first, *rest = source.lines
    return _text(source, [place + first, *rest, credit])


def _substituted(share: float) -> Callable[[Source, random.Random], str]:
    def substitute(source: Source, chance: random.Random) -> str:
        def change(match: re.Match[str]) -> str:
            return chance.choice(source.words) if chance.random() < share else match[0]

        # A character is a word of Chinese.
        word = r"\w" if source.language == "zh" else r"\w+"
        return re.sub(word, change, _text(source, source.lines))

    return substitute


def typography(source: Source, chance: random.Random) -> str:
    """Change white space, line ends, quotation marks and dashes, and the headline's case."""
    text = _text(source, source.lines, source.headline.upper())
    text = text.replace(' "', " “").replace('"', "”").replace("'", "’").replace(" - ", " — ")
    words = text.split(" ")
    joints = [chance.choice((" ", " ", " ", "  ", "\u00a0", "\n")) for _ in words]
    return "".join(part for pair in zip(words, joints, strict=True) for part in pair)


def upper_case(source: Source, _: random.Random) -> str:
    """Write everything in capitals, as old wires did."""
    return _text(source, source.lines).upper()


def _scanned(share: float) -> Callable[[Source, random.Random], str]:
    def scan(source: Source, chance: random.Random) -> str:
        out = []
        for character in _text(source, source.lines):
            if chance.random() >= share:
                out.append(character)
            elif chance.random() < 0.2:
                out.append("" if character == " " else character + " ")
            else:
                out.append(_CONFUSED.get(character, ""))
        return "".join(out)

    return scan


def merged(source: Source, chance: random.Random) -> str:
    """Add paragraphs of another story, up to a third of the article's length."""
    room = len(_text(source, source.lines)) // 3
    start = chance.randrange(max(1, len(source.other.text) - room))
    part = source.other.text[start : start + room]
    half = len(source.lines) // 2
    return _text(
        source, [*source.lines[:half], part[: room // 2], *source.lines[half:], part[room // 2 :]]
    )


def reprint(source: Source, chance: random.Random) -> str | None:
    """Do what a paper does with a wire: headline, dateline, a cut at the end, some words."""
    if len(source.lines) <= 4:
        return None
    place, credit = _AGENCIES.get(source.language, _AGENCY)
    lines = [place + source.lines[0], *source.lines[1:-1], credit]
    title = _other_headline(source, chance)
    changed = Source(source.article, title, tuple(lines), source.words, source.other)
    return _substituted(0.02)(changed, chance)


EDITS: Mapping[str, Callable[[Source, random.Random], str | None]] = {
    "headline changed": headline,
    "first paragraph cut": first_cut,
    "last paragraph cut": last_cut,
    "boilerplate appended": boilerplate,
    "agency line added": agency,
    "2 % of words substituted": _substituted(0.02),
    "5 % of words substituted": _substituted(0.05),
    "10 % of words substituted": _substituted(0.10),
    "white space, quotes": typography,
    "capitals": upper_case,
    "1 % of characters misread": _scanned(0.01),
    "2 % of characters misread": _scanned(0.02),
    "merged with a third of another": merged,
    "reprint: several of these": reprint,
}


def copies(source: Source) -> dict[str, Article]:
    """Return the copies of an article by the name of the edit."""
    made = {}
    for name, edit in EDITS.items():
        chance = random.Random(f"{source.article.id} {name}")
        text = edit(source, chance)
        if text and text != source.article.text:
            made[name] = Article(
                f"{source.article.id} / {name}", "", text, language=source.language
            )
    return made


def round_up(article: Article, other: Article) -> Article | None:
    """Put two stories of equal length into one text, which copies neither."""
    if len(other.text) < 0.9 * len(article.text):
        return None
    joined = f"{article.text}\n{other.text[: len(article.text)]}"
    return Article(f"{article.id} / round-up", "", joined, language=article.language)
