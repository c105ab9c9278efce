"""Measure search by itself: how high the article, and the sentence, that answers is ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index import ArticleIndex, Hit, KutipError
from qa.evaluation.collection import Collection, Gold, SentenceLists
from qa.evaluation.metrics import Report, average, report_by_pair
from qa.evaluation.rows import Half, Question, in_half, nothing_left

Search = Callable[[str, int], Sequence[Hit]]
"""``(question, k)`` to the best ``k`` passages."""

_ARTICLES = 10  # the ranking that is measured
_FIRST_PASSAGES = 50
_RECALL_AT = (1, 5, 10)
_SENTENCE_AT = (1, 5, 8)


@dataclass(frozen=True, slots=True)
class RetrievalOutcome:
    """How one question's search went.

    ``recall`` and ``sentence`` are by depth, in the order of the report's keys; ``sentence``
    is empty where the question names no gold sentence.
    """

    pair: str
    recall: tuple[float, ...]
    reciprocal_rank: float
    ndcg: float
    sentence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Ranking:
    pair: str
    right: str
    articles: tuple[str, ...]
    sentence: tuple[float, ...]


def evaluate_retrieval(
    index: ArticleIndex,
    questions: Iterable[Question],
    *,
    sentences: SentenceLists | None = None,
    search: Search | None = None,
    half: Half = "all",
) -> Report:
    """Return n, recall, mrr, ndcg10 and gold_sentence, also by language pair.

    Articles rank by their first passage, ten of them; the versions of an article in other
    languages count as one, and so do its near-duplicates. Questions that nothing answers are
    left out. ``sentences`` are the articles' lists (``read_sentences``); without one, gold number
    n is line n. ``search`` is ``index.search`` unless given. Raises KutipError where a gold
    article is missing, no question is left, or the extra ``eval`` is not installed.
    """
    outcomes = search_each(index, questions, sentences=sentences, search=search, half=half)
    if not outcomes:
        raise nothing_left(half)
    return report_by_pair(outcomes, _summarise)


def require_measures() -> None:
    """Raise KutipError where the library of ranking measures is missing, before work is lost."""
    try:
        import ir_measures  # noqa: F401
    except ImportError as error:
        raise KutipError(
            "Measuring retrieval needs the package ir-measures; "
            "install it with pip install 'kutip[eval]'."
        ) from error


def search_each(
    index: ArticleIndex,
    questions: Iterable[Question],
    *,
    sentences: SentenceLists | None = None,
    search: Search | None = None,
    half: Half = "all",
) -> list[RetrievalOutcome]:
    """Search for every answerable question of ``half``; return outcomes in order."""
    require_measures()
    collection = Collection.of(index, sentences)
    rankings = [
        _rank(question, collection.find_gold(question), search or index.search)
        for question in questions
        if question.answerable and in_half(question, half)
    ]
    return _measure(rankings)


def _rank(question: Question, gold: Gold, search: Search) -> _Ranking:
    right = gold.articles[0].id
    same = {article.id: right for article in gold.articles}
    k = _FIRST_PASSAGES
    while True:
        hits = search(question.question, k)
        articles = list(dict.fromkeys(_right_one(hit, same) for hit in hits))
        if len(articles) >= _ARTICLES or len(hits) < k:
            break
        k *= 2
    met = [
        gold.met_by(hit.passage) or gold.met_by_copy(hit.passage.text, hit.also_in) for hit in hits
    ]
    return _Ranking(
        pair=f"{question.question_lang}-{gold.languages}",
        right=right,
        articles=tuple(articles[:_ARTICLES]),
        sentence=tuple(float(any(met[:n])) for n in _SENTENCE_AT) if gold.sentences else (),
    )


def _right_one(hit: Hit, same: Mapping[str, str]) -> str:
    """Return the id a hit counts for; what is shown for the right article is right."""
    shown = (info.id for info in (hit.article, *hit.also_in))
    return next((same[id_] for id_ in shown if id_ in same), hit.article.id)


def _measure(rankings: Sequence[_Ranking]) -> list[RetrievalOutcome]:
    import ir_measures
    from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

    recalls = [R @ depth for depth in _RECALL_AT]
    right = [Qrel(str(number), r.right, 1) for number, r in enumerate(rankings)]
    ranked = [
        ScoredDoc(str(number), article, float(-place))
        for number, r in enumerate(rankings)
        for place, article in enumerate(r.articles)
    ]
    values = {
        (metric.query_id, metric.measure): float(metric.value)
        for metric in ir_measures.iter_calc([*recalls, RR, nDCG @ 10], right, ranked)
    }
    return [
        RetrievalOutcome(
            pair=r.pair,
            recall=tuple(values[str(number), recall] for recall in recalls),
            reciprocal_rank=values[str(number), RR],
            ndcg=values[str(number), nDCG @ 10],
            sentence=r.sentence,
        )
        for number, r in enumerate(rankings)
    ]


def _summarise(outcomes: Sequence[RetrievalOutcome]) -> Report:
    sentence = [o.sentence for o in outcomes if o.sentence]
    return {
        "n": len(outcomes),
        "recall": {
            str(depth): average([o.recall[column] for o in outcomes])
            for column, depth in enumerate(_RECALL_AT)
        },
        "mrr": average([o.reciprocal_rank for o in outcomes]),
        "ndcg10": average([o.ndcg for o in outcomes]),
        "gold_sentence": {
            str(depth): average([met[column] for met in sentence])
            for column, depth in enumerate(_SENTENCE_AT)
        },
    }
