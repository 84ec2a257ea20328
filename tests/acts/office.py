"""The gateway as those who act use it: people who ask, documents that act, rows that are left."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from gateway.application import Application
from gateway.identity import demo
from sources.documents.version import current
from tests.answer import Answer
from tests.conftest import COUNTS

ACTED_ON = (
    "accreditation", "decision", "application", "application_event", "application_comment", "review_case",
    "access_consent", "attestation",
)  # fmt: skip
LEFT = ("event", "audit_entry", "idempotency_key")

OF_DOCUMENTS = (
    "exchange_receipt", "exchange_attempt", "exchange_step", "exchange_document", "exchange_package",
    "information_request", "upload", "verification", "reference", "document_content", "document_version",
)  # fmt: skip

# What acts make in other stores has keys that no world has.
MADE = {
    "documents": (
        f"TRUNCATE {', '.join(OF_DOCUMENTS)}",
        "DELETE FROM signature WHERE document_id >= 10000000",
        "DELETE FROM document_check WHERE document_id >= 10000000",
        "DELETE FROM document WHERE id >= 10000000",
        f"TRUNCATE {', '.join(LEFT)}",
    ),
    "schedule": (
        "DELETE FROM booking WHERE id >= 10000000",
        f"TRUNCATE booking_change, duty_change, {', '.join(LEFT)}",
    ),
    "clinical": (
        "DELETE FROM care_relation WHERE id >= 10000000",
        "DELETE FROM patient_match",
        "DELETE FROM inquiry WHERE id >= 10000000",
        "DELETE FROM patient WHERE id >= 10000000",
        f"TRUNCATE duty, {', '.join(LEFT)}",
    ),
    "identity": (
        f"TRUNCATE access_grant, account, device, sign_in_method, session, refresh_token, {', '.join(LEFT)}",
        "TRUNCATE failure_slice, known_address, account_lock, support_ticket",
    ),
}

PROBLEMS = "problems { code path message currentVersion possible }"
APPLICATION = "application { id number version stage outcome }"


@dataclass
class Office:
    """The gateway with the stores that acts change."""

    application: Application
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)
    made: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def token(self, persona: str) -> str:
        """A bearer token of one of the cast; what was made here is made anew before its second factor is too old."""
        now, known = datetime.now(UTC), self.tokens.get(persona)
        text, at = self.made.get(persona, (None, now))
        if known is None or (known == text and now - at >= COUNTS):
            known = demo.token(self.application.settings.data, persona, timedelta(hours=2), now)
            self.tokens[persona] = known
            self.made[persona] = known, now
        return known

    def token_without_factor(self, persona: str) -> str:
        """A bearer token of one of the cast who showed no second factor."""
        data = self.application.settings.data
        return demo.token(data, persona, timedelta(hours=2), datetime.now(UTC), second_factor=False)

    async def ask(self, persona: str, document: str, variables: dict[str, Any] | None = None, **headers: str) -> Answer:
        """Ask one operation as one of the cast, or as `anonymous`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if persona != "anonymous":
            sent["authorization"] = f"Bearer {self.token(persona)}"
        body = {"query": document, "variables": variables or {}}
        response = await self.client.post("/graphql", json=body, headers=sent)
        return Answer(response.status_code, response.json(), response.content)

    async def act(self, persona: str, name: str, /, selection: str = APPLICATION, **given: Any) -> dict[str, Any]:
        """Do one act; the payload, which has to be there, without an error."""
        answer = await self.try_to(persona, name, selection, **given)
        assert answer.errors == [], answer.body
        payload: dict[str, Any] = answer.data[name]
        assert payload is not None, answer.body
        return payload

    async def try_to(
        self, persona: str, name: str, /, selection: str = APPLICATION, *, key: str | None = None, **given: Any
    ) -> Answer:
        """Do one act, whatever comes of it; a key is sent as a header."""
        root = self.application.operating.executor.graph.core.mutation_type
        assert root is not None
        kind = root.fields[name].args["input"].type
        document = f"mutation($input: {kind}) {{ {name}(input: $input) {{ {selection} {PROBLEMS} }} }}"
        headers = {} if key is None else {"idempotency_key": key}
        return await self.ask(persona, document, {"input": given}, **headers)

    async def drafted(self, persona: str, **given: Any) -> dict[str, Any]:
        """A draft that lacks nothing but what is given as None."""
        wanted = {**complete(persona), **given}
        payload = await self.act(persona, "createApplication", **{k: v for k, v in wanted.items() if v is not None})
        assert payload["problems"] == []
        made: dict[str, Any] = payload["application"]
        return made

    async def submitted(self, persona: str, **given: Any) -> dict[str, Any]:
        """An application that is on its way."""
        draft = await self.drafted(persona, **given)
        payload = await self.act(persona, "submitApplication", id=draft["id"], expectedVersion=draft["version"])
        assert payload["problems"] == []
        made: dict[str, Any] = payload["application"]
        return made

    async def examined(self, persona: str, stage: str = "RECEPTION", **given: Any) -> dict[str, Any]:
        """An application that the expert has claimed and brought to a stage."""
        made = await self.submitted(persona, **given)
        claimed = await self.act("expert", "claimApplication", id=made["id"])
        assert claimed["problems"] == []
        found: dict[str, Any] = claimed["application"]
        while found["stage"] != stage:
            payload = await self.act("expert", "advanceApplication", id=found["id"], expectedVersion=found["version"])
            assert payload["problems"] == []
            found = payload["application"]
        return found

    async def rows(self, text: str, *args: object, store: str = "accreditation") -> list[dict[str, Any]]:
        """The rows of one statement of a store."""
        async with getattr(self.application.stores, store).connection() as connection:
            return [dict(row) for row in await connection.fetch(text, *args)]

    async def content(self, id: str | int) -> bytes:
        """The content of a document, by its global id or its key, as it lies sealed."""
        stores = self.application.stores
        version = await current(stores.documents, int(str(id).removeprefix("doc_")))
        assert version is not None
        return b"".join([piece async for piece in stores.files.read(version.kept, version.bound)])

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All that acts can change."""
        texts = {name: f"SELECT * FROM {name} ORDER BY 1" for name in (*ACTED_ON, *LEFT)}  # noqa: S608 - ours
        return {name: await self.rows(text) for name, text in texts.items()}

    async def restore(self) -> None:
        """Put the accreditation store back as it was, and take from the others what acts made there."""
        store = self.application.stores.accreditation
        async with store.connection() as connection, connection.transaction():
            await connection.execute(f"TRUNCATE {', '.join((*ACTED_ON, *LEFT))}")
            for name in ACTED_ON:
                await connection.execute(f"INSERT INTO {name} SELECT * FROM saved_{name}")  # noqa: S608 - ours
        for name, texts in MADE.items():
            async with getattr(self.application.stores, name).connection() as connection, connection.transaction():
                for text in texts:
                    await connection.execute(text)
        self.application.operating.facts.heard()


# Keys in the register and specialties of those of the cast who apply; all but the stranger work in the main hospital.
PEOPLE = {
    "therapist": (1, "31.08.49"),
    "surgeon": (2, "31.08.67"),
    "nurse": (3, "34.02.01"),
    "intern": (4, "31.08.49"),
    "applicant": (6, "31.08.49"),
    "lapsed": (7, "31.08.54"),
    "suspended": (8, "31.08.67"),
    "head": (10, "31.08.71"),
    "supervisor": (11, "31.08.49"),
    "stranger": (12, "31.08.49"),
}
PAPERS = {"PASSPORT": 0, "DIPLOMA": 1, "CPD": 4, "EXPERIENCE": 5}
EACH = 8  # documents of each of the cast, one run of keys after the other
TERMS = "2023.1"  # the terms of access in force
CONSENTS = [
    {"kind": "ACCREDITATION_TERMS", "version": "2023.1"},
    {"kind": "PERSONAL_DATA", "version": "2025.1"},
]


def paper(persona: str, slot: str) -> str:
    """The document with which one of the cast fills a slot."""
    return f"doc_{(PEOPLE[persona][0] - 1) * EACH + PAPERS[slot] + 1}"


def complete(persona: str) -> dict[str, Any]:
    """The input of a draft of the kind PERMANENT that lacks nothing."""
    return {
        "kind": "PERMANENT",
        "specialtyCode": PEOPLE[persona][1],
        "organizationId": "org_2" if persona == "stranger" else "org_1",
        "documents": [{"slot": slot, "ids": [paper(persona, slot)]} for slot in PAPERS],
        "consents": CONSENTS,
    }
