"""Questions in, answers with verbatim citations out: the public door of the package."""

from qa.answering import answer, open_index, stream_answer
from qa.chat_models import as_retriever, as_runnable
from qa.finding import Found, find, search
from qa.periods import DatedWords, find_periods
from qa.question_time import question_time
from qa.reading import load_reader
from qa.types import Answer, Citation, Claim, Draft, Reader

__all__ = [
    "Answer",
    "Citation",
    "Claim",
    "DatedWords",
    "Draft",
    "Found",
    "Reader",
    "answer",
    "as_retriever",
    "as_runnable",
    "find",
    "find_periods",
    "load_reader",
    "open_index",
    "question_time",
    "search",
    "stream_answer",
]
