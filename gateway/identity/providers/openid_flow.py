"""The code flow as Authlib knows it, asking as everything here asks: within bounds."""

from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2 import OAuth2Client

from gateway.identity.providers.asking import Answer, asked
from gateway.identity.providers.refusal import SignInRefused, Why


class Flow(OAuth2Client):  # type: ignore[misc]
    """Authlib's client of the code flow, which asks as everything here is asked: within bounds."""

    async def _fetch_token(self, url: str, body: str = "", headers: Any = None, auth: Any = None, **_: Any) -> Any:
        url, headers, body = auth.prepare("POST", url, dict(headers or {}), body)
        answer = await asked("POST", url, headers=headers, form=body)
        if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SignInRefused(Why.STATUS, f"STATUS_{answer.status}")
        return self.parse_response_token(_Response(answer))


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as Authlib looks at one."""

    answer: Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    def json(self) -> Any:
        return self.answer.members()

    def raise_for_status(self) -> None:
        if self.answer.status != httpx.codes.OK:
            raise SignInRefused(Why.STATUS, f"STATUS_{self.answer.status}")
