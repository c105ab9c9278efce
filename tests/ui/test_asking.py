"""Asking and reading in a real browser, with answers of our own making."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import Opener
from tests.ui.room import (
    OPENING,
    PHONE,
    QUOTE,
    SENTENCE,
    Scripted,
    answered,
    ask,
    comes_into_view,
)


def test_the_first_page_invites(visit: Opener, library: Scripted) -> None:
    """Title, number of articles, examples that can be clicked, and where proof will appear."""
    count = library.count()
    page = visit()
    assert page.title() == "Kutip"
    expect(page.get_by_role("heading", level=1)).to_have_text("Kutip")
    expect(page.locator("#kutip-header .count")).to_have_text(f"{count} articles")
    expect(page.locator("#kutip-question")).to_be_focused()
    expect(page.get_by_role("region", name="Article")).to_contain_text("The proof appears here")
    page.locator(".example").first.click()
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    expect(page.locator("#kutip-welcome")).to_be_hidden()


def test_an_answer_opens_its_proof_at_the_exact_characters(visit: Opener) -> None:
    """The first citation is open beside the answer; any number opens its own place."""
    page = visit()
    answered(page, "What did Guterres ask Russia to do?")
    expect(page.locator("#kutip-turn .confidence")).to_have_text(
        "Very likely right 82%1 sourceAs of 26\u00a0April\u00a02022"
    )
    pane = page.locator("#kutip-pane")
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)
    comes_into_view(page, "#kutip-pane mark.answer")
    assert pane.locator("mark").all_inner_texts() == [
        "Dia juga mendesak Rusia untuk ",
        QUOTE,
        ".",
    ]
    expect(pane.locator(".title")).to_have_text("Putin bertemu Guterres di Moskwa")
    expect(pane.locator(".about")).to_have_text("guterres.txt · 26 April 2022 · Indonesian")
    page.get_by_role("button", name="[2] Putin bertemu Guterres di Moskwa").click()
    expect(pane.locator("mark.answer")).to_have_text("Vladimir Putin")
    comes_into_view(page, "#kutip-pane mark.answer")
    expect(page.locator("#kutip-turn .card[aria-current]")).to_have_count(1)
    page.get_by_role("button", name="Source 1: Putin bertemu Guterres di Moskwa").click()
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)


def test_an_answer_grows_without_moving(visit: Opener, library: Scripted) -> None:
    """The question is shown at once, the first words before the rest, and nothing jumps."""
    page = visit()
    library.growing.clear()
    ask(page, "Say it slowly")
    expect(page.locator("#kutip-turn .question")).to_have_text("Say it slowly")
    words = page.locator("#kutip-turn .answer .text")
    expect(words).to_have_text("The first words1")
    before = words.bounding_box()
    assert page.locator("#kutip-turn .confidence").count() == 0
    ask(page, "A second question while the first is being answered")
    assert page.locator(".question").count() == 1
    library.growing.set()
    expect(words).to_have_text("The first words, and the last.1")
    after = words.bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    expect(page.locator("#kutip-question")).to_have_value(
        "A second question while the first is being answered"
    )
    expect(page.locator("form [role=status]")).to_have_text("The answer is ready.")


def test_a_conversation_stays_and_its_numbers_still_open(visit: Opener) -> None:
    """Earlier turns are kept as they were, in order, and the newest is at the top of the view."""
    page = visit()
    answered(page, "What did Guterres ask Russia to do?")
    answered(page, "How will the weather be?")
    answered(page, "Who met Guterres?")
    assert page.locator(".question").all_inner_texts() == [
        "What did Guterres ask Russia to do?",
        "How will the weather be?",
        "Who met Guterres?",
    ]
    top = page.locator("#kutip-turn .question").bounding_box()
    assert top
    assert 56 <= top["y"] <= 100
    page.locator("#kutip-past .chip").first.click()
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)


def test_a_question_asked_from_below_is_at_the_top(visit: Opener) -> None:
    """Wherever one has read on to, the next question is seen, and its long answer moves nothing."""
    page = visit({"width": 390, "height": 500})
    answered(page, "Who met Guterres?")
    answered(page, "What did Guterres ask Russia to do?")
    page.locator("#kutip-scroll").evaluate("own => { own.scrollTop = own.scrollHeight; }")
    page.wait_for_timeout(300)  # what is held on to is chosen some time after
    answered(page, "How will the weather be?")
    page.wait_for_timeout(300)
    box = page.locator("#kutip-turn .question").bounding_box()
    assert box
    assert 56 <= box["y"] <= 100


def test_not_found_is_said_plainly_with_the_nearest_passages(visit: Opener) -> None:
    """No confidence, no chips, an empty pane; a passage opens where it stands."""
    page = visit()
    answered(page, "Who met Guterres?")
    answered(page, "How will the weather be?")
    turn = page.locator("#kutip-turn")
    expect(turn.locator(".text")).to_have_text("The articles do not answer this question.")
    expect(turn.locator(".label")).to_have_text("The nearest passages")
    expect(turn.locator(".why")).to_contain_text("10%")
    assert turn.locator(".chip, .confidence").count() == 0
    expect(page.locator("#kutip-pane")).to_contain_text("The proof appears here")
    turn.locator(".card").nth(1).click()
    expect(page.locator("#kutip-pane mark.evidence")).to_have_text(OPENING)


def test_an_answer_can_be_stopped(visit: Opener, library: Scripted) -> None:
    """What came so far stays, and the next question is answered."""
    page = visit()
    library.growing.clear()
    ask(page, "Say it slowly")
    expect(page.locator("#kutip-turn .answer .text")).to_have_text("The first words1")
    page.get_by_role("button", name="Stop").click()
    library.growing.set()
    expect(page.locator("#kutip-turn .stopped")).to_have_text("Stopped.")
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    expect(page.locator("#kutip-past .answer .text").first).to_have_text("The first words1")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("damaged", "The index is damaged; run kutip check --repair."),
        ("bug", "Something went wrong while answering; please ask again."),
    ],
)
def test_a_failure_is_told_and_the_chat_goes_on(visit: Opener, question: str, message: str) -> None:
    """Known trouble in its own words, a bug in general ones, and never a traceback."""
    page = visit()
    answered(page, question)
    expect(page.locator("#kutip-turn .failed")).to_have_text(message)
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)


def test_a_full_queue_is_told_and_hides_nothing_else(visit: Opener) -> None:
    """Who comes while too many wait sees the whole page, and is told why nobody answers."""
    page = visit()
    full = {"detail": "Queue is full. Max size is 64 and size is 64."}
    page.route("**/queue/join*", lambda route: route.fulfill(status=503, json=full))
    page.reload()
    page.wait_for_selector(".kutip-ready")
    expect(page.locator(".example").first).to_be_visible()
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .failed")).to_have_text(
        "Many people are asking just now; please ask again in a moment."
    )
    page.unroute("**/queue/join*")
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    answered(page, "bug")
    expect(page.locator("#kutip-turn .failed")).to_contain_text("Something went wrong")


def test_changed_and_vanished_articles_are_told(visit: Opener) -> None:
    """Offsets of another version mark nothing; an article that is gone is not an error."""
    page = visit()
    answered(page, "changed")
    pane = page.locator("#kutip-pane")
    expect(pane.locator(".notice")).to_contain_text("has changed since the answer was given")
    expect(pane.locator(".body")).to_contain_text(SENTENCE)
    assert pane.locator("mark").count() == 0
    answered(page, "gone")
    expect(pane).to_contain_text("This article is no longer in the index.")


def test_on_a_phone_the_article_is_a_sheet(visit: Opener) -> None:
    """It opens on demand only, closes by button and Escape, and gives the focus back."""
    page = visit(PHONE)
    answered(page, "What did Guterres ask Russia to do?")
    pane = page.locator("#kutip-pane")
    expect(pane).to_be_hidden()
    chip = page.locator("#kutip-turn .chip").first
    chip.click()
    expect(pane.locator("mark.answer")).to_have_text(QUOTE)
    expect(pane).to_be_visible()
    comes_into_view(page, "#kutip-pane mark.answer")
    close = page.get_by_role("button", name="Close the article")
    expect(close).to_be_focused()
    close.click()
    expect(pane).to_be_hidden()
    expect(chip).to_be_focused()
    chip.press("Enter")
    expect(pane).to_be_visible()
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()


def test_everything_is_within_reach_of_the_keyboard(visit: Opener) -> None:
    """Shift+Enter breaks the line, Enter asks, chips are reached and opened by keys."""
    page = visit()
    page.keyboard.type("Who met")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Guterres?")
    expect(page.locator("#kutip-question")).to_have_value("Who met\nGuterres?")
    page.keyboard.press("Enter")
    expect(page.locator("form.ask")).not_to_have_class(re.compile("busy"))
    expect(page.locator("#kutip-turn .question")).to_have_text("Who met\nGuterres?")
    expect(page.locator("#kutip-question")).to_be_focused()
    chip = page.locator("#kutip-turn .chip").nth(1)
    for _ in range(14):  # from the form back over what can be done, and the cards
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("chip => chip === document.activeElement"):
            break
    expect(chip).to_be_focused()
    assert chip.evaluate("chip => getComputedStyle(chip).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text("Vladimir Putin")


def test_an_indonesian_browser_gets_an_indonesian_page(visit: Opener, library: Scripted) -> None:
    """Header, examples, form and pane speak Indonesian."""
    page = visit(locale="id-ID")
    assert page.evaluate("document.documentElement.lang") == "id"
    expect(page.locator("#kutip-header .count")).to_have_text(f"{library.count()} artikel")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Apa yang ingin Anda ketahui?")
    expect(page.get_by_label("Pertanyaan Anda")).to_be_visible()
    expect(page.get_by_role("region", name="Artikel")).to_contain_text("Buktinya muncul di sini")


def luminance(page: Page, selector: str, side: str) -> float:
    colour = page.locator(selector).first.evaluate(f"element => getComputedStyle(element).{side}")
    red, green, blue = (int(value) / 255 for value in re.findall(r"\d+", colour)[:3])
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (red, green, blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_both_colour_schemes_can_be_read(visit: Opener, dark: bool) -> None:
    """Text on its background keeps a contrast of at least 4.5 (WCAG AA)."""
    page = visit(dark=dark)
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-pane mark.answer")).to_be_visible()
    surface = luminance(page, "#kutip-pane", "backgroundColor")
    assert (surface < 0.1) is dark
    pairs = {
        ".reading .body p": surface,
        ".reading .about": surface,
        "#kutip-pane mark.answer": luminance(page, "#kutip-pane mark.answer", "backgroundColor"),
        "#kutip-pane mark.evidence": luminance(
            page, "#kutip-pane mark.evidence", "backgroundColor"
        ),
        ".card[aria-current] .about": luminance(page, ".card[aria-current]", "backgroundColor"),
        "#kutip-turn .chip:not([aria-current])": luminance(
            page, "#kutip-turn .chip:not([aria-current])", "backgroundColor"
        ),
        "#kutip-turn .confidence": luminance(page, "body", "backgroundColor"),
    }
    for selector, background in pairs.items():
        ink = luminance(page, selector, "color")
        light, shade = max(ink, background), min(ink, background)
        assert (light + 0.05) / (shade + 0.05) >= 4.5, selector
