"""The route that takes files: one file per request, its bytes as they are, counted as they come."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from ui.uploads import UploadError, Uploads

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_log = logging.getLogger("kutip.ui")

_IDLE_SECONDS = 20  # without a byte
_SLOW_SECONDS = 60  # after which a file must have come faster than _SLOW bytes a second
_SLOW = 1_000


def upload_route(uploads: Uploads | None) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of ``POST /kutip/upload?name=…``; None refuses every file."""

    async def upload(request: Request) -> Response:
        from starlette.requests import ClientDisconnect
        from starlette.responses import JSONResponse

        try:
            if uploads is None:
                raise UploadError("These articles can only be read.", 403)
            ticket = request.headers.get("x-kutip-ticket", "")
            with uploads.open(request.query_params.get("name", ""), ticket) as receiving:
                async for data in _paced(request.stream()):
                    receiving.write(data)
                receiving.finish()
        except UploadError as error:
            return JSONResponse({"message": str(error)}, error.status)
        except TimeoutError:
            return JSONResponse({"message": "The file came too slowly; send it again."}, 408)
        except ClientDisconnect:
            return JSONResponse({"message": "The file did not come whole; send it again."}, 400)
        except OSError as error:
            _log.warning("an upload could not be written: %s", error)
            return JSONResponse({"message": "The server could not write the file."}, 507)
        return JSONResponse({"message": ""}, 202)

    return upload


async def _paced(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what comes; TimeoutError where it stalls or trickles."""
    began, seen = time.monotonic(), 0
    while True:
        try:
            data = await asyncio.wait_for(anext(stream), _IDLE_SECONDS)
        except StopAsyncIteration:
            return
        seen += len(data)
        spent = time.monotonic() - began
        if spent > _SLOW_SECONDS and seen < _SLOW * spent:
            raise TimeoutError
        yield data
