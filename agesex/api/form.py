"""The fields of a form: checked by a schema, and described in OpenAPI by the same schema."""

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from agesex.api.problems import Refused


def options(schema, request, parts):
    """The fields of query and form as a schema's object; raises RequestValidationError (422)."""
    try:
        return schema.model_validate({**request.query_params, **parts.fields})
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error


def parameters(schema):
    """The same fields as query parameters, for OpenAPI."""
    return [
        {"name": name, "in": "query", "required": False, "schema": _plain(field),
         "description": field.get("description", "")}
        for name, field in schema.model_json_schema()["properties"].items()
    ]  # fmt: skip


def body(schema, part, many=False):
    """The multipart body, for OpenAPI."""
    photo = {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP, BMP, TIFF or GIF"}
    photos = {"type": "array", "items": photo, "minItems": 1, "maxItems": 50} if many else photo
    fields = {
        name: {**_plain(field), "description": field.get("description", "")}
        for name, field in schema.model_json_schema()["properties"].items()
    }
    form = {
        "type": "object",
        "required": [part],
        "additionalProperties": False,
        "properties": {part: photos, **fields},
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}


def check_parts(parts, part):
    """Refuse (422) a request whose photos are not parts of this name with a file name."""
    if part in parts.fields:
        raise Refused(
            422, "no-photo", "There is no photo",
            f"A part named `{part}` came as text, without a file name. Write -F {part}=@me.jpg: with the @ "
            "curl sends the file itself.",
        )  # fmt: skip
    if any(upload.part != part for upload in parts.files):
        raise Refused(
            422, "unknown-part", "A part has another name",
            f"A photo came as a part of another name. Name it `{part}`: curl -F {part}=@me.jpg.",
        )  # fmt: skip


def no_photo(part):
    """The refusal of a request without a photo."""
    return Refused(
        422, "no-photo", "There is no photo",
        f"Send the photo as a part named `{part}` with a file name: curl -F {part}=@me.jpg.",
    )  # fmt: skip


def _plain(field):
    """A field's schema for a form, where nothing is null: what is not sent is left out."""
    kinds = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    kept = {key: value for key, value in field.items() if key not in ("anyOf", "title", "description")}
    if kept.get("default", 0) is None:
        del kept["default"]
    return {**kept, **(kinds[0] if kinds else {})}
