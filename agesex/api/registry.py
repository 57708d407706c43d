"""GET /v1/models and /v1/models/{name}/card."""

import asyncio

from fastapi import APIRouter, Request

from agesex import model as models
from agesex.api import problems, schemas
from agesex.api.problems import Refused
from agesex.errors import AgeSexError


def router(dependencies):
    """The endpoints."""
    found = APIRouter(dependencies=dependencies)

    @found.get(
        "/v1/models",
        response_model=schemas.ModelList,
        responses=problems.documented(401, 500),
        summary="The models that can be asked",
    )
    async def all_models(request: Request):
        """The default model first."""
        return await asyncio.to_thread(_entries, request.app.state.work.models)

    @found.get(
        "/v1/models/{name}/card",
        responses=problems.documented(401, 404, 422, 500, 503),
        summary="The card of a model",
    )
    async def card(name: str) -> dict:
        """What it was trained on, how good it is for whom, and what it must not be used for."""
        return await asyncio.to_thread(_card, name)

    return found


def _entries(loaded):
    return schemas.ModelList(models=[_entry(name, loaded) for name in models.names()])


def _entry(name, loaded):
    entry = schemas.ModelEntry(name=name, default=name == loaded.default, loaded=name in loaded)
    try:
        card = models.read_card(name)
    except AgeSexError as error:
        entry.problem = str(error)
        return entry
    known = {key: card[key] for key in ("title", "sha256", "input_size", "parameters")}
    return entry.model_copy(update=known | {"mirror": bool(card.get("mirror", False))})


def _card(name):
    if name not in models.names():
        raise Refused(
            404, "unknown-model", "There is no such model",
            f"There is no model of that name. Models that are there: {', '.join(models.names())}.",
        )  # fmt: skip
    return models.read_card(name)
