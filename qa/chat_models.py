"""Chat models as readers, and Kutip as a LangChain retriever and runnable.

The only file that knows LangChain. A chat model sees numbered sentences and answers with their
numbers; quotes are cut from the articles by those numbers, so a quote cannot be made up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from index import ArticleIndex, Filters, Hit, ReaderError, detect_language
from qa.model_call import ModelCall, explain
from qa.prompts import SYSTEM, build_prompt, clean_reply, number_sentences, parse_reply
from qa.support import SUPPORT_FLOOR, Support, prove
from qa.types import Answer, Draft, Reader

if TYPE_CHECKING:
    from langchain_core.documents import Document
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 60.0
REPLY_CHARACTERS = 8_000

# How providers say that a reply is whole. Anything else (length, max_tokens, safety, ...) is not.
_FINISHED = frozenset({"stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete"})
_FINISH_KEYS = ("finish_reason", "stop_reason", "done_reason")


class _Provider(NamedTuple):
    """LangChain's name of a provider, its package, our extra, and where its key is looked for."""

    name: str
    package: str
    extra: str
    keys: tuple[str, ...] = ()


_GOOGLE = _Provider(
    "google_genai", "langchain_google_genai", "google", ("GOOGLE_API_KEY", "GEMINI_API_KEY")
)
_MISTRAL = _Provider("mistralai", "langchain_mistralai", "mistral", ("MISTRAL_API_KEY",))
_PROVIDERS: Mapping[str, _Provider] = {
    "openai": _Provider("openai", "langchain_openai", "openai", ("OPENAI_API_KEY",)),
    "anthropic": _Provider("anthropic", "langchain_anthropic", "anthropic", ("ANTHROPIC_API_KEY",)),
    "google": _GOOGLE,
    "google_genai": _GOOGLE,
    "mistral": _MISTRAL,
    "mistralai": _MISTRAL,
    "ollama": _Provider("ollama", "langchain_ollama", "ollama"),
}


class ChatModelReader:
    """Reads with a LangChain chat model; :func:`chat_model_reader` makes one from a name.

    ``support`` judges how far sentences prove a claim (0..1); claims below ``floor`` lose their
    quotes and are shown as unsupported. One reader may be used from several threads.
    """

    def __init__(
        self,
        name: str,
        model: BaseChatModel,
        *,
        support: Support | None = None,
        floor: float = SUPPORT_FLOOR,
        seconds: float = TOTAL_SECONDS,
    ) -> None:
        self.name = name
        self._model = model
        self._support = support
        self._floor = floor
        self._seconds = seconds

    def read(self, question: str, hits: Sequence[Hit]) -> Draft:
        """Ask the model once; return its claims in the order it made them.

        Raises :class:`ReaderError` when the model cannot be reached, fails, or does not finish.
        """
        sentences = number_sentences(hits)
        if not sentences:
            return Draft(reader=self.name)
        reply = self._ask([("system", SYSTEM), ("human", build_prompt(question, sentences))])
        expected = sorted({sentence.article.language for sentence in sentences} - {""})
        language = detect_language(reply, expected)
        claims = parse_reply(reply, len(sentences), language)
        notice = None
        if any(claim.invented for claim in claims):
            notice = f"{self.name} cited sentences that it was not shown."
        judge = partial(
            prove,
            sentences=sentences,
            question=question,
            language=language,
            support=self._support,
            floor=self._floor,
        )
        return Draft(tuple(map(judge, claims)), notice, self.name)

    def _ask(self, messages: list[tuple[str, str]]) -> str:
        call = ModelCall(partial(self._model.invoke, messages))
        call.start()
        call.join(self._seconds)
        if call.error is not None:
            raise ReaderError(f"{self.name} {explain(call.error)}.")
        if call.reply is None:
            raise ReaderError(f"{self.name} did not answer within {self._seconds:g} seconds.")
        reply = clean_reply(call.reply.text)
        if not _is_finished(call.reply) or len(reply) > REPLY_CHARACTERS:
            raise ReaderError(f"{self.name} did not finish its answer.")
        if not reply:
            raise ReaderError(f"{self.name} gave an empty answer.")
        return reply


def _is_finished(message: AIMessage) -> bool:
    reasons = [message.response_metadata.get(key) for key in _FINISH_KEYS]
    return all(str(reason).lower() in _FINISHED for reason in reasons if reason)


def chat_model_reader(
    name: str, *, support: Support | None = None, seconds: float = TOTAL_SECONDS
) -> ChatModelReader:
    """Make a reader from ``"provider:model"``, such as ``"ollama:qwen3"``; nothing is sent yet.

    An answer may take ``seconds`` in all; models on a small machine need more than the default.
    Raises :class:`ReaderError` when the name has another form, the provider is not known, its
    package is missing or its key is not set.
    """
    provider, _, model = name.partition(":")
    if not (provider and model):
        raise ReaderError(f'There is no reader {name!r}; a chat model is named "provider:model".')
    known = _PROVIDERS.get(provider)
    if known is not None:
        if find_spec(known.package) is None:
            raise ReaderError(f'{name} needs a package: pip install "kutip[{known.extra}]".')
        if known.keys and not any(os.environ.get(key) for key in known.keys):
            raise ReaderError(f"{name} needs a key; set {known.keys[0]}.")
        provider = known.name
    chat_model = _build(name, provider, model, seconds)
    return ChatModelReader(name, chat_model, support=support, seconds=seconds)


def _build(name: str, provider: str, model: str, seconds: float) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    build = partial(init_chat_model, model, model_provider=provider, **_limits(provider, seconds))
    try:
        built = build(temperature=0)
        # Reasoning models refuse the parameter with HTTP 400.
        return build() if (built.profile or {}).get("temperature") is False else built
    except ImportError:
        package = f"langchain-{provider.replace('_', '-')}"
        raise ReaderError(f"{name} needs LangChain's package, most likely {package}.") from None
    except ValueError:
        names = ", ".join(sorted(_PROVIDERS))
        raise ReaderError(f"{name} cannot be set up; known providers are {names}.") from None


def _limits(provider: str, seconds: float) -> dict[str, Any]:
    """Return what bounds a call; a pair is the time to connect and the time between bytes."""
    timeout = (CONNECT_SECONDS, seconds)
    if provider == "ollama":
        # Ollama cuts a prompt longer than its window at the front, and says nothing.
        return {"client_kwargs": {"timeout": timeout}, "num_ctx": 8192}
    # Whole seconds: the packages of some providers take nothing else.
    return {"timeout": timeout if provider == "openai" else ceil(seconds), "max_retries": 1}


def as_retriever(index: ArticleIndex, k: int = 8, filters: Filters | None = None) -> BaseRetriever:
    """Return ``index`` as a LangChain retriever of passages, best first.

    A document's ``page_content`` is the passage, exact; ``metadata`` says whose characters
    ``start`` to ``end`` it is, and why it was found.
    """
    return _retriever_class()(index=index, k=k, filters=filters)


@cache
def _retriever_class() -> Callable[..., BaseRetriever]:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.retrievers import BaseRetriever

    class ArticleRetriever(BaseRetriever):
        index: Any
        k: int
        filters: Any

        def _get_relevant_documents(
            self,
            query: str,
            *,
            run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (the base class passes it)
        ) -> list[Document]:
            return [_document(h) for h in self.index.search(query, self.k, filters=self.filters)]

    return ArticleRetriever


def _document(hit: Hit) -> Document:
    from langchain_core.documents import Document

    article = hit.article
    return Document(
        page_content=hit.passage.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "source": article.source,
            "url": article.url,
            "published": article.published.isoformat() if article.published else None,
            "language": article.language,
            "digest": article.digest,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": hit.score,
            "dense_rank": hit.dense_rank,
            "lexical_rank": hit.lexical_rank,
        },
    )


def as_runnable(
    index: ArticleIndex | str | Path | None = None, reader: Reader | str | None = None
) -> Runnable[Any, Answer]:
    """Return :func:`qa.answer` as a LangChain runnable: a question in, an :class:`Answer` out.

    The input is the question itself or a mapping with the key ``"question"``.
    """
    from langchain_core.runnables import RunnableLambda

    from qa.answering import answer

    def ask(asked: str | Mapping[str, str]) -> Answer:
        question: Any = asked.get("question") if isinstance(asked, Mapping) else asked
        return answer(question, index=index, reader=reader)

    return RunnableLambda(ask, name="kutip")
