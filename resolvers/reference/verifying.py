"""What whoever has the code of a document is told of it: the public fact, and nothing of a person but initials.

A code that is unknown, mistyped or none at all is answered alike. Wrong codes are counted by where they come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from engine.batch import one
from resolvers.context import Context
from resolvers.limits import Tried, allowed, failed
from resolvers.printed.code import digest_of, typed
from resolvers.rules.limits import FailureKind
from sources.accreditation.standing import in_force
from sources.documents.reference import ReferenceRecord, by_digest
from sources.postgres.ask import Ask
from sources.stores import Stores

WITHDRAWN: Final = frozenset({"REJECTED", "ANNULLED"})


@dataclass(frozen=True, slots=True)
class VerifiedView:
    """What is public of a document; `in_force` is that every accreditation that it names is, and that it names one."""

    kind: str
    number: str
    issued_at: datetime
    authority: str
    holder: str
    in_force: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class CheckView:
    """What came of asking.

    Attributes:
        reference: the document, where there is one with this code.
        again_at: from when on codes are looked at again, where too many from one place were wrong.
    """

    checked_at: datetime
    reference: VerifiedView | None = None
    again_at: datetime | None = None


def key_of(*, code: str) -> tuple[int, str]:
    """The key of a code: it itself."""
    return 0, code


@one("documents", CheckView)
async def checks(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, CheckView]:
    """What is public of the documents with these codes, as typed."""
    return await verified(context.stores, keys, None if context.whence is None else context.whence(), ask.at)


async def verified(stores: Stores, codes: Sequence[str], address: str | None, at: datetime) -> dict[str, CheckView]:
    """The same for whoever asks from an address of the network.

    Raises:
        SourceFailure: a store did not answer.
    """
    who = Tried(address=address)
    may = await allowed(stores, FailureKind.REFERENCE_CODE, who, at)
    if not may.ok:
        return dict.fromkeys(codes, CheckView(at, again_at=may.until))
    typed_codes = {code: typed(code) for code in codes}
    digests = {said: digest_of(code) for said, code in typed_codes.items() if code is not None}
    rows = await by_digest(stores.documents, sorted({*digests.values()}))
    keys = sorted({key for row in rows.values() for key in row.accreditation_ids})
    standing = await in_force(stores.accreditation, keys, at)
    found = {said: rows[digest] for said, digest in digests.items() if digest in rows}
    wrong = sum(said not in found for said in codes)
    if wrong:
        await failed(stores, FailureKind.REFERENCE_CODE, who, at, times=wrong)
    return {said: CheckView(at, _shown(found[said], standing) if said in found else None) for said in codes}


def _shown(row: ReferenceRecord, standing: frozenset[int]) -> VerifiedView:
    named = frozenset(row.accreditation_ids)
    lasts = bool(named) and named <= standing and row.status not in WITHDRAWN
    return VerifiedView(row.kind, row.number, row.issued_at, row.authority, row.holder, lasts, row.sha256)
