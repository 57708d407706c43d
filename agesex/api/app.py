"""How the API is put together, and its start and stop.

    app = create_app(Settings(max_waiting=8))

`/docs` is left out: its page would fetch scripts from another host. `/openapi.json` describes everything.
"""

import asyncio
import contextlib
import logging

from fastapi import FastAPI

from agesex import __version__
from agesex.api import explain, health, keys, predict, problems, registry
from agesex.api.drain import Drain
from agesex.api.limits import Limits
from agesex.api.log import Recorder
from agesex.api.metrics import Metrics
from agesex.api.photos import Work
from agesex.api.settings import Settings
from agesex.errors import AgeSexError

DESCRIPTION = (
    "Age and sex of faces in photos, for research. Never use it to check an age, to identify anyone or to decide "
    "about a person. Photos are held in memory until they are answered, and nowhere else. Every error is a "
    "problem document (RFC 9457)."
)
log = logging.getLogger("agesex.api")


def create_app(settings=None):
    """The API as an ASGI application.

    Args:
        settings: `Settings`; the defaults, and AGESEX_API_KEY, without it.

    Returns:
        FastAPI. Its threads start with the server and end with it.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="agesex",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    state = app.state
    state.settings, state.metrics, state.stage = settings, Metrics(), "starting"
    state.limits = Limits(settings.max_waiting, settings.max_held)
    problems.install(app)
    app.add_middleware(Drain)
    app.add_middleware(Recorder, metrics=state.metrics)
    for part in (predict, explain, registry, health):
        app.include_router(part.router(keys.needed(settings.key)))
    return app


@contextlib.asynccontextmanager
async def _lifespan(app):
    """Threads and, in the background, the model; at the end what is under way is finished."""
    state = app.state
    state.work = Work(state.settings, state.metrics)
    state.metrics.watch(state.work, state.limits)
    warming = asyncio.create_task(_warm_up(state))
    try:
        yield
    finally:
        state.stage = "stopping"
        await warming
        await asyncio.to_thread(state.work.close)


async def _warm_up(state):
    """Never raises: whatever fails here fails again, with a sentence, at the request that needs it."""
    failed = None
    if state.settings.warm_up:
        try:
            await asyncio.to_thread(state.work.warm_up)
        except AgeSexError as error:
            failed = error
            log.error("the model cannot be loaded: %s", error)
        except Exception as error:
            failed = error
            log.exception("the model cannot be loaded")
    if state.stage == "starting":
        state.stage = "failed" if failed else "ready"
