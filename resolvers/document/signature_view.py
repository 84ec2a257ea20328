"""A signature as its reader sees it: what the verdict rests on, in words, and whose certificate it was made with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from engine.batch import one
from resolvers.acts.problem import Problem, ProblemCode
from resolvers.context import Context
from resolvers.wording import message
from sources.documents.kept_signature import kept, opened_holder
from sources.documents.signature import SignatureRecord, signatures
from sources.postgres.ask import Ask
from sources.signing.certificate import CLASSES
from sources.signing.verifying import Check

_HIDDEN: Final = "***-***-*** "


@dataclass(frozen=True, slots=True)
class CertificateView:
    """What a certificate says that names nobody; `classes` are those of the means of signature."""

    serial: str
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    classes: list[str]


@dataclass(frozen=True, slots=True)
class RevocationView:
    """By which list it was found not to be revoked, or to be."""

    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check of a signature."""

    check: str
    outcome: str


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault in the language of its reader."""

    code: ProblemCode
    message: str


@dataclass(frozen=True, slots=True)
class HolderView:
    """Whose certificate it is; of the СНИЛС the last two digits."""

    name: str | None
    snils_masked: str | None
    ogrn: str | None


def certificate_of(
    serial: str | None,
    issuer: str | None,
    valid_from: datetime | None,
    valid_to: datetime | None,
    policies: Sequence[str],
) -> CertificateView | None:
    """The certificate, where it is known."""
    if serial is None:
        return None
    classes = [one for one in policies if one.startswith(CLASSES)]
    return CertificateView(serial, issuer, valid_from, valid_to, classes)


def revocation_of(source: str | None, at: datetime | None) -> RevocationView | None:
    """The list, where there was one."""
    return None if source is None else RevocationView(source, at)


def checks_of(checks: str) -> list[CheckView]:
    """The checks in the order in which they are made."""
    found = orjson.loads(checks)
    return [CheckView(one.value, found[one]) for one in Check if one in found]


@one(None, FaultView)
async def faults(context: Context, keys: Sequence[str], ask: Ask) -> dict[str, FaultView]:
    """Faults by code, in words."""
    return {
        key: FaultView(ProblemCode(key), message(Problem(ProblemCode(key)), context.language))
        for key in keys
        if key in ProblemCode.__members__
    }


@one("documents", HolderView)
async def holders(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, HolderView]:
    """Whose certificates signatures were made with, by the keys of these."""
    store = context.stores.documents
    found: dict[int, HolderView] = {}
    for row in await kept(store, keys):
        holder = opened_holder(store, row)
        if holder is not None:
            masked = None if holder.snils is None else f"{_HIDDEN}{holder.snils[-2:]}"
            found[row.id] = HolderView(holder.name or holder.organization, masked, holder.ogrn)
    return found


@one("documents", SignatureRecord)
async def by_id(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, SignatureRecord]:
    """Signatures by key."""
    return await signatures(context.stores.documents, keys, ask)
