"""Good requests at every door, of each kind of client: what attacks begin with."""

import secrets
from datetime import timedelta
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.identity.cookie import csrf_of
from sources.postgres.row import Row
from tests.gateway.http.auth.desk import (
    ASSERTION,
    CLAIMED,
    KEYS,
    LISTENING,
    OTHER_PHONE,
    OTHER_SYSTEM,
    PHONE,
    SYSTEM,
    assertion,
    challenge,
    led,
    published,
)
from tests.gateway.http.auth.ground import ELSEWHERE, IDLE, SESSION, Ground, pem
from tests.gateway.http.auth.shots import Minted, Shot

MACHINES: Final = {"machine": OTHER_SYSTEM, "mis": SYSTEM}
WHO: Final = "{ viewer { session { id } } }"
STRANGE: Final = ec.generate_private_key(ec.SECP256R1())
PRACTITIONER: Final = "prac_1"
# Somebody whom no machine of the first hospital serves.
OF_ANOTHER: Final = """
SELECT 'prac_' || min(p.id) AS id FROM practitioner p
WHERE NOT EXISTS (SELECT FROM employment e WHERE e.practitioner_id = p.id AND e.organization_id = 1)
"""


class Ways(Ground):
    """The same, with what apps, machines and browsers do once they are in."""

    async def way(self, step: str, client: str, persona: str) -> Shot:
        """A request of a step that is in order."""
        made: Shot = await getattr(self, f"{step.replace('-', '_')}_of_{WAYS[step, client]}")(client, persona)
        return made

    async def exchange_of_app(self, _client: str, persona: str) -> Shot:
        cookie, verifier = await self.secret(persona), secrets.token_urlsafe(48)
        sent = await self.desk.authorize(f"{SESSION}={cookie}", code_challenge=challenge(verifier))
        form = {
            "grant_type": "authorization_code",
            "client_id": PHONE,
            "code": led(sent)[1]["code"],
            "redirect_uri": LISTENING,
            "code_verifier": verifier,
        }
        names = {"client": "client_id", "code": "code", "redirect": "redirect_uri", "verifier": "code_verifier"}
        shot = Shot(
            "POST",
            "/auth/token",
            {one: ("form", name) for one, name in names.items()},
            form=[*form.items()],
            wrong={
                ("client", "unknown"): "nobody",
                ("client", "foreign"): OTHER_PHONE,
                ("client", "altered"): SYSTEM,
                ("redirect", "foreign"): ELSEWHERE,
                ("redirect", "altered"): "http://127.0.0.1:49153/back",
                ("redirect", "unknown"): CLAIMED,
            },
            spent={"session": lambda: self.signed_out(cookie)},
            lasts={"code": timedelta(seconds=61)},
        )
        shot.spent["code"] = lambda: self.answer(shot)
        return shot

    def proof(self, client: str, path: str, form: dict[str, str]) -> Shot:
        """A form with the assertion of a machine."""
        name = MACHINES[client]
        claims = jwt.decode(assertion(name), options={"verify_signature": False})
        token = Minted(claims, "ES256", KEYS[name], STRANGE, pem(KEYS[name]), {"kid": "1"})
        pairs = [*form.items(), ("client_assertion_type", ASSERTION), ("client_assertion", token.text())]

        def put(text: str) -> None:
            shot.form = [(one, text if one == "client_assertion" else value) for one, value in shot.form]

        shot = Shot(
            "POST",
            path,
            {"token": ("form", "client_assertion"), "client": ("form", "client_id")},
            form=[*pairs, ("client_id", name)],
            wrong={
                ("client", "unknown"): "nobody",
                ("client", "foreign"): OTHER_SYSTEM if name == SYSTEM else SYSTEM,
                ("client", "altered"): PHONE,
            },
            token=token,
            put=put,
            withdraw=lambda: self.machine_withdraws(name),
        )
        shot.spent["token"] = lambda: self.answer(shot)
        return shot

    async def machine_withdraws(self, name: str) -> None:
        """A machine publishes another key; this program looks at its keys once a minute."""
        keys, path = self.application._clients._client_keys, self.folder / f"{name}.json"
        await keys.of(name)
        before, clock = path.read_text(), keys._clock
        path.write_text(published(STRANGE, "2"))
        keys._clock = lambda: clock() + 61
        self.undo += [lambda: path.write_text(before), lambda: setattr(keys, "_clock", clock)]
        self.undo.append(lambda: setattr(keys._kept[name], "had_at", float("-inf")))
        self.undo.append(lambda: setattr(keys._kept[name], "sought_at", float("-inf")))

    async def exchange_of_machine(self, client: str, _persona: str) -> Shot:
        return self.proof(client, "/auth/token", {"grant_type": "client_credentials"})

    async def tokens(self, persona: str) -> dict[str, str]:
        """What an app is given."""
        found: dict[str, str] = (await self.answer(await self.exchange_of_app("app", persona))).json()
        return found

    async def refresh_of_app(self, _client: str, persona: str) -> Shot:
        token = (await self.tokens(persona))["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": PHONE, "refresh_token": token}
        shot = Shot(
            "POST",
            "/auth/token",
            {"refresh token": ("form", "refresh_token"), "client": ("form", "client_id")},
            form=[*form.items()],
            wrong={("client", "unknown"): "nobody", ("client", "foreign"): OTHER_PHONE, ("client", "altered"): SYSTEM},
            lasts={"refresh token": timedelta(days=14, minutes=1)},
        )

        async def used() -> None:
            await self.answer(shot)
            self.later = timedelta(seconds=11)

        shot.spent["refresh token"] = used
        return shot

    async def refresh_of_machine(self, client: str, persona: str) -> Shot:
        form = {"grant_type": "client_credentials", "refresh_token": (await self.tokens(persona))["refresh_token"]}
        shot = self.proof(client, "/auth/token", form)
        shot.places = {**shot.places, "grant": ("form", "grant_type")}
        shot.wrong["grant", "foreign"] = "refresh_token"
        return shot

    async def asking(self, token: str, revoke: Shot) -> Shot:
        """A question to the graph with an access token of ours."""
        keys = self.application.sessions.keys
        header = jwt.get_unverified_header(token)
        key = keys._opened[header["kid"]]
        claims = jwt.decode(token, options={"verify_signature": False})
        minted = Minted(claims, "ES256", key, STRANGE, pem(key), header)
        (another,) = await self.application.stores.registry.fetch(Row, OF_ANOTHER)

        def put(text: str) -> None:
            shot.headers = [(one, f"Bearer {text}" if one == "authorization" else value) for one, value in shot.headers]

        async def revoked() -> None:
            await self.answer(revoke)
            self.heard()

        shot = Shot(
            "POST",
            "/graphql",
            {"token": ("headers", "authorization"), "on behalf of": ("headers", "kabinet-on-behalf-of")},
            headers=[("authorization", f"Bearer {token}")],
            json={"query": WHO},
            wrong={("on behalf of", "foreign"): another["id"], ("on behalf of", "altered"): "prac_x"},
            spent={"token": revoked},
            lasts={"token": timedelta(minutes=5, seconds=1)},
            token=minted,
            put=put,
            withdraw=lambda: self.we_withdraw(header["kid"]),
        )
        return shot

    async def we_withdraw(self, kid: str) -> None:
        """An operator withdraws the key that signs; every process looks once a minute."""
        change = "UPDATE signing_key SET withdrawn_at = now() WHERE kid = $1 RETURNING kid"
        await self.application.stores.identity.fetch(Row, change, kid)
        await self.application.sessions.keys.look(self.now())

    async def use_of_app(self, _client: str, persona: str) -> Shot:
        given = await self.tokens(persona)
        form = [("client_id", PHONE), ("token", given["access_token"])]
        return await self.asking(given["access_token"], Shot("POST", "/auth/revoke", {}, form=form))

    async def use_of_machine(self, client: str, persona: str) -> Shot:
        proved = await self.exchange_of_machine(client, persona)
        token = (await self.answer(proved)).json()["access_token"]
        shot = await self.asking(token, self.proof(client, "/auth/revoke", {"token": token}))
        if client == "mis":
            shot.headers.append(("kabinet-on-behalf-of", PRACTITIONER))
        return shot

    async def use_of_browser(self, _client: str, persona: str) -> Shot:
        cookie = await self.secret(persona)
        return Shot(
            "POST",
            "/graphql",
            {
                "cookie": ("cookies", SESSION),
                "csrf": ("headers", "kabinet-csrf"),
                "token": ("headers", "authorization"),
            },
            headers=[("kabinet-csrf", csrf_of(cookie))],
            cookies=[(SESSION, cookie)],
            json={"query": WHO},
            wrong={("token", "foreign"): f"Bearer {self.desk.gateway.token('surgeon')}"},
            spent={"cookie": lambda: self.signed_out(cookie)},
            lasts={"cookie": IDLE},
        )

    async def sign_out_of_browser(self, _client: str, persona: str) -> Shot:
        cookie = await self.secret(persona)
        return Shot(
            "POST",
            "/auth/sign-out",
            {"cookie": ("cookies", SESSION), "csrf": ("headers", "kabinet-csrf")},
            headers=[("kabinet-csrf", csrf_of(cookie))],
            cookies=[(SESSION, cookie)],
        )

    async def sign_out_of_app(self, _client: str, persona: str) -> Shot:
        form = [("client_id", PHONE), ("token", (await self.tokens(persona))["refresh_token"])]
        return Shot(
            "POST",
            "/auth/revoke",
            {"refresh token": ("form", "token"), "client": ("form", "client_id")},
            form=form,
            wrong={("client", "unknown"): "nobody", ("client", "foreign"): OTHER_PHONE, ("client", "altered"): SYSTEM},
        )

    async def sign_out_of_machine(self, client: str, persona: str) -> Shot:
        given = (await self.answer(await self.exchange_of_machine(client, persona))).json()["access_token"]
        return self.proof(client, "/auth/revoke", {"token": given})


WAYS: Final = {
    ("start", "browser"): "browser", ("start", "app"): "app",
    ("callback", "browser"): "browser", ("callback", "app"): "app",
    ("step-up", "browser"): "browser", ("raising", "browser"): "browser",
    ("exchange", "app"): "app", ("exchange", "machine"): "machine", ("exchange", "mis"): "machine",
    ("refresh", "app"): "app", ("refresh", "machine"): "machine", ("refresh", "mis"): "machine",
    ("use", "browser"): "browser", ("use", "app"): "app", ("use", "machine"): "machine", ("use", "mis"): "machine",
    ("sign-out", "browser"): "browser", ("sign-out", "app"): "app", ("sign-out", "machine"): "machine",
    ("sign-out", "mis"): "machine",
}  # fmt: skip
