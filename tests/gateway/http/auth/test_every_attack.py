"""The table of docs/attacks.md, as one product of steps, clients, parameters and faults; and mixtures of it."""

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gateway.http.auth import refusals
from gateway.identity.methods import read_methods
from gateway.settings import Settings
from sources.postgres.row import Row
from tests.gateway.http.auth.desk import desk_over, registered, room_of
from tests.gateway.http.auth.ground import CSRF, SESSION
from tests.gateway.http.auth.shots import Shot, Wrong
from tests.gateway.http.auth.stand import Stand, standing
from tests.gateway.http.auth.surfing import forgiven
from tests.gateway.http.auth.ways import WAYS, Ways
from tests.house import pages

SEED, MIXTURES = 20_261_130, 60
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| (\d{3}) \| ([\w-]+) \| ([^|]*) ?\|$", re.MULTILINE)
OF_A_SIGNED_TOKEN = ("altered", "foreign", "unsigned", "wrong algorithm", "expired", "withdrawn key")
OF_ITS_CLAIMS = {
    "key id": ("unknown",),
    "audience": ("missing", "foreign"),
    "issuer of the token": ("missing", "foreign"),
}
OF_A_VALUE = ("missing", "unknown", "altered", "foreign", "twice")
# What can be done wrong at all: by step and client each parameter with its faults.
OF_THE_WAY_BACK = {
    "state": (*OF_A_VALUE, "replayed", "expired"),
    "code": OF_A_VALUE,
    "cookie": OF_A_VALUE,
    "issuer": ("foreign", "twice"),
    "method": ("foreign",),
    "token": OF_A_SIGNED_TOKEN,
    **OF_ITS_CLAIMS,
    "nonce": ("missing", "foreign"),
}
OF_AN_ASSERTION = {
    "token": ("missing", *OF_A_SIGNED_TOKEN, "replayed", "twice"),
    **OF_ITS_CLAIMS,
    "client": ("unknown", "altered", "foreign", "twice"),
}
OF_AN_ACCESS_TOKEN = {
    "token": ("missing", *OF_A_SIGNED_TOKEN, "replayed", "twice"),
    **OF_ITS_CLAIMS,
    "on behalf of": ("foreign", "altered"),
}
FAULTS: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("start", "browser"): {"redirect": ("foreign", "altered", "twice"), "method": ("foreign",)},
    ("start", "app"): {
        "client": OF_A_VALUE,
        "redirect": ("missing", "altered", "foreign", "twice"),
        "state": ("altered", "twice"),
        "nonce": ("altered", "twice"),
        "verifier": ("missing", "altered", "twice"),
        "cookie": ("missing", "unknown", "altered", "twice", "replayed", "expired"),
    },
    ("callback", "browser"): OF_THE_WAY_BACK,
    ("callback", "app"): OF_THE_WAY_BACK,
    ("step-up", "browser"): {
        "redirect": ("foreign", "altered", "twice"),
        "cookie": ("missing", "unknown", "altered", "twice", "replayed", "expired"),
    },
    ("raising", "browser"): {**OF_THE_WAY_BACK, "session": (*OF_A_VALUE, "replayed")},
    ("exchange", "app"): {
        "code": (*OF_A_VALUE, "replayed", "expired"),
        "verifier": OF_A_VALUE,
        "redirect": OF_A_VALUE,
        "client": OF_A_VALUE,
        "session": ("replayed",),
    },
    ("exchange", "machine"): OF_AN_ASSERTION,
    ("exchange", "mis"): OF_AN_ASSERTION,
    ("refresh", "app"): {
        "refresh token": ("missing", "unknown", "altered", "twice", "replayed", "expired"),
        "client": OF_A_VALUE,
    },
    ("refresh", "machine"): {"grant": ("missing", "foreign")},
    ("refresh", "mis"): {"grant": ("missing", "foreign")},
    ("use", "browser"): {
        "cookie": (*OF_A_VALUE, "replayed", "expired"),
        "csrf": OF_A_VALUE,
        "token": ("foreign",),
    },
    ("use", "app"): OF_AN_ACCESS_TOKEN,
    ("use", "machine"): OF_AN_ACCESS_TOKEN,
    ("use", "mis"): {**OF_AN_ACCESS_TOKEN, "on behalf of": ("foreign", "altered", "twice")},
    ("sign-out", "browser"): {"cookie": ("unknown", "altered", "foreign", "twice"), "csrf": OF_A_VALUE},
    ("sign-out", "app"): {"refresh token": ("missing", "unknown", "altered", "twice"), "client": OF_A_VALUE},
    ("sign-out", "machine"): OF_AN_ASSERTION,
    ("sign-out", "mis"): OF_AN_ASSERTION,
}


class Cell(NamedTuple):
    step: str
    client: str
    parameter: str
    fault: str


class Expected(NamedTuple):
    status: int
    code: str
    noted: str | None
    ends: bool


def told(noted: str) -> tuple[str | None, bool]:
    word, _, more = noted.strip().partition(", ")
    return word or None, more == "ends"


TABLE: dict[Cell, list[Expected]] = defaultdict(list)
for steps, clients, parameters, faults, status, code, noted in ROW.findall(pages.text("docs/attacks.md")):
    for cell in product(*(one.split(", ") for one in (steps, clients, parameters, faults))):
        if cell[:2] in WAYS:
            TABLE[Cell(*cell)].append(Expected(int(status), code, *told(noted)))
CELLS = [
    Cell(*place, parameter, fault)
    for place, of_place in FAULTS.items()
    for parameter, found in of_place.items()
    for fault in found
]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    made = Stand(tmp_path_factory.mktemp("stand"))
    made.binds = True
    with standing(made):
        yield made


@pytest.fixture(scope="module")
async def set_up(
    settings: Settings, urls: dict[str, str], stand: Stand, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ways]:
    folder: Path = tmp_path_factory.mktemp("clients")
    (stand.folder / "methods.json").write_text(json.dumps(stand.methods(gost=False)))
    methods = read_methods(stand.folder / "methods.json")
    async with desk_over(settings, urls, registered(folder), sign_in=methods) as desk:
        yield Ways(desk, stand, folder)


@pytest.fixture
async def ground(set_up: Ways, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ways]:
    monkeypatch.setattr(refusals, "EACH_MINUTE", 1_000_000)
    monkeypatch.setattr(set_up.application.operating, "clock", set_up.now)
    await fresh(set_up)
    yield set_up
    await fresh(set_up)


async def fresh(ground: Ways) -> None:
    """As if nobody had tried anything yet; of what is to come nothing is left for other tests."""
    with ExitStack() as stack:
        for one in ground.undo:
            stack.callback(one)
    ground.undo, ground.later, ground.stand.faults = [], timedelta(), {}
    ground.application._clients._machines._noted.clear()
    room_of(ground.desk.gateway).providers["openid"]._known = None
    await forgiven(ground.desk.gateway)
    for table in ("audit_entry", "event"):
        await ground.application.stores.identity.execute(f"DELETE FROM {table} WHERE at > now()")  # noqa: S608


def answered(answer: httpx.Response) -> tuple[int, str]:
    """Status and word of an answer."""
    assert answer.headers["cache-control"] == "no-store"
    location = urlsplit(answer.headers.get("location", ""))
    if location.path:
        said = parse_qs(location.query)
        word = said["error"][0] if "error" in said else "code" if "code" in said else location.path.rpartition("/")[2]
        return answer.status_code, word
    if answer.headers.get("content-type", "").startswith("text/html"):
        return answer.status_code, "page"
    found: dict[str, Any] = answer.json() if answer.content else {}
    if "errors" in found:
        return answer.status_code, found["errors"][0]["extensions"]["code"]
    if "data" in found:
        return answer.status_code, "somebody" if (found["data"]["viewer"] or {}).get("session") else "nobody"
    return answer.status_code, found.get("error", "given" if found else "nothing")


def gave(answer: httpx.Response) -> bool:
    """Whether something came out of a door that opens another."""
    cookies = [line.partition(";")[0].partition("=") for line in answer.headers.get_list("set-cookie")]
    return (
        any(value for name, _, value in cookies if name in {SESSION, CSRF})
        or "code=" in answer.headers.get("location", "")
        or any(f'"{name}"' in answer.text for name in ("access_token", "refresh_token", "id_token"))
        or answered(answer)[1] == "somebody"
    )


COUNTED = "SELECT count(*) AS all_of_them, count(*) FILTER (WHERE ended_at IS NULL) AS live FROM session"
ENTRIES = "SELECT id, act, coalesce(grounds ->> 'reason', grounds ->> 'why') AS why FROM audit_entry WHERE at >= $1"


async def attacked(ground: Ways, wrong: list[Cell]) -> tuple[httpx.Response, list[tuple[str, str]], int]:
    """The answer to a request with everything wrong that is named, what the journal has of it, and what it ended."""
    store, since = ground.application.stores.identity, datetime.now(UTC)
    step, client = wrong[0][:2]
    foreign = any(cell.fault in {"foreign", "twice"} for cell in wrong)
    other = await ground.way(step, client, "surgeon") if foreign else None
    shot = await ground.way(step, client, "therapist")
    withdrawn = [cell for cell in wrong if cell.fault == "withdrawn key"]
    for cell in wrong:
        await spoilt(ground, shot, other, (cell.parameter, cell.fault))
    if withdrawn and shot.withdraw is not None:
        await shot.withdraw()
    before = {row["id"] for row in await store.fetch(Row, ENTRIES, since)}
    (was,) = await store.fetch(Row, COUNTED)
    answer = await shot.sent(ground.desk.gateway.client)
    (now,) = await store.fetch(Row, COUNTED)
    rows = [row for row in await store.fetch(Row, ENTRIES, since) if row["id"] not in before]
    assert not gave(answer), (wrong, answer.headers, answer.text)
    assert now["all_of_them"] == was["all_of_them"], wrong
    return answer, sorted((row["act"], row["why"]) for row in rows), was["live"] - now["live"]


async def spoilt(ground: Ways, shot: Shot, other: Shot | None, wrong: Wrong) -> None:
    """Make one thing about a request wrong."""
    name, fault = wrong
    if fault == "replayed":
        await shot.spent[name]()
    elif fault == "expired" and name in shot.lasts:
        ground.later = shot.lasts[name]
    elif fault != "withdrawn key":
        shot.spoil(name, fault, other)


@pytest.fixture(scope="module")
def seen() -> dict[tuple[str, str, int, str], bytes]:
    """What every door said, by its code."""
    return {}


@pytest.mark.parametrize("cell", CELLS, ids="-".join)
async def test_each_attack_has_the_answer_of_the_table(
    ground: Ways, cell: Cell, seen: dict[tuple[str, str, int, str], bytes]
) -> None:
    (expected,) = TABLE[cell]
    answer, noted, ended = await attacked(ground, [cell])
    assert answered(answer) == expected[:2], answer.text
    assert [why for act, why in noted if act != "endSession"] == [*filter(None, [expected.noted])]
    assert ended == expected.ends
    assert not any(f'"{why}"' in answer.text for _, why in noted)
    # Whoever tries something out reads the same, whatever was wrong with it; the form of a request is no secret.
    if expected.code == "BAD_REQUEST":
        return
    body = answer.content.replace(answer.headers["x-request-id"].encode(), b"")
    plain = re.sub(rb'"occurredAt":"[^"]*"', b"", body)
    assert seen.setdefault((str(answer.request.url.path), cell.client, *expected[:2]), plain) == plain


async def test_no_mixture_of_attacks_leads_in(ground: Ways) -> None:
    """Two faults at once, drawn from a seed: whichever is seen first, the answer is that of one of them."""
    chance = Random(SEED)
    pairs = [
        (one, other)
        for one, other in combinations(CELLS, 2)
        if one[:2] == other[:2]
        and one.parameter != other.parameter
        # Two things of the same stranger may belong together.
        and {one.fault, other.fault}.isdisjoint({"replayed"})
        and (one.fault, other.fault) != ("foreign", "foreign")
    ]
    for one, other in chance.sample(pairs, MIXTURES):
        await fresh(ground)
        answer, noted, ended = await attacked(ground, [one, other])
        expected = [TABLE[cell][0] for cell in (one, other)]
        assert answered(answer) in {each[:2] for each in expected}, (one, other)
        assert {why for _, why in noted} <= {each.noted for each in expected}, (one, other)
        assert ended <= any(each.ends for each in expected), (one, other)


@pytest.mark.parametrize("place", WAYS, ids="-".join)
async def test_without_a_fault_every_door_opens(ground: Ways, place: tuple[str, str]) -> None:
    answer = await (await ground.way(*place, "therapist")).sent(ground.desk.gateway.client)
    assert answer.status_code < 400, answer.text
    assert gave(answer) is (
        place[0] in {"callback", "raising", "exchange", "use", "refresh"} or place == ("start", "app")
    )


def test_the_table_has_a_line_for_every_attack_and_one_alone() -> None:
    assert TABLE.keys() == set(CELLS)
    assert {cell for cell, lines in TABLE.items() if len(lines) != 1} == set()
