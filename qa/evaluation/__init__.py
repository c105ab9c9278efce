"""Measure readers, retrieval and answers on question files, as ``kutip eval`` prints them."""

from qa.evaluation.answers import evaluate_answers
from qa.evaluation.collection import read_sentences, temporary_index
from qa.evaluation.metrics import paired_bootstrap
from qa.evaluation.reader import evaluate_reader
from qa.evaluation.retrieval import evaluate_retrieval, require_measures
from qa.evaluation.rows import half_of, read_questions, read_rows

__all__ = [
    "evaluate_answers",
    "evaluate_reader",
    "evaluate_retrieval",
    "half_of",
    "paired_bootstrap",
    "read_questions",
    "read_rows",
    "read_sentences",
    "require_measures",
    "temporary_index",
]
