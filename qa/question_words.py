"""The words that make a question, in English and Indonesian, and what is asked without them."""

from __future__ import annotations

import re

ASKING = (
    r"what|which|who|whom|whose|when|where|why|how(?: (?:many|much|long|old|far|often|big))?"
    r"|apa(?:kah)?|siapa(?:kah)?|kapan(?:kah)?|di ?mana(?:kah)?|ke ?mana|dari mana|mana"
    r"|mengapa|kenapa|bagaimana(?:kah)?|(?:se)?berapa(?: (?:banyak|lama|jauh|kali|sering|besar))?"
)
JOINING = (
    r"(?:(?:and|but|so|ok|okay|also|dan|lalu|terus|tapi|tetapi|oh|nah|then|kemudian)\b[\s,]*)+"
)

ASKS = re.compile(rf"(?:{ASKING})\b", re.IGNORECASE)
JOINED = re.compile(rf"\A\s*{JOINING}", re.IGNORECASE)
_HELPERS = r"did|does|do|is|are|was|were|has|have|had|will|can|could|would"
_BEFORE = r"in|at|on|to|from|for|with|by|since|until|di|ke|dari|pada|dengan|oleh|untuk|sejak|sampai"
HELPING = re.compile(rf"\A\s*(?:(?:{_HELPERS}|yang|adalah|itu)\b\s*)+", re.IGNORECASE)
# With what belongs to it: "for how long", "to which month (did)", "di kota mana".
ASKING_PHRASE = re.compile(
    rf"\A\s*(?:(?:di|ke|dari|pada) \w+ (?:mana|apa)|(?:(?:{_BEFORE}) )?(?:{ASKING}))\b"
    rf"(?: \w+(?= (?:{_HELPERS})\b))?",
    re.IGNORECASE,
)
WHO = re.compile(r"\s*(?:who|siapa)\b", re.IGNORECASE)
WHERE = re.compile(
    r"\s*(?:where|(?:in|at|to|from) (?:which|what) \w+|(?:di|ke|dari) ?mana|di \w+ (?:mana|apa))\b",
    re.IGNORECASE,
)
# What a short answer names: "which museum ...?", "apa pengganti tali?", not "how many ...?".
NAMING = re.compile(
    r"\s*(?:which|who|what (?:is|was|are|were)|apa (?!yang)|siapa|mana)\b", re.IGNORECASE
)


def without_asking(question: str) -> str:
    """Return a question without its question word and what belongs to that."""
    own = JOINED.sub("", question, count=1)
    if phrase := ASKING_PHRASE.match(own):
        return own[phrase.end() :].strip()
    asking = ASKS.search(own)
    if asking is None:
        return own
    if asking.start() > len(own) // 2:  # "Guterres bertemu siapa?"
        return own[: asking.start()].strip()
    return f"{own[: asking.start()]}{own[asking.end() :]}".strip()


def topic_of(question: str) -> str:
    """Return what a question asks about, without its question word and helping verbs."""
    return HELPING.sub("", without_asking(question)).strip(" ?")
