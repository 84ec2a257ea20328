"""How providers are asked over HTTP: without redirects and proxies, within a deadline, answers bounded."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import httpx

from gateway.identity.providers.refusal import SignInRefused, Why

LARGEST: Final = 262_144
DEADLINE: Final = 5.0
_TIMEOUT: Final = 3.0
_ACCEPTED: Final = {"accept": "application/json", "accept-encoding": "identity"}


class Answer(NamedTuple):
    """What a provider answered."""

    status: int
    content: bytes

    def members(self) -> dict[str, Any]:
        """The JSON object that it is.

        Raises:
            SignInRefused: it is none.
        """
        try:
            found = json.loads(self.content)
        except (ValueError, RecursionError):
            raise SignInRefused(Why.ANSWER_MALFORMED) from None
        if not isinstance(found, dict):
            raise SignInRefused(Why.ANSWER_MALFORMED)
        return found


async def asked(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | str | None = None
) -> Answer:
    """Ask once; no redirect, no proxy leads elsewhere.

    Raises:
        SignInRefused: nobody answers in time, or too much.
    """
    content, more = None, dict(headers or {})
    if isinstance(form, str):
        content, form = form.encode(), None
    found = bytearray()
    try:
        async with (
            asyncio.timeout(DEADLINE),
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client,
            client.stream(method, url, headers={**_ACCEPTED, **more}, data=form, content=content) as answer,
        ):
            async for chunk in answer.aiter_bytes(16_384):
                found += chunk
                if len(found) > LARGEST:
                    raise SignInRefused(Why.TOO_LARGE)
            return Answer(answer.status_code, bytes(found))
    except (TimeoutError, httpx.TimeoutException):
        raise SignInRefused(Why.TIMED_OUT) from None
    except (OSError, httpx.HTTPError, httpx.InvalidURL):
        raise SignInRefused(Why.UNREACHABLE) from None


async def members_of(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The object behind an address.

    Raises:
        SignInRefused: it cannot be had.
    """
    answer = await asked("GET", url, headers=headers)
    if answer.status != httpx.codes.OK:
        raise SignInRefused(Why.STATUS, f"STATUS_{answer.status}")
    return answer.members()
