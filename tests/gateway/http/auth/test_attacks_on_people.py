"""The table of docs/sign-in.md, line by line and for each kind of provider: what everything wrong comes to."""

import json
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from gateway.http.auth import refusals
from gateway.identity.demo_esia import speaks_gost
from gateway.identity.methods import read_methods
from gateway.identity.providers.esia_codes import MEANINGS
from gateway.identity.providers.refusal import WORDS, SignInRefused, Told, Why
from gateway.settings import Settings
from gateway.world import numbers
from sources.postgres.row import Row
from sources.postgres.store import Store
from tests.conftest import Gateway, opened
from tests.contacts import contacts_kept
from tests.gateway.http.auth.desk import room_of
from tests.gateway.http.auth.faults import CALLERS, PROVIDERS, instead
from tests.gateway.http.auth.stand import KINDS, Stand, standing
from tests.gateway.http.auth.surfing import Surfer, forgiven, parameters
from tests.house import pages

ROW = re.compile(
    r"^\| ([\w ]+) \| ([\w-]+) \| ([^|]+) \| (all|esia|openid) \| (\d{3}) \| (\w+) \| (\w+) \|$", re.MULTILINE
)
CODE = re.compile(r"^\| `(\w+)` \| (\d{3}) \|", re.MULTILINE)
ENTRY = "SELECT subject, grounds FROM audit_entry WHERE act = 'signInRefused' AND grounds ->> 'requestId' = $1"
OF = {"all": KINDS, "esia": KINDS[:2], "openid": KINDS[2:]}


class Line(NamedTuple):
    step: str
    parameter: str
    fault: str
    provider: str
    status: str
    code: str
    reason: str


LINES = [Line(*found) for found in ROW.findall(pages.text("docs/sign-in.md"))]
CASES = [
    pytest.param(line, kind, id=f"{line.step}-{line.parameter}-{line.fault}-{kind}", marks=marks)
    for line in LINES
    for kind in OF[line.provider]
    for marks in [[pytest.mark.gost] if kind == "esia-gost" else []]
]


@dataclass
class Attacked:
    gateway: Gateway
    stand: Stand
    store: Store

    async def way(self, surfer: Surfer, kind: str) -> dict[str, str]:
        """Begin with a provider, and have the parameters of a good way back."""
        self.stand.kind = kind
        sent = parameters(await surfer.away(f"/auth/sign-in/{kind}"))
        self.stand.nonce = sent["nonce"]
        return {"state": sent["state"], "code": "a-code"}

    async def reason(self, answer: httpx.Response) -> str:
        """What the journal says of a refusal, and that nothing of it is told outside."""
        (entry,) = await self.store.fetch(Row, ENTRY, answer.headers["x-request-id"])
        grounds = json.loads(entry["grounds"])
        assert entry["subject"] == "nobody"
        assert set(grounds) <= {"roles", "step", "reason", "detail", "method", "requestId"}
        assert f'"{grounds["reason"]}"' not in answer.text
        found: str = grounds["reason"]
        return found


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    made = Stand(tmp_path_factory.mktemp("stand"))
    if speaks_gost():
        made.gost_keys()
    with standing(made):
        yield made


@pytest.fixture(scope="module")
async def attacked(settings: Settings, urls: dict[str, str], stand: Stand) -> AsyncIterator[Attacked]:
    path = stand.folder / "methods.json"
    path.write_text(json.dumps(stand.methods(gost=speaks_gost())))
    store = Store("identity", urls["identity"])
    async with opened(replace(settings, sign_in=read_methods(path)), urls) as made:
        yield Attacked(made, stand, store)
    await store.close()


@pytest.fixture
async def surfer(attacked: Attacked, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Surfer]:
    monkeypatch.setattr(refusals, "EACH_MINUTE", 1_000_000)
    attacked.stand.faults = {}
    await forgiven(attacked.gateway)
    # What is known of a provider is asked for anew.
    room_of(attacked.gateway).providers["openid"]._known = None
    async with httpx.AsyncClient(trust_env=False) as there:
        yield Surfer(attacked.gateway.client, there)


async def came_back(surfer: Surfer, kind: str, way: dict[str, str]) -> httpx.Response:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in way.items())
    return await surfer.get(f"/auth/callback/{kind}?{query}", accept="application/json")


def said(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


@pytest.mark.parametrize(("line", "kind"), CASES)
async def test_each_attack_has_the_answer_of_the_table(
    attacked: Attacked, surfer: Surfer, line: Line, kind: str
) -> None:
    place = (line.step, line.parameter)
    if line.step == "discovery" and line.parameter != "iss":
        attacked.stand.kind = kind
        step, fault = PROVIDERS[place][line.fault]
        attacked.stand.faults = {step: fault}
        answer = await surfer.get(f"/auth/sign-in/{kind}", accept="application/json")
    else:
        if line.step in {"discovery", "keys"}:
            step, fault = PROVIDERS[place][line.fault]
            attacked.stand.faults = {step: fault}
        way, cookies = await attacked.way(surfer, kind), surfer.cookies
        if line.step == "callback":
            way, surfer.cookies = CALLERS[place][line.fault]((way, cookies))
        else:
            step, fault = PROVIDERS[place][line.fault]
            attacked.stand.faults = {step: fault}
        answer = await came_back(surfer, kind, way)
    assert said(answer) == (int(line.status), line.code)
    assert await attacked.reason(answer) == line.reason
    assert not [name for name in surfer.cookies if "session" in name]


async def test_the_snils_of_somebody_else_opens_nothing_and_tells_nothing(attacked: Attacked, surfer: Surfer) -> None:
    way = await attacked.way(surfer, "esia")
    # The number is that of somebody in the register, the surname is not.
    number = numbers.snils(1)
    attacked.stand.faults = {"profile": instead(snils=number, birthDate="01.01.1980")}
    assert (await came_back(surfer, "esia", way)).status_code == 303
    found = await surfer.asks("{ viewer { practitioner { id } roles { name } registryMatch { state } } }")
    viewer = found["data"]["viewer"]
    assert (viewer["practitioner"], [role["name"] for role in viewer["roles"]]) == (None, ["APL"])
    why = "SELECT grounds FROM audit_entry WHERE act = 'matchRegistry' ORDER BY at DESC LIMIT 1"
    (entry,) = await attacked.store.fetch(Row, why)
    assert json.loads(entry["grounds"])["state"] == "MISMATCH"
    assert number not in entry["grounds"]


PERSON = """
SELECT snils, family_name, given_name, patronymic, birth_on::text, phone, phone_verified_at, email, email_verified_at
FROM practitioner WHERE id = 2
"""
TOLD = {"email": "Told@HOSPITAL.example", "phone_number": "8 (000) 123-45-67"}


@pytest.mark.parametrize("where", ["profile", "claims"])
@pytest.mark.parametrize(
    ("verified", "taken"),
    [
        ({"email_verified": True, "phone_number_verified": True}, {"EMAIL", "PHONE"}),
        ({"email_verified": True}, {"EMAIL"}),
        ({"email_verified": "true", "phone_number_verified": 1}, set()),
    ],
)
async def test_contacts_that_a_provider_calls_confirmed_reach_the_register(
    attacked: Attacked, surfer: Surfer, urls: dict[str, str], where: str, verified: dict[str, Any], taken: set[str]
) -> None:
    registry = attacked.gateway.application.stores.registry
    (before,) = await registry.fetch(Row, PERSON)
    who = {name: before[name] for name in ("snils", "family_name", "given_name", "patronymic", "birth_on")}
    who["sub"] = secrets.token_hex(4)
    told = {**TOLD, **verified}
    way = await attacked.way(surfer, "openid")
    attacked.stand.faults = {
        "profile": instead(**who, **(told if where == "profile" else {})),
        "claims": instead(sub=who["sub"], assurance="CONFIRMED", **(told if where == "claims" else {})),
    }
    unproved = "UPDATE practitioner SET phone_verified_at = NULL, email_verified_at = NULL WHERE id = 2 RETURNING id"
    async with contacts_kept(urls["registry"]):
        await registry.fetch(Row, unproved)
        assert (await came_back(surfer, "openid", way)).status_code == 303
        (after,) = await registry.fetch(Row, PERSON)
    found = {kind for kind, name in (("EMAIL", "email"), ("PHONE", "phone")) if after[f"{name}_verified_at"]}
    assert found == taken
    assert (after["email"], after["phone"]) == (
        "Told@hospital.example" if "EMAIL" in taken else before["email"],
        "+70001234567" if "PHONE" in taken else before["phone"],
    )


PLANTED = {
    "a session": "kabinet-session",
    "its token": "kabinet-csrf",
    "a browser that is known": "kabinet-device",
    "the secret of an attempt": "kabinet-attempt",
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("kind", ["esia", "openid"])
async def test_whatever_was_planted_in_a_browser_the_session_is_its_own(
    attacked: Attacked, surfer: Surfer, what: str, kind: str
) -> None:
    """An attacker signs in, and puts what he has into the browser of somebody else."""
    attacker = Surfer(surfer.here, surfer.there)
    await came_back(attacker, kind, await attacked.way(attacker, kind))
    own = dict(attacker.cookies)
    surfer.cookies[PLANTED[what]] = own[PLANTED[what]]
    assert (await came_back(surfer, kind, await attacked.way(surfer, kind))).status_code == 303
    given = surfer.cookies
    assert given["kabinet-session"] != own["kabinet-session"]
    assert given["kabinet-csrf"] != own["kabinet-csrf"]
    # What the attacker knew is no key to the session that came of it.
    theirs = Surfer(surfer.here, surfer.there, own)
    session = "{ viewer { session { id } } }"
    seen = await theirs.asks(session)
    mine = (await surfer.asks(session))["data"]["viewer"]["session"]["id"]
    ended = what == "a session"
    assert ("errors" in seen) is ended
    assert ended or seen["data"]["viewer"]["session"]["id"] != mine


@pytest.mark.parametrize("kind", [*KINDS[::2], pytest.param("esia-gost", marks=pytest.mark.gost)])
async def test_without_a_fault_somebody_comes_in(attacked: Attacked, surfer: Surfer, kind: str) -> None:
    way = await attacked.way(surfer, kind)
    answer = await came_back(surfer, kind, way)
    assert (answer.status_code, answer.headers["location"]) == (303, "/"), answer.text
    assert "kabinet-session" in surfer.cookies
    # Once: the same way leads nowhere a second time.
    again = await came_back(surfer, kind, way)
    assert said(again) == (400, "SIGN_IN_FAILED")
    assert await attacked.reason(again) == "STATE_SPENT"


async def test_esia_need_not_repeat_the_nonce(attacked: Attacked, surfer: Surfer) -> None:
    way = await attacked.way(surfer, "esia")
    attacked.stand.faults = {"claims": PROVIDERS["id token", "nonce"]["missing"][1]}
    assert (await came_back(surfer, "esia", way)).status_code == 303


async def test_an_attempt_belongs_to_its_method_and_to_its_ten_minutes(
    attacked: Attacked, surfer: Surfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mixed_up = await came_back(surfer, "openid", await attacked.way(surfer, "esia"))
    assert said(mixed_up) == (400, "SIGN_IN_FAILED")
    assert await attacked.reason(mixed_up) == "OTHER_METHOD"
    way = await attacked.way(surfer, "esia")
    later = datetime.now(UTC) + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(attacked.gateway.application.operating, "clock", lambda: later)
    late = await came_back(surfer, "esia", way)
    assert said(late) == (400, "SIGN_IN_FAILED")
    assert await attacked.reason(late) == "STATE_EXPIRED"


async def test_another_browser_cannot_even_spend_an_attempt(attacked: Attacked, surfer: Surfer) -> None:
    way = await attacked.way(surfer, "openid")
    other = Surfer(surfer.here, surfer.there)
    await other.away("/auth/sign-in/openid")
    assert said(await came_back(other, "openid", way)) == (400, "SIGN_IN_FAILED")
    assert (await came_back(surfer, "openid", way)).status_code == 303


RETURNS = (
    "https://other.example/", "//other.example/", "/\\other.example/", "\\\\other.example", "javascript:alert(1)",
    "graphiql", "/a//b", "/%2Fother.example", "/%5cother.example", "/../x", "/auth/sign-out", "/AUTH/callback/esia", "",
    "/\t", "/\r\nx: y", "/ ", "/" + "a" * 5_000, "/й", "/<script>",
)  # fmt: skip


@pytest.mark.parametrize("return_to", RETURNS)
@pytest.mark.parametrize("door", ["/auth/sign-in", "/auth/sign-in/esia"])
async def test_nobody_is_sent_elsewhere(attacked: Attacked, surfer: Surfer, door: str, return_to: str) -> None:
    answer = await surfer.get(f"{door}?return_to={quote(return_to, safe='')}", accept="application/json")
    assert said(answer) == (400, "SIGN_IN_BAD_REQUEST")
    assert surfer.cookies == {}


@pytest.mark.parametrize("return_to", ["/", "/graphiql", "/a/b?c=d&e=%20#f"])
async def test_a_path_of_our_own_is_where_people_come_out(attacked: Attacked, surfer: Surfer, return_to: str) -> None:
    attacked.stand.kind = "openid"
    sent = parameters(await surfer.away(f"/auth/sign-in/openid?return_to={quote(return_to, safe='')}"))
    attacked.stand.nonce = sent["nonce"]
    came = await came_back(surfer, "openid", {"state": sent["state"], "code": "1"})
    assert came.headers["location"] == return_to


async def test_on_to_an_app_leads_a_page_and_no_redirect_of_a_provider_s_form(
    attacked: Attacked, surfer: Surfer
) -> None:
    attacked.stand.kind = "openid"
    onward = "/auth/authorize?client_id=app&state=%22%3E%3Cscript%3E"
    sent = parameters(await surfer.away(f"/auth/sign-in/openid?return_to={quote(onward, safe='')}"))
    attacked.stand.nonce = sent["nonce"]
    came = await came_back(surfer, "openid", {"state": sent["state"], "code": "1"})
    assert (came.status_code, "location" in came.headers) == (200, False)
    assert f'content="0; url={onward.replace("&", "&amp;")}"' in came.text
    assert "<script" not in came.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/auth/sign-in/none", 404, "SIGN_IN_UNKNOWN_METHOD"),
        ("/auth/callback/none", 404, "SIGN_IN_UNKNOWN_METHOD"),
        ("/auth/callback/esia?state=1&state=1", 400, "SIGN_IN_BAD_REQUEST"),
        ("/auth/callback/esia?state=%ff", 400, "SIGN_IN_BAD_REQUEST"),
        ("/auth/sign-in/esia?return_to=/&return_to=/", 400, "SIGN_IN_BAD_REQUEST"),
        ("/auth/step-up", 401, "SIGN_IN_REQUIRED"),
        ("/auth/step-up?max_age=-1", 400, "SIGN_IN_BAD_REQUEST"),
        ("/auth/step-up?max_age=90000", 400, "SIGN_IN_BAD_REQUEST"),
        ("/auth/sign-out", 405, "SIGN_IN_BAD_REQUEST"),
    ],
)
async def test_each_door_refuses_in_one_way(surfer: Surfer, path: str, status: int, code: str) -> None:
    answer = await surfer.get(path, accept="application/json")
    assert said(answer) == (status, code)
    page = await surfer.get(path, accept="text/html", accept_language="ru")
    assert page.status_code == status
    assert f'<code id="code">{code}</code>' in page.text
    assert WORDS[Told(code)].ru in page.text
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


async def test_a_signer_that_fails_keeps_everybody_out_and_is_told_to_operators(
    attacked: Attacked, surfer: Surfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = room_of(attacked.gateway).providers["esia"]
    monkeypatch.setattr(provider, "method", replace(provider.method, signer=("false",)))
    answer = await surfer.get("/auth/sign-in/esia", accept="application/json")
    assert said(answer) == (503, "SIGN_IN_UNAVAILABLE")
    assert await attacked.reason(answer) == "SIGNER_FAILED"


async def test_a_flood_of_refusals_is_summed(attacked: Attacked, surfer: Surfer) -> None:
    at = [1_000.0]
    log = attacked.gateway.application.log
    noting = refusals.Refusals(attacked.store, log, frozenset({"esia"}), passing=lambda: at[0])
    mark = "of-a-flood"
    refused = SignInRefused(Why.SUBJECT_DIFFERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refusals, "EACH_MINUTE", 3)
        for _ in range(10):
            await noting.noted(refused, "callback", "not a method", mark)
        at[0] += 61
        await noting.noted(refused, "callback", "esia", mark)
    counted = "SELECT grounds FROM audit_entry WHERE grounds ->> 'reason' = 'SUBJECT_DIFFERS' AND grounds ? 'count'"
    (summed,) = await attacked.store.fetch(Row, counted)
    assert json.loads(summed["grounds"])["count"] == 7
    each = await attacked.store.fetch(Row, ENTRY, mark)
    assert [json.loads(one["grounds"]).get("method") for one in each].count("esia") == 1
    assert len(each) == 4


def test_the_table_has_a_line_for_everything_that_can_be_done_wrong() -> None:
    done: dict[tuple[str, str], set[str]] = {}
    for line in LINES:
        done.setdefault((line.step, line.parameter), set()).add(line.fault)
    tables: list[Any] = [PROVIDERS, CALLERS]
    assert done == {place: set(faults) for table in tables for place, faults in table.items()}


def test_every_code_of_esia_is_in_the_table_and_every_code_of_ours_is_explained() -> None:
    listed = {line.parameter.removeprefix("ESIA-") for line in LINES if line.parameter.startswith("ESIA-")}
    assert set(MEANINGS) <= listed
    told = {name: int(status) for name, status in CODE.findall(pages.text("docs/sign-in.md"))}
    assert told == {code.value: words.status for code, words in WORDS.items()}


def test_every_refusal_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Told)
    assert all(re.search("[а-я]", one.ru) and one.en.isascii() for one in WORDS.values())
