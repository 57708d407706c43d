"""Is it alive, is it ready, and what has it done: /healthz, /healthz/live, /healthz/ready, /metrics."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from agesex import __version__
from agesex.api import metrics, problems, schemas
from agesex.api.problems import Refused


def router(dependencies):
    """The endpoints; only /metrics asks for the key."""
    found = APIRouter()

    @found.get("/healthz", response_model=schemas.Health, summary="Alive and ready?")
    async def health(request: Request):
        """Always 200 while the server runs; `ready` says whether it answers at once."""
        return _health(request)

    @found.get("/healthz/live", response_model=schemas.Health, summary="Alive?")
    async def live(request: Request):
        """200 while the server runs."""
        return _health(request)

    @found.get(
        "/healthz/ready",
        response_model=schemas.Health,
        responses=problems.documented(503),
        summary="Ready?",
    )
    async def ready(request: Request):
        """200 once the model is in memory, 503 before, after a failure, and while the server stops."""
        health = _health(request)
        if not health.ready:
            raise Refused(503, "not-ready", "Not ready", f"The server is {health.state}.", {"Retry-After": "1"})
        return health

    @found.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
        | problems.documented(401),
        dependencies=dependencies,
        summary="For Prometheus",
    )
    async def numbers(request: Request):
        """Requests, times, photos by outcome, faces per forward pass."""
        return Response(request.app.state.metrics.text(), media_type=metrics.MEDIA_TYPE)

    return found


def _health(request):
    state = request.app.state.stage
    return schemas.Health(live=True, ready=state == "ready", state=state, version=__version__)
