"""A line and a count per request: method, route, status, time. No query, no file name, no address.

The route is its template ("/v1/models/{name}/card"), so that nothing that a client wrote gets into a log.
"""

import logging
import time

log = logging.getLogger("agesex.api.access")
UNKNOWN = "(none)"


class Recorder:
    """ASGI middleware around the whole app."""

    def __init__(self, app, metrics):
        """Wrap the app."""
        self._app, self._metrics = app, metrics

    async def __call__(self, scope, receive, send):
        """Pass a request on and note how it ended."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, start = 500, time.perf_counter()

        async def noted(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", UNKNOWN)
            method = scope["method"] if scope["method"].isalpha() else "?"
            self._metrics.request(route, method, status, seconds)
            log.info("%s %s %d %.0f ms", method[:10], route, status, 1000 * seconds)
