"""What people see at the doors: small pages without a script, or the same as JSON for programs."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final

import orjson

from gateway.http.answering import stamp
from gateway.http.headers import PAGE, Header
from gateway.identity.providers.refusal import WORDS, Told
from gateway.log import Exchange

HTML: Final = b"text/html; charset=utf-8"
JSON: Final = b"application/json; charset=utf-8"
STYLE: Final = "/auth/page.css"
STYLE_SHEET: Final = (Path(__file__).parent / "page.css").read_bytes()
SECURITY: Final[tuple[Header, ...]] = (*PAGE, (b"vary", b"Accept, Accept-Language, Cookie"))
_QUALITY: Final = re.compile(r";\s*q=0(?:\.0*)?\s*$")
_TITLES: Final = {"ru": "Вход в личный кабинет", "en": "Signing in to the cabinet"}
_AGAIN: Final = {"ru": "На главную", "en": "To the first page"}
_ON: Final = {"ru": "Продолжить", "en": "Go on"}
_REQUEST: Final = {"ru": "Номер запроса", "en": "Id of the request"}
_CODE: Final = {"ru": "Код", "en": "Code"}
_PAGE: Final = """<!doctype html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <link rel="stylesheet" href="{style}">{head}
  </head>
  <body>
    <main>
      <h1>{title}</h1>
{body}
    </main>
  </body>
</html>
"""


def wants_json(accept: bytes | None) -> bool:
    """Whether a program asks: it accepts JSON, and no page."""
    if accept is None:
        return False
    kinds = [
        one.partition(";")[0].strip() for one in accept.decode("latin-1").lower().split(",") if not _QUALITY.search(one)
    ]
    return "application/json" in kinds and "text/html" not in kinds


def refusal(told: Told, exchange: Exchange, *, json: bool) -> tuple[bytes, bytes]:
    """Media type and body of a refusal: its code, the request's id and words for a person; no reason."""
    words = WORDS[told].of(exchange.language)
    if json:
        error = {"message": words, "extensions": {"code": told.value}}
        return JSON, orjson.dumps({"errors": [error], "extensions": stamp(exchange, datetime.now(UTC))})
    language = exchange.language
    code = f'{_CODE[language]}: <code id="code">{told.value}</code>'
    request = f'{_REQUEST[language]}: <code id="request">{escape(exchange.request_id)}</code>'
    lines = (
        f'      <p id="message">{escape(words)}</p>',
        f'      <p class="quiet">{code}. {request}</p>',
        f'      <p><a href="/">{_AGAIN[language]}</a></p>',
    )
    return HTML, _page(language, "\n".join(lines))


def choice(language: str, methods: Sequence[tuple[str, str]]) -> bytes:
    """A page with a link for each method: its title and its address."""
    links = (f'      <p><a class="button" href="{escape(url)}">{escape(title)}</a></p>' for title, url in methods)
    return _page(language, "\n".join(links))


def onward(language: str, to: str) -> bytes:
    """A page that goes on by itself to a path of this service."""
    place = escape(to)
    head = f'\n    <meta http-equiv="refresh" content="0; url={place}">'
    body = f'      <p><a id="on" class="button" href="{place}">{_ON[language]}</a></p>'
    return page(language, _TITLES[language], body, head)


def page(language: str, title: str, body: str, head: str = "") -> bytes:
    """A small page without a script; `title`, `body` and what its head has besides are HTML."""
    return _PAGE.format(language=language, title=title, style=STYLE, head=head, body=body).encode()


def _page(language: str, body: str) -> bytes:
    return page(language, _TITLES[language], body)
