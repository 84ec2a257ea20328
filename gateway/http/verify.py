"""`/verify`: where anybody asks whether a document is ours, by the code printed on it; a page, or JSON for programs."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape
from time import perf_counter
from typing import Final
from urllib.parse import parse_qsl

import orjson

from gateway.address import Whence
from gateway.http.auth.page import HTML, JSON, SECURITY, page, wants_json
from gateway.http.headers import Header, Receive, Scope, Send, language
from gateway.http.heading import Heading
from gateway.log import Exchange, Log
from resolvers.document.kinds import DocumentKind
from resolvers.printed.foot import PAGE as PATH
from resolvers.printed.terms import instant
from resolvers.reference.verifying import CheckView, VerifiedView, verified
from resolvers.telling.texts import word
from sources.postgres.failure import SourceFailure
from sources.stores import Stores

__all__ = ["PATH", "VerifyDoor"]

_LONGEST_QUERY: Final = 1_024
# The page sends its own form, and nowhere else.
_FORM: Final[tuple[Header, ...]] = tuple(
    (name, value.replace(b"form-action 'none'", b"form-action 'self'")) for name, value in SECURITY
)
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "ru": {
        "title": "Проверка документа",
        "code": "Код, напечатанный на документе",
        "check": "Проверить",
        "none": "Документа с таким кодом нет. Проверьте, верно ли набран код.",
        "later": "Слишком много неверных кодов. Снова можно с {at}.",
        "method": "Так документы не проверяются. Наберите код.",
        "lost": "Сейчас проверить нельзя. Повторите позже.",
        "kind": "Документ",
        "number": "Номер",
        "issued": "Выдан",
        "authority": "Кем выдан",
        "holder": "О ком",
        "force": "Аккредитации, названные в документе",
        "yes": "действуют на {at}",
        "no": "не действуют на {at}, или документ их не называет",
        "sha256": "SHA-256 файла",
    },
    "en": {
        "title": "Verification of a document",
        "code": "Code printed on the document",
        "check": "Verify",
        "none": "There is no document with this code. See whether it is typed as printed.",
        "later": "Too many codes were wrong. Codes are looked at again from {at}.",
        "method": "Documents are not verified this way. Type the code.",
        "lost": "It cannot be verified now. Try again later.",
        "kind": "Document",
        "number": "Number",
        "issued": "Issued",
        "authority": "By whom",
        "holder": "About whom",
        "force": "Accreditations named in it",
        "yes": "in force at {at}",
        "no": "not in force at {at}, or it names none",
        "sha256": "SHA-256 of the file",
    },
}


class VerifyDoor:
    """The ASGI application of the address."""

    def __init__(self, stores: Stores, clock: Callable[[], datetime], log: Log, whence: Whence) -> None:
        self._stores = stores
        self._whence = whence
        self._clock = clock
        self._log = log

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request, and note a line, without the code."""
        started, method = perf_counter(), scope["method"]
        heading = Heading.of(scope["headers"])
        exchange = Exchange(heading.request(), method, language(heading.get(b"accept-language")))
        exchange.operation = "verify"
        status, found = (405, None) if method not in {"GET", "HEAD"} else await self._looked(scope, exchange)
        as_json = wants_json(heading.get(b"accept"))
        body = _json(found) if as_json else _html(exchange.language, found, status)
        headers = [
            *_FORM,
            (b"x-request-id", exchange.request_id.encode("ascii")),
            (b"content-type", JSON if as_json else HTML),
            (b"content-length", b"%d" % len(body)),
            *([(b"allow", b"GET, HEAD")] if status == 405 else ()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        self._log.request(exchange, status, (perf_counter() - started) * 1000)

    async def _looked(self, scope: Scope, exchange: Exchange) -> tuple[int, CheckView | None]:
        """The status, and what came of the code; None where none was given, or nobody can say."""
        code = _code(scope["query_string"])
        if code is None:
            return 200, None
        try:
            found = (await verified(self._stores, [code], self._whence(scope), self._clock()))[code]
        except (SourceFailure, TimeoutError):
            return 503, None
        except Exception as failed:  # noqa: BLE001 - whatever it is, whoever asks gets the one fixed page
            self._log.noted(failed, exchange.request_id)
            return 503, None
        return (429 if found.again_at is not None else 200), found


def _code(query: bytes) -> str | None:
    """The code of an address; what is none of ours is no code either."""
    if len(query) > _LONGEST_QUERY:
        return ""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=8)
    except ValueError:
        return ""
    given = [value for name, value in pairs if name == "code"]
    return given[0] if given and given[0].strip() else None


def _json(found: CheckView | None) -> bytes:
    if found is None:
        return orjson.dumps({"reference": None})
    one = found.reference
    reference = None if one is None else {
        "kind": one.kind,
        "number": one.number,
        "issuedAt": _utc(one.issued_at),
        "authority": one.authority,
        "holder": one.holder,
        "inForce": one.in_force,
        "sha256": one.sha256,
    }  # fmt: skip
    again = None if found.again_at is None else _utc(found.again_at)
    return orjson.dumps({"checkedAt": _utc(found.checked_at), "reference": reference, "againAt": again})


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _html(language: str, found: CheckView | None, status: int) -> bytes:
    words = _WORDS[language]
    form = (
        f'      <form method="get" action="{PATH}">\n'
        f'        <p><label for="code">{words["code"]}</label></p>\n'
        f'        <p><input id="code" name="code" maxlength="64" autocomplete="off" spellcheck="false" required>\n'
        f'        <button class="button">{words["check"]}</button></p>\n'
        f"      </form>"
    )
    return page(language, words["title"], "\n".join((*_told(words, language, found, status), form)))


def _told(words: Mapping[str, str], language: str, found: CheckView | None, status: int) -> list[str]:
    if found is None:
        said = {405: "method", 503: "lost"}.get(status)
        return [] if said is None else [f'      <p id="message">{words[said]}</p>']
    if found.again_at is not None:
        return [f'      <p id="message">{words["later"].format(at=instant(found.again_at))}</p>']
    if found.reference is None:
        return [f'      <p id="message">{words["none"]}</p>']
    rows = _rows(words, language, found.reference, found.checked_at)
    return ["      <dl>", *(f"        <dt>{name}</dt><dd>{escape(said)}</dd>" for name, said in rows), "      </dl>"]


def _rows(words: Mapping[str, str], language: str, one: VerifiedView, at: datetime) -> list[tuple[str, str]]:
    return [
        (words["kind"], word("paper", DocumentKind(one.kind).value, language)),
        (words["number"], one.number),
        (words["issued"], instant(one.issued_at)),
        (words["authority"], one.authority),
        (words["holder"], one.holder),
        (words["force"], words["yes" if one.in_force else "no"].format(at=instant(at))),
        (words["sha256"], one.sha256),
    ]
