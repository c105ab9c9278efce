"""Conversations: going on from a turn, copying, linking, exporting, judging, and remembering."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.ui.conftest import Opener
from tests.ui.room import ARTICLE, QUOTE, SENTENCE, Scripted, answered, go
from ui.feedback import evaluation_rows, feedback_file

# wait_for_function does not wait for the promise that the clipboard gives.
UNTIL_COPIED = """async part => {
    const end = performance.now() + 15000;
    while (performance.now() < end && !(await navigator.clipboard.readText()).includes(part))
        await new Promise(requestAnimationFrame);
}"""


def clipboard(page: Page) -> str:
    text = page.evaluate("navigator.clipboard.readText()")
    assert isinstance(text, str)
    return text


def press(page: Page, action: str) -> None:
    page.locator(f"#kutip-turn [data-action={action}]").click()


def test_a_follow_up_goes_on_from_the_last_answered_turn(visit: Opener, library: Scripted) -> None:
    """The server is told the turn before, and what was understood is shown."""
    page = visit()
    answered(page, "Who met Guterres?")
    answered(page, "How will the weather be?")
    answered(page, "When was that?")
    assert library.histories[-1] == ("Who met Guterres?",)
    expect(page.locator("#kutip-turn .understood bdi")).to_contain_text(
        "Understood as: Completed after Who met Guterres?"
    )
    page.get_by_role("button", name="Ask it as I wrote it").click()
    expect(page.locator("#kutip-turn .actions")).to_be_visible()
    expect(page.locator("#kutip-turn .question")).to_have_text("When was that?")
    assert library.histories[-1] == ()
    expect(page.locator("#kutip-turn .understood")).to_have_count(0)


def test_questions_in_quick_succession_are_all_answered(visit: Opener) -> None:
    """The end of one answer, told late, is not taken for the end of the next one."""
    page = visit()
    page.evaluate(
        """() => {
            let left = 12;
            const form = document.querySelector('form.ask');
            const next = () => {
                if (form.classList.contains('busy') || !left) return;
                form.querySelector('textarea').value = `Who met Guterres? ${left}`;
                left -= 1;
                form.requestSubmit();
            };
            new MutationObserver(next).observe(form, { attributeFilter: ['class'] });
            next();
        }"""
    )
    expect(page.locator("#kutip-turn .question")).to_have_text("Who met Guterres? 1")
    expect(page.locator(".turn .actions")).to_have_count(12)
    expect(page.locator(".answer.failed")).to_have_count(0)


def test_a_chip_asks_what_comes_next(visit: Opener) -> None:
    """Only the newest answer offers questions, and one click asks them."""
    page = visit()
    answered(page, "Who met Guterres?")
    chips = page.locator("#kutip-turn .next")
    words = chips.first.inner_text()
    chips.first.click()
    expect(page.locator("#kutip-turn .question")).to_have_text(words)
    expect(page.locator("#kutip-turn .actions")).to_be_visible()
    expect(page.locator("#kutip-past .next").first).to_be_hidden()


def test_an_answer_is_copied_with_its_quotes(visit: Opener) -> None:
    """Plain text with numbered quotes; Markdown with the answer strong, and where it stands."""
    page = visit()
    answered(page, "Who met Guterres?")
    press(page, "copy")
    expect(page.locator(".kutip-toast")).to_have_text("Copied.")
    first, second = clipboard(page).split("\n")[0], clipboard(page).split("\n")[2]
    assert first == f"{QUOTE} [1] Vladimir Putin [2]"
    assert second == (
        f"[1] “{SENTENCE}” — Putin bertemu Guterres di Moskwa, guterres.txt, 2022-04-26"
    )
    press(page, "markdown")
    page.evaluate(UNTIL_COPIED, "**")
    assert f"> Dia juga mendesak Rusia untuk **{QUOTE}**" in clipboard(page)
    start = ARTICLE.text.index(QUOTE)
    assert f"\\[{start}:{start + len(QUOTE)}\\]" in clipboard(page)


def test_a_link_to_an_answer_asks_again(visit: Opener) -> None:
    """What is shown comes from the articles; another state of them is told."""
    page = visit()
    answered(page, "Who met Guterres?")
    press(page, "link")
    expect(page.locator(".kutip-toast")).to_have_text("Link copied.")
    link = clipboard(page)
    assert link.endswith("#ask?q=Who+met+Guterres%3F&g=3")
    again = visit(beside=page, at=link.split("/")[-1])
    expect(again.locator("#kutip-turn .answer .text")).to_contain_text(QUOTE)
    assert again.locator(".notice").count() == 0
    older = visit(beside=page, at="#ask?q=Who+met+Guterres%3F&g=2")
    expect(older.locator("#kutip-turn .notice")).to_contain_text("changed since this link")


def test_a_link_to_a_passage_opens_it_marked(visit: Opener) -> None:
    """The link names article, version and characters; another version marks nothing."""
    page = visit()
    answered(page, "Who met Guterres?")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)
    page.locator(".copy-place").click()
    expect(page.locator(".kutip-toast")).to_have_text("Link copied.")
    link = clipboard(page).split("#")[1]
    assert ARTICLE.digest in link
    opened = visit(beside=page, at=f"#{link}")
    expect(opened.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)
    changed = visit(beside=page, at=f"#{link.replace(ARTICLE.digest, 'another')}")
    expect(changed.locator("#kutip-pane .notice")).to_contain_text("has changed")
    assert changed.locator("#kutip-pane mark").count() == 0


def test_a_conversation_is_exported(visit: Opener, tmp_path: Path) -> None:
    """Markdown and HTML hold questions, answers, quotes, offsets and digests."""
    page = visit()
    answered(page, "Who met Guterres?")
    answered(page, "How will the weather be?")
    start = ARTICLE.text.index(QUOTE)
    for name, place in ((".export-md", f"\\[{start}:"), (".export-html", f"[{start}:")):
        page.locator(".talks").click()
        with page.expect_download() as download:
            page.locator(name).click()
        page.keyboard.press("Escape")
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        text = path.read_text("utf-8")
        for words in ("Who met Guterres?", "How will the weather be?", ARTICLE.digest, place):
            assert words in text
    assert f"<mark>{QUOTE}</mark>" in text


def test_a_judgement_is_kept_beside_the_index(visit: Opener, library: Scripted) -> None:
    """Right gives a row with the gold answer in its context; a changed mind replaces it."""
    page = visit()
    file = feedback_file(library.index.path)
    file.unlink(missing_ok=True)
    answered(page, "Who met Guterres?")
    press(page, "wrong")
    expect(page.locator(".kutip-toast")).to_have_text("Thank you, noted.")
    [row] = evaluation_rows(file)
    assert (row["answers"], row["context"]) == ([], SENTENCE)
    press(page, "right")
    expect(page.locator("#kutip-turn .right")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#kutip-turn .wrong").first).to_have_attribute("aria-pressed", "false")
    [row] = evaluation_rows(file)
    [gold] = row["answers"]  # type: ignore[misc]
    context, start = row["context"], gold["start"]  # type: ignore[index, call-overload]
    assert context[start : start + len(QUOTE)] == gold["text"] == QUOTE  # type: ignore
    assert (row["question"], row["group"]) == ("Who met Guterres?", ARTICLE.id)
    assert file.stat().st_mode & 0o077 == 0


def test_a_quote_that_no_longer_stands_is_not_judged(visit: Opener, library: Scripted) -> None:
    """What cannot be checked against the index is not kept, and that is said."""
    page = visit()
    file = feedback_file(library.index.path)
    before = file.read_text("utf-8") if file.exists() else ""
    answered(page, "changed")
    press(page, "right")
    expect(page.locator(".kutip-toast")).to_contain_text("could not be noted")
    assert (file.read_text("utf-8") if file.exists() else "") == before


def test_conversations_are_kept_in_the_browser(visit: Opener) -> None:
    """They survive a reload, are listed, resumed and deleted, and the first question names them."""
    page = visit()
    answered(page, "Who met Guterres?")
    page.reload()
    expect(page.locator("#kutip-past .question")).to_have_text("Who met Guterres?")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)
    page.locator(".talks").click()
    page.locator(".fresh").click()
    expect(page.locator("#kutip-welcome")).to_be_visible()
    answered(page, "How will the weather be?")
    page.locator(".talks").click()
    expect(page.locator(".talk")).to_have_text(["How will the weather be?", "Who met Guterres?"])
    page.locator(".talk").nth(1).click()
    expect(page.locator("#kutip-past .question")).to_have_text("Who met Guterres?")
    answered(page, "When was that?")
    page.reload()
    expect(page.locator("#kutip-past .question")).to_have_text(
        ["Who met Guterres?", "When was that?"]
    )
    page.locator(".talks").click()
    page.locator(".drop").first.click()
    expect(page.locator(".talk")).to_have_text(["How will the weather be?"])
    page.locator(".forget").click()
    expect(page.locator(".talk")).to_have_count(1)
    expect(page.locator(".forget")).to_have_text("Really delete all?")
    page.locator(".forget").click()
    expect(page.locator(".talk")).to_have_count(0)
    assert json.loads(page.evaluate("localStorage['kutip:talks'] ?? '[]'")) == []


def test_two_visitors_see_nothing_of_each_other(visit: Opener) -> None:
    """A conversation belongs to its browser, in any page of it."""
    first, second = visit(), visit()
    answered(first, "Who met Guterres? marker-one")
    answered(second, "How will the weather be? marker-two")
    for page, other in ((first, "marker-two"), (second, "marker-one")):
        page.reload()
        expect(page.locator("#kutip-past .question")).to_have_count(1)
        page.locator(".talks").click()
        for name in ("articles", "insights", "ask"):
            go(page, name)
            expect(page.locator("body")).not_to_contain_text(other)


def test_keys_step_through_the_citations(visit: Opener) -> None:
    """n and p, or Alt with the arrows while typing; the position is told, and it goes round."""
    page = visit()
    answered(page, "Who met Guterres?")
    expect(page.locator(".position")).to_have_text("1 of 2")
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text("Vladimir Putin")
    expect(page.locator(".position")).to_have_text("2 of 2")
    page.locator("#kutip-turn .question").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text(QUOTE)
    page.keyboard.press("p")
    expect(page.locator("#kutip-pane mark.answer")).to_have_text("Vladimir Putin")
    page.keyboard.press("/")
    expect(page.locator("#kutip-question")).to_be_focused()
    for name, field in (("articles", "#kutip-find"), ("insights", "#kutip-coverage")):
        go(page, name)
        expect(page.locator(field)).to_be_visible()
        page.keyboard.press("/")
        expect(page.locator(field)).to_be_focused()


def test_pointing_at_a_number_shows_its_quote(visit: Opener) -> None:
    """The sentence with the answer strong, inside the window, gone afterwards."""
    page = visit()
    answered(page, "Who met Guterres?")
    page.locator("#kutip-turn .chip").first.hover()
    expect(page.locator(".kutip-quote .quote")).to_have_text(SENTENCE)
    expect(page.locator(".kutip-quote mark")).to_have_text(QUOTE)
    box = page.locator(".kutip-quote").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280
    page.locator("#kutip-header h1").hover()
    expect(page.locator(".kutip-quote")).to_have_count(0)
