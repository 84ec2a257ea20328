"""A request at a door as data: where each parameter stands in it, and what is done wrong with one of them."""

import base64
import hmac
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import jwt

Pairs = list[tuple[str, str]]
Wrong = tuple[str, str]
CLAIMS: Final = {"audience": "aud", "issuer of the token": "iss", "nonce": "nonce"}
# Faults of the token itself, whoever's it is; those of its claims and of its key id are parameters of their own.
OF_TOKENS: Final = frozenset({"altered", "unsigned", "wrong algorithm", "foreign", "expired"})


@dataclass
class Minted:
    """A token that stands in a request: what it says, by what it is signed, and how it gets there.

    Attributes:
        key, strange: the private key of who should sign, and another one of its kind.
        public: the public half, as whoever forges has it.
    """

    claims: dict[str, Any]
    algorithm: str
    key: Any
    strange: Any
    public: bytes
    header: dict[str, Any]
    wrong: list[Wrong] = field(default_factory=list)

    def text(self) -> str:
        """The token, with everything wrong that was ordered."""
        claims, header, key = dict(self.claims), dict(self.header), self.key
        for name, fault in self.wrong:
            if name in CLAIMS:
                claims |= {CLAIMS[name]: "https://other.example/"}
                if fault == "missing":
                    del claims[CLAIMS[name]]
            elif name == "key id":
                header["kid"] = "../../etc/passwd"
            elif fault == "expired":
                claims |= {"exp": int(time.time()) - 60, "iat": int(time.time()) - 600}
            elif fault == "foreign":
                key = self.strange
        faults = {fault for name, fault in self.wrong if name == "token"}
        if "unsigned" in faults:
            return f"{compact({**header, 'alg': 'none'}, claims)}.AAAA"
        if "wrong algorithm" in faults:
            text = compact({**header, "alg": "HS256"}, claims)
            return f"{text}.{encoded(hmac.digest(self.public, text.encode(), 'sha256'))}"
        made = jwt.encode(claims, key, self.algorithm, headers=header)
        return tampered(made) if "altered" in faults else made


@dataclass
class Shot:
    """A request that is in order, until something of it is made wrong.

    Attributes:
        places: by parameter the part of the request and the name in it.
        wrong: by parameter and fault a value of its own; without it the fault makes one of what stands there.
        spent: by parameter how it is used up before.
        lasts: by parameter when it is over.
        token: what is signed in it, under the parameter `token`; `put` puts another one in its place, and `withdraw`
            takes the key that signed it out of the set of its owner.
    """

    method: str
    path: str
    places: Mapping[str, tuple[str, str]]
    query: Pairs = field(default_factory=list)
    form: Pairs = field(default_factory=list)
    headers: Pairs = field(default_factory=list)
    cookies: Pairs = field(default_factory=list)
    json: Any = None
    wrong: dict[Wrong, str] = field(default_factory=dict)
    spent: dict[str, Callable[[], Awaitable[Any]]] = field(default_factory=dict)
    lasts: dict[str, timedelta] = field(default_factory=dict)
    token: Minted | None = None
    put: Callable[[str], None] | None = None
    withdraw: Callable[[], Awaitable[Any]] | None = None

    def spoil(self, name: str, fault: str, other: "Shot | None") -> None:
        """Make a parameter wrong; what is foreign comes from a request of somebody else."""
        signed = (name in {*CLAIMS, "key id"} and name not in self.places) or (name == "token" and fault in OF_TOKENS)
        if self.token is not None and self.put is not None and signed:
            self.token.wrong.append((name, fault))
            self.put(self.token.text())
            return
        part, called = self.places[name]
        if part == "path":
            self.path = self.path.replace(called, self.wrong[name, fault])
            return
        pairs: Pairs = getattr(self, part)
        held = [value for one, value in pairs if one == called]
        value = self.wrong.get((name, fault))
        if value is None and other is not None and fault in {"foreign", "twice"}:
            value = next(value for one, value in getattr(other, part) if one == called)
        elif value is None and fault == "altered" and held:
            value = tampered(held[0])
        elif value is None and fault == "unknown":
            value = secrets.token_urlsafe(32)
        at = next((index for index, (one, _) in enumerate(pairs) if one == called), len(pairs))
        if fault != "twice":
            pairs[:] = [pair for pair in pairs if pair[0] != called]
        if fault != "missing":
            pairs.insert(at, (called, value or ""))

    async def sent(self, client: httpx.AsyncClient) -> httpx.Response:
        """What the door answers."""
        headers = [("accept", "application/json"), *self.headers]
        if self.cookies:
            headers.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies)))
        address = f"{self.path}?{urlencode(self.query)}" if self.query else self.path
        client.cookies.clear()
        if self.json is not None:
            return await client.request(self.method, address, headers=headers, json=self.json)
        if self.method == "POST":
            headers.append(("content-type", "application/x-www-form-urlencoded"))
            return await client.request(self.method, address, headers=headers, content=urlencode(self.form))
        return await client.request(self.method, address, headers=headers)


def tampered(text: str) -> str:
    """One character in the middle of a text is another, in a token one of its signature."""
    at = text.rfind(".") + (len(text) - text.rfind(".")) // 2
    return f"{text[:at]}{'B' if text[at] == 'A' else 'A'}{text[at + 1 :]}"


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def compact(header: dict[str, Any], claims: dict[str, Any]) -> str:
    return ".".join(encoded(json.dumps(one).encode()) for one in (header, claims))
