"""A file that was put in is looked at and checked, and what was found is kept with its version."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime

from resolvers.context import Context
from resolvers.document.checking import checks, passed, refused
from resolvers.document.comparing import verification
from resolvers.document.found import Described, Found, Verification
from resolvers.document.kinds import document_rules
from resolvers.document.registered import duplicates, registered
from sources.documents.check import Check, keep_checks, keep_verification
from sources.examining import Examined, examine
from sources.postgres.ask import AUTHORITY_ZONE
from sources.postgres.writing import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A file and what is said of it.

    Attributes:
        practitioner_id, organization_id: whose it is, one of them.
        document_id: of the document that it is for, which may be reserved only.
    """

    kind: str
    size: int
    sha256: str
    described: Described
    document_id: int
    practitioner_id: int | None
    organization_id: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of a file.

    Attributes:
        refusal: why it is not kept at all; None where it may be kept, with all its faults.
        passed: whether the document may be used.
    """

    examined: Examined
    found: list[Found]
    verification: Verification | None

    @property
    def refusal(self) -> Found | None:
        """Why it is not kept at all."""
        return refused(self.examined)

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return passed(self.found)


async def check(context: Context, content: AsyncIterator[bytes], offered: Offered) -> Checked:
    """Look at a file and check it; nothing is written.

    Raises:
        ExaminationUnavailable: no process can be had that looks at files.
        SourceFailure: a register does not answer.
    """
    rules, day = document_rules(offered.kind, context.at), context.at.astimezone(AUTHORITY_ZONE).date()
    owner = (offered.practitioner_id, offered.organization_id)
    examined = await examine(content, offered.size)
    said = await registered(context, rules, offered.described.issuer, *owner)
    said = replace(said, duplicates=await duplicates(context, offered.sha256, offered.document_id, *owner))
    found = checks(examined, offered.size, rules, offered.described, day, said)
    return Checked(examined, found, verification(examined, rules, offered.described, day, said))


async def keep(unit: Unit, document_id: int, content_version: int, at: datetime, checked: Checked) -> None:
    """Keep the checks of a version of content, in the transaction that makes it the one in force."""
    found = [Check(one.code, one.verdict, one.reason, dict(one.values), one.page) for one in checked.found]
    await keep_checks(unit, document_id, content_version, at, found)
    said = checked.verification
    await keep_verification(
        unit, document_id, content_version, at, None if said is None else (said.register, said.result)
    )
