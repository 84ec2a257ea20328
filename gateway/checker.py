"""How a checker of interactions is asked: one question with classes of medicines alone, and a second to answer it.

Whatever it does, dies, drips or talks nonsense, is silence: nothing waits for it longer, and nothing fails by it.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final

import httpx
import orjson

from resolvers.free_text import plain, unfit
from sources.clinical.prescriptions.prescription import Item

SECONDS: Final = 1.0
MOST_BYTES: Final = 65_536
MOST_WARNINGS: Final = 20
LONGEST_TEXT: Final = 500
_CODE: Final = re.compile("[A-Z][A-Z0-9_]{0,63}", re.ASCII)
_SEVERITIES: Final = frozenset({"LOW", "MODERATE", "HIGH"})


class Checker:
    """A checker at an address."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    async def warnings(self, asked: Sequence[str], taken: Sequence[str]) -> list[Item] | None:
        """What it says of medicines beside those that are taken; None where it is late, or says nothing fit."""
        try:
            async with asyncio.timeout(self._seconds):
                said = await self._answer(orjson.dumps({"prescribed": [*asked], "taken": [*taken]}))
            return None if said is None else _warnings(orjson.loads(said), {*asked, *taken})
        except (TimeoutError, httpx.HTTPError, OSError, ValueError):
            return None

    async def _answer(self, question: bytes) -> bytes | None:
        """The bytes of an answer that is one; None of any other."""
        headers, said = {"content-type": "application/json", "accept": "application/json"}, bytearray()
        async with (
            httpx.AsyncClient(timeout=self._seconds, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", self._url, content=question, headers=headers) as response,
        ):
            async for piece in response.aiter_bytes():
                said += piece
                if len(said) > MOST_BYTES:
                    return None
            return bytes(said) if response.status_code == httpx.codes.OK else None


def _warnings(answer: Any, known: set[str]) -> list[Item]:
    """The warnings of an answer.

    Raises:
        ValueError: it is none.
    """
    rows = answer.get("warnings") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_WARNINGS:
        raise ValueError("an answer has a list of warnings")
    return [_warning(one, known) for one in rows]


def _warning(one: Any, known: set[str]) -> Item:
    said = one if isinstance(one, dict) else {}
    code, severity, medicines, text = (said.get(name) for name in ("code", "severity", "medicines", "text"))
    if not isinstance(code, str) or not _CODE.fullmatch(code) or severity not in _SEVERITIES:
        raise ValueError("a warning has a code and a severity")
    if not isinstance(medicines, list) or not all(isinstance(name, str) and name in known for name in medicines):
        raise ValueError("a warning is about what was asked")
    words = plain(text) if isinstance(text, str) else None
    if words and unfit(words, LONGEST_TEXT, "text") is not None:
        raise ValueError("the words of a warning are plain and short")
    return {"code": code, "severity": severity, "medicines": medicines, "text": words or None}
