"""One name and password for the page, asked for by the browser itself (HTTP Basic).

There is no session to steal and no cookie to send along; the guard refuses other origins before.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections import deque
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import Scope

_TRIES, _SECONDS = 5, 60.0  # wrong passwords of one address before it has to wait
_ADDRESSES = 1_000


class Password:
    """Lets in whoever knows ``user:password``; few wrong tries a minute are listened to."""

    def __init__(self, secret: str) -> None:
        """Take ``user:password``; ValueError where it is not of this form."""
        user, colon, password = secret.partition(":")
        if not user or not colon or len(password) < 8:
            raise ValueError("--auth takes user:password with a password of 8 or more characters.")
        self._secret = secret.encode()
        self._wrong: dict[str, deque[float]] = {}

    def refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the reply that asks for the password; None where it was given."""
        address = str((scope.get("client") or ("",))[0])
        tries = self._wrong.get(address)
        now = time.monotonic()
        while tries and now - tries[0] > _SECONDS:
            tries.popleft()
        given = _given(headers.get("authorization", ""))
        if tries and len(tries) >= _TRIES:
            return PlainTextResponse(
                "Too many wrong passwords; wait a minute.", 429, {"Retry-After": "60"}
            )
        if given is not None and hmac.compare_digest(given, self._secret):
            self._wrong.pop(address, None)
            return None
        if given is not None:
            self._wrong.setdefault(address, deque(maxlen=_TRIES)).append(now)
            while len(self._wrong) > _ADDRESSES:
                del self._wrong[next(iter(self._wrong))]
        challenge = {"WWW-Authenticate": 'Basic realm="Kutip", charset="UTF-8"'}
        return PlainTextResponse("Name and password, please.", 401, challenge)


def _given(header: str) -> bytes | None:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
