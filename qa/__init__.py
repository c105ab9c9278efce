"""Questions in, answers with verbatim citations out: the public door of the package."""

from qa.answering import answer, open_index, search, stream_answer
from qa.chat_models import as_retriever, as_runnable
from qa.reading import load_reader
from qa.types import Answer, Citation, Claim, Draft, Reader

__all__ = [
    "Answer",
    "Citation",
    "Claim",
    "Draft",
    "Reader",
    "answer",
    "as_retriever",
    "as_runnable",
    "load_reader",
    "open_index",
    "search",
    "stream_answer",
]
