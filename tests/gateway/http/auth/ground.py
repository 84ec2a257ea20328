"""Good requests at the doors of browsers: what attacks begin with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.identity.cookie import csrf_of
from tests.gateway.http.auth.desk import (
    LISTENING,
    SYSTEM,
    Desk,
    room_of,
)
from tests.gateway.http.auth.shots import Minted, Shot
from tests.gateway.http.auth.stand import Stand

SESSION, CSRF, ATTEMPT = "kabinet-session", "kabinet-csrf", "kabinet-attempt"
IDLE: Final = timedelta(minutes=31)
ELSEWHERE: Final = "https://evil.example/"


def pem(key: Any) -> bytes:
    content: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return content


@dataclass
class Ground:
    """A gateway with clients at its doors and a provider behind it; `later` moves its clock."""

    desk: Desk
    stand: Stand
    folder: Path
    later: timedelta = timedelta()
    undo: list[Callable[[], Any]] = field(default_factory=list)

    @property
    def application(self) -> Any:
        return self.desk.gateway.application

    def now(self) -> datetime:
        return datetime.now(UTC) + self.later

    async def answer(self, shot: Shot) -> Any:
        """What a good request gets."""
        answer = await shot.sent(self.desk.gateway.client)
        assert answer.status_code < 400, answer.text
        return answer

    async def secret(self, persona: str) -> str:
        return (await self.desk.browser(persona)).partition("=")[2]

    async def signed_out(self, cookie: str) -> None:
        headers = [("kabinet-csrf", csrf_of(cookie))]
        await self.answer(Shot("POST", "/auth/sign-out", {}, headers=headers, cookies=[(SESSION, cookie)]))
        self.heard()

    def heard(self) -> None:
        """The store gives word of what changed, which nobody listens to here."""
        self.application.operating.facts.heard()

    async def start_of_browser(self, _client: str, _persona: str) -> Shot:
        return Shot(
            "GET",
            "/auth/sign-in/openid",
            {"redirect": ("query", "return_to"), "method": ("path", "openid")},
            query=[("return_to", "/graphiql")],
            wrong={
                ("redirect", "foreign"): ELSEWHERE,
                ("redirect", "altered"): "/graphiql/..//x",
                ("method", "foreign"): "none",
            },
        )

    async def start_of_app(self, _client: str, persona: str) -> Shot:
        cookie = await self.secret(persona)
        query = dict(parse_qsl(self.desk.wish(nonce="n", scope="openid")))
        names = {"state": "state", "nonce": "nonce", "redirect": "redirect_uri", "client": "client_id"}
        return Shot(
            "GET",
            "/auth/authorize",
            {
                **{one: ("query", name) for one, name in names.items()},
                "verifier": ("query", "code_challenge"),
                "cookie": ("cookies", SESSION),
            },
            query=[*query.items()],
            cookies=[(SESSION, cookie)],
            wrong={
                ("state", "altered"): "a\r\nx: y",
                ("nonce", "altered"): "a" * 257,
                ("redirect", "foreign"): "https://other.example.org/back",
                ("redirect", "altered"): f"{LISTENING}/more",
                ("client", "unknown"): "nobody",
                ("client", "foreign"): SYSTEM,
                ("verifier", "altered"): "a" * 42,
            },
            spent={"cookie": lambda: self.signed_out(cookie)},
            lasts={"cookie": IDLE},
        )

    async def begun(self, path: str, cookies: list[tuple[str, str]]) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """An attempt: what the provider is asked with, and the cookies of the browser that began it."""
        self.stand.kind = "openid"
        sent = await self.answer(Shot("GET", path, {}, cookies=cookies))
        (line,) = sent.headers.get_list("set-cookie")
        secret = line.partition("=")[2].partition(";")[0]
        return dict(parse_qsl(urlsplit(sent.headers["location"]).query)), [*cookies, (ATTEMPT, secret)]

    def way_back(self, sent: dict[str, str], cookies: list[tuple[str, str]], **claims: Any) -> Shot:
        """The answer of the provider to an attempt, in the browser that began it."""
        self.stand.nonce = sent["nonce"]
        said = {**self.stand.claims(), **claims}
        token = Minted(said, "RS256", self.stand.key, self.stand.other, pem(self.stand.key), {"kid": "1"})

        def put(text: str) -> None:
            self.stand.faults = {"id token": lambda *_: text}

        shot = Shot(
            "GET",
            "/auth/callback/openid",
            {
                "state": ("query", "state"),
                "code": ("query", "code"),
                "issuer": ("query", "iss"),
                "cookie": ("cookies", ATTEMPT),
                "method": ("path", "openid"),
            },
            query=[("state", sent["state"]), ("code", self.stand.code(sent)), ("iss", self.stand.issuer)],
            cookies=cookies,
            wrong={
                ("state", "unknown"): "00000000-0000-4000-8000-000000000000",
                ("issuer", "foreign"): "https://other.example/",
                ("method", "foreign"): "esia",
            },
            lasts={"state": timedelta(minutes=10, seconds=1)},
            token=token,
            put=put,
            withdraw=self.provider_withdraws,
        )
        put(token.text())
        shot.spent["state"] = lambda: self.answer(shot)
        return shot

    async def provider_withdraws(self) -> None:
        """The provider takes its key back; this program looks at its keys once a minute."""
        provider = room_of(self.desk.gateway).providers["openid"]
        await provider._discovered()
        passing, provider._passing = provider._passing, lambda: passing() + 61
        self.undo.append(lambda: setattr(provider, "_passing", passing))
        self.stand.faults["keys"] = lambda *_: {"keys": []}

    async def callback_of_browser(self, _client: str, _persona: str) -> Shot:
        return self.way_back(*await self.begun("/auth/sign-in/openid?return_to=/", []))

    async def callback_of_app(self, _client: str, _persona: str) -> Shot:
        return self.way_back(*await self.begun("/auth/sign-in/openid?return_to=/auth/authorize%3Fclient_id%3Dapp", []))

    async def has_signed_in(self) -> list[tuple[str, str]]:
        """The cookie of a session that began by the provider."""
        came = await self.answer(self.way_back(*await self.begun("/auth/sign-in/openid", [])))
        lines = [line.partition(";")[0].partition("=") for line in came.headers.get_list("set-cookie")]
        return [(SESSION, value) for name, _, value in lines if name == SESSION]

    async def step_up_of_browser(self, _client: str, _persona: str) -> Shot:
        cookies = await self.has_signed_in()
        return Shot(
            "GET",
            "/auth/step-up",
            {"cookie": ("cookies", SESSION), "redirect": ("query", "return_to")},
            query=[("return_to", "/")],
            cookies=cookies,
            wrong={("redirect", "foreign"): ELSEWHERE, ("redirect", "altered"): "/a/..//x"},
            spent={"cookie": lambda: self.signed_out(cookies[0][1])},
            lasts={"cookie": IDLE},
        )

    async def raising_of_browser(self, _client: str, _persona: str) -> Shot:
        session = await self.has_signed_in()
        shot = self.way_back(*await self.begun("/auth/step-up", session), amr=["pwd", "otp"])
        shot.places = {**shot.places, "session": ("cookies", SESSION)}
        shot.spent["session"] = lambda: self.signed_out(session[0][1])
        return shot
