import asyncio
import base64
import json
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.identity.issuers import IssuerSettings
from gateway.settings import Settings
from sources.identity.authorization import forget_codes
from tests.gateway.http.auth.desk import (
    ASSERTION,
    OTHER_SYSTEM,
    SYSTEM,
    TOKEN,
    Desk,
    assertion,
    desk_over,
    published,
    registered,
)

APPOINT = "INSERT INTO appointment (subject, function, organization_id, valid_from) VALUES ($1, $2, $3, now())"
BEHALF = {"kabinet-on-behalf-of": "prac_1"}


async def token(desk: Desk, client: str = SYSTEM) -> str:
    response = await desk.machine(assertion(client))
    assert response.status_code == 200, response.text
    assert set(response.json()) == {"access_token", "token_type", "expires_in"}
    given: str = response.json()["access_token"]
    return given


def payload(text: str) -> dict[str, object]:
    part = text.split(".")[1]
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


async def test_a_machine_asks_in_its_own_name_and_on_behalf_of_whom_it_serves(desk: Desk) -> None:
    access = await token(desk)
    assert await desk.roles(access) == ["MIS"]
    assert await desk.roles(access, **BEHALF) == ["MIS"]
    said = payload(access)
    assert (said["sub"], said["client_id"], said["assurance"]) == ("mis-1", SYSTEM, "SERVICE")
    assert "second_factor_at" not in said


async def test_a_machine_reads_what_its_persona_reads_and_shows_no_second_factor(desk: Desk) -> None:
    document = {"query": '{ nodes(ids: ["prac_1"]) { ... on Practitioner { familyName snils } } }'}
    answers = []
    for bearer in (await token(desk), desk.gateway.token("mis", second_factor=False)):
        response = await desk.gateway.client.post(
            "/graphql", json=document, headers={"authorization": f"Bearer {bearer}", **BEHALF}
        )
        found = response.json()
        answers.append((found["data"]["nodes"], [one["extensions"]["code"] for one in found.get("errors", ())]))
    assert answers[0] == answers[1]
    assert answers[0][0][0]["familyName"]


async def test_an_account_without_an_appointment_may_nothing(desk: Desk) -> None:
    assert await desk.roles(await token(desk, OTHER_SYSTEM)) == []


async def test_a_machine_speaks_for_its_organisation_alone(
    settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    """Appointed at the first hospital, and registered for the second: neither makes up for the other."""
    async with desk_over(settings, urls, registered(tmp_path, organization=2)) as desk:
        assert await desk.roles(await token(desk)) == []


@pytest.mark.parametrize("audience", [TOKEN, [TOKEN], ["http://kabinet.test/"]])
async def test_an_assertion_is_for_the_issuer_or_its_door(desk: Desk, audience: object) -> None:
    assert (await desk.machine(assertion(aud=audience))).status_code == 200


async def test_an_assertion_is_good_once_in_all_processes(
    desk: Desk, settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    async with desk_over(settings, urls, registered(tmp_path)) as other:
        since, proof = datetime.now(UTC), assertion()
        responses = await asyncio.gather(*((desk, other)[number % 2].machine(proof) for number in range(6)))
        assert sorted(response.status_code for response in responses) == [200, *[400] * 5]
        assert {response.json()["error"] for response in responses if response.status_code == 400} == {"invalid_client"}
        noted = [grounds["why"] for _, act, grounds in await desk.noted(since) if act == "clientRefused"]
        assert noted
        assert set(noted) == {"REPLAYED"}
        # One process notes a flood of the same once.
        assert len(noted) <= 2


async def test_an_access_token_of_one_process_is_good_in_another(
    desk: Desk, settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    async with desk_over(settings, urls, registered(tmp_path)) as other:
        assert await other.roles(await token(desk)) == ["MIS"]
        assert await desk.roles(await token(other)) == ["MIS"]


async def test_a_token_that_is_given_back_is_good_no_more(desk: Desk) -> None:
    access = await token(desk)
    proof = {"client_assertion_type": ASSERTION}
    foreign = {**proof, "client_assertion": assertion(OTHER_SYSTEM), "token": access}
    assert (await desk.post("revoke", foreign)).status_code == 200
    assert await desk.roles(access) == ["MIS"]
    assert (await desk.post("revoke", {**proof, "client_assertion": assertion(), "token": access})).status_code == 200
    assert await desk.roles(access) == 401


async def test_a_machine_changes_its_key_and_the_one_before_is_good_no_more(
    settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    now, later = [0.0], ec.generate_private_key(ec.SECP256R1())
    async with desk_over(settings, urls, registered(tmp_path)) as desk:
        desk.gateway.application._clients._client_keys._clock = lambda: now[0]
        assert (await desk.machine(assertion())).status_code == 200
        (tmp_path / f"{SYSTEM}.json").write_text(published(later))
        assert (await desk.machine(assertion(key=later))).json()["error"] == "invalid_client"
        now[0] = 61
        assert (await desk.machine(assertion(key=later))).status_code == 200
        assert (await desk.machine(assertion())).json()["error"] == "invalid_client"
        # What is published no more is believed for an hour, and nobody then knows who comes.
        (tmp_path / f"{SYSTEM}.json").unlink()
        now[0] = 122
        assert (await desk.machine(assertion(key=later))).status_code == 200
        now[0] = 61 + 3_601
        away = await desk.machine(assertion(key=later))
        assert (away.status_code, away.json()["error"]) == (503, "temporarily_unavailable")
        assert away.headers["retry-after"] == "30"


async def test_a_machine_of_another_issuer_is_known_by_its_subject_where_that_is_set_up(
    settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), int(time.time())
    (tmp_path / "keys.json").write_text(published(key))
    one = IssuerSettings(
        "https://id.example/", "kabinet", frozenset({"ES256"}), tmp_path / "keys.json", "clinic", frozenset({1})
    )

    def token(subject: str, **claims: object) -> str:
        said = {
            "iss": one.issuer, "aud": "kabinet", "sub": subject, "client_id": "system", "iat": now, "exp": now + 300,
            "jti": secrets.token_hex(8), "assurance": "CONFIRMED", "auth_time": now, "second_factor_at": now,
        }  # fmt: skip
        return jwt.encode({**said, **claims}, key, "ES256", headers={"kid": "1", "typ": "at+jwt"})

    functions = [("clinic:system", "MIS", 1), ("clinic:system", "HRR", 1), ("clinic:person", "MIS", 1)]
    for services, level in ((True, "SERVICE"), (False, "CONFIRMED")):
        issuer = replace(one, services=services)
        async with (
            desk_over(settings, urls, registered(tmp_path), issuers=(issuer,)) as desk,
            desk.gateway.application.stores.journal.connection() as connection,
        ):
            await connection.executemany(APPOINT, functions)
            try:
                assert await desk.level(token("system")) == (level, ["MIS"])
                assert await desk.level(token("person")) == ("CONFIRMED", ["MIS"])
                assert await desk.roles(token("system", assurance="SERVICE")) == (["MIS"] if services else 401)
            finally:
                await connection.execute("DELETE FROM appointment WHERE subject LIKE 'clinic:%'")


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mis.example.org")])
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(5).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return made.sign(key, SHA256())


async def test_a_machine_that_has_a_certificate_comes_with_it(
    settings: Settings, urls: dict[str, str], tmp_path: Path
) -> None:
    own, other = certificate(), certificate()
    clients = registered(tmp_path, certificate=own.fingerprint(SHA256()).hex(":"))

    def told(one: x509.Certificate) -> str:
        return f":{base64.b64encode(one.public_bytes(Encoding.DER)).decode()}:"

    async with desk_over(settings, urls, clients, certificate_header="client-cert") as desk:
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}
        for header in ({}, {"client-cert": told(other)}, {"client-cert": "x"}, {"x-client-cert": told(own)}):
            response = await desk.post("token", {**form, "client_assertion": assertion()}, **header)
            assert (response.status_code, response.json()["error"]) == (400, "invalid_client")
        for text in (told(own), quote(own.public_bytes(Encoding.PEM).decode())):
            response = await desk.post("token", {**form, "client_assertion": assertion()}, **{"client-cert": text})
            assert response.status_code == 200
            access = response.json()["access_token"]
            # The token is bound to it: nobody else has any use for it.
            assert await desk.roles(access, **{"client-cert": text}) == ["MIS"]
            for header in ({}, {"client-cert": told(other)}):
                assert await desk.roles(access, **header) == 401
        # Who needs no certificate is not asked for one.
        assert await desk.roles(desk.gateway.token("therapist")) != 401


async def test_what_was_used_is_forgotten_when_it_would_be_refused_for_its_age(desk: Desk) -> None:
    store = desk.gateway.application.stores.identity
    names = [secrets.token_bytes(32) for _ in range(2)]
    async with store.connection() as connection:
        for name, ago in zip(names, ("61 minutes", "59 minutes"), strict=True):
            await connection.execute(
                f"INSERT INTO used_assertion (client, digest, expires_at) VALUES ('old', $1, now() - interval '{ago}')",  # noqa: S608
                name,
            )
        await forget_codes(store)
        left = await connection.fetch("DELETE FROM used_assertion WHERE client = 'old' RETURNING digest")
    assert [row[0] for row in left] == [names[1]]
