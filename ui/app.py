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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from index import ArticleIndex
    from ui.library import Library
    from ui.password import Password

_log = logging.getLogger("kutip.ui")

_FOLDER = Path(__file__).parent
_STYLES = ("style.css", "answers.css", "pane.css", "pages.css", "narrow.css")
_HEAD = (
    '<link rel="stylesheet" href="./kutip.css">'
    '<script type="module" src="./kutip/main.js"></script>'
)
_QUEUE = 64  # questions waiting; the next ones are told that the server is busy
_SESSIONS = 500
_GOODBYE_SECONDS = 2  # for open streams when the server stops
# What Gradio offers and the chat does without, said outright: defaults come from the environment.
_CLOSED: dict[str, Any] = {
    "allowed_paths": [],
    "show_error": False,
    "max_file_size": "1kb",  # files come by a route of our own
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
    steps: int = 1,
    readonly: bool = False,
    auth: str | None = None,
    public: bool = False,
    web: bool = False,
) -> None:
    """Serve the chat over an index until interrupted.

    ``index_path`` None means ``$KUTIP_INDEX`` or ``./kutip-index``, made where there is none but
    not with ``readonly``; ``port`` 0 takes a free one; ``auth`` is ``user:password``; ``steps`` is
    that of :func:`qa.answer`; with ``web`` the page also adds articles from web addresses. Raises
    KutipError where the index or the model cannot be opened and ValueError where the address
    cannot be used, or others could reach it without a password and ``public`` is not given.
    """
    from ui.password import Password

    password = Password(auth) if auth else None
    _check_lets_in(host, guarded=bool(password) or public)
    if web and readonly:
        raise ValueError("--web adds articles and --readonly forbids it; give one of them.")
    listener = _listen(host, port)  # a busy port is told at once
    with (
        listener,
        _open(index_path, readonly) as index,
        _library(index, llm, steps=steps, readonly=readonly, web=web) as library,
    ):
        warming = threading.Thread(target=_warm_up, args=(library,))
        warming.start()  # beside Gradio's own imports
        app = build(library, host=host, password=password)
        warming.join()
        name = f"[{host}]" if ":" in host else host
        port = listener.getsockname()[1]
        _tell(f"The chat is at http://{name}:{port}; Ctrl+C stops it.")
        _serve(app, listener)


def _check_lets_in(host: str, *, guarded: bool) -> None:
    from ui.guard import is_loopback

    if not is_loopback(host) and not guarded:
        raise ValueError(
            f"--host {host} lets others in: set a password with --auth user:password, "
            "or allow everyone with --public."
        )


def _tell(sentence: str) -> None:
    typer.echo(f"kutip: {sentence}", err=True)


def _open(path: str | Path | None, readonly: bool) -> ArticleIndex:
    from index import ArticleIndex, default_path

    folder = Path(path) if path is not None else default_path()
    new = not readonly and not folder.exists()
    index = ArticleIndex.open(folder, create=new, readonly=readonly)
    if new:
        _tell(f"There was no index, so {folder} was made; add articles on the page.")
    return index


def _warm_up(library: Library) -> None:
    """Load what the first question needs, so that nobody waits for it."""
    from index import KutipError

    try:
        for _ in library.answer("Kutip"):
            pass
    except KutipError as error:
        _log.warning("%s", error)  # whoever asks first is told


def build(
    library: Library, *, host: str = "127.0.0.1", password: Password | None = None
) -> FastAPI:
    """Return the application that serves the chat of a library."""
    # Read while Gradio starts: nothing is sent or checked for anywhere, and no table of all
    # questions since the start is made after each of them.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    import gradio as gr
    from fastapi import FastAPI
    from starlette.routing import BaseRoute, Route

    from ui.guard import Guard
    from ui.pages.ask import add_page
    from ui.pages.queueing import survive_leaving
    from ui.receiving import upload_route

    with gr.Blocks(title="Kutip", analytics_enabled=False) as blocks:
        add_page(library)
    blocks.queue(max_size=_QUEUE, default_concurrency_limit=os.cpu_count() or 1, api_open=False)
    survive_leaving(blocks._queue)
    blocks.state_session_capacity = _SESSIONS
    # Gradio would rewrite the selectors of a style given to it, and add it after the first paint.
    routes: list[BaseRoute] = [
        Route("/kutip.css", _style),
        Route("/kutip/{name}.js", _script),
        Route("/kutip/upload", upload_route(library.uploads), methods=["POST"]),
    ]
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, routes=routes)
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"])
    path = library.index.path
    blocked = [str(path.absolute()), str(path.resolve())]
    if library.uploads:
        blocked.append(str(library.uploads.folder))
    gr.mount_gradio_app(
        app, blocks, path="/", server_name=host, theme=theme, blocked_paths=blocked, **_CLOSED
    )
    app.add_middleware(Guard, host=host, head=_HEAD, password=password)
    return app


def _style(_request: Request) -> Response:
    from starlette.responses import Response

    css = "\n".join((_FOLDER / name).read_text("utf-8") for name in _STYLES)
    return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})


def _script(request: Request) -> Response:
    from starlette.responses import FileResponse, PlainTextResponse

    name = f"{request.path_params['name']}.js"
    known = sorted(path.name for path in (_FOLDER / "scripts").glob("*.js"))
    if name not in known:
        return PlainTextResponse("There is nothing here.", 404)
    return FileResponse(
        _FOLDER / "scripts" / name,
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


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


@contextmanager
def _library(
    index: ArticleIndex, llm: str | None, *, steps: int, readonly: bool, web: bool
) -> Iterator[Library]:
    """Connect the pages to the index, and load the reader before the first question needs it."""
    from qa import load_reader
    from ui.library import Library
    from ui.uploads import Uploads

    reader = load_reader(llm, embedder=index.embedder)
    library = Library(index, reader, readonly=readonly, steps=steps)
    if readonly:
        yield library
        return
    library.uploads = Uploads(library.add_file, library.add_address if web else None)
    try:
        yield library
    finally:
        library.uploads.close()
