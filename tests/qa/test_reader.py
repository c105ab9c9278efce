"""The extractive reader over a scripted scorer: claims, proofs, verdicts, and titles in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from index import ArticleInfo, Hit, Passage, Sentence, load_embedder
from qa.citing import cite
from qa.reader import ExtractiveReader
from qa.reader.judging import Calibration, Trust

FITTED = Calibration(
    ranking=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    several=Trust((0.0, 1.0, *[0.0] * 4), 0.0),
    single=Trust((0.0, 1.0, *[0.0] * 4), 0.0),
    threshold=0.5,
)
RIVALS = "Guterres met Lavrov in Moscow. Later Guterres met Putin alone."


class ScriptedScorer:
    """Tokenizes by spaces and gives each scripted answer the logit it is told, anywhere."""

    def __init__(self, answers: Mapping[str, float]) -> None:
        self.answers = answers
        self.words: list[str] = [""] * 10
        self.read: list[str] = []

    def tokens(self, texts: Sequence[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        found = []
        for text in texts:
            ids, offsets, start = [], [], 0
            for word in text.replace("\n", " ").split(" "):
                self.words.append(word.strip(".,"))
                ids.append(len(self.words) - 1)
                offsets.append((start, start + len(word.rstrip(".,"))))
                start += len(word) + 1
            found.append((ids, offsets))
        return found

    def score(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        results = []
        for row in rows:
            words = [self.words[number] if number >= 10 else "" for number in row]
            self.read.append(" ".join(words).split("   ")[-1].strip())
            scores = np.full((len(row), 2), -10.0, np.float32)
            scores[0] = 0.0
            for answer, logit in self.answers.items():
                parts = answer.split()
                for place in range(len(words) - len(parts) + 1):
                    if words[place : place + len(parts)] == parts:
                        scores[place, 0] = logit / 2
                        scores[place + len(parts) - 1, 1] = logit / 2
            results.append(scores)
        return results


def hit(text: str, article: str = "a", title: str = "", citable: bool = True) -> Hit:
    """Return a hit of an article of one passage; sentences end at a full stop."""
    sentences, start = [], 0
    for part in text.split(". "):
        end = min(start + len(part) + 1, len(text))
        sentences.append(Sentence(article, start, end, citable))
        start = end + 1
    passage = Passage(article, 0, len(text), tuple(sentences), text)
    return Hit(passage, 1.0, 1, None, ArticleInfo(article, title, None, "en", "", "digest"))


def reader(answers: Mapping[str, float]) -> ExtractiveReader:
    return ExtractiveReader(ScriptedScorer(answers), load_embedder(), FITTED)


class DoubtfulScorer(ScriptedScorer):
    """Finds no answer in Putin's sentence where it is read without the one before it."""

    def score(self, rows: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        results = super().score(rows)
        for text, scores in zip(self.read[-len(rows) :], results, strict=True):
            if text == "Later Guterres met Putin alone":
                scores[0] = 5.0
        return results


def test_the_first_sentences_are_read_once_more_alone() -> None:
    """Its title in front, and what speaks for it then counts in the order."""
    fitted = replace(FITTED, ranking=(1.0, 0.0, 0.0, 0.0, 0.0, 1.0))
    scorer = DoubtfulScorer({"Putin": 3.0, "Lavrov": 2.0})
    examined = ExtractiveReader(scorer, load_embedder(), fitted).examine("Whom?", [hit(RIVALS)])
    assert scorer.read == [RIVALS.replace(".", ""), "Later Guterres met Putin alone",
                           "Guterres met Lavrov in Moscow"]  # fmt: skip
    lavrov, putin = examined.candidates
    assert lavrov.alone == pytest.approx(lavrov.evidence)
    assert putin.alone == pytest.approx(putin.evidence - 10.0, abs=1e-3)
    assert [examined.texts[place] for place in examined.order] == ["Lavrov", "Putin"]


def test_the_best_answer_is_claimed_with_its_probability() -> None:
    """The claim is the span's characters; its probability is the calibrated one."""
    draft = reader({"Lavrov": 2.0}).read("Whom did he meet?", [hit(RIVALS)])
    [claim] = draft.claims
    assert claim.text == "Lavrov"
    assert RIVALS[claim.spans[0].start : claim.spans[0].end] == "Lavrov"
    assert claim.probability == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert draft.verdicts == pytest.approx((1 / (1 + np.exp(-2.0)),))


def test_a_close_rival_is_told_of_and_a_distant_one_is_not() -> None:
    """A second answer at least half as likely is a second claim, less probable by its odds."""
    close = reader({"Lavrov": 2.0, "Putin": 1.5}).read("Whom?", [hit(RIVALS)])
    assert [claim.text for claim in close.claims] == ["Lavrov", "Putin"]
    first, second = (claim.probability for claim in close.claims)
    assert second == pytest.approx(first * np.exp(-0.5))
    distant = reader({"Lavrov": 2.0, "Putin": 1.0}).read("Whom?", [hit(RIVALS)])
    assert [claim.text for claim in distant.claims] == ["Lavrov"]


def test_the_same_answer_elsewhere_is_a_second_proof() -> None:
    """Each article proves an answer once, and only where its own reading says so."""
    texts = [hit("He met Lavrov twice", name) for name in "abc"]
    texts[2] = hit("She saw Lavrov. The end of it", "c")
    [claim] = reader({"Lavrov": 2.0}).read("Whom?", texts).claims
    assert [span.article_id for span in claim.spans] == ["a", "b", "c"]
    assert cite([claim], texts).text == "Lavrov [1][2][3]"
    [doubtful] = reader({"Lavrov": -2.0}).read("Whom?", texts).claims
    assert len(doubtful.spans) == 1


def test_a_title_is_read_but_never_quoted() -> None:
    """The title stands in front of what is read; an answer in it is not one of the passage."""
    scorer = ScriptedScorer({"Lavrov": 5.0, "alone": 1.0})
    draft = ExtractiveReader(scorer, load_embedder(), FITTED).read(
        "Whom?", [hit("Guterres stood alone", title="Lavrov left")]
    )
    assert scorer.read == ["Lavrov left Guterres stood alone"]
    assert [claim.text for claim in draft.claims] == ["alone"]
    with_title = ScriptedScorer({})
    text = "Lavrov left. Guterres stayed"
    read = ExtractiveReader(with_title, load_embedder(), FITTED).read
    read("Whom?", [hit(text, title="Lavrov left")])
    assert with_title.read[0] == "Lavrov left Guterres stayed"


def test_boilerplate_is_never_an_answer() -> None:
    """Nothing citable, nothing claimed."""
    draft = reader({"Lavrov": 9.0}).read("Whom?", [hit("Read also: Lavrov", citable=False)])
    assert draft.claims == ()
    assert draft.verdicts == (0.0,)


def test_a_question_for_yes_or_no_gets_the_sentence() -> None:
    """The evidence sentence decides it."""
    [claim] = reader({"Lavrov": 2.0}).read("Did he meet Lavrov?", [hit(RIVALS)]).claims
    assert claim.text == "Guterres met Lavrov in Moscow."
