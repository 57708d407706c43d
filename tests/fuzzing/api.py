"""The API in this process, with a model of a few lines and no search for faces: what is tried is the way there.

    api = Api()
    api.predict(data)       # None for an answer, or the type of its problem
"""

import asyncio

import httpx
from asgi import predict
from stub import StubModel

from agesex import model
from agesex.api import Settings, create_app


class Api:
    """One server over many requests."""

    def __init__(self):
        """Start it."""
        stub, self._real = StubModel(), model.load
        model.load = lambda name=None: stub
        self._loop = asyncio.new_event_loop()
        self._app = create_app(Settings(warm_up=False))
        self._life = self._app.router.lifespan_context(self._app)
        self._loop.run_until_complete(self._life.__aenter__())
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://api", timeout=60)

    def predict(self, data):
        """Send one photo.

        Returns:
            None for an answer, else the problem's type; raises AssertionError for a 5xx or what is no problem.
        """
        method, path, options = predict(("photo", data), aligned="true")
        answer = self._loop.run_until_complete(self._client.request(method, path, **options))
        if answer.status_code == 200:
            (row,) = answer.json()["results"]
            return row["problem"]["type"] if row["problem"] else None
        body = answer.json()
        if answer.status_code >= 500 or not body["type"].startswith("urn:agesex:"):
            raise AssertionError(f"{answer.status_code} {body}")
        return body["type"].removeprefix("urn:agesex:")

    def close(self):
        """Stop it."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._life.__aexit__(None, None, None))
        self._loop.close()
        model.load = self._real
