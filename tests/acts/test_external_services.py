"""Services elsewhere: configured by the head, asked by a job, shown to who works there; a secret goes to one host."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gateway.exchange.external import SecretsInvalid, read_secrets
from gateway.jobs.external import ExternalChecks
from gateway.log import Log
from gateway.settings import Settings
from tests.acts.clinic import told
from tests.acts.office import Office
from tests.acts.receiver import made

CONFIGURE, DISABLE = "configureExternalService", "disableExternalService"
SERVICE = "service { id version kind organization { id } endpoint secretName enabled status fault lastCheck }"
LISTED = """query($id: ID!) { organization(by: {id: $id}) { externalServices {
  kind status enabled lastCheck endpoint fault } } }"""
SEEN = "query($id: ID!) { node(id: $id) { ... on ExternalService { id status } } }"
ACCESS = "{ viewer { telemedicineAccess { status platform { kind endpoint } checks { kind passed } } } }"
TOKEN = "kanareika.token"
BACK = "INSERT INTO external_service SELECT * FROM json_populate_recordset(NULL::external_service, $1)"
OGRN = "SELECT ogrn FROM organization WHERE id = $1"
WELL = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Platform:
    """A platform behind TLS: what it answers to whoever shows the token, and what came."""

    office: Office
    folder: Path
    port: int
    ogrn: str
    answer: bytes = WELL
    slow: bool = False
    came: list[bytes] = field(default_factory=list)
    logged: StringIO = field(default_factory=StringIO)
    # Only whoever does not answer is waited for so long.
    patience: float = 60.0

    @property
    def endpoint(self) -> str:
        return f"https://localhost:{self.port}/health"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.came.append(head)
        if not self.slow:
            known = f"authorization: Bearer {TOKEN}\r\n".encode() in head.replace(b"Authorization", b"authorization")
            writer.write(self.answer if known else b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

    def kept(self, **more: Any) -> Path:
        """The file of the operator."""
        entry = {"organization": self.ogrn, "host": "localhost", "token": "token", "authority": "ca.pem"}
        file = self.folder / "secrets.json"
        file.write_text(json.dumps({"telemed-1": {**entry, "private": True, **more}}))
        return file

    async def check(self, **more: Any) -> int:
        """Do the work of the job once, on what is due."""
        clock = self.office.application.operating.clock
        job = ExternalChecks(
            self.office.application.stores,
            read_secrets(self.kept(**more)),
            clock,
            Log(sink=self.logged),
            seconds=self.patience,
        )
        return await job.run()

    async def configured(self, **given: Any) -> Any:
        said = {"organizationId": "org_1", "kind": "TELEMEDICINE", "endpoint": self.endpoint, "secretName": "telemed-1"}
        payload = await self.office.act("head", CONFIGURE, SERVICE, **{**said, **given})
        assert payload["problems"] == [], payload
        return payload["service"]

    async def shown(self, service: Any) -> Any:
        text = f"query($id: ID!) {{ node(id: $id) {{ ... on ExternalService {{ {SERVICE[10:-2]} }} }} }}"
        return (await self.office.ask("head", text, {"id": service["id"]})).data["node"]


@pytest.fixture
async def platform(office: Office, tmp_path: Path) -> AsyncIterator[Platform]:
    """The platform, and no service configured anywhere."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30")
    made(tmp_path, "req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Platform CA")
    made(
        tmp_path, "req", "-x509", *curve, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out",
        "server.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    )  # fmt: skip
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    (place,) = await office.rows(OGRN, 1, store="registry")
    one = Platform(office, tmp_path, 0, place["ogrn"])
    server = await asyncio.start_server(one.talk, "127.0.0.1", 0, ssl=context)
    one.port = server.sockets[0].getsockname()[1]
    (rows,) = await office.rows("SELECT json_agg(s)::text AS said FROM external_service s", store="registry")
    await office.rows("DELETE FROM external_service", store="registry")
    yield one
    server.close()
    await office.rows("TRUNCATE external_service, event, audit_entry, idempotency_key", store="registry")
    await office.rows(BACK, rows["said"], store="registry")


async def test_a_service_is_configured_asked_and_disabled_and_its_secret_is_nowhere(platform: Platform) -> None:
    office = platform.office
    one = await platform.configured(idempotencyKey="once")
    assert (one["status"], one["enabled"], one["lastCheck"], one["version"]) == ("NOT_CHECKED", True, None, 1)
    assert await platform.configured(idempotencyKey="once") == one
    assert await platform.check() == 1
    well = await platform.shown(one)
    assert (well["status"], well["fault"], well["secretName"]) == ("AVAILABLE", None, "telemed-1")
    assert well["lastCheck"] is not None
    assert platform.came[0].startswith(b"GET /health HTTP/1.1\r\n")
    # It is not due again at once; configured anew it is, and nothing is known of it.
    assert await platform.check() == 0
    again = await platform.configured(expectedVersion=1, endpoint=f"{platform.endpoint}/v2")
    assert (again["id"], again["version"], again["status"], again["lastCheck"]) == (one["id"], 2, "NOT_CHECKED", None)
    off = await office.act("head", DISABLE, SERVICE, id=one["id"], expectedVersion=2)
    assert (off["service"]["status"], off["service"]["enabled"]) == ("DISABLED", False)
    assert await platform.check() == 0
    assert told(await office.act("head", DISABLE, SERVICE, id=one["id"], expectedVersion=3)) == [
        ("ILLEGAL_TRANSITION", "id")
    ]
    # The secret is in no store, in no word of the log, and under no name that the graph has.
    kept = [platform.logged.getvalue()]
    for table in ("external_service", "event", "audit_entry", "idempotency_key"):
        kept += [str(row) for row in await office.rows(f"SELECT * FROM {table}", store="registry")]  # noqa: S608 - ours
    assert len(kept) > 4
    assert TOKEN not in "".join(kept)
    steps = await office.rows("SELECT payload FROM event WHERE kind = 'EXTERNAL_SERVICE_CHANGED' ORDER BY at",
                              store="registry")  # fmt: skip
    assert [json.loads(row["payload"])["step"] for row in steps] == ["CONFIGURED", "CONFIGURED", "DISABLED"]


async def test_what_does_not_answer_well_is_unavailable_and_nothing_leads_elsewhere(platform: Platform) -> None:
    one = await platform.configured()
    elsewhere = f"HTTP/1.1 302 Found\r\nlocation: {platform.endpoint}/other\r\ncontent-length: 0\r\n\r\n".encode()
    for answer, fault in (
        (b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n", "ACCESS_DENIED"),
        (b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", "ANSWER_REFUSED"),
        (elsewhere, "ANSWER_REFUSED"),
        (b"nonsense\r\n\r\n", "UNREACHABLE"),
        (b"", "TIMED_OUT"),
        (WELL, None),
    ):
        platform.answer, platform.slow = answer, not answer
        platform.patience = 60.0 if answer else 0.5
        await platform.office.rows("UPDATE external_service SET next_check_at = now()", store="registry")
        before = len(platform.came)
        assert await platform.check() == 1
        assert len(platform.came) == before + 1, fault
        seen = await platform.shown(one)
        assert (seen["status"], seen["fault"]) == ("AVAILABLE" if fault is None else "UNAVAILABLE", fault)


async def test_a_secret_is_shown_to_its_host_for_its_organisation_alone(platform: Platform) -> None:
    """Nothing else is connected to at all: whoever may configure a service does not choose whom the server asks."""
    one = await platform.configured()
    (other,) = await platform.office.rows(OGRN, 2, store="registry")
    by_address = f"https://127.0.0.1:{platform.port}/health"
    for name, endpoint, kept, fault in (
        ("telemed-2", platform.endpoint, {}, "SECRET_UNKNOWN"),
        ("telemed-1", by_address, {}, "SECRET_UNKNOWN"),
        ("telemed-1", platform.endpoint, {"organization": other["ogrn"]}, "SECRET_UNKNOWN"),
        # The name is looked up, and the address that it has now is judged; so is one that is written out.
        ("telemed-1", platform.endpoint, {"private": False}, "ADDRESS_REFUSED"),
        ("telemed-1", by_address, {"private": False, "host": "127.0.0.1"}, "ADDRESS_REFUSED"),
        # Somebody else's certificate is none, and the token is not told to whoever shows it.
        ("telemed-1", by_address, {"host": "127.0.0.1"}, "UNREACHABLE"),
        ("telemed-1", platform.endpoint, {}, None),
    ):
        version = (await platform.shown(one))["version"]
        one = await platform.configured(expectedVersion=version, endpoint=endpoint, secretName=name)
        assert await platform.check(**kept) == 1
        seen = await platform.shown(one)
        assert seen["fault"] == fault, (name, endpoint, kept)
        assert bool(platform.came) is (fault is None), (name, endpoint, kept)


async def test_what_was_configured_otherwise_meanwhile_is_not_said_to_be_well(platform: Platform) -> None:
    one = await platform.configured()
    platform.slow, platform.patience = True, 3.0
    check = asyncio.create_task(platform.check())
    while not platform.came:
        await asyncio.sleep(0.01)
    changed = await platform.configured(expectedVersion=1, endpoint=f"{platform.endpoint}/v2")
    assert await check == 1
    assert (await platform.shown(one))["status"] == "NOT_CHECKED"
    assert changed["version"] == 2


async def test_who_configures_who_sees_and_what_is_refused(platform: Platform) -> None:
    office = platform.office
    one = await platform.configured()
    given = {
        "organizationId": "org_1", "kind": "REFERRALS", "endpoint": "https://portal.example.org/health",
        "secretName": "portal",
    }  # fmt: skip
    for persona in ("therapist", "registrar", "supervisor", "regulator", "support", "patient", "anonymous"):
        assert (await office.try_to(persona, CONFIGURE, SERVICE, **given)).data == {CONFIGURE: None}, persona
    elsewhere = await office.try_to("head", CONFIGURE, SERVICE, **{**given, "organizationId": "org_2"})
    assert elsewhere.errors[0]["extensions"]["reason"] == "OBJECT"
    office.tokens["head"] = office.token_without_factor("head")
    unsure = await office.try_to("head", CONFIGURE, SERVICE, **given)
    assert unsure.errors[0]["extensions"]["reason"] == "SECOND_FACTOR"
    office.tokens.clear()
    for changes, problem in (
        ({"endpoint": "http://portal.example.org/"}, ("FIELD_FORMAT", "endpoint")),
        ({"endpoint": "https://user:word@portal.example.org/"}, ("FIELD_FORMAT", "endpoint")),
        ({"endpoint": "https://portal.example.org/?token=1"}, ("FIELD_FORMAT", "endpoint")),
        ({"endpoint": "https://portal.example.org:0/"}, ("FIELD_FORMAT", "endpoint")),
        ({"endpoint": "https://portal.example.org:99999/"}, ("FIELD_FORMAT", "endpoint")),
        ({"endpoint": f"https://portal.example.org/{'a' * 300}"}, ("FIELD_TOO_LONG", "endpoint")),
        ({"endpoint": " "}, ("FIELD_REQUIRED", "endpoint")),
        ({"secretName": "Bearer eyJhbGciOi"}, ("FIELD_FORMAT", "secretName")),
        ({"expectedVersion": 1}, ("NOT_FOUND", "kind")),
        ({"kind": "TELEMEDICINE"}, ("CONFLICT", "expectedVersion")),
        ({"kind": "TELEMEDICINE", "expectedVersion": 7}, ("CONFLICT", "expectedVersion")),
    ):
        assert told(await office.act("head", CONFIGURE, SERVICE, **{**given, **changes})) == [problem], changes
    absent = await office.act("head", DISABLE, SERVICE, id="ext_99999999", expectedVersion=1)
    await office.rows("UPDATE external_service SET organization_id = 2", store="registry")
    hidden = await office.act("head", DISABLE, SERVICE, id=one["id"], expectedVersion=1)
    assert hidden == absent
    assert told(hidden) == [("NOT_FOUND", "id")]
    # Whoever works there sees it, and the name of the secret only who may change it; nobody else does.
    for persona, there in (("stranger", True), ("therapist", False), ("head", False), ("regulator", False)):
        seen = (await office.ask(persona, SEEN, {"id": one["id"]})).data["node"]
        assert (seen is not None) is there, persona
    (listed,) = (await office.ask("stranger", LISTED, {"id": "org_2"})).data["organization"]["externalServices"]
    assert (listed["kind"], listed["status"], listed["enabled"]) == ("TELEMEDICINE", "NOT_CHECKED", True)
    name = await office.ask("stranger", SEEN.replace("status", "secretName"), {"id": one["id"]})
    assert name.data["node"]["secretName"] is None
    hidden_list = await office.ask("therapist", LISTED, {"id": "org_2"})
    assert hidden_list.data["organization"]["externalServices"] is None
    assert [error["extensions"]["reason"] for error in hidden_list.errors] == ["OBJECT"]


async def test_access_to_the_platform_is_for_who_is_accredited_for_it(platform: Platform) -> None:
    office = platform.office

    async def access() -> tuple[Any, Any, list[bool]]:
        answer = await office.ask("telemedic", ACCESS)
        assert answer.errors == [], answer.body
        found = answer.data["viewer"]["telemedicineAccess"]
        assert [one["kind"] for one in found["checks"]] == ["CONFIGURED", "ENABLED", "AVAILABLE"]
        return found["platform"], found["status"], [one["passed"] for one in found["checks"]]

    assert await access() == (None, None, [False, False, False])
    await platform.configured(kind="REFERRALS")
    assert await access() == (None, None, [False, False, False])
    one = await platform.configured()
    shown = {"kind": "TELEMEDICINE", "endpoint": platform.endpoint}
    assert await access() == (shown, "NOT_CHECKED", [True, True, False])
    await platform.check()
    assert await access() == (shown, "AVAILABLE", [True, True, True])
    await office.act("head", DISABLE, SERVICE, id=one["id"], expectedVersion=1)
    assert await access() == (shown, "DISABLED", [True, False, False])
    for persona, reason in (
        ("therapist", "REMOTE_ACCREDITATION"), ("nurse", "REMOTE_ACCREDITATION"), ("registrar", "ROLE"),
        ("patient", "ROLE"), ("mis", "ROLE"),
    ):  # fmt: skip
        answer = await office.ask(persona, ACCESS)
        assert answer.data["viewer"]["telemedicineAccess"] is None, persona
        assert [error["extensions"]["reason"] for error in answer.errors] == [reason], persona
    # It goes with the accreditation: one attestation that is over is enough.
    await office.rows("UPDATE attestation SET ended_at = recorded_at, end_reason = 'x' WHERE practitioner_id = 5 "
                      "AND kind = 'CHANNEL'")  # fmt: skip
    office.application.operating.facts.heard()
    gone = await office.ask("telemedic", ACCESS)
    assert [error["extensions"]["reason"] for error in gone.errors] == ["REMOTE_ACCREDITATION"]


def test_a_file_of_secrets_is_read_strictly_and_shown_without_them(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    entry = {"organization": "1027700132195", "host": "telemed.example.org", "token": "token"}
    file = tmp_path / "secrets.json"
    for said, fault in (
        ([], "expected an object with 1 to 1000 secrets"),
        ({"Name": entry}, "expected a name"),
        ({"a": {**entry, "password": "x"}}, "and perhaps authority and private"),
        ({"a": {"host": "x"}}, "expected an object with host, organization, token"),
        ({"a": {**entry, "organization": "77"}}, "organization: expected an ОГРН"),
        ({"a": {**entry, "host": "https://x"}}, "host: expected"),
        ({"a": {**entry, "token": "absent"}}, "token: expected a file"),
        ({"a": {**entry, "authority": "token"}}, "authority: expected a PEM file"),
        ({"a": {**entry, "private": "no"}}, "private: expected true or false"),
    ):
        file.write_text(json.dumps(said))
        with pytest.raises(SecretsInvalid, match=fault) as refused:
            read_secrets(file)
        assert TOKEN not in str(refused.value)
    file.write_text(json.dumps({"telemed-1": entry}))
    settings = Settings.from_environment({
        "KABINET_PROFILE": "demo", "KABINET_DATA": str(tmp_path / "data"), "KABINET_EXTERNAL_SERVICES": str(file),
    })  # fmt: skip
    assert settings.shown()["KABINET_EXTERNAL_SERVICES"] == "telemed-1"
    assert TOKEN not in f"{settings}{settings.shown()}"
