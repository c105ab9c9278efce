"""What form an answer should have: the span itself, the clause around it, or the sentence.

Questions for a reason, a manner or somebody's words want a clause; a question for yes or no wants
the sentence that decides it. Recognised in English and Indonesian; other questions get the span.
"""

from __future__ import annotations

import re
from typing import Literal

from index import Span

Form = Literal["span", "clause", "sentence"]

_LEAST_WORDS = 4
_YES_NO = re.compile(
    r"(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)\s"
    r"|(benarkah|adakah|bisakah|bolehkah|sudahkah|haruskah|akankah|pernahkah|dapatkah|masihkah"
    r"|betulkah|apa benar|apakah benar)\b",
    re.IGNORECASE,
)
# "Apakah" also means "what" (apakah nama ...): it asks for yes or no where a name, a pronoun or
# an auxiliary follows.
_APAKAH = re.compile(
    r"(?i:apakah)\s+(?:[A-Z]\w*|(?:ia|dia|mereka|kita|kami|ada|sudah|masih|pernah|bisa|dapat|akan|"
    r"harus|telah|boleh|perlu)\b)(?:\s+\S+){2,}"
)
_LONG = re.compile(
    r"^(?:why|mengapa|kenapa|bagaimana|gimana|apa kata|apa (?:alasan|sebab|penyebab))\b"
    r"|^how\b(?! (?:many|much|old|long|far|tall|high|big|large|often|fast|deep|wide|heavy|late))"
    r"|^what (?:did|does|do|has|have|had|is|was|were|are) .+ "
    r"(?:say|said|saying|ask|asking|demand|urge|claim|think|want|promise|warn|tell|call for|do"
    r"|to do|doing|announce|propose|recommend|argue|explain|mean|happen)\b"
    r"|^what (?:happened|caused)\b"
    r"|^apa (?:yang|saja yang) .*(?:kata|ucap|minta|desak|tuntut|laku|sampai|janji|tegas|umum"
    r"|perintah|serukan|terjadi|sebab)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[,;:–—](?=\s)|[“”\"«»()]|\s[-–—]\s")


def answer_form(question: str) -> Form:
    """Return the form of answer that a question asks for."""
    asked = question.strip()
    if (_YES_NO.match(asked) and " or " not in asked.lower()) or _APAKAH.match(asked):
        return "sentence"
    return "clause" if _LONG.search(asked) else "span"


def shaped(span: Span, sentence: Span, text: str, form: Form) -> Span:
    """Widen a span to the form asked for.

    :param text: the sentence's characters.
    """
    if form == "sentence":
        return Span(sentence.article_id, sentence.start, sentence.end)
    start, end = span.start - sentence.start, span.end - sentence.start
    if form == "span" or len(text[start:end].split()) >= _LEAST_WORDS:
        return span
    left = max((found.end() for found in _BREAK.finditer(text, 0, start)), default=0)
    right = min((found.start() for found in _BREAK.finditer(text, end)), default=len(text))
    clause = text[left:right]
    if len(clause.split()) < _LEAST_WORDS:
        return Span(sentence.article_id, sentence.start, sentence.end)
    left += len(clause) - len(clause.lstrip())
    clause = clause.strip()
    # The full stop ends the sentence, not the clause.
    clause = clause.rstrip(".!?") or clause
    return Span(sentence.article_id, sentence.start + left, sentence.start + left + len(clause))
