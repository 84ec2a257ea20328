"""A person with a browser: goes to the gateway, to the portal, chooses himself there, and comes back."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

PENDING = re.compile(r'name="pending" value="([^"]+)"')
SMS = re.compile(r'<output id="sms">(\d{6})</output>')
JSON = {"accept": "application/json"}


@dataclass
class Surfer:
    """One browser: `here` is asked for what is of the gateway, with its cookies; `there` for the rest."""

    here: httpx.AsyncClient
    there: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask the gateway, and keep the cookies that it gives."""
        return await self.ask("GET", path, **headers)

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        """Ask the gateway by any method."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.here.cookies.clear()
        answer = await self.here.request(method, path, headers=sent, json=json)
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    async def away(self, path: str = "/auth/sign-in/esia") -> str:
        """Leave for the provider; the address to which the gateway leads."""
        answer = await self.get(path)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def back(self, url: str) -> httpx.Response:
        """Come back to the gateway by an address of a provider."""
        parts = urlsplit(url)
        return await self.get(f"{parts.path}?{parts.query}")

    async def shown(
        self, url: str, oid: int, how: str = "OTP", *, code: str | None = None, **choices: str
    ) -> httpx.Response:
        """What the portal answers to somebody who goes through its pages."""
        asked = await self.there.get(url)
        assert asked.status_code == 200, asked.text
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        form = {"pending": PENDING.findall(asked.text)[0], "person": str(oid), **choices}
        person = await self.there.post(f"{origin}/person", data=form)
        if "pending" not in person.text:
            return person
        entered = SMS.findall(person.text)[0] if code is None else code
        form = {"pending": PENDING.findall(person.text)[0], "code": entered, "how": how}
        return await self.there.post(f"{origin}/confirm", data=form)

    async def comes_in(self, oid: int, how: str = "OTP", return_to: str = "/", **choices: str) -> httpx.Response:
        """The whole way: what the gateway answers at its end."""
        url = await self.away(f"/auth/sign-in/esia?return_to={return_to}")
        confirmed = await self.shown(url, oid, how, **choices)
        assert confirmed.status_code == 303, confirmed.text
        return await self.back(confirmed.headers["location"])

    async def asks(self, query: str) -> Any:
        """Ask the graph by the session's cookie, as a page does."""
        token = self.cookies.get("kabinet-csrf", "")
        answer = await self.ask("POST", "/graphql", json={"query": query}, kabinet_csrf=token)
        return answer.json()


async def forgiven(gateway: Any) -> None:
    """Forget what failed in the tests before; the locks of the village stay."""
    for which in ("failure_slice", "account_lock WHERE id >= 10000000"):
        await gateway.application.stores.identity.execute(f"DELETE FROM {which}")  # noqa: S608 - tables of this test


def parameters(url: str) -> dict[str, str]:
    """Those of an address."""
    return dict(parse_qsl(urlsplit(url).query))
