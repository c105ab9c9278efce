"""Reports written from one template: the same phrases, other facts. None is a copy of another.

Weather, earthquakes, markets, prices, matches, results and appointments, in Indonesian and
English; the facts are drawn at random, and no report is about the same event as the next.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from index import Article

_CITIES = (
    "Jakarta Surabaya Bandung Medan Semarang Makassar Palembang Denpasar Padang Manado Ambon "
    "Kupang Pontianak Banjarmasin Samarinda Mataram Kendari Palu Jambi Bengkulu"
).split()
_TOWNS = (
    "Leeds York Derby Bath Luton Oxford Preston Lincoln Durham Exeter Norwich Carlisle Chester "
    "Swindon Reading Ipswich Bolton Hull"
).split()
_DAYS = "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober".split()
_SKIES = ("hujan ringan", "berawan", "cerah berawan", "hujan lebat", "hujan petir", "cerah")
_FIRST = "Andi Budi Citra Dewi Eko Fitri Galih Hana Indra Joko Kartika Lukman Maya Nanda".split()
_LAST = "Pratama Santoso Wijaya Lestari Siregar Nasution Hutapea Gunawan Halim Saputra".split()
_GIVEN = "Amelia Oliver Isla George Ava Noah Emily Arthur Sophie Leo Grace Oscar Lily".split()
_FAMILY = "Turner Hughes Morgan Walsh Barker Ellis Doyle Fletcher Lawson Pearce Webb".split()
_FIRMS = "Hartwell Brightline Corvane Delmar Eastmoor Fenwick Granby Holloway Ironside".split()
_POSTS = "finance|planning|schools|transport|housing|public health|culture|parks".split("|")
_OFFICES = "Keuangan|Perhubungan|Pendidikan|Kesehatan|Pertanian|Kebudayaan|Sosial".split("|")


def _date(chance: random.Random) -> str:
    return f"{chance.choice(_DAYS)} ({chance.randint(1, 28)}/{chance.randint(1, 12)})"


def _name(chance: random.Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _person(chance: random.Random) -> str:
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def _cuaca(chance: random.Random) -> str:
    city, low = chance.choice(_CITIES), chance.randint(20, 26)
    return (
        f"Badan Meteorologi, Klimatologi, dan Geofisika memprakirakan cuaca di {city} pada "
        f"{_date(chance)} {chance.choice(_SKIES)} pada pagi hari dan {chance.choice(_SKIES)} pada "
        f"siang hingga sore hari. Suhu udara berkisar {low} hingga {low + chance.randint(5, 9)} "
        f"derajat Celsius dengan kelembapan {chance.randint(55, 75)} sampai "
        f"{chance.randint(80, 98)} persen. Angin bertiup dari arah "
        f"{chance.choice(('utara', 'barat', 'timur', 'selatan'))} dengan kecepatan "
        f"{chance.randint(5, 40)} kilometer per jam. Masyarakat diimbau tetap waspada terhadap "
        "perubahan cuaca yang dapat terjadi sewaktu-waktu, terutama mereka yang beraktivitas di "
        f"luar ruangan. Tinggi gelombang di perairan sekitar {city} diperkirakan mencapai "
        f"{chance.randint(1, 4)},{chance.randint(0, 9)} meter."
    )


def _forecast(chance: random.Random) -> str:
    lines = [
        f"The outlook for {chance.choice(_WEEKDAYS)} from the regional weather office, issued at "
        f"{chance.randint(4, 11)}.{chance.randint(10, 59)} this morning:"
    ]
    for town in chance.sample(_TOWNS, 6):
        low = chance.randint(-2, 14)
        lines.append(
            f"{town}: {chance.choice(('dry', 'showers', 'sunny spells', 'heavy rain', 'fog'))} in "
            f"the morning, {chance.choice(('bright', 'cloudy', 'wet', 'windy'))} later; lows of "
            f"{low} and highs of {low + chance.randint(3, 11)} degrees; winds up to "
            f"{chance.randint(8, 60)} miles per hour."
        )
    lines.append(
        "Drivers are asked to allow extra time for their journeys and to check the roads before "
        "setting out. The next outlook will be issued this evening."
    )
    return "\n".join(lines)


def _gempa(chance: random.Random) -> str:
    city = chance.choice(_CITIES)
    return (
        f"Gempa bumi bermagnitudo {chance.randint(4, 6)},{chance.randint(0, 9)} mengguncang "
        f"wilayah {city} dan sekitarnya, {_date(chance)} pukul {chance.randint(0, 23)}."
        f"{chance.randint(10, 59)} WIB. BMKG menyatakan gempa tersebut tidak berpotensi tsunami. "
        "Pusat gempa berada di laut "
        f"pada jarak {chance.randint(11, 190)} kilometer "
        f"{chance.choice(('tenggara', 'barat daya'))} {city} dengan kedalaman "
        f"{chance.randint(5, 120)} kilometer. Hingga berita ini diturunkan, belum ada "
        "laporan mengenai kerusakan bangunan maupun korban akibat gempa tersebut. "
        "Masyarakat diimbau tetap tenang dan tidak terpengaruh isu yang tidak dapat "
        "dipertanggungjawabkan kebenarannya."
    )


def _saham(chance: random.Random) -> str:
    close, step = chance.randint(5800, 7400), chance.randint(11, 130)
    move = chance.choice(("naik", "turun"))
    return (
        f"Indeks Harga Saham Gabungan (IHSG) di Bursa Efek Indonesia ditutup {move} {step} poin "
        f"atau {chance.randint(0, 2)},{chance.randint(10, 99)} persen ke posisi {close} pada "
        f"perdagangan {_date(chance)}. Sebanyak {chance.randint(110, 320)} saham menguat, "
        f"{chance.randint(110, 320)} saham melemah, dan {chance.randint(90, 210)} saham tidak "
        f"bergerak. Nilai transaksi mencapai Rp{chance.randint(6, 19)},{chance.randint(1, 9)} "
        f"triliun dengan volume {chance.randint(9, 30)} miliar saham. Investor asing mencatatkan "
        f"{chance.choice(('beli', 'jual'))} bersih Rp{chance.randint(101, 990)} miliar. Nilai "
        "tukar rupiah terhadap dolar Amerika Serikat berada di level "
        f"{chance.randint(13900, 16400)}."
    )


def _harga(chance: random.Random) -> str:
    goods = ("Beras medium", "Gula pasir", "Minyak goreng", "Daging sapi", "Telur ayam",
             "Cabai merah", "Bawang merah", "Bawang putih")  # fmt: skip
    lines = [
        f"Berikut harga bahan pokok di pasar tradisional {chance.choice(_CITIES)} pada "
        f"{_date(chance)} menurut data Dinas Perdagangan setempat:"
    ]
    lines += [
        f"{one}: Rp{chance.randint(9, 140)}.{chance.randint(1, 9)}00 per kilogram" for one in goods
    ]
    lines.append(
        "Pemerintah menyatakan stok bahan pokok dalam keadaan aman dan meminta masyarakat tidak "
        "berbelanja secara berlebihan. Dinas Perdagangan akan terus memantau harga setiap hari."
    )
    return "\n".join(lines)


def _match(chance: random.Random) -> str:
    home, away = chance.sample(_TOWNS, 2)
    return (
        f"{home} {chance.randint(0, 5)}, {away} {chance.randint(0, 5)}: {_person(chance)} opened "
        f"the scoring in minute {chance.randint(2, 40)} after a pass from {_person(chance)}, and "
        f"{_person(chance)} struck again in minute {chance.randint(46, 89)}. The referee, "
        f"{_person(chance)}, showed {chance.randint(0, 7)} yellow cards in front of "
        f"{chance.randint(1200, 29000)} spectators. Manager {_person(chance)} said the players had "
        "given everything and that the club would take each match as it comes. It was the sort of "
        f"afternoon when everything could have gone either way. {home} now have "
        f"{chance.randint(3, 60)} points from {chance.randint(4, 30)} matches this season."
    )


def _earnings(chance: random.Random) -> str:
    firm = chance.choice(_FIRMS)
    return (
        f"{firm} plc said on {chance.choice(_WEEKDAYS)} that revenue for the quarter "
        f"{chance.choice(('rose', 'fell'))} {chance.randint(1, 29)} percent to "
        f"{chance.randint(101, 990)} million pounds, against expectations of "
        f"{chance.randint(101, 990)} million. Profit before tax was {chance.randint(11, 96)}."
        f"{chance.randint(1, 9)} million pounds, or {chance.randint(3, 80)} pence a share. The "
        f"company, which employs {chance.randint(1100, 9900)} people, kept its guidance for the "
        f"full year. Chief executive {_person(chance)} said that trading conditions remained "
        "challenging but that the company was well placed to benefit from any improvement in "
        f"demand. Shares in {firm} closed at {chance.randint(90, 990)} pence. The company will "
        "report its next results in three months' time."
    )


def _pelantikan(chance: random.Random) -> str:
    city, new = chance.choice(_CITIES), _name(chance)
    return (
        f"Wali Kota {city} {_name(chance)} melantik {new} sebagai Kepala Dinas "
        f"{chance.choice(_OFFICES)} Kota {city}, {_date(chance)}. {new} menggantikan "
        f"{_name(chance)} yang memasuki masa pensiun. Dalam sambutannya, wali kota meminta pejabat "
        "yang baru dilantik segera menyesuaikan diri dan bekerja sebaik-baiknya untuk melayani "
        "masyarakat. Ia juga berterima kasih kepada pejabat lama atas pengabdiannya selama "
        f"{chance.randint(3, 30)} tahun. Acara pelantikan dihadiri Ketua DPRD {_name(chance)} dan "
        f"Sekretaris Daerah {_name(chance)}."
    )


def _appointment(chance: random.Random) -> str:
    town, new = chance.choice(_TOWNS), _person(chance)
    return (
        f"{town} council has named {new} as its new head of {chance.choice(_POSTS)}. {new}, who "
        f"joins from {chance.choice(_TOWNS)}, takes over from {_person(chance)}, who is stepping "
        f"down after {chance.randint(2, 20)} years. Council leader {_person(chance)} said the "
        "appointment came at an important moment and that residents could look forward to "
        "better services. The opposition group on the council, led by "
        f"{_person(chance)}, welcomed the decision but asked for a clear plan before the summer. "
        f"The new head of department will start work on the first {chance.choice(_WEEKDAYS)} "
        f"of next month and will report to the chief executive, {_person(chance)}."
    )


TEMPLATES: Mapping[str, tuple[str, Callable[[random.Random], str]]] = {
    "weather, id": ("id", _cuaca),
    "weather, en": ("en", _forecast),
    "earthquake, id": ("id", _gempa),
    "stock market, id": ("id", _saham),
    "food prices, id": ("id", _harga),
    "football, en": ("en", _match),
    "earnings, en": ("en", _earnings),
    "appointment, id": ("id", _pelantikan),
    "appointment, en": ("en", _appointment),
}


def reports(count: int) -> list[tuple[str, Article]]:
    """Return ``count`` reports of every template, each with the template's name."""
    made = []
    for name, (language, write) in TEMPLATES.items():
        for number in range(count):
            id_ = f"template / {name} / {number}"
            text = write(random.Random(id_))
            made.append((name, Article(id_, "", text, language=language)))
    return made
