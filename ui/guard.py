"""Who may talk to the page and what of Gradio is reachable: one ASGI layer around everything.

Gradio 6.31 offers routes the chat never uses (uploads, file serving, a proxy, recordings, run
history) and accepts any Origin once it is not on localhost. So requests pass, in this order, a
list of allowed Host names (against DNS rebinding), a check that an Origin is our own, a list of
allowed routes on the raw path, and a limit on the body. Replies carry a Content-Security-Policy:
Gradio evaluates component scripts with ``new Function``, so ``'unsafe-eval'`` stays, but inline
scripts run only with the nonce of this very page load, and nothing may be fetched from elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from ui.uploads import FILE_LIMIT

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ui.password import Password

_BODY_LIMIT = 256 * 1024  # bytes; a question has at most 4,000 characters, and a turn before it
_LARGE = {  # what brings more: a conversation to render or export, and a file
    "/gradio_api/component_server": 4 * 1024 * 1024,
    "/gradio_api/component_server/": 4 * 1024 * 1024,
    "/kutip/upload": FILE_LIMIT,
}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ROUTES = {
    "GET": re.compile(
        r"/|/kutip\.css|/kutip/[a-z]+\.js|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt"
        r"|/(?:assets|static)/(?!.*\.\.)[\w./@-]+"
        r"|/gradio_api/(?:theme\.css|app_id|queue/data|startup-events|heartbeat/\w+)"
    ),
    "POST": re.compile(r"/gradio_api/(?:queue/join|component_server|cancel|reset)/?|/kutip/upload"),
}
_ROUTES["HEAD"] = _ROUTES["GET"]
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a server that listens on ``host``."""
    address = _address(host)
    return host == "localhost" or bool(address and address.is_loopback)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class Guard:
    """Let through what the chat needs, and answer 403, 404 or 413 to everything else."""

    def __init__(
        self, app: ASGIApp, host: str, head: str = "", password: Password | None = None
    ) -> None:
        self._app = app
        self._password = password
        self._head = head.encode()
        self._any_address = not is_loopback(host)
        names = {host.lower(), socket.gethostname().lower()} if self._any_address else {host}
        self._hosts = _LOOPBACK | names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, if it may be served."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = secrets.token_urlsafe(16)
        reply = _Page(send, nonce, self._head) if scope["path"] == "/" else _Reply(send, nonce)
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal:
            code, message = refusal
            await PlainTextResponse(message, status_code=code)(scope, receive, reply)
            return
        if self._password and (asked := self._password.refusal(scope, headers)):
            await asked(scope, receive, reply)
            return
        if scope["path"] == "/":  # its scripts get their nonce, so it must arrive uncompressed
            kept = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        await self._app(scope, _Body(receive, _LARGE.get(scope["path"], _BODY_LIMIT)), reply)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        if len(headers.getlist("host")) != 1 or not self._is_ours(headers["host"]):
            return 403, "This address is not one the server was started for."
        origin = headers.get("origin")
        if origin is not None and not _same_origin(origin, headers["host"]):
            return 403, "Another web site may not use this server."
        if headers.get("sec-fetch-site") == "cross-site" and scope["method"] != "GET":
            return 403, "Another web site may not use this server."
        routes = _ROUTES.get(scope["method"])
        if not routes or not routes.fullmatch(scope["path"]):
            return 404, "There is nothing here."
        length = headers.get("content-length", "0")
        limit = _LARGE.get(scope["path"], _BODY_LIMIT)
        if not length.isascii() or not length.isdigit() or int(length[:12]) > limit:
            return 413, "The request is too large."
        return None

    def _is_ours(self, host: str) -> bool:
        match = re.fullmatch(r"\[([0-9a-fA-F:.]+)\]|([^:\[\]]+)", re.sub(r":\d*$", "", host))
        name = (match[1] or match[2]).lower() if match else ""
        # A rebinding attack needs a name; plain addresses are safe once others may connect.
        return name in self._hosts or (self._any_address and _address(name) is not None)


def _same_origin(origin: str, host: str) -> bool:
    return origin.lower() in (f"http://{host.lower()}", f"https://{host.lower()}")


class _Body:
    """A request body that ends with a disconnect when it exceeds the limit without saying so."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._seen = 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        return message if self._seen <= self._limit else {"type": "http.disconnect"}


class _Reply:
    """Adds the protective headers to a reply."""

    def __init__(self, send: Send, nonce: str) -> None:
        self._send = send
        self._nonce = nonce

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_HEADERS)
            headers["Content-Security-Policy"] = _POLICY.format(nonce=self._nonce)
        await self._send(message)


class _Page(_Reply):
    """Puts our own lines into the head of the page, and the nonce on its scripts."""

    def __init__(self, send: Send, nonce: str, head: bytes) -> None:
        super().__init__(send, nonce)
        self._head = head
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body", False):
            return
        # Gradio writes "<" of its configuration as \u003c: each "<script" left is its own.
        mark = b'<script nonce="%b"' % self._nonce.encode()
        page = self._body.replace(b"</head>", self._head + b"</head>", 1)
        page = re.sub(rb"<script(?=[\s>])", mark, page)
        headers = MutableHeaders(scope=self._start)
        headers["Content-Length"] = str(len(page))
        headers["Cache-Control"] = "no-store"
        await super().__call__(self._start)
        await super().__call__({"type": "http.response.body", "body": page})
