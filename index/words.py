"""Closed-class words and month names: the data of lexical analysis.

Stop words are closed classes only: articles, pronouns, prepositions, conjunctions, auxiliaries,
question words and particles. A word that may name a thing is none ("us" is also a country,
"may" and "will" are also people, "atas" is also a place). Only English and Indonesian have a
list: for other languages BM25 weighs frequent words down by itself, and the published lists
drop words that carry meaning. All entries are casefolded and without apostrophes.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH = _words(
    """
    a an the this that these those such
    i me my mine myself we our ours ourselves you your yours yourself yourselves
    he him his himself she her hers herself it its itself they them their theirs themselves
    who whom whose which what when where why how whoever whatever whichever whenever wherever
    am is are was were be been being isnt arent wasnt werent
    do does did done doing dont doesnt didnt have has had having havent hasnt hadnt
    can could might must shall should would cannot cant couldnt mustnt shouldnt wont wouldnt
    im youre hes shes theyre ive youve weve theyve youd theyd youll theyll
    thats whats whos wheres theres heres
    about above across after against along amid among around as at before behind below beneath
    beside besides between beyond by despite during except for from in inside into of off on onto
    out over per since than through throughout till to toward towards under until up upon via
    with within without
    and or nor but yet so if unless because although though while whereas whether both either
    neither not no
    there here then thus also too very just only even still again already ever
    any some each every another same
    """
)

_INDONESIAN = _words(
    """
    yang di ke dari dan atau serta pada dalam untuk dengan oleh kepada bagi terhadap tentang
    mengenai antara hingga sampai sejak selama seperti sebagai tanpa daripada demi guna melalui
    secara menurut sekitar
    ini itu tersebut sini situ sana begini begitu demikian
    saya aku kamu anda kau engkau dia ia beliau kami kita mereka kalian nya ku mu
    apa apakah siapa siapakah kapan kapankah mana manakah dimana dimanakah kemana darimana
    darimanakah mengapa mengapakah kenapa bagaimana bagaimanakah berapa berapakah bilamana
    adalah ialah merupakan yaitu yakni ada adakah adanya bukan bukankah tidak tak tidakkah belum
    jangan akan telah sudah sedang masih pernah bisa harus
    karena jika bila kalau apabila maka agar supaya bahwa bahwasanya ketika sementara sedangkan
    meski meskipun walaupun walau namun tetapi tapi melainkan sehingga setelah sesudah sebelum
    sambil seraya lalu kemudian
    juga pun lah kah saja hanya sangat lebih paling para si sang
    setiap tiap masing suatu sebuah seorang seekor beberapa
    """
)

# Malay is analysed as Indonesian, so its own function words join the list.
_MALAY = _words("bahawa kerana ataupun manakala iaitu adakah bilakah berapakah")

STOP_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"en": _ENGLISH, "id": _INDONESIAN | _MALAY}
)

# One month to a line: English, Indonesian, Malay, Spanish, French, German, Portuguese, Dutch
# and Italian names.
_MONTHS = """
january januari enero janvier januar janeiro gennaio
february februari pebruari febrero février februar fevereiro febbraio
maret marzo märz março maart
april abril avril aprile
mei maggio
june juni junio juin junho giugno
july juli julai julio juillet julho luglio
august agustus ogos agosto août
september septiembre septembre setembro settembre
october oktober octubre octobre outubro ottobre
november nopember noviembre novembre novembro
december desember disember diciembre décembre dezember dezembro dicembre
"""
# Short forms, and names that are ordinary words too: months only next to a day or a year.
_AMBIGUOUS_MONTHS = """
jan ene
feb peb
mar march mac mars
apr abr avr
may mai mayo maio
jun
jul
aug agu agt ags ago augustus
sep sept
oct okt
nov nop
dec des dis dic dez
"""


def _by_name(table: str) -> dict[str, int]:
    rows = [line.split() for line in table.strip().splitlines()]
    return {name: number for number, names in enumerate(rows, 1) for name in names}


AMBIGUOUS_MONTHS = frozenset(_by_name(_AMBIGUOUS_MONTHS))
MONTHS: Mapping[str, int] = MappingProxyType(_by_name(_AMBIGUOUS_MONTHS) | _by_name(_MONTHS))

# ISO 639-1 codes and the Snowball stemmers that serve them.
STEMMERS: Mapping[str, str] = MappingProxyType(
    {
        "ar": "arabic",
        "ca": "catalan",
        "cs": "czech",
        "da": "danish",
        "de": "german",
        "el": "greek",
        "en": "english",
        "eo": "esperanto",
        "es": "spanish",
        "et": "estonian",
        "eu": "basque",
        "fa": "persian",
        "fi": "finnish",
        "fr": "french",
        "ga": "irish",
        "hi": "hindi",
        "hu": "hungarian",
        "hy": "armenian",
        "id": "indonesian",
        "it": "italian",
        "lt": "lithuanian",
        "ne": "nepali",
        "nl": "dutch",
        "no": "norwegian",
        "pl": "polish",
        "pt": "portuguese",
        "ro": "romanian",
        "ru": "russian",
        "sr": "serbian",
        "st": "sesotho",
        "sv": "swedish",
        "ta": "tamil",
        "tr": "turkish",
        "yi": "yiddish",
    }
)
