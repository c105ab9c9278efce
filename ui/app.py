"""Serve the chat: one process, one index, and only what the page needs within reach.

Gradio is mounted in an application of our own (:mod:`ui.guard` stands in front of it), so that
nothing of its environment variables or defaults decides who may reach what.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from index import Article, ArticleIndex
    from qa import Answer
    from ui.pages.ask import Sources
    from ui.pages.shell import Overview
    from ui.texts import Texts

_log = logging.getLogger("kutip.ui")

_STYLE = Path(__file__).parent / "style.css"
_QUEUE = 64  # questions waiting; the next ones are told that the server is busy
_SESSIONS = 500
_BROWSED = 50  # articles looked through for example questions
_GOODBYE_SECONDS = 2  # for open streams when the server stops
# What Gradio offers and the chat does without, said outright: defaults come from the environment.
_CLOSED: dict[str, Any] = {
    "allowed_paths": [],
    "show_error": False,
    "max_file_size": "1kb",
    "footer_links": [],
    "run_history": False,
    "enable_monitoring": False,
    "ssr_mode": False,
    "pwa": False,
    "mcp_server": False,
}


def launch(
    index_path: str | Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    llm: str | None = None,
    readonly: bool = False,
) -> None:
    """Serve the chat over an index until interrupted.

    ``index_path`` None means ``$KUTIP_INDEX`` or ``./kutip-index``; ``port`` 0 takes a free one.
    Raises KutipError where the index or the model cannot be opened and ValueError where the
    address cannot be used. The page changes nothing yet, so ``readonly`` holds either way.
    """
    from ui.guard import is_loopback

    del readonly
    listener = _listen(host, port)  # a busy port is told at once
    from index import ArticleIndex

    with listener, ArticleIndex.open(index_path, readonly=True) as index:
        sources = _sources(index, llm)
        warming = threading.Thread(target=_warm_up, args=(sources.answer,))
        warming.start()  # beside Gradio's own imports
        blocked = (str(index.path.absolute()), str(index.path.resolve()))
        app = build(sources, host=host, blocked=blocked)
        warming.join()
        if not is_loopback(host):
            _tell(
                "Whoever can reach this machine can ask and read these articles: "
                f"--host is {host} and there is no password yet."
            )
        name = f"[{host}]" if ":" in host else host
        port = listener.getsockname()[1]
        _tell(f"The chat is at http://{name}:{port}; Ctrl+C stops it.")
        _serve(app, listener)


def _tell(sentence: str) -> None:
    typer.echo(f"kutip: {sentence}", err=True)


def _warm_up(answer: Callable[[str], Iterator[Answer]]) -> None:
    """Load what the first question needs, so that nobody waits for it."""
    from index import KutipError

    try:
        for _ in answer("Kutip"):
            pass
    except KutipError as error:
        _log.warning("%s", error)  # whoever asks first is told


def build(sources: Sources, *, host: str = "127.0.0.1", blocked: tuple[str, ...] = ()) -> FastAPI:
    """Return the application that serves the chat; ``blocked`` are paths never served."""
    # Read while Gradio starts: nothing is sent or checked for anywhere, and no table of all
    # questions since the start is made after each of them.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    import gradio as gr
    from fastapi import FastAPI
    from starlette.routing import BaseRoute, Route

    from ui.guard import Guard
    from ui.pages.ask import add_ask_page

    with gr.Blocks(title="Kutip", analytics_enabled=False) as blocks:
        add_ask_page(blocks, sources)
    blocks.queue(max_size=_QUEUE, default_concurrency_limit=os.cpu_count() or 1, api_open=False)
    blocks.state_session_capacity = _SESSIONS
    # Gradio would rewrite the selectors of a style given to it, and add it after the first paint.
    routes: list[BaseRoute] = [Route("/kutip.css", _style)]
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=routes)
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    gr.mount_gradio_app(
        app, blocks, path="/", server_name=host, theme=theme, blocked_paths=list(blocked), **_CLOSED
    )
    app.add_middleware(Guard, host=host, head='<link rel="stylesheet" href="./kutip.css">')
    return app


def _style(_request: Request) -> Response:
    from starlette.responses import FileResponse

    return FileResponse(_STYLE, media_type="text/css", headers={"Cache-Control": "no-cache"})


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything slow starts, so that a busy port is told at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise ValueError(f"{host!r} is not an address of this machine; check --host.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is already in use; choose another one with --port."
        elif error.errno == errno.EACCES:
            message = f"Port {port} is not allowed for you; choose one above 1023 with --port."
        else:
            message = f"{host!r} is not an address of this machine; check --host."
        raise ValueError(message) from error
    return listener


def _serve(app: FastAPI, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # its lines would hold session names
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _sources(index: ArticleIndex, llm: str | None) -> Sources:
    """Connect the page to the index, and load the reader before the first question needs it."""
    from index import Filters
    from qa import load_reader, stream_answer
    from ui.examples import example_questions
    from ui.pages.ask import Sources
    from ui.pages.shell import Overview

    reader = load_reader(llm or "extractive", embedder=index.embedder)

    def answer(question: str) -> Iterator[Answer]:
        return stream_answer(question, index=index, reader=reader)

    def article(article_id: str) -> Article:
        if not index.articles(filters=Filters(article_ids=(article_id,)), limit=1):
            raise KeyError(article_id)
        return index.article(article_id)

    def overview(texts: Texts) -> Overview:
        examples = example_questions(index.articles(limit=_BROWSED), texts)
        return Overview(index.stats().articles, examples)

    return Sources(answer=answer, article=article, overview=overview)
