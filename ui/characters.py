"""Turn text that others wrote into HTML that shows what is there and nothing else.

Characters that hide, reorder or imitate text are taken out of what is displayed. Offsets stay
right, because text is cut by offsets first and each piece is escaped afterwards.
"""

from __future__ import annotations

import html
import re
import unicodedata

# Shown as a small mark: controls, bidirectional embeddings, overrides and isolates (the direction
# of a piece is isolated by <bdi> instead), interlinear annotations, lone surrogates, runs of
# variation selectors and tag characters, which can carry whole messages nobody sees.
_SUSPECT = (
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ud800-\udfff]+"
    "|[\U000e0000-\U000e007f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
# Left out silently: invisible, and harmless in honest text. Joiners (U+200C, U+200D), direction
# marks (U+200E, U+200F) and single variation selectors are kept: real writing needs them.
_INVISIBLE = "[\u00ad\u034f\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff]+"
# A pile of combining marks paints over the lines above it; no orthography stacks more than four.
_COMBINING = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = f"{_COMBINING}{{5,}}"

_SPECIAL = re.compile(f"(?P<suspect>{_SUSPECT})|{_INVISIBLE}|(?P<pile>{_PILE})")
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")


def shown(text: str) -> str:
    """Return ``text`` as HTML: escaped, with a mark where characters were hidden."""
    pieces: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(text):
        pieces.append(html.escape(text[end : match.start()]))
        pieces.append(_instead(match))
        end = match.end()
    pieces.append(html.escape(text[end:]))
    return "".join(pieces)


def _instead(match: re.Match[str]) -> str:
    suspect = match["suspect"]
    if suspect:
        more = f" ×{len(suspect)}" if len(suspect) > 1 else ""
        return f'<span class="hidden-character" data-code="U+{ord(suspect[0]):04X}{more}"></span>'
    pile = match["pile"]
    return html.escape(pile[:4]) if pile else ""


def plain(text: str, *, limit: int = 300) -> str:
    """Return ``text`` as one line for an attribute: not yet escaped, cut at ``limit``."""
    line = " ".join(_SPECIAL.sub(_plain_instead, text[: 4 * limit]).split())
    return line if len(line) <= limit else f"{line[:limit].rstrip()}…"


def _plain_instead(match: re.Match[str]) -> str:
    return (match["pile"] or "")[:4]


def is_blank(text: str) -> bool:
    """Say whether nothing of ``text`` can be seen."""
    return not any(
        character not in _BLANK and unicodedata.category(character)[0] in "LNPSM"
        for character in text
    )
