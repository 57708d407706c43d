"""What is left of a refused upload is read before the answer goes out.

A server that closes a connection with unread bytes resets it, and the client may never see its 429.
"""

import asyncio
import contextlib

from agesex.api.settings import MB

MOST = 4 * MB
SECONDS = 1.0


class Drain:
    """ASGI middleware: before a 429 the rest of the body is read and forgotten, up to `MOST` and `SECONDS`."""

    def __init__(self, app):
        """Wrap the app."""
        self._app = app

    async def __call__(self, scope, receive, send):
        """Pass a request on; a client that waits for `100 Continue` has sent nothing to read."""
        if scope["type"] != "http" or any(name == b"expect" for name, _ in scope["headers"]):
            await self._app(scope, receive, send)
            return
        ended = False

        async def noted():
            nonlocal ended
            message = await receive()
            ended = message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def rest():
            size = 0
            while not ended and size < MOST:
                size += len((await noted()).get("body", b""))

        async def drained(message):
            if message["type"] == "http.response.start" and message["status"] == 429:
                with contextlib.suppress(TimeoutError):  # a slow client gets its answer as before
                    await asyncio.wait_for(rest(), SECONDS)
            await send(message)

        await self._app(scope, noted, drained)
