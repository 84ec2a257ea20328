"""The portal over HTTP: pages for people, and the addresses of ЕСИА for its client."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.identity.providers.commands import Commands
from gateway.portal.asking import CLIENT, Asking, Refused
from gateway.portal.folder import BLOCKED, Citizen, Folder
from gateway.portal.pages import AT_TOKEN, SHIFTS, STYLE_SHEET, blocked_page, code_page, error_page, people_page
from gateway.portal.tokens import GOST, HOLDS, RS256, claims, signed

MOST: Final = 1_000
_NOT_HIS: Final = JSONResponse({"code": "ESIA-005008"}, 401)
LASTS: Final = 600.0


@dataclass(slots=True)
class Pending:
    """A sign-in under way, from the client's request to its last use."""

    asked: Mapping[str, str]
    until: float
    citizen: Citizen | None = None
    sms: str = ""
    algorithm: str = RS256
    shift: int = 0
    fault: str = ""
    factor: str = "PWD"


class Kept:
    """Sign-ins under way, each taken once; at most so many, the oldest go first."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, Pending] = OrderedDict()

    def keep(self, pending: Pending, key: str | None = None) -> str:
        """The key under which it is found again."""
        key = key or secrets.token_urlsafe(16)
        self._found[key] = pending
        if len(self._found) > MOST:
            self._found.popitem(last=False)
        return key

    def take(self, key: str) -> Pending | None:
        """The sign-in, which is there no more."""
        found = self._found.pop(key, None)
        return found if found is not None and time.monotonic() < found.until else None


class Portal:
    """One portal with one client."""

    def __init__(self, folder: Folder, client: str) -> None:
        self._folder = folder
        self._client = client.rstrip("/")
        self._commands = Commands()
        self._asking = Asking(folder, client, self._commands)
        self._pending, self._codes, self._bearers = Kept(), Kept(), Kept()

    async def authorize(self, request: Request) -> Response:
        """A browser comes from the client."""
        asked = dict(request.query_params)
        try:
            await self._asking.authorization(asked)
        except Refused as refused:
            return self._back(asked, refused) if refused.back else _page(error_page(refused.description), 400)
        key = self._pending.keep(Pending(asked, time.monotonic() + LASTS))
        return self._form(people_page(key, self._folder.people.values(), gost=self._folder.gost))

    async def person(self, request: Request) -> Response:
        """Somebody is chosen."""
        form = await _form(request)
        pending = self._pending.take(form.get("pending", ""))
        chosen = form.get("person", "")
        citizen = self._folder.people.get(int(chosen)) if chosen.isascii() and chosen.isdigit() else None
        if pending is None or citizen is None:
            return _page(error_page("Начните вход заново."), 400)
        if citizen.status == BLOCKED:
            return self._form(blocked_page(_refusal(pending.asked, Refused("007019"))))
        pending.citizen, pending.sms = citizen, f"{secrets.randbelow(1_000_000):06}"
        pending.algorithm = GOST if form.get("algorithm") == GOST and self._folder.gost else RS256
        pending.shift = int(form["shift"]) if form.get("shift") in SHIFTS else 0
        pending.fault = form.get("fault", "")
        return self._ask_code(pending, wrong=False)

    async def confirm(self, request: Request) -> Response:
        """A code was entered, or not."""
        form = await _form(request)
        pending = self._pending.take(form.get("pending", ""))
        if pending is None or pending.citizen is None:
            return _page(error_page("Начните вход заново."), 400)
        how = form.get("how", "")
        if how == "NO":
            return self._back(pending.asked, Refused("007004"))
        if how == "OTP" and not secrets.compare_digest(form.get("code", "").encode(), pending.sms.encode()):
            return self._ask_code(pending, wrong=True)
        if pending.fault and pending.fault not in AT_TOKEN:
            return self._back(pending.asked, Refused(pending.fault))
        pending.factor = how if how in {"OTP", "DS"} else "PWD"
        code = self._codes.keep(pending)
        answer = {"code": code, "state": pending.asked["state"]}
        return RedirectResponse(f"{pending.asked['redirect_uri']}?{urlencode(answer)}", 303)

    async def token(self, request: Request) -> Response:
        """The client brings a code."""
        form = await _form(request)
        try:
            await self._asking.token(form)
            pending = self._redeemed(form)
        except Refused as refused:
            error = "invalid_client" if refused.code in {"007053", "008010"} else "invalid_request"
            told = {"error": error, "error_description": refused.description, "state": form.get("state", "")}
            return JSONResponse(told, 400)
        bearer = self._bearers.keep(pending)
        if pending.citizen is None:
            raise LookupError("a code is given out for somebody")
        issuer = f"{request.url.scheme}://{request.url.netloc}/"
        members = claims(
            pending.citizen,
            issuer,
            CLIENT,
            pending.factor,
            pending.asked.get("nonce"),
            secrets.token_hex(16),
            timedelta(minutes=pending.shift),
        )
        id_token = await signed(members, pending.algorithm, self._folder, self._commands)
        return JSONResponse(
            {
                "id_token": id_token,
                "access_token": bearer,
                "token_type": "Bearer",
                "expires_in": int(HOLDS.total_seconds()),
                "state": form["state"],
            }
        )

    async def profile(self, request: Request) -> Response:
        """What is known of a person, for whoever has his token."""
        found = self._of(request)
        return _NOT_HIS if found is None else JSONResponse(_profile(found[1]))

    async def contacts(self, request: Request) -> Response:
        """How a person is reached, as far as he agreed that it is told."""
        found = self._of(request)
        if found is None:
            return _NOT_HIS
        pending, citizen = found
        return JSONResponse({"elements": _contacts(citizen, pending.asked["scope"].split(" "))})

    def _of(self, request: Request) -> tuple[Pending, Citizen] | None:
        """The sign-in whose token is shown, for the person whose it is."""
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        pending = self._bearers.take(bearer)
        citizen = None if pending is None else pending.citizen
        if pending is None or citizen is None or str(citizen.oid) != request.path_params["oid"]:
            return None
        self._bearers.keep(pending, bearer)
        return pending, citizen

    async def logout(self, request: Request) -> Response:
        """The session at the portal, of which there is none, is over."""
        to = request.query_params.get("redirect_url", "")
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(to))
        if request.query_params.get("client_id") != CLIENT or origin != self._client:
            return _page(error_page(Refused("007023").description), 400)
        return RedirectResponse(to, 303)

    def _redeemed(self, form: Mapping[str, str]) -> Pending:
        pending = self._codes.take(form.get("code", ""))
        if pending is None or pending.asked["redirect_uri"] != form.get("redirect_uri"):
            raise Refused("007011")
        if create_s256_code_challenge(form.get("code_verifier", "")) != pending.asked["code_challenge"]:
            raise Refused("007040")
        if pending.fault:
            raise Refused(pending.fault)
        return pending

    def _ask_code(self, pending: Pending, *, wrong: bool) -> Response:
        if pending.citizen is None:
            raise LookupError("a code is asked of somebody")
        key = self._pending.keep(pending)
        scopes = pending.asked["scope"].split(" ")
        return self._form(code_page(key, pending.citizen, pending.sms, scopes, wrong=wrong))

    def _back(self, asked: Mapping[str, str], refused: Refused) -> Response:
        return RedirectResponse(_refusal(asked, refused), 303)

    def _form(self, page: str) -> Response:
        """A page with a form: browsers want its target allowed, and where that leads on to."""
        return _page(page, 200, f"form-action 'self' {self._client}")


def _profile(citizen: Citizen) -> dict[str, Any]:
    year, month, day = citizen.birth_on.split("-")
    digits = citizen.snils
    return {
        "stateFacts": ["EntityRoot"],
        "firstName": citizen.given_name,
        "lastName": citizen.family_name,
        "middleName": citizen.patronymic,
        "birthDate": f"{day}.{month}.{year}",
        "snils": f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}",
        "trusted": citizen.status not in {"UNCONFIRMED", "CHILD"},
        "status": "REGISTERED",
    }


def _contacts(citizen: Citizen, scopes: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    if citizen.phone and "mobile" in scopes:
        digits = citizen.phone
        written = f"{digits[:2]}({digits[2:5]}){digits[5:]}"
        found.append({"type": "MBT", "vrfStu": "VERIFIED", "value": written})
    if citizen.email and "email" in scopes:
        state = "VERIFIED" if citizen.email_confirmed else "NOT_VERIFIED"
        found.append({"type": "EML", "vrfStu": state, "value": citizen.email})
    return found


def _refusal(asked: Mapping[str, str], refused: Refused) -> str:
    told = {"error": "access_denied" if refused.code == "007004" else "invalid_request"}
    told |= {"error_description": refused.description, "state": asked.get("state", "")}
    return f"{asked['redirect_uri']}?{urlencode(told)}"


def _page(page: str, status: int, form_action: str = "form-action 'none'") -> Response:
    policy = f"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; {form_action}"
    return HTMLResponse(page, status, {"content-security-policy": policy, "cache-control": "no-store"})


async def _form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


async def _style(_: Request) -> Response:
    return Response(STYLE_SHEET, media_type="text/css")


def application(folder: Folder, client: str) -> Starlette:
    """The portal for a client at an address."""
    portal = Portal(folder, client)
    return Starlette(
        routes=[
            Route("/aas/oauth2/v2/ac", portal.authorize),
            Route("/person", portal.person, methods=["POST"]),
            Route("/confirm", portal.confirm, methods=["POST"]),
            Route("/aas/oauth2/v3/te", portal.token, methods=["POST"]),
            Route("/rs/prns/{oid}", portal.profile),
            Route("/rs/prns/{oid}/ctts", portal.contacts),
            Route("/idp/ext/Logout", portal.logout),
            Route("/portal.css", _style),
        ]
    )
