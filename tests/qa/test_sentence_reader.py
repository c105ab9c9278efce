"""The sentence reader, its features, and readers by name."""

from __future__ import annotations

import pytest

from index import Hit, Passage, ReaderError, Sentence, load_embedder
from index.types import ArticleInfo
from qa import load_reader
from qa.sentence_features import asked_kind, has_kind
from qa.sentence_reader import SentenceReader, calibration, sigmoid

TEXT = "Cuaca cerah. Pasar menjual 40 ton ikan. Baca Juga: Harga ikan naik."
SENTENCES = (Sentence("p", 0, 12), Sentence("p", 13, 39), Sentence("p", 40, 67, citable=False))
INFO = ArticleInfo("p", "", None, "id", "p.txt", "digest")
HIT = Hit(Passage("p", 0, 67, SENTENCES, TEXT), 1.0, 1, 1, INFO)


def test_features_are_what_they_say() -> None:
    reader = SentenceReader(load_embedder())
    question = "Berapa ton ikan dijual pasar?"
    first, second = reader.candidates(question, [HIT])
    embedder = load_embedder()
    alone, window = (
        embedder.embed([second.text, TEXT[:39]], kind="passage")
        @ embedder.embed([question], kind="query")[0]
    )
    # Terms asked: ton, ikan, jual, pasar; the second sentence holds all, the first none.
    assert second.features == pytest.approx((float(alone), float(window), 1.0, 1.0, 1.0))
    assert first.features[0] == first.features[1]
    assert first.features[2:] == (0.0, 0.0, 1.0)


def test_boilerplate_is_never_proposed() -> None:
    draft = SentenceReader(load_embedder()).read("Apa harga ikan yang naik?", [HIT])
    proposed = [TEXT[s.start : s.end] for claim in draft.claims for s in claim.spans]
    assert proposed
    assert "Baca Juga: Harga ikan naik." not in proposed


def test_the_fitting_sentence_comes_first_with_its_exact_span() -> None:
    reader = load_reader("sentences")
    draft = reader.read("Berapa ton ikan dijual pasar?", [HIT])
    assert draft.claims[0].text == "Pasar menjual 40 ton ikan."
    assert draft.claims[0].spans == (SENTENCES[1],)
    probabilities = [claim.probability for claim in draft.claims]
    assert probabilities == sorted(probabilities, reverse=True)
    assert draft == reader.read("Berapa ton ikan dijual pasar?", [HIT])
    assert reader.read("Berapa?", []).claims == ()


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did it open?", "number"),
        ("Berapa ton ikan?", "number"),
        ("Siapa membuka pasar?", "name"),
        ("Who opened it?", "name"),
        ("Why did it close?", ""),
    ],
)
def test_the_kind_asked_for(question: str, kind: str) -> None:
    assert asked_kind(question) == kind


def test_the_kind_a_sentence_holds() -> None:
    assert has_kind("number", "It opened in 1998.", "When?") == 1.0
    assert has_kind("number", "It opened late.", "When?") == 0.0
    assert has_kind("name", "Then Sinta opened it.", "Who opened it?") == 1.0
    assert has_kind("name", "Then Sinta opened it.", "Who is Sinta?") == 0.0


def test_the_shipped_calibration_is_complete() -> None:
    fitted = calibration()
    for weights in (fitted.same, fitted.across):
        assert (len(weights.rank), len(weights.answer)) == (5, 3)
    assert 0 < fitted.threshold < 1
    assert sigmoid(0) == 0.5
    assert sigmoid(-1e9) == pytest.approx(0, abs=1e-20)


def test_unknown_readers_are_one_sentence() -> None:
    with pytest.raises(ReaderError, match="no reader 'magic'"):
        load_reader("magic")
    assert load_reader().name == "extractive"
    assert load_reader("extractive").name == "extractive"
