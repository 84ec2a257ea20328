"""How others are asked over HTTP: without redirects and proxies, within a deadline, answers bounded."""

import asyncio
from collections.abc import Mapping
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
    method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | str | None = None
) -> tuple[int, bytes]:
    """Status and body of an answer, asked for once; no redirect, no proxy leads elsewhere.

    Raises:
        NotFetched: nobody answers in time, or too much.
    """
    content = form.encode() if isinstance(form, str) else None
    data = None if isinstance(form, str) else form
    found = bytearray()
    try:
        async with (
            asyncio.timeout(DEADLINE),
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers={**_ACCEPTED, **(headers or {})}, data=data, content=content) as answer,
        ):
            async for chunk in answer.aiter_bytes(16_384):
                found += chunk
                if len(found) > LARGEST:
                    raise NotFetched("TOO_LARGE")
            return answer.status_code, bytes(found)
    except (TimeoutError, httpx.TimeoutException):
        raise NotFetched("TIMED_OUT") from None
    except (OSError, httpx.HTTPError, httpx.InvalidURL):
        raise NotFetched("UNREACHABLE") from None
