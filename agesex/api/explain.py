"""POST /v1/explain: where the model looks in one face, as JSON or as a picture."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from agesex.api import problems, schemas
from agesex.api.form import body, check_parts, no_photo, options, parameters
from agesex.api.problems import Refused
from agesex.api.uploads import read

STATUSES = (400, 401, 408, 413, 415, 422, 429, 500, 503)
PNG = "image/png"


def router(dependencies):
    """The endpoint."""
    found = APIRouter(dependencies=dependencies)
    picture = {"schema": {"type": "string", "format": "binary"}}

    @found.post(
        "/v1/explain",
        response_model=schemas.Explanation,
        responses={200: {"content": {PNG: picture}}} | problems.documented(*STATUSES),
        openapi_extra={
            "parameters": parameters(schemas.ExplainOptions),
            "requestBody": body(schemas.ExplainOptions, "file"),
        },
        summary="Where the model looks in a face",
    )
    async def explain(request: Request):
        """Send the photo as a part named `file`. `Accept: image/png` gives the figure alone."""
        state = request.app.state
        with state.limits.slot() as slot:
            parts = await read(request, slot, state.settings)
            check_parts(parts, "file")
            asked = options(schemas.ExplainOptions, request, parts)
            if not parts.files:
                raise no_photo("file")
            if len(parts.files) > 1:
                raise Refused(
                    422, "one-photo", "One photo at a time",
                    f"An explanation is about one photo. Received: {len(parts.files)}.",
                )  # fmt: skip
            work = state.work.explain(parts.files[0], asked)
            answer, png = await slot.run(work, state.settings.timeout)
        if _prefers_png(request.headers.get("accept", "")):
            return Response(png, media_type=PNG)
        return answer

    return found


def _prefers_png(accept):
    """Whether the header Accept ranks the picture above JSON."""
    weights = {}
    for item in accept.split(","):
        name, *rest = (part.strip().lower() for part in item.split(";"))
        weight = next((part[2:] for part in rest if part.startswith("q=")), "1")
        try:
            weights[name] = float(weight)
        except ValueError:
            weights[name] = 0.0
    fallback = weights.get("*/*", 0.0)
    return weights.get(PNG, 0.0) > weights.get("application/json", fallback)
