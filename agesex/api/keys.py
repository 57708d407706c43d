"""The optional key: where AGESEX_API_KEY is set, a request must carry it.

    curl -H "Authorization: Bearer $AGESEX_API_KEY" ...      # or: -H "X-API-Key: ..."
"""

import hmac
from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from agesex.api.problems import Refused

_bearer = Security(HTTPBearer(auto_error=False, description="The value of AGESEX_API_KEY"))
_header = Security(APIKeyHeader(name="X-API-Key", auto_error=False))


def needed(key):
    """What endpoints depend on: nothing without a key, else that the request carries it."""
    if not key:
        return []
    expected = key.encode()

    async def check(
        bearer: Annotated[HTTPAuthorizationCredentials | None, _bearer],
        header: Annotated[str | None, _header],
    ):
        given = bearer.credentials if bearer else header or ""
        # latin-1: how headers were decoded; compare_digest takes the same time for every wrong key
        if not hmac.compare_digest(given.encode("latin-1", "replace"), expected):
            raise Refused(
                401, "no-key", "The key is missing or wrong",
                "Send the key as `Authorization: Bearer …` or `X-API-Key: …`.",
                {"WWW-Authenticate": "Bearer"},
            )  # fmt: skip

    return [Depends(check)]
