"""Chat models are found by name, bounded, and asked over HTTP; Kutip is a LangChain part itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.fake_chat_models import FakeListChatModel

from index import ArticleInfo, Filters, Hit, Passage, ReaderError, Sentence
from qa.chat_models import as_retriever, as_runnable, chat_model_reader
from qa.types import Answer

KEY = "sk-CANARY0123456789abcdef"
TEXT = "Putin met Guterres in Moscow.\nHe also urged Russia to allow the evacuation of civilians."
QUESTION = "What did Guterres ask Russia to do?"


def make_hit(text: str = TEXT, article_id: str = "a") -> Hit:
    """Return ``text`` as one hit; each line is a sentence."""
    sentences = []
    start = 0
    for line in text.split("\n"):
        sentences.append(Sentence(article_id, start, start + len(line)))
        start += len(line) + 1
    passage = Passage(article_id, 0, len(text), tuple(sentences), text)
    article = ArticleInfo(
        article_id, "Putin meets Guterres", date(2022, 4, 27), "en", "news", "d1", "https://n.example"
    )  # fmt: skip
    return Hit(passage, 0.5, 1, None, article)


@pytest.mark.parametrize("name", ["openai", "openai:", ":gpt", ""])
def test_a_name_needs_provider_and_model(name: str) -> None:
    """The message shows the name and the form."""
    with pytest.raises(ReaderError, match="provider:model"):
        chat_model_reader(name)


@pytest.mark.parametrize(
    ("name", "extra"),
    [
        ("openai:m", "openai"),
        ("anthropic:m", "anthropic"),
        ("google:m", "google"),
        ("google_genai:m", "google"),
        ("mistral:m", "mistral"),
        ("ollama:m:7b", "ollama"),
    ],
)
def test_a_missing_package_names_the_extra(
    name: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to install is ours to say, not LangChain's."""
    monkeypatch.setattr("qa.chat_models.find_spec", lambda package: None)
    with pytest.raises(ReaderError) as caught:
        chat_model_reader(name)
    assert str(caught.value) == f'{name} needs a package: pip install "kutip[{extra}]".'


def test_a_missing_key_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is sent."""
    monkeypatch.setattr("qa.chat_models.find_spec", lambda package: object())
    for variable in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ReaderError, match=r"^google:m needs a key; set GOOGLE_API_KEY\.$"):
        chat_model_reader("google:m")


def test_an_unknown_provider_is_named() -> None:
    """With the providers there are."""
    with pytest.raises(ReaderError, match=r"^nobody:m cannot be set up; known providers are anth"):
        chat_model_reader("nobody:m")


def test_a_provider_without_an_extra_names_langchains_package() -> None:
    """LangChain knows more providers than Kutip has extras."""
    with pytest.raises(ReaderError, match="most likely langchain-perplexity"):
        chat_model_reader("perplexity:m")


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("openai", {"timeout": (3.0, 8.5), "max_retries": 1}),
        ("anthropic", {"timeout": 9, "max_retries": 1}),
        ("ollama", {"client_kwargs": {"timeout": (3.0, 8.5)}, "num_ctx": 8192}),
    ],
)
@pytest.mark.parametrize(
    ("profile", "temperature"), [(None, [0]), ({"temperature": False}, [0, "unset"])]
)
def test_models_are_built_bounded_and_cold(
    provider: str,
    expected: dict[str, Any],
    profile: Any,
    temperature: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Temperature 0, except for models that refuse the parameter; every call has limits."""
    calls: list[dict[str, Any]] = []

    def build(model: str, **options: Any) -> BaseChatModel:
        calls.append({"model": model, **options})
        return FakeListChatModel(responses=["He did so [2]."], profile=profile)

    monkeypatch.setattr("langchain.chat_models.init_chat_model", build)
    monkeypatch.setattr("qa.chat_models.find_spec", lambda package: object())
    monkeypatch.setenv(f"{provider.upper()}_API_KEY", KEY)
    reader = chat_model_reader(f"{provider}:some:model", seconds=8.5)
    assert reader.name == f"{provider}:some:model"
    assert reader.read(QUESTION, [make_hit()]).claims
    assert [call.pop("temperature", "unset") for call in calls] == temperature
    assert all(
        call == {"model": "some:model", "model_provider": provider, **expected} for call in calls
    )


class Endpoint(ThreadingHTTPServer):
    """A loopback server with the API of OpenAI that gives one scripted reply."""

    status: int
    body: str
    asked: list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    """Keeps the request and sends the scripted reply."""

    server: Endpoint

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        body = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        # So that the client does not try again.
        self.send_header("x-should-retry", "false")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """Serve on a free port of this machine, and point OpenAI's client there."""
    pytest.importorskip("langchain_openai")
    server = Endpoint(("127.0.0.1", 0), Handler)
    server.asked = []
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def completion(content: str | None, finish_reason: str | None = "stop") -> str:
    """Return a reply of OpenAI's API."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    return json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]})


def test_an_openai_server_is_asked_and_read(endpoint: Endpoint) -> None:
    """The request holds two messages and no tools; the reply becomes exact spans."""
    endpoint.status, endpoint.body = 200, completion("He urged Russia to let them go [2].")
    (claim,) = chat_model_reader("openai:m").read(QUESTION, [make_hit()]).claims
    assert [TEXT[span.start : span.end] for span in claim.spans] == [TEXT.split("\n")[1]]
    (request,) = endpoint.asked
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert (request["model"], request["temperature"]) == ("m", 0)
    assert "tools" not in request


ERROR = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "x"}})


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (401, ERROR, "refused the key (HTTP 401); check it"),
        (403, ERROR, "refused the key (HTTP 403); check it"),
        (404, ERROR, "is not known to its provider (HTTP 404); check the name"),
        (408, ERROR, "failed with HTTP status 408; try again later"),
        (429, ERROR, "is over its rate limit or quota (HTTP 429); try again later"),
        (500, ERROR, "failed with HTTP status 500; try again later"),
        (503, "<html>", "failed with HTTP status 503; try again later"),
        (200, "<html>down</html>", None),
        (200, '{"choices": [{"mess', None),
        (200, json.dumps({"choices": []}), None),
        (200, json.dumps({"choices": None}), None),
        (200, completion(""), "gave an empty answer"),
        (200, completion(None), "gave an empty answer"),
        (200, completion("He urged [2]", "length"), "did not finish its answer"),
    ],
)
def test_faults_of_a_server_are_one_sentence(
    endpoint: Endpoint,
    status: int,
    body: str,
    message: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The user learns what to do, and the key is not even in the logs."""
    caplog.set_level("DEBUG")
    endpoint.status, endpoint.body = status, body
    with pytest.raises(ReaderError) as caught:
        chat_model_reader("openai:m").read(QUESTION, [make_hit()])
    if message is None:
        assert str(caught.value).startswith("openai:m gave no usable answer (")
    else:
        assert str(caught.value) == f"openai:m {message}."
    assert KEY not in caplog.text


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection says where to look."""
    pytest.importorskip("langchain_openai")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(ReaderError, match=r"^openai:m could not be reached; check the network"):
        chat_model_reader("openai:m").read(QUESTION, [make_hit()])


class OneHitIndex:
    """An index that finds one passage and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, Filters | None]] = []

    def search(self, query: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        self.asked.append((query, k, filters))
        return [make_hit()]


def test_a_retriever_gives_passages_with_their_place() -> None:
    """The text is exact, and metadata says where it stands."""
    index = OneHitIndex()
    filters = Filters(languages=("en",))
    retriever = as_retriever(index, k=3, filters=filters)  # type: ignore[arg-type]
    (document,) = retriever.invoke("Guterres")
    assert document.page_content == TEXT
    assert document.metadata == {
        "article_id": "a",
        "title": "Putin meets Guterres",
        "source": "news",
        "url": "https://n.example",
        "published": "2022-04-27",
        "language": "en",
        "digest": "d1",
        "start": 0,
        "end": len(TEXT),
        "score": 0.5,
        "dense_rank": 1,
        "lexical_rank": None,
    }
    assert index.asked == [("Guterres", 3, filters)]


def test_a_runnable_answers_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A string or a mapping goes in, and index and reader with it."""
    with pytest.raises(ValueError, match="must be a string, not NoneType"):
        as_runnable().invoke({"query": "Why?"})
    asked: list[tuple[str, Any, Any]] = []

    def answer(question: str, *, index: Any, reader: Any) -> Answer:
        asked.append((question, index, reader))
        return Answer(question, "An answer.", True, 0.9, (), (), (), "fake:model", "en")

    monkeypatch.setattr("qa.answering.answer", answer)
    index: Any = OneHitIndex()
    reader: Any = object()
    runnable = as_runnable(index, reader)
    assert runnable.invoke("Why?").question == "Why?"
    answers = runnable.batch([{"question": "Who?"}, "When?"])
    assert [answer.question for answer in answers] == ["Who?", "When?"]
    assert {question for question, _, _ in asked} == {"Why?", "Who?", "When?"}
    assert all(entry[1:] == (index, reader) for entry in asked)
