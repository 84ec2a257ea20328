"""What providers answer to whom they are asked, as the refusals of a sign-in have it."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from gateway.identity.fetching import NotFetched, fetched
from gateway.identity.providers.refusal import SignInRefused, Why


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
    """What a provider answers, asked once.

    Raises:
        SignInRefused: nobody answers in time, or too much.
    """
    try:
        return Answer(*await fetched(method, url, headers=headers, form=form))
    except NotFetched as failed:
        raise SignInRefused(Why[failed.why]) from None


async def members_of(url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The object behind an address.

    Raises:
        SignInRefused: it cannot be had.
    """
    answer = await asked("GET", url, headers=headers)
    if answer.status != httpx.codes.OK:
        raise SignInRefused(Why.STATUS, f"STATUS_{answer.status}")
    return answer.members()
