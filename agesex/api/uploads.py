"""Photos out of a multipart body, in memory only.

    parts = await read(request, slot, settings)
    parts.files, parts.fields

Starlette writes a part over 1 MB to a temporary file; here no part ever is. The limits hold while the body
arrives, so they need no Content-Length.
"""

import asyncio
import math
from dataclasses import dataclass, field

from starlette.formparsers import MultiPartException, MultiPartParser

from agesex.api.problems import Refused
from agesex.api.settings import MB

MAX_FIELDS = 20


@dataclass
class Upload:
    """One photo as it came.

    Attributes:
        part: the name of its part.
        name: the file name that the client gave. It goes back to the client and nowhere else: it is no
            path, and no log has it.
        data: bytes.
    """

    part: str
    name: str = field(repr=False)
    data: bytes = field(repr=False)


@dataclass
class Parts:
    """What a body held: photos in their order, and the other fields."""

    files: list[Upload]
    fields: dict[str, str]


class _InMemory(MultiPartParser):
    """Starlette's parser without temporary files, and with limits on each photo and on their number."""

    spool_max_size = 2**62  # bytes; `read` stops long before

    def __init__(self, request, stream, settings):
        super().__init__(request.headers, stream, max_files=math.inf, max_fields=MAX_FIELDS)
        self._settings, self._size, self._ended = settings, 0, False

    def on_headers_finished(self):
        super().on_headers_finished()
        self._size = 0
        if self._current_files > self._settings.max_files:
            raise _too_large(f"A request may carry at most {self._settings.max_files} photos.")

    def on_part_data(self, data, start, end):
        self._size += end - start
        if self._current_part.file is not None and self._size > self._settings.max_photo:
            raise _too_large(
                f"A photo may have at most {self._settings.max_photo / MB:g} MB. Reduce it or save it as JPEG."
            )
        super().on_part_data(data, start, end)

    def on_end(self):
        self._ended = True

    async def parse(self):
        form = await super().parse()
        if not self._ended:  # a part that was cut off is in no list, as if it had never been sent
            for file in self._files_to_close_on_error:
                file.close()
            raise MultiPartException("The body ends before its closing boundary")
        return form


async def read(request, slot, settings):
    """Read a multipart body.

    Args:
        request: Starlette's Request, its body unread.
        slot: `limits.Slot` that accounts for the bytes.
        settings: `settings.Settings`.

    Returns:
        Parts.

    Raises:
        Refused: 400 no valid multipart, 408 it took too long, 413 too large, 415 something else than
            multipart, 429 the server holds too much.
    """
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise Refused(
            415, "not-multipart", "Not multipart/form-data",
            "Send the photo as a part of multipart/form-data, as curl does with -F.",
        )  # fmt: skip
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > settings.max_body:
        raise _body(settings)
    try:
        async with asyncio.timeout(settings.upload_timeout):
            form = await _InMemory(request, _limited(request, slot, settings), settings).parse()
    except MultiPartException as error:
        raise Refused(
            400, "bad-multipart", "Not valid multipart/form-data",
            f"{error.message.rstrip('.')}. Send each photo as a part with a name and a file name, as curl "
            "does with -F.",
        ) from error  # fmt: skip
    except TimeoutError as error:
        raise Refused(
            408, "slow-upload", "The photos arrived too slowly",
            f"They did not arrive within {settings.upload_timeout:g} seconds. Send fewer or smaller ones.",
            {"Connection": "close"},
        ) from error  # fmt: skip
    parts = Parts([], {})
    for name, value in form.multi_items():
        if isinstance(value, str):
            parts.fields[name] = value
        else:
            parts.files.append(Upload(name, value.filename or "", value.file.read()))
            value.file.close()  # memory of the parser; the photo itself lives in `parts`
    return parts


async def _limited(request, slot, settings):
    """The body in chunks, refused as soon as it is too much."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > settings.max_body:
            raise _body(settings)
        slot.hold(len(chunk))
        yield chunk


def _body(settings):
    return _too_large(f"A request may have at most {settings.max_body / MB:g} MB. Send the photos in several.")


def _too_large(detail):
    return Refused(413, "too-large", "The request is too large", detail)
