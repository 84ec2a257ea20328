"""How others are asked over HTTP: without redirects and proxies, within a deadline, answers bounded."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final

import httpx

LARGEST: Final = 262_144
DEADLINE: Final = 5.0
_TIMEOUT: Final = 3.0
_ACCEPTED: Final = {"accept": "application/json", "accept-encoding": "identity"}


class NotFetched(Exception):
    """Nothing was answered that could be read; `why` is TIMED_OUT, UNREACHABLE or TOO_LARGE."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


async def fetched(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | str | None = None,
    largest: int = LARGEST,
    deadline: float = DEADLINE,
) -> tuple[int, bytes]:
    """Status and body of an answer, asked for once; no redirect, no proxy leads elsewhere.

    Args:
        method: of HTTP.
        url: where.
        headers: beside those that say that JSON is wanted, or in their place.
        form: what is sent.
        largest: of an answer, in bytes.
        deadline: for all of it, in seconds.

    Raises:
        NotFetched: nobody answers in time, or too much.
    """
    content = form.encode() if isinstance(form, str) else None
    data = None if isinstance(form, str) else form
    found = bytearray()
    try:
        async with (
            asyncio.timeout(deadline),
            httpx.AsyncClient(verify=_trusted(), timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers={**_ACCEPTED, **(headers or {})}, data=data, content=content) as answer,
        ):
            async for chunk in answer.aiter_bytes(16_384):
                found += chunk
                if len(found) > largest:
                    raise NotFetched("TOO_LARGE")
            return answer.status_code, bytes(found)
    except (TimeoutError, httpx.TimeoutException):
        raise NotFetched("TIMED_OUT") from None
    except (OSError, httpx.HTTPError, httpx.InvalidURL):
        raise NotFetched("UNREACHABLE") from None


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; to read them anew for each question would hold up everybody for tens of ms."""
    return httpx.create_ssl_context(trust_env=False)
