"""A made-up hospital: a small server of FHIR R4 that searches, sorts, pages, and answers batches.

It takes the parameters of `PARAMETERS` and, where strict handling is preferred, no others.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from aiohttp import web

Resource = dict[str, Any]
KABINET = "urn:example:kabinet:practitioner"
MOST = 1_000


def _person(key: str, family: str, given: str, ours: int | None) -> Resource:
    identifier = [{"system": "urn:example:pager", "value": "17"}]
    if ours is not None:
        identifier.append({"system": KABINET, "value": str(ours)})
    return {
        "resourceType": "Practitioner", "id": key, "active": True, "identifier": identifier,
        "name": [{"use": "official", "family": family, "given": [given, "Петровна"]}],
        "telecom": [
            {"system": "phone", "use": "home", "value": "+7 495 000-00-00"},
            {"system": "phone", "use": "work", "value": f"+7 495 111-00-{key[-2:]}"},
        ],
        "qualification": [{"code": {"coding": [{"system": "urn:example:trade", "code": "27"}]}}],
    }  # fmt: skip


def _role(key: str, who: str, where: str, code: str) -> Resource:
    return {
        "resourceType": "PractitionerRole", "id": key, "active": True,
        "practitioner": {"reference": f"Practitioner/{who}"},
        "organization": {"reference": f"https://fhir.example.org/r4/Organization/{where}/_history/3"},
        "code": [{"coding": [{"system": "urn:example:role", "code": code}]}],
        "specialty": [{"coding": [{"code": "terapija"}]}],
    }  # fmt: skip


def _organization(key: str, name: str, parent: str | None) -> Resource:
    made: Resource = {"resourceType": "Organization", "id": key, "active": True, "name": name}
    return made | ({"partOf": {"reference": f"Organization/{parent}"}} if parent else {})


def _slot(key: str, schedule: str, start: str, end: str, status: str = "free") -> Resource:
    return {
        "resourceType": "Slot", "id": key, "schedule": {"reference": f"Schedule/{schedule}"},
        "status": status, "start": start, "end": end,
    }  # fmt: skip


def _document(key: str, author: str, title: str, date: str) -> Resource:
    return {
        "resourceType": "DocumentReference", "id": key, "status": "current", "description": title, "date": date,
        "author": [{"reference": f"Practitioner/{author}"}], "custodian": {"reference": "Organization/org-1"},
        "type": {"coding": [{"system": "urn:example:kind", "code": "order"}]},
        "content": [{"attachment": {"contentType": "application/pdf", "title": "never asked for"}}],
    }  # fmt: skip


RESOURCES = [
    _person("p-01", "Соколова", "Анна", 1),
    _person("p-02", "Орлов", "Иван", 2),
    _person("p-03", "Без, связи", "Ольга", None),
    _role("r-1", "p-01", "org-1", "head"),
    _role("r-2", "p-01", "org-2", "doctor"),
    _role("r-3", "p-02", "org-2", "doctor"),
    _organization("org-1", "Больница", None),
    _organization("org-2", "Терапия", "org-1"),
    # Three at one instant, told in two ways.
    _slot("s-2", "day", "2026-11-30T09:00:00+03:00", "2026-11-30T09:30:00+03:00"),
    _slot("s-1", "day", "2026-11-30T06:00:00Z", "2026-11-30T06:30:00Z", "busy"),
    _slot("s-3", "day", "2026-11-30T06:00:00.000Z", "2026-11-30T06:30:00Z"),
    _slot("s-0", "day", "2026-11-30T10:00:00+03:00", "2026-11-30T10:30:00+03:00"),
    _slot("s-9", "day", "2026-11-30T08:00:00+03:00", "2026-11-30T08:30:00+03:00"),
    _slot("t-1", "night", "2026-11-30T20:00:00+03:00", "2026-11-30T21:00:00+03:00"),
    _document("d-1", "p-01", "Приказ", "2026-05-01T10:00:00+03:00"),
    _document("d-2", "p-01", "Выписка", "2026-06-01T10:00:00.250+03:00"),
]


def _references(*path: str) -> Any:
    def found(resource: Resource) -> list[str]:
        value: Any = resource
        for name in path:
            value = value.get(name) or {}
            value = value[0] if isinstance(value, list) else value
        return ["/".join(value["reference"].split("/_history")[0].split("/")[-2:])] if value else []

    return found


def _tokens(resource: Resource) -> list[str]:
    return [f"{one['system']}|{one['value']}" for one in resource.get("identifier", ())]


# What resources are compared by.
PARAMETERS: dict[str, Any] = {
    "_id": lambda resource: [resource["id"]],
    "identifier": _tokens,
    "family": lambda resource: [name["family"] for name in resource.get("name", ())],
    "status": lambda resource: [resource.get("status")],
    "practitioner": _references("practitioner"),
    "organization": _references("organization"),
    "author": _references("author"),
    "schedule": _references("schedule"),
    "start": lambda resource: [resource["start"]],
    "date": lambda resource: [resource["date"]],
}
RESULT = {"_count", "_elements", "_sort", "_summary", "_offset"}


@dataclass
class Hospital:
    """The server.

    Attributes:
        resources: all that it has, of any kind.
        asked: method and address of each request, with what was posted; `shown`, its headers.
        most: of an answer, whatever number is asked for.
        sorts: whether it takes the order of a search to heart; `narrows`, whether it does a parameter.
    """

    resources: list[Resource] = field(default_factory=lambda: [*RESOURCES])
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    shown: list[Mapping[str, str]] = field(default_factory=list)
    most: int = MOST
    sorts: bool = True
    narrows: bool = True
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        """What it answers to one request."""
        sent = orjson.loads(await request.read()) if request.method == "POST" else None
        self.shown.append(request.headers)
        self.asked.append((request.method, unquote(request.raw_path.removeprefix("/r4/")), sent))
        strict = request.headers.get("prefer") == "handling=strict"
        if sent is None:
            status, found = self._searched(request.path.removeprefix("/r4/"), request.query_string, strict=strict)
        else:
            status, found = 200, self._batch(sent, strict=strict)
        return web.Response(body=orjson.dumps(found), status=status, content_type="application/fhir+json")

    def _batch(self, sent: Resource, *, strict: bool) -> Resource:
        entries = []
        for one in sent["entry"]:
            kind, _, query = one["request"]["url"].partition("?")
            status, found = self._searched(kind, query, strict=strict)
            said = {"response": {"status": f"{status} said"}}
            entries.append({**said, "resource": found} if status == 200 else said)
        return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}

    def _searched(self, kind: str, query: str, *, strict: bool) -> tuple[int, Resource]:
        pairs = parse_qsl(query, keep_blank_values=True)
        unknown = [name for name, _ in pairs if name not in PARAMETERS and name not in RESULT]
        if unknown and strict:
            issue = {"severity": "error", "code": "not-supported", "diagnostics": "Соколова"}
            return 400, {"resourceType": "OperationOutcome", "issue": [issue]}
        found = [one for one in self.resources if one["resourceType"] == kind]
        if self.narrows:
            found = [one for one in found if all(_fits(one, *pair) for pair in pairs if pair[0] in PARAMETERS)]
        asked = dict(pairs)
        for term in reversed(asked.get("_sort", "").split(",") if self.sorts else []):
            if term:
                name = term.removeprefix("-")
                found.sort(key=_placed_by(name), reverse=term.startswith("-"))
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        if asked.get("_summary") == "count":
            return 200, bundle
        size = min(int(asked.get("_count", "20")), self.most)
        elements = {*asked["_elements"].split(","), "id", "resourceType"} if "_elements" in asked else None
        entries = [
            {
                "fullUrl": f"{self.url}/{kind}/{one['id']}",
                "resource": _subset(one, elements),
                "search": {"mode": "match"},
            }
            for one in found[:size]
        ]
        bundle["link"] = [{"relation": "self", "url": f"{self.url}/{kind}"}]
        if len(found) > size:
            bundle["link"].append({"relation": "next", "url": f"{self.url}/{kind}?_offset={size}"})
        return 200, bundle | ({"entry": entries} if entries else {})


def _placed_by(name: str) -> Callable[[Resource], Any]:
    return lambda resource: _place(PARAMETERS[name](resource)[0])


def _place(text: str) -> Any:
    try:
        return (0, datetime.fromisoformat(text), "")
    except ValueError:
        return (1, None, text)


def _fits(resource: Resource, name: str, value: str) -> bool:
    found = PARAMETERS[name](resource) if name not in {"start", "date"} or name in resource else []
    if value[:2] in {"ge", "le"} and name in {"start", "date"}:
        low = value[:2] == "ge"
        place, bound = _place(found[0])[1], _place(value[2:])[1]
        return bool(place >= bound if low else place <= bound)
    wanted = value.replace("\\,", "\0").split(",")
    return any(one.replace("\0", ",").replace("\\|", "|") in found for one in wanted)


def _subset(resource: Resource, elements: set[str] | None) -> Resource:
    if elements is None:
        return resource
    tag = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
    return {name: value for name, value in resource.items() if name in elements} | {"meta": {"tag": [tag]}}


@asynccontextmanager
async def serving(hospital: Hospital) -> AsyncIterator[str]:
    """Serve it until the block ends; gives its address."""
    app = web.Application()
    app.router.add_route("*", "/r4{rest:.*}", hospital.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    hospital.url = f"http://127.0.0.1:{port}/r4"
    try:
        yield hospital.url
    finally:
        await runner.cleanup()
