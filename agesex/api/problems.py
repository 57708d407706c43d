"""Errors as RFC 9457 problem documents, and nothing of the inside in them.

Every answer with a status of 400 or more is `application/problem+json` with type, title, status and
detail. An AgeSexError's sentence is safe to show; anything else is a bug: the log gets the traceback, the
client one sentence.
"""

import http

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_serializer
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from agesex import errors

MEDIA_TYPE = "application/problem+json"
# The most special first; the type is a name in this file's own space, not an address that answers.
KINDS = (
    (errors.TooLarge, 413, "too-large", "The photo is too large"),
    (errors.NotAPicture, 415, "not-a-picture", "Not a picture that can be read"),
    (errors.BadImage, 422, "bad-image", "The picture cannot be used"),
    (errors.NoFace, 422, "no-face", "No face was found"),
    (errors.CannotExplain, 422, "cannot-explain", "No explanation for this"),
    (errors.ModelMissing, 503, "model-missing", "A model is missing"),
    (errors.BadModel, 503, "bad-model", "A model cannot be trusted"),
    (errors.AgeSexError, 422, "cannot-answer", "No answer"),
)


class Problem(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:agesex:no-face",
                "title": "No face was found",
                "status": 422,
                "detail": "No face was found. Try a sharper or larger photo.",
            }
        }
    )

    type: str = Field(description="The kind of problem, as a name")
    title: str = Field(description="The kind of problem, in words")
    status: int = Field(description="The HTTP status", ge=400, le=599)
    detail: str = Field(description="What is wrong, and what to do")
    errors: list[dict[str, str]] | None = Field(
        default=None, description="For values that are not accepted: where, and what is wrong"
    )

    @model_serializer(mode="wrap")
    def _said(self, dump):
        """Without `errors` where there are none, in a row of results too."""
        return {name: value for name, value in dump(self).items() if value is not None}


BUG = Problem(
    type="urn:agesex:bug",
    title="An error in the server",
    status=500,
    detail="Something went wrong that should not have. The server's log says what.",
)


class Refused(Exception):
    """A request that ends with a problem; its words are safe to show."""

    def __init__(self, status, kind, title, detail, headers=None):
        """Keep the parts of the answer."""
        super().__init__(detail)
        self.problem = Problem(type=f"urn:agesex:{kind}", title=title, status=status, detail=detail)
        self.headers = headers or {}


def of(error):
    """The Problem of an AgeSexError."""
    kind = next(row for row in KINDS if isinstance(error, row[0]))
    return Problem(type=f"urn:agesex:{kind[2]}", title=kind[3], status=kind[1], detail=str(error))


def response(problem, headers=None):
    """The HTTP answer of a problem."""
    content = problem.model_dump()
    return JSONResponse(content, problem.status, headers, MEDIA_TYPE)


def documented(*statuses):
    """What OpenAPI says of the statuses of an endpoint."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": http.HTTPStatus(status).phrase, "content": content} for status in statuses
    }


def install(app):
    """Make every error of the app a problem document."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(errors.AgeSexError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)


async def _refused(request, error):
    return response(error.problem, error.headers)


async def _known(request, error):
    return response(of(error))


async def _invalid(request, error):
    found = [
        {"where": ".".join(map(str, item["loc"])) or "request", "what": str(item["msg"])}
        for item in error.errors()
    ]
    said = "; ".join(f"{item['where']}: {item['what']}" for item in found)
    problem = Problem(
        type="urn:agesex:not-accepted", title="A value is not accepted", status=422, detail=said, errors=found
    )
    return response(problem)


async def _http(request, error):
    phrase = http.HTTPStatus(error.status_code).phrase
    detail = {
        404: "There is nothing at this address. The description of the API is at /openapi.json.",
        405: "This address does not know the method. The header Allow names those it knows.",
    }.get(error.status_code, str(error.detail))
    kind = phrase.lower().replace(" ", "-")
    problem = Problem(type=f"urn:agesex:{kind}", title=phrase, status=error.status_code, detail=detail)
    return response(problem, error.headers)


async def _gone(request, error):
    """Nobody is left to read this; the status is for the log and the metrics."""
    return response(
        Problem(
            type="urn:agesex:closed", title="Closed", status=499,
            detail="The connection was closed before the photos had arrived.",
        )  # fmt: skip
    )


async def _bug(request, error):
    """Starlette raises the error again after this answer, so that the server logs it."""
    return response(BUG)
