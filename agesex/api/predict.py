"""POST /v1/predict: one or many photos in, the faces of each out."""

from fastapi import APIRouter, Request

from agesex.api import problems, schemas
from agesex.api.form import body, check_parts, no_photo, options, parameters
from agesex.api.uploads import read

STATUSES = (400, 401, 408, 413, 415, 422, 429, 500, 503)


def router(dependencies):
    """The endpoint."""
    found = APIRouter(dependencies=dependencies)

    @found.post(
        "/v1/predict",
        response_model=schemas.Prediction,
        responses=problems.documented(*STATUSES),
        openapi_extra={
            "parameters": parameters(schemas.PredictOptions),
            "requestBody": body(schemas.PredictOptions, "files", many=True),
        },
        summary="Age and sex of every face in photos",
    )
    async def predict(request: Request):
        """Send each photo as a part named `files`.

        A photo that cannot be answered has its `problem` in its row, and the others their answers; where it
        is the only one, the problem is the answer.
        """
        state = request.app.state
        with state.limits.slot() as slot:
            parts = await read(request, slot, state.settings)
            check_parts(parts, "files")
            asked = options(schemas.PredictOptions, request, parts)
            if not parts.files:
                raise no_photo("files")
            work = state.work.predict(parts.files, asked, slot)
            answer = await slot.run(work, state.settings.timeout)
        only = answer.results[0]
        if len(answer.results) == 1 and only.problem:
            return problems.response(only.problem)
        return answer

    return found
