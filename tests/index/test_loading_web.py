"""Addresses: pages, files, feeds and sitemaps from a real server, and what sites may ask of us."""

from __future__ import annotations

import ast
import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index import ArticleIndex
from index.embedding import Embedder
from index.errors import ArticleError
from index.loading import addresses, fetching, find_files, load_articles, websites
from index.types import Article
from tests.index.loaded import assert_one_sentence
from tests.index.made import packed, pdf, rss
from tests.index.served import Site, serving

ROOT = Path(__file__).parents[2]
TEXT = "Warung itu dibuka pada hari Senin, kata pemiliknya kepada para wartawan di kota."
PAGE = (
    '<html lang="id"><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>'
    f"<p>{TEXT}</p></article></body></html>"
)


def page(title: str, head: str = "") -> str:
    """Return a page with an article."""
    return PAGE.replace("{title}", title).replace("{head}", head)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve a site that may be asked, without pauses."""
    monkeypatch.setattr(fetching, "PAUSE", 0.0)
    with serving() as served:
        monkeypatch.setattr(addresses, "TRUSTED", {("127.0.0.1", served.port)})
        yield served


def both(address: str) -> tuple[list[Article], list[str]]:
    """Return the articles and the errors of an address."""
    errors: list[ArticleError] = []
    articles = list(load_articles(address, on_error=errors.append))
    for error in errors:
        assert_one_sentence(error)
    return articles, [str(error) for error in errors]


def test_a_page_is_an_article_under_its_address(site: Site) -> None:
    """Text and fields as from a saved page; its host sees who asks and nothing else."""
    address = site.put("/berita/1?x=a b", page("Warung Baru"))
    site.routes["/berita/1?x=a%20b"] = site.routes.pop("/berita/1?x=a b")
    address = address.replace(" ", "%20")
    (article,), errors = both(address)
    assert errors == []
    assert article.text == f"Warung Baru\n{TEXT}"
    assert (article.id, article.url, article.source) == (address, address, address)
    assert article.language == "id"
    assert site.asked == ["/robots.txt", "/berita/1?x=a%20b"]
    assert set(site.hosts) == {f"127.0.0.1:{site.port}"}
    assert set(site.agents) == {"Kutip"}


def test_nothing_is_asked_before_the_first_article(site: Site) -> None:
    """To find is not to fetch."""
    (file,) = find_files(site.put("/a", page("Warung Baru")))
    assert (file.address, site.asked) == (f"{site.base}/a", [])


def test_a_page_may_name_its_own_address_and_no_other_sites(site: Site) -> None:
    """Or it could take the place of another site's article."""
    own = f'<link rel="canonical" href="{site.base}/asli">'
    other = '<link rel="canonical" href="https://koran.example/curi">'
    assert both(site.put("/a", page("Warung Baru", own)))[0][0].id == f"{site.base}/asli"
    assert both(site.put("/b", page("Warung Baru", other)))[0][0].id == f"{site.base}/b"


def test_files_are_loaded_by_their_kind(site: Site) -> None:
    """By what they begin with, then by what the host says, then by their names."""
    assert both(site.put("/a", pdf([["Teks dari PDF."]]), "application/octet-stream"))[0][
        0
    ].text == ("Teks dari PDF.")
    assert both(site.put("/b.md", "# Judul\n\nTeks.", "text/plain"))[0][0].title == "Judul"
    assert [a.id for a in both(site.put("/c.csv", "id,text\n7,Teks.\n", "text/plain"))[0]] == ["7"]
    archive = site.put("/d.zip", packed({"x/a.txt": "Teks."}), "application/zip")
    assert [(a.id, a.source) for a in both(archive)[0]] == [(f"{archive}/x/a.txt",) * 2]
    assert "it is image/png, no article" in both(site.put("/e", b"\x89PNG", "image/png"))[1][0]


def test_redirects_are_followed_and_the_last_address_counts(site: Site) -> None:
    """Relative ones, too; but not for ever."""
    last = site.put("/akhir", page("Warung Baru"))
    site.put("/b/c", status=302, Location="../akhir")
    first = site.put("/a", status=301, Location="/b/c")
    assert both(first)[0][0].id == last
    site.put("/putar", status=302, Location="/putar")
    articles, errors = both(f"{site.base}/putar")
    assert (articles, ["passed on too often" in one for one in errors]) == ([], [True])
    assert site.asked.count("/putar") == fetching.REDIRECT_LIMIT + 1


def test_robots_txt_is_respected(site: Site) -> None:
    """Also behind a redirect; longer rules win, and ours is looked for by name."""
    site.put(
        "/robots.txt",
        "User-agent: *\nDisallow: /\n\nUser-agent: Kutip\nDisallow: /tutup\nAllow: /tutup/kecuali$",
        "text/plain",
    )
    for path in ("/buka", "/tutup/kecuali", "/tutup/lain"):
        site.put(path, page("Warung Baru"))
    site.put("/lompat", status=302, Location="/tutup/lain")
    assert len(both(f"{site.base}/buka")[0]) == 1
    assert len(both(f"{site.base}/tutup/kecuali")[0]) == 1
    for path in ("/tutup/lain", "/lompat"):
        articles, errors = both(site.base + path)
        assert (articles, ["robots.txt" in one for one in errors]) == ([], [True])
    assert "/tutup/lain" not in site.asked


@pytest.mark.parametrize(("status", "loaded"), [(404, 1), (403, 1), (500, 0), (503, 0), (429, 0)])
def test_a_host_without_rules_allows_and_a_broken_one_does_not(
    site: Site, status: int, loaded: int
) -> None:
    """RFC 9309."""
    site.put("/robots.txt", status=status)
    assert len(both(site.put("/a", page("Warung Baru")))[0]) == loaded


def test_pauses_are_kept_between_requests(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the host asks for, up to a bound; the clock here is not the wall's."""
    waited: list[float] = []
    monkeypatch.setattr(fetching.time, "sleep", waited.append)
    monkeypatch.setattr(fetching.time, "monotonic", lambda: 100.0)
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 7", "text/plain")
    both(site.put("/a", page("Warung Baru")))
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 9999", "text/plain")
    both(f"{site.base}/a")
    assert waited == [7.0, 10.0]


def test_a_feed_gives_its_entries_whole_or_from_their_pages(site: Site) -> None:
    """A summary stays where its page cannot be had; the feed's date wins."""
    site.put("/satu", page("Warung Baru"))
    items = (
        f"<item><title>Satu</title><link>{site.base}/satu</link><description>Ringkas.</description>"
        "<pubDate>Tue, 26 Apr 2022 00:30:00 +0700</pubDate></item>"
        f"<item><title>Dua</title><link>{site.base}/dua</link><content:encoded>"
        "<![CDATA[<p>Isi lengkap</p><p>kedua.</p>]]></content:encoded></item>"
        f"<item><title>Tiga</title><link>{site.base}/hilang</link><description>Ringkas tiga."
        "</description></item>"
    )
    articles, errors = both(site.put("/feed", rss(items), "application/rss+xml"))
    assert [(a.id.rpartition("/")[2], a.text) for a in articles] == [
        ("satu", f"Warung Baru\n{TEXT}"),
        ("dua", "Dua\nIsi lengkap\nkedua."),
        ("hilang", "Tiga\nRingkas tiga."),
    ]
    assert articles[0].published == date(2022, 4, 26)
    assert articles[2].metadata == {"site": "Koran", "excerpt": "yes"}
    assert ["answers 404 (Not Found)" in one for one in errors] == [True]
    assert "/dua" not in site.asked


def test_a_feed_tells_what_it_tells_and_what_is_left_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of change only where the entry has one; more entries than are read are spoken of."""
    item = "<item><title>{0}</title><description>Ringkas {0}.</description>{1}</item>"
    day = "<pubDate>Tue, 26 Apr 2022 00:30:00 +0700</pubDate>"
    changed = '<updated xmlns="http://www.w3.org/2005/Atom">2022-05-02T00:00:00Z</updated>'
    items = [item.format("satu", day), item.format("dua", day + changed), item.format("tiga", "")]
    address = site.put("/feed", rss("".join(items)), "application/rss+xml")
    articles, errors = both(address)
    days = [(a.published, a.metadata.get("modified")) for a in articles]
    assert days == [(date(2022, 4, 26), None), (date(2022, 4, 26), "2022-05-02"), (None, None)]
    assert not errors
    monkeypatch.setattr(websites, "PAGE_LIMIT", 2)
    articles, errors = both(address)
    assert (len(articles), len(errors), "more than 2 entries" in errors[0]) == (2, 1, True)


def test_a_bad_sitemap_in_a_sitemap_stops_no_other(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is gone, one that is damaged, and more than are read: each is one sentence."""
    site.put("/satu", page("Warung Satu"))
    site.put("/rusak.xml", "<urlset><url><loc>", "application/xml")
    site.put("/baik.xml", f"<urlset><url><loc>{site.base}/satu</loc></url></urlset>", "text/xml")
    names = ("hilang", "rusak", "baik")
    nested = "".join(f"<sitemap><loc>{site.base}/{name}.xml</loc></sitemap>" for name in names)
    address = site.put("/peta.xml", f"<sitemapindex>{nested}</sitemapindex>", "text/xml")
    articles, errors = both(address)
    assert [a.title for a in articles] == ["Warung Satu"]
    assert ["/hilang.xml" in errors[0], "/rusak.xml" in errors[1]] == [True, True]
    assert len(errors) == 2
    monkeypatch.setattr(websites, "_SITEMAP_LIMIT", 2)
    assert "lists more than 2 sitemaps" in both(address)[1][2]


def test_a_sitemap_gives_the_pages_of_its_own_host(site: Site) -> None:
    """Through a sitemap of sitemaps, packed or not; what others host is not asked."""
    for name in ("satu", "dua"):
        site.put(f"/{name}", page(f"Warung {name}"))
    urls = "".join(
        f"<url><loc>{address}</loc></url>"
        for address in (f"{site.base}/satu", "https://koran.example/x", f"{site.base}/dua")
    )
    listed = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    site.put("/isi.xml.gz", gzip.compress(listed.encode()), "application/gzip")
    nested = "<sitemapindex><sitemap><loc>{base}/isi.xml.gz</loc></sitemap></sitemapindex>"
    articles, errors = both(site.put("/peta.xml", nested, "application/xml"))
    assert ([a.title for a in articles], errors) == (["Warung satu", "Warung dua"], [])


@pytest.mark.parametrize("damage", [b"<urlset><url><loc>", b"\x1f\x8b<urlset>", b"<urlset/>"])
def test_a_damaged_sitemap_is_one_sentence(site: Site, damage: bytes) -> None:
    """As anything else that cannot be read."""
    articles, errors = both(site.put("/peta.xml", damage, "application/xml"))
    assert (articles, len(errors)) == ([], 1)


def test_a_sitemap_is_bounded_and_gives_up_on_a_broken_site(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After ten failures in a row."""
    urls = "".join(f"<url><loc>{site.base}/{n}</loc></url>" for n in range(40))
    address = site.put("/peta.xml", f"<urlset>{urls}</urlset>", "text/xml")
    errors = both(address)[1]
    assert (len(errors), "its pages cannot be had" in errors[-1]) == (11, True)
    monkeypatch.setattr(websites, "PAGE_LIMIT", 2)
    for number in range(3):
        site.put(f"/{number}", page("Warung Baru"))
    articles, errors = both(address)
    assert (len(articles), ["more than 2 pages" in one for one in errors]) == (2, [True])


def test_addresses_are_indexed_and_unchanged_ones_not_embedded_again(
    site: Site, tmp_path: Path, embedder: Embedder
) -> None:
    """What is not there is a failure among others."""
    address = site.put("/a", page("Warung Baru"))
    with ArticleIndex.open(tmp_path / "index", create=True, model=embedder) as index:
        report = index.add([address, f"{site.base}/b"])
        assert (report.added, len(report.failed)) == (1, 1)
        assert index.article(address).text == f"Warung Baru\n{TEXT}"
        again = index.add([address])
        assert (again.unchanged, again.embedded, again.failed) == (1, 0, ())
        assert index.stats().failures == 1
        index.add(site.put("/b", page("Warung Lain")))
        assert index.stats().failures == 0


def test_one_module_speaks_http() -> None:
    """No other client is imported, so none can forget the guard."""
    clients = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client"}
    found = set()
    for package in ("index", "qa", "ui"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
                module = node.module if isinstance(node, ast.ImportFrom) else None
                if clients & {*names, module, *[f"{module}.{name}" for name in names]}:
                    found.add(file.relative_to(ROOT).as_posix())
    assert found == {"index/loading/fetching.py"}
