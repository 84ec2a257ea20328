"""Who else puts files in: a browser by its cookie, pages of other origins, the system of a hospital."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from auth.assurance import Assurance, Level
from gateway.identity.sessions import SignedIn
from gateway.world.cast import CAST
from tests.acts.office import Office
from tests.acts.test_uploads import DOCUMENT, UPLOAD, announced, code, of, pdf, put_in

CONTENT = pdf(pages=4)
PLACES = "SELECT holder_organization_id AS place, practitioner_id AS person FROM document WHERE id >= 10000000"


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Office]:
    """The office, without what is put in here once it is over."""
    yield office
    await office.restore()


def licence(place: int) -> dict[str, Any]:
    return {
        "kind": "LICENCE",
        "organizationId": f"org_{place}",
        "number": "Л041-01137-77/00368500",
        "title": "Лицензия",
    }


async def test_a_browser_puts_in_by_its_cookie_and_nobody_else_in_its_name(desk: Office) -> None:
    now = datetime.now(UTC)
    sure = Assurance(Level.CONFIRMED, now, now)
    signed_in = SignedIn(CAST["therapist"].subject, None, sure, ("pwd",), "BROWSER", None, "Firefox")
    started = await desk.application.sessions.begin(signed_in, now)
    cookie, proven = {"cookie": f"kabinet-session={started.cookie}"}, {"kabinet-csrf": str(started.csrf)}
    upload = await announced(desk, CONTENT)
    url = upload["url"]

    async def sent(**headers: str) -> Any:
        return await desk.client.put(url, content=CONTENT, headers=headers)

    # Whoever has the cookie alone is a page of somewhere else, which the browser sends it for.
    for headers in (cookie, cookie | {"kabinet-csrf": "x"}, cookie | {"origin": "https://evil.test"}):
        assert code(await sent(**headers)) == (403, "CSRF_UNPROVEN")
    assert code(await sent(**proven)) == (401, "UNAUTHENTICATED")
    assert code(await sent(**cookie, **proven, authorization=f"Bearer {desk.token('therapist')}"))[0] == 400
    rows = await desk.rows("SELECT state, received FROM upload", store="documents")
    assert [tuple(row.values()) for row in rows] == [("OPEN", 0)]
    # A page of another origin is told nothing by which its browser would send a file, or the token of a cookie.
    asks = {"access-control-request-method": "PUT", "access-control-request-headers": "kabinet-csrf"}
    for origin, let_in in (("https://evil.test", False), ("null", False), ("http://localhost:3000", True)):
        said = (await desk.client.options(url, headers=asks | {"origin": origin})).headers
        assert ("access-control-allow-origin" in said) == let_in, origin
        assert "access-control-allow-credentials" not in said
        if let_in:
            assert said["access-control-allow-methods"] == "PUT, PATCH"
            assert "kabinet-csrf" not in said["access-control-allow-headers"].lower()
    assert (await sent(**cookie, **proven)).status_code == 204
    done = await desk.act("therapist", "completeUpload", DOCUMENT, ticket=upload["ticket"])
    assert done["problems"] == []


async def test_the_head_of_a_hospital_puts_in_what_is_the_hospitals_and_its_system_does_not(desk: Office) -> None:
    place = 1
    document = (await put_in(desk, CONTENT, "head", **licence(place)))["document"]
    assert await desk.rows(PLACES, store="documents") == [{"place": place, "person": None}]
    # … also its next version.
    more = {"documentId": document["id"], "expectedVersion": document["version"]}
    again = (await put_in(desk, pdf(pages=5), "head", **licence(place), **more))["document"]
    assert again["id"] == document["id"]
    # Nobody else's organisation may be named.
    refused = await desk.try_to("head", "requestUpload", UPLOAD, **of(CONTENT, **licence(2)))
    assert refused.data["requestUpload"] is None
    # The hospital's own system sees it, and puts in nothing of its own: neither in its own name nor in a doctor's.
    seen = await desk.ask("mis", "query($id: ID!) { document(by: {id: $id}) { id } }", {"id": document["id"]})
    assert seen.data["document"] == {"id": document["id"]}
    doing = "mutation($input: RequestUploadInput!) { requestUpload(input: $input) { problems { code } } }"
    passport = {"kind": "PASSPORT", "documentId": "doc_1", "expectedVersion": 1}
    changed = {**licence(place), "documentId": again["id"], "expectedVersion": again["version"]}
    for named in ({}, {"kabinet_on_behalf_of": "prac_1"}):
        for given in ({}, licence(place), licence(2), {"kind": "LICENCE"}, changed, passport):
            answer = await desk.ask("mis", doing, {"input": of(CONTENT, **given)}, **named)
            told = (answer.data or {}).get("requestUpload")
            if told is not None:  # what is not seen is not there
                assert (given, told["problems"]) == (passport, [{"code": "NOT_FOUND"}])
                continue
            assert [one["extensions"]["code"] for one in answer.errors] == ["UNAUTHORIZED_FIELD_OR_TYPE"]
