"""The way in, GraphiQL and the people to ask as; only the demo profile has these pages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import orjson

from gateway.access import described
from gateway.http.headers import PAGE, Header, Receive, Scope, Send, answer
from gateway.identity import demo

_STATIC: Final = Path(__file__).parent / "static"
_HOSPITAL: Final = Path(__file__).parent / "hospital" / "example.graphql"
_TTL: Final = timedelta(hours=1)
_JSON: Final = b"application/json"
_SCRIPT: Final = b"text/javascript; charset=utf-8"
_STYLE: Final = b"text/css; charset=utf-8"
_PAGE: Final = b"text/html; charset=utf-8"
_IMAGE: Final = b"image/svg+xml"
_SIGN_IN: Final = "/auth/sign-in?return_to=/graphiql"
_MINT: Final = "/demo/token/"
# Address → file and type: nothing else of either folder can be asked for.
_OWN: Final = {
    "/": ("entry.html", _PAGE),
    "/graphiql": ("graphiql.html", _PAGE),
    "/graphiql/page.js": ("graphiql.js", _SCRIPT),
    "/graphiql/page.css": ("graphiql.css", _STYLE),
    "/graphiql/upload": ("upload.html", _PAGE),
    "/graphiql/upload.js": ("upload.js", _SCRIPT),
    "/graphiql/upload.css": ("upload.css", _STYLE),
    "/favicon.ico": ("icon.svg", _IMAGE),
}
_PACKAGES: Final = {
    "/graphiql/react.js": ("react/umd/react.production.min.js", _SCRIPT),
    "/graphiql/react-dom.js": ("react-dom/umd/react-dom.production.min.js", _SCRIPT),
    "/graphiql/graphiql.js": ("graphiql/graphiql.min.js", _SCRIPT),
    "/graphiql/graphiql.css": ("graphiql/graphiql.min.css", _STYLE),
}
EXAMPLES: Final[dict[str, dict[str, object]]] = {
    "card": {"id": "prac_1"}, "cabinet": {}, "stores": {"id": "prac_1"}, "act": {}, "listen": {},
    "patient": {"id": "pat_1"}, "coming_in": {}, "work": {"objects": ["rx_90000001", "rx_90000009"]},
}  # fmt: skip


class GraphiQLPages:
    """The ASGI application of the demo's pages: the way in, GraphiQL, the cast, and tokens for the cast."""

    def __init__(
        self,
        data_folder: Path,
        packages: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        address: str = "",
        joined: bool = False,
    ) -> None:
        """Read every file once; `packages` is the folder node_modules, whose files are 404 where they are missing.

        `address` is where the service is for those who sign in: cookies of another name of this machine are others.
        With the hospital `joined` there is a tab for it.
        """
        self._data_folder = data_folder
        self._clock = clock
        found = {path: (_STATIC / name, media) for path, (name, media) in _OWN.items()}
        found |= {path: (packages / name, media) for path, (name, media) in _PACKAGES.items()}
        self._files = {path: (file.read_bytes(), media) for path, (file, media) in found.items() if file.is_file()}
        entry, media = self._files["/"]
        self._files["/"] = (entry.replace(b"SIGN_IN", f"{address.rstrip('/')}{_SIGN_IN}".encode()), media)
        self._files["/demo/examples"] = (orjson.dumps(examples(joined=joined)), _JSON)
        self._files["/demo/personas"] = (orjson.dumps(_personas()), _JSON)
        self._files["/demo/permissions"] = (orjson.dumps(described()), _JSON)

    def serves(self, path: str) -> bool:
        """Whether the path is one of these pages."""
        return path in self._files or path.startswith(_MINT)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer GET and HEAD for pages, POST for tokens."""
        path, method = scope["path"], scope["method"]
        wanted = ("POST",) if path.startswith(_MINT) else ("GET", "HEAD")
        if method not in wanted:
            allow: Header = (b"allow", ", ".join(wanted).encode())
            await answer(send, 405, _JSON, b'{"status":"refused"}', more=(allow,), head=method == "HEAD")
        elif path.startswith(_MINT):
            await self._token(scope, send)
        elif path in self._files:
            body, media = self._files[path]
            await answer(send, 200, media, body, security=PAGE, head=method == "HEAD")
        else:
            await answer(send, 404, _JSON, b'{"status":"not found"}', head=method == "HEAD")

    async def _token(self, scope: Scope, send: Send) -> None:
        persona = scope["path"].removeprefix(_MINT)
        now = self._clock()
        try:
            token = demo.token(
                self._data_folder, persona, _TTL, now, second_factor=scope["query_string"] != b"secondFactor=off"
            )
        except demo.UnknownPersona:
            await answer(send, 404, _JSON, b'{"status":"not found"}')
            return
        expires = (now + _TTL).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        await answer(send, 200, _JSON, orjson.dumps({"token": token, "expiresAt": expires}))


def examples(*, joined: bool = False) -> list[dict[str, object]]:
    """The ready operations of the page, in the order of their tabs."""
    found = {name: (_STATIC / "examples" / f"{name}.graphql", variables) for name, variables in EXAMPLES.items()}
    if joined:
        found["hospital"] = _HOSPITAL, {}
    return [
        {"name": name, "query": file.read_text("utf-8"), "variables": variables}
        for name, (file, variables) in found.items()
    ]


def _personas() -> list[dict[str, str]]:
    from gateway.world.cast import CAST

    cast = [{"name": one.name, "title": one.title_en, "titleRu": one.title_ru} for one in CAST.values()]
    return [*cast, {"name": "anonymous", "title": "nobody signed in", "titleRu": "никто не вошёл"}]
