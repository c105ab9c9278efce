"""What somebody at the page waits for, in a browser: the page, the first words, the marked quote.

    python -m benchmarks.chat_browser --data ../shared/data --index-folder DIR

Milliseconds from pressing Enter to the frame in which something can be read. ``first_words`` is the
first of an answer or a refusal, ``whole`` all of it, ``quote`` the article beside it with the quote
marked. Then one conversation of many turns: times of its first and last turns, the script's memory
and the nodes of the page after a collection of garbage, and the memory of the server.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import results
from benchmarks.answer_latency import percentiles
from benchmarks.browser import start_chromium
from benchmarks.chat_server import Server, chat_of, chat_options, questions

LOADS = 10
EDGE = 20  # turns at either end of the conversation that are compared

# The first frame of each state; a question is asked as Enter does, by submitting the form.
_ASK = """question => new Promise((told, failed) => {
    const form = document.querySelector('form.ask');
    const times = {};
    const began = performance.now();
    form.querySelector('textarea').value = question;
    form.requestSubmit();
    const look = () => {
        const now = performance.now() - began;
        const turn = document.querySelector('#kutip-turn .turn[data-turn]');
        const answer = turn?.querySelector('.answer:not(.waiting)');
        if (answer) times.first_words ??= now;
        if (turn?.dataset.state === 'done') times.whole ??= now;
        if (document.querySelector('#kutip-turn .failed')) return failed(new Error('failed'));
        if (times.whole && !answer.classList.contains('found')) return told(times);
        const chip = document.querySelector('#kutip-turn .chip[aria-current]');
        const mark = document.querySelector('#kutip-pane .pane-body:not([aria-busy]) mark');
        if (times.whole && chip && mark) {
            times.quote = now;
            return told(times);
        }
        if (now > 60000) return failed(new Error('no answer in a minute'));
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})"""


def opened(browser: Browser, server: Server) -> tuple[Page, float]:
    """Open the page in a browser that has never seen it; return it with its milliseconds."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    page.set_default_timeout(60_000)
    began = time.perf_counter()
    page.goto(server.address)
    page.wait_for_selector(".kutip-ready")
    page.wait_for_selector(".example")
    return page, (time.perf_counter() - began) * 1000


def asked(page: Page, wanted: Iterator[str], turns: int) -> list[dict[str, float]]:
    """Ask so many questions in one conversation and return the times of each."""
    return [page.evaluate(_ASK, next(wanted)) for _ in range(turns)]


def summary(times: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Return the percentiles of each time, and how many questions had it."""
    figures: dict[str, Any] = {"questions": len(times)}
    for name in ("first_words", "whole", "quote"):
        values = [one[name] for one in times if name in one]
        figures[name] = {"n": len(values), **percentiles(values)} if values else None
    return figures


def weight(page: Page, server: Server) -> dict[str, float]:
    """Return what a conversation weighs, in the browser and on the server."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    session.detach()
    return {
        "script_mb": round(metrics["JSHeapUsedSize"] / 1e6, 1),
        "nodes": metrics["Nodes"],
        "server_mb": server.megabytes(),
    }


def conversation(page: Page, server: Server, wanted: Iterator[str], turns: int) -> dict[str, Any]:
    """Go on with one conversation and compare its beginning with its end."""
    edge = min(EDGE, turns // 2)
    first = asked(page, wanted, edge)
    before = weight(page, server)
    asked(page, wanted, turns - 2 * edge)
    last = asked(page, wanted, edge)
    return {
        "turns": turns,
        "first": summary(first),
        "last": summary(last),
        "weight": {f"after {edge}": before, f"after {turns}": weight(page, server)},
    }


def measured(server: Server, data: Path, count: int, turns: int) -> dict[str, Any]:
    """Measure loads, single questions and one long conversation."""
    wanted = questions(data)
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        loads = []
        for _ in range(LOADS):
            page, took = opened(browser, server)
            loads.append(took)
            page.context.close()
        page, _ = opened(browser, server)
        asked(page, wanted, 5)  # warm
        single = summary(asked(page, wanted, count))
        page.context.close()
        page, _ = opened(browser, server)
        figures = {
            "load": {"n": LOADS, "first": round(loads[0], 1), **percentiles(loads)},
            "question": single,
            "conversation": conversation(page, server, wanted, turns),
        }
        browser.close()
    return figures


def main() -> None:
    """Make or reuse the index, walk through the page and write the figures."""
    parser = chat_options(__doc__)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--turns", type=int, default=100)
    options = parser.parse_args()
    with chat_of(options) as server:
        figures = measured(server, options.data, options.questions, options.turns)
    results.write("chat_browser", {"reader": options.reader, "milliseconds": figures})


if __name__ == "__main__":
    main()
