"""The day of a web page: what says that it is one, and the many dates that are something else's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.index.loaded import one, write

DAY = date(2022, 4, 26)
CHANGED = "2022-05-02"
TEXT = "<p>The mayor opened the bridge over the river before a large crowd, which had waited since"
TEXT += (
    " dawn, and thanked all who had built it.</p><p>It had taken six years and forty million.</p>"
)
LINKED = '<script type="application/ld+json">%s</script>'

SAYS: dict[str, tuple[str, str]] = {  # what stands in the head, and around the text
    "field": ('<meta property="article:published_time" content="2022-04-26T10:30+07:00">', "{}"),
    "named field": ('<meta name="DC.date.issued" content="26 April 2022">', "{}"),
    "data": (LINKED % '{"@type":"NewsArticle","datePublished":"2022-04-26"}', "{}"),
    "data in a graph": (
        LINKED % '{"@graph":[{"@type":"WebPage","datePublished":"2020-01-01"},'
        '{"@type":["Article"],"datePublished":"2022-04-26","comment":'
        '[{"@type":"Comment","datePublished":"2022-04-30"}]}]}',
        "{}",
    ),
    "property": ("", '<span itemprop="datePublished" content="2022-04-26">today</span>{}'),
    "address": ('<link rel="canonical" href="https://k.example/read/2022/04/26/1/a">', "{}"),
    "time": ("", '<h1>Bridge</h1><time datetime="2022-04-26T10:00:00+07:00">3 days ago</time>{}'),
    "time in a line": ("", "<h1>Bridge</h1><p>Published <time>26 April 2022</time></p>{}"),
    "dateline": ("", '<h1>Bridge</h1><div class="read__time">Kompas.com - 26/04/2022</div>{}'),
    "list": ("", '<h1>Bridge</h1><ul class="post-meta"><li>26 April 2022</li></ul>{}'),
    "not the next article's": (
        "",
        '<h1>Bridge</h1><div class="date">26 April 2022</div>{}'
        "<article><time datetime=2023-01-01>1 January 2023</time></article>",
    ),
}
SAYS_NOT: dict[str, tuple[str, str]] = {
    "footer": ("", "{}<footer>© 2021 Site. 12 March 2020</footer>"),
    "headline": ("", "<h1>The attack of 11 September 2001</h1>{}"),
    "numbers in a headline": ("", "<h1>Budget 2022-03-04</h1>{}"),
    "sentence": ("", "<h1>Quake</h1><p>It struck at 2021-05-05 10:30:00 and lasted long.</p>{}"),
    "time in a sentence": (
        "",
        "<h1>Quake</h1><p>It struck on <time datetime=2011-05-05>5 May</time> and lasted"
        " for half a minute in the whole city.</p>{}",
    ),
    "time in loose text": (
        "",
        "<h1>Quake</h1><div>It struck on <time datetime=2011-05-05>5 May</time> and lasted"
        " for half a minute in the whole city.</div>{}",
    ),
    "comment": ("", '{}<div id="comments"><div class="comment-date">3 June 2022</div>So?</div>'),
    "sidebar": ("", "{}<aside><time datetime=2018-01-02>2 January 2018</time> Other</aside>"),
    "related": ("", '{}<div class="related-posts"><b class="date">2 May 2018</b> Other</div>'),
    "script": ('<script>var built = "2020-02-02T10:00:00Z";</script>', "{}"),
    "markup": ("", "<!-- generated 2020-02-02 10:00:00 -->{}"),
    "picture": ("", '{}<img src="https://x.example/wp-content/2019/03/04/picture.jpg">'),
    "copyright": ('<meta name="copyright" content="2019-01-01">', "{}"),
    "another thing's data": (LINKED % '{"@type":"Event","datePublished":"2020-01-01"}', "{}"),
    "above the article": ("", "{}"),
    "damaged data": (LINKED % '{"@type":"Article","datePublished":"2020', "{}"),
}


def page(head: str, body: str) -> str:
    """Return a page with a date of today above its article."""
    article = f"<article>{body.format(TEXT)}</article>"
    above = '<div class="date">1 December 2024</div>'
    return f"<html lang=en><head><title>Bridge</title>{head}</head><body>{above}{article}</body>"


def test_a_date_above_the_headline_in_its_box_is_the_pages(tmp_path: Path) -> None:
    """Also where no element says what the article is; one further up is the day of the visit."""
    box = '<div class="head"><p class="date">26 April 2022</p><h1>Bridge</h1></div>'
    page = '<html><body><div><div><span class="date">1 December 2024</span></div></div>{}{}</body>'
    for name, body, day in (("a.html", box, DAY), ("b.html", "<h1>Bridge</h1>", None)):
        assert one(write(tmp_path / name, page.format(body, TEXT))).published == day


@pytest.mark.parametrize("case", SAYS)
def test_a_page_that_says_its_day_has_it(tmp_path: Path, case: str) -> None:
    """In fields for machines, in its address, or beside the article."""
    article = one(write(tmp_path / "a.html", page(*SAYS[case])))
    assert (article.published, dict(article.metadata).get("modified")) == (DAY, None)


@pytest.mark.parametrize("case", SAYS_NOT)
def test_no_other_date_is_taken_for_the_pages_own(tmp_path: Path, case: str) -> None:
    """An invented date would put the article in front for questions about that time."""
    article = one(write(tmp_path / "a.html", page(*SAYS_NOT[case])))
    assert article.published is None
    assert "modified" not in article.metadata
    assert not any(map(str.isdigit, article.metadata.get("site", "")))


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta property="article:modified_time" content="2022-05-02T08:00:00+07:00">', "{}"),
        (LINKED % '[{"@type":"BlogPosting","dateModified":"2022-05-02"}]', "{}"),
        ("", '<time itemprop="dateModified" datetime="2022-05-02">2 May</time>{}'),
        ("", '<h1>Bridge</h1><time class="updated" datetime="2022-05-02">2 May</time>{}'),
        ("", "<h1>Bridge</h1><span>Updated <time datetime=2022-05-02>2 May</time></span>{}"),
    ],
)
def test_the_day_of_a_change_is_not_that_of_publication(
    tmp_path: Path, head: str, body: str
) -> None:
    """A page that only says when it was changed does not say when it came out."""
    article = one(write(tmp_path / "a.html", page(head, body)))
    assert (article.published, article.metadata["modified"]) == (None, CHANGED)
