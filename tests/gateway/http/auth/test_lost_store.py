from pathlib import Path

import pytest

from gateway.settings import Settings
from sources.embedded import EmbeddedServer
from tests.gateway.http.auth.desk import ASSERTION, PHONE, Desk, assertion, desk_over, registered

CODE = {
    "grant_type": "authorization_code",
    "client_id": PHONE,
    "code": "c" * 43,
    "redirect_uri": "r",
    "code_verifier": "v",
}
MACHINE = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}
REFRESH = {"grant_type": "refresh_token", "client_id": PHONE, "refresh_token": "r" * 43}
GIVEN_BACK = {"client_id": PHONE, "token": "r" * 43}


@pytest.mark.parametrize(
    ("door", "form"), [("token", CODE), ("token", REFRESH), ("token", MACHINE), ("revoke", GIVEN_BACK)]
)
async def test_without_the_identity_store_nobody_is_given_anything_and_everybody_may_come_again(
    settings: Settings, urls: dict[str, str], server: EmbeddedServer, tmp_path: Path, door: str, form: dict[str, str]
) -> None:
    lost = {**urls, "identity": server.url("nowhere")}
    async with desk_over(settings, lost, registered(tmp_path)) as desk:
        if form is MACHINE:
            form = {**form, "client_assertion": assertion()}
        response = await desk.post(door, form)
        assert (response.status_code, response.json()["error"]) == (503, "temporarily_unavailable")
        assert response.headers["retry-after"] == "1"


async def test_a_person_reads_that_it_does_not_work_just_now(
    settings: Settings, urls: dict[str, str], server: EmbeddedServer, tmp_path: Path
) -> None:
    lost = {**urls, "identity": server.url("nowhere")}
    async with desk_over(settings, lost, registered(tmp_path)) as desk:
        response = await desk.authorize(f"kabinet-session={'c' * 43}")
        assert response.status_code == 503
        assert "немного позже" in response.text
        assert (await desk.gateway.client.get("/.well-known/openid-configuration")).status_code == 200


async def test_the_page_of_a_wrong_request_speaks_the_language_of_its_reader(desk: Desk) -> None:
    for language, word in (("ru", "неверно"), ("en", "wrong")):
        address = "/auth/authorize?client_id=nobody"
        response = await desk.gateway.client.get(address, headers={"accept-language": language})
        assert response.status_code == 400
        assert word in response.text
