"""Documents with content in the office, and people with keys who sign them."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sources.documents.keeping import Made, keep_made, reserved
from sources.files import Bound
from sources.postgres.writing import writing
from sources.signing import Signing
from sources.signing.trust import TrustFolder
from tests.acts.office import Office
from tests.authority import Authority, Signer, person, trust_folder

CONTENT = "%PDF-1.7 Выписной эпикриз, пациент Ёлкина\n".encode()
SIGNATURE = """
signature {
    id verdict role format current signedAt receivedAt judgedAt algorithm contentSha256
    signer { id } organization { id }
    faults { code message } checks { check outcome }
    certificate { serial issuer validFrom validTo classes } revocation { source at }
}
document { id status version } clinicalDocument { id status version }
"""
MADE = """
INSERT INTO document (id, practitioner_id, holder_organization_id, kind, title, status, media_type, byte_size, sha256,
    created_at, shared_organization_ids, patient_id, encounter_id, author_id, place_id)
VALUES ($1, $2, $3, $4, $5, 'CHECKED', 'application/pdf', 0, repeat('0', 64), $6, $7, $8, $9, $10, $11)
"""


@dataclass
class Signatory:
    """An office in which documents are signed."""

    office: Office
    authority: Authority
    folder: Path
    people: dict[int, Signer] = field(default_factory=dict)

    def believe(self, listed: bytes | None) -> None:
        """Trust in the authority, with a list of who is revoked, or with none."""
        trust_folder(self.folder / "trust", (self.authority, listed))
        self.office.application.operating.signing = Signing(TrustFolder(self.folder / "trust"))

    async def document(
        self,
        owner: int | None,
        kind: str = "DIPLOMA",
        *,
        content: bytes = CONTENT,
        shared: tuple[int, ...] = (),
        holder: int | None = None,
        of: tuple[int | None, ...] = (None, None, None, None),
    ) -> dict[str, Any]:
        """A document that passed its checks, with content here; `of`: patient, encounter, author and place."""
        stores = self.office.application.stores
        async with writing(stores.documents) as unit:
            key = await reserved(unit)
        bound = Bound(key, 1)
        writer = stores.files.begin(bound)
        await writer.add(content)
        kept = await writer.finish()
        async with writing(stores.documents) as unit:
            await unit.run(MADE, key, owner, holder, kind, "Документ", datetime.now(UTC), list(shared), *of)
            version = await keep_made(unit, bound, kept, Made("application/pdf", datetime.now(UTC)))
        return {"id": f"{'doc' if of[0] is None else 'cdoc'}_{key}", "version": version}

    async def signer(self, practitioner: int) -> Signer:
        """The key of somebody in the register."""
        return self.authority.signer(f"prac_{practitioner}", await self.subject(practitioner))

    async def subject(self, practitioner: int) -> dict[str, str]:
        """What a certificate of somebody in the register says of him."""
        (row,) = await self.office.rows(
            "SELECT snils, family_name, given_name FROM practitioner WHERE id = $1", practitioner, store="registry"
        )
        name = f"{row['family_name']} {row['given_name']}"
        return person(name, row["snils"])

    async def organization(self, key: int) -> Signer:
        """The key of an organisation in the register."""
        (row,) = await self.office.rows("SELECT ogrn FROM organization WHERE id = $1", key, store="registry")
        return self.authority.signer(f"org_{key}", {"O": f"Больница {key}", "CN": "Больница", "OGRN": row["ogrn"]})

    async def sign(
        self, persona: str, document: dict[str, Any], who: Signer, *, content: bytes = CONTENT, **given: Any
    ) -> dict[str, Any]:
        """The payload of signing a document with a key."""
        return await self.put(persona, document, self.authority.signed(content, who), **given)

    async def put(self, persona: str, document: dict[str, Any], cms: bytes, **given: Any) -> dict[str, Any]:
        """The payload of putting a signature under a document."""
        asked = {"id": document["id"], "expectedVersion": document["version"], **given}
        text = base64.b64encode(cms).decode()
        return await self.office.act(persona, "signDocument", SIGNATURE, detachedCms=text, **asked)


def sha256(content: bytes = CONTENT) -> str:
    return hashlib.sha256(content).hexdigest()
