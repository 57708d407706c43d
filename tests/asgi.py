"""The API without a network: requests to the app inside the test's process, start and stop included."""

import asyncio
import contextlib
import io

import httpx
import numpy as np
from PIL import Image


@contextlib.asynccontextmanager
async def running(app, timeout=30):
    """A client of the app between its start and its stop."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api", timeout=timeout) as client,
    ):
        yield client


def ask(app, *requests):
    """Answers to requests (method, path, options of httpx), all sent at once; a single one is not a list."""

    async def together():
        async with running(app) as client:
            return await asyncio.gather(*(client.request(m, path, **o) for m, path, o in requests))

    answers = asyncio.run(together())
    return answers if len(answers) > 1 else answers[0]


def predict(*photos, **options):
    """A request to /v1/predict; photos are bytes or (name, bytes)."""
    return "POST", "/v1/predict", {"files": parts("files", photos), "data": options}


def explain(*photos, headers=None, **options):
    """A request to /v1/explain."""
    return "POST", "/v1/explain", {"files": parts("file", photos), "data": options, "headers": headers}


def parts(name, photos):
    """What httpx makes a multipart body of."""
    named = [photo if isinstance(photo, tuple) else ("photo", photo) for photo in photos]
    return [(name, photo) for photo in named]


def encoded(picture, kind="PNG", **options):
    """A Pillow image or an array as bytes."""
    picture = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def grey(level, size=(200, 200)):
    """A PNG of one grey: the stub takes 255 for 100 years."""
    return encoded(Image.new("RGB", size, (level,) * 3))
