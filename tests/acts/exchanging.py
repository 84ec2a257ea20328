"""An office that exchanges packages with a recipient that is really there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from typer.testing import CliRunner

from gateway.commands.main import app
from sources.documents.keeping import Made, keep_made
from sources.documents.kept_signature import Signed, keep
from sources.files import Bound
from sources.postgres.writing import writing
from sources.signing.making import signed
from sources.signing.verifying import verified
from tests.acts.office import LEFT, Office

CANARY = b"%PDF-1.7 kanareika-v-pakete " + b"x" * 1_500_000
PACKAGE = (
    "package { id number name direction status version recipient { id kind title } organization { id } purpose "
    "legalBasis { kind number issuedOn consentVersion } reason { code message retryable mender } said sentAt settledAt "
    "nextAt documents { place document { id status } contentVersion } "
    "receipts { verdict code number signed } attempts { number outcome status } history { status by code } }"
)
BASIS = {"kind": "INSURANCE_CONTROL", "number": "П-17", "issuedOn": "2026-01-15"}
REGISTERING: dict[str, Any] = {
    "recipient": "register",
    "purpose": "REGISTRATION",
    "legalBasis": {"kind": "REGISTRATION_BY_LAW"},
}
EMPTIED = (
    "exchange_receipt", "exchange_attempt", "exchange_step", "exchange_document", "exchange_package",
    "information_request", *LEFT,
)  # fmt: skip
CLEARED = (
    "DELETE FROM reference WHERE document_id >= 10000000",
    "DELETE FROM verification WHERE document_id >= 10000000",
    "DELETE FROM signature WHERE document_id >= 10000000",
    "DELETE FROM document_check WHERE document_id >= 10000000",
    "DELETE FROM document_version WHERE document_id >= 10000000",
    "DELETE FROM document WHERE id >= 10000000",
)
NEW = """
INSERT INTO document (practitioner_id, holder_organization_id, kind, title, status, number, issued_on, media_type,
    byte_size, sha256, created_at, patient_id, encounter_id, author_id, place_id)
VALUES ($1, $2, $3, 'Заголовок Канарейкин', 'CHECKED', '77-1', '2026-02-03', 'application/pdf', 0, repeat('0', 64),
    now(), $4, $5, $6, $7)
RETURNING id
"""


@dataclass
class Exchange(Office):
    """An office that exchanges with a real recipient."""

    receiver: Any = None
    sender: Any = None
    environment: dict[str, str] = field(default_factory=dict)
    logged: StringIO = field(default_factory=StringIO)

    async def command(self, *argv: str) -> str:
        """What a command of the operator prints."""
        done = await asyncio.to_thread(CliRunner().invoke, app, [*argv], env=self.environment)
        assert done.exit_code == 0, done.output
        return done.stdout

    async def document(
        self,
        *,
        owner: int | None = None,
        holder: int | None = None,
        kind: str,
        sign: bool = True,
        of: tuple[int | None, ...] = (None, None, None, None),
    ) -> str:
        """A document in order, with content, and the signature of the hospital under it.

        `of` is the patient, the encounter, the author and the place of one about a patient.
        """
        stores, signing = self.application.stores, self.application.signing
        ((key,),) = [tuple(row.values()) for row in await self.rows(NEW, owner, holder, kind, *of, store="documents")]
        bound = Bound(key, 1)
        writer = stores.files.begin(bound)
        await writer.add(CANARY)
        kept = await writer.finish()
        at = datetime.now(UTC)
        async with writing(stores.documents) as unit:
            await keep_made(unit, bound, kept, Made("application/pdf", at))
            if sign:
                hospital = signing.keys.of("org_1")
                assert hospital is not None
                cms = await signed(CANARY, hospital)
                verdict = await verified(cms, _pieces(CANARY), kept.sha256, at, signing.trust)
                assert verdict.outcome == "VALID", verdict
                await keep(
                    unit,
                    stores.documents,
                    Signed(
                        document_id=key, content_version=1, role="ORGANIZATION", cms=cms, verdict=verdict,
                        received_at=at, organization_id=1,
                    ),
                )  # fmt: skip
            if sign:
                await unit.run("UPDATE document SET status = 'SIGNED' WHERE id = $1", key)
        return f"doc_{key}" if of[0] is None else f"cdoc_{key}"

    async def sent(self, persona: str = "head", **given: Any) -> dict[str, Any]:
        """A package that is queued."""
        wanted = {"recipient": "insurer", "purpose": "QUALITY_EXAMINATION", "legalBasis": BASIS, **given}
        done = await self.act(persona, "sendDocument", PACKAGE, **wanted)
        assert done["problems"] == [], done
        made: dict[str, Any] = done["package"]
        return made

    async def refused(self, persona: str, act: str, **given: Any) -> list[tuple[str, list[str]]]:
        """The problems of an act on a package."""
        done = await self.act(persona, act, PACKAGE, **given)
        assert done["package"] is None or done["problems"]
        return [(one["code"], one["path"]) for one in done["problems"]]

    async def now(self, package: dict[str, Any], persona: str = "head") -> dict[str, Any]:
        """A package as it is."""
        answer = await self.ask(
            persona,
            f"query($id: ID!) {{ node(id: $id) {{ ... on ExchangePackage {PACKAGE[8:]} }} }}",
            {"id": package["id"]},
        )
        assert answer.errors == [], answer.body
        found: dict[str, Any] = answer.data["node"]
        return found

    async def at_once(self) -> None:
        """What waits for another attempt waits no longer."""
        await self.rows("UPDATE exchange_package SET next_at = now() WHERE next_at IS NOT NULL", store="documents")

    async def tried(self, times: int = 1) -> None:
        """The job does its work, so many times."""
        for _ in range(times):
            await self.at_once()
            await self.sender.run()


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
