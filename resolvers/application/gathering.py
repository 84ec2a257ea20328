"""What the stores say beside an application that is held: read in batches, completed by the rows of its own store."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from resolvers.acts.fingerprint import fingerprint
from resolvers.acts.problem import Problem
from resolvers.application.evidence import (
    Certificate,
    Draft,
    Education,
    Evidence,
    Held,
    Licence,
    Opened,
    Paper,
    Service,
    Supervisor,
)
from resolvers.application.examination import Examination
from resolvers.application.requirements import problems
from resolvers.context import Context
from resolvers.rules import Procedure
from sources.accreditation import AccreditationRecord
from sources.accreditation.attestation import in_force
from sources.applicant import Person, examined
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.documents.document import DocumentRecord, documents
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit

NOBODY = Person(frozenset(), frozenset(), (), ())
PAPER = frozenset({"id", "practitioner_id", "kind", "status", "expires_on"})


@dataclass(frozen=True, slots=True)
class Checked:
    """An application with what the stores say of it and what it lacks.

    Attributes:
        accreditations: the records that the evidence has, as rows.
        replaced: the keys of the records in force whose place the one applied for would take.
        digest: of all the evidence.
    """

    evidence: Evidence
    accreditations: Sequence[AccreditationRecord]
    problems: tuple[Problem, ...]
    replaced: frozenset[int]
    digest: str


def draft_of(row: ApplicationRecord) -> Draft:
    """What an application says, documents and consents in the order in which the graph shows them."""
    papers: Mapping[str, list[int]] = orjson.loads(row.papers)
    consents: Mapping[str, Mapping[str, str]] = orjson.loads(row.consents)
    return Draft(
        kind=row.kind,
        specialty_code=row.specialty_code,
        organization_id=row.organization_id,
        purpose=row.purpose,
        days=row.days,
        supervisor_id=row.supervisor_id,
        base_id=row.base_id,
        directions=tuple(row.directions),
        documents={slot: tuple(keys) for slot, keys in sorted(papers.items())},
        consents={kind: given["version"] for kind, given in sorted(consents.items())},
        licence_number=row.licence_number,
        phone=row.phone,
        email=row.email,
        renews_id=row.renews_id,
    )


async def check(
    context: Context, unit: Unit, row: ApplicationRecord, rules: Procedure, *, deciding: bool = False
) -> Checked:
    """What an application, held alone, lacks by what the other stores say now and by the rows of its own store.

    An applicant is told of a supervisor no more than everybody may know; where and under which record that one works
    besides, only whoever decides is told.
    """
    evidence, mine = await evidence_of(context, unit.rows, row, deciding=deciding)

    async def again() -> Evidence:
        return (await evidence_of(context, context.stores.accreditation.fetch, row, deciding=deciding))[0]

    unit.rests_on(evidence, again)
    draft = draft_of(row)
    case = Examination(draft, evidence, rules, context.at)
    replaced = (one for one in case.alike if case.in_force(one) and one.directions <= {*draft.directions})
    return Checked(
        evidence,
        mine,
        problems(draft, evidence, rules, context.at),
        frozenset(one.id for one in replaced),
        fingerprint(evidence),
    )


async def evidence_of(
    context: Context, own: source.Rows, row: ApplicationRecord, *, deciding: bool
) -> tuple[Evidence, Sequence[AccreditationRecord]]:
    """The evidence, and the records of the applicant in it as rows; `own` asks the store of the application."""
    draft, today = draft_of(row), Ask(context.at).today
    keys = sorted({key for filled in draft.documents.values() for key in filled})
    asked: tuple[Callable[[], Awaitable[Any]], ...] = (
        lambda: source.beside(own, row, context.at),
        lambda: examined(context.stores.registry, row.practitioner_id, row.supervisor_id, row.organization_id, today),
        lambda: _papers(context, row, keys),
    )
    # Answers that come one after the other cost less, and nobody sees it where the stores are quick.
    slow = context.stores.registry.slow or context.stores.documents.slow
    (records, opened), found, papers = await _together(*asked) if slow else [await ask() for ask in asked]
    mine = [record for record in records if _is_of(record, row)]
    theirs = [record for record in records if record.practitioner_id == row.supervisor_id]
    applicant = found.people.get(row.practitioner_id or 0, NOBODY)
    supervisor = found.people.get(row.supervisor_id or 0)
    evidence = Evidence(
        practitioner_id=row.practitioner_id,
        known=applicant.known,
        educations=tuple(Education(*one) for one in applicant.educations),
        certificates=tuple(Certificate(*one) for one in applicant.certificates),
        service=Service(tuple((starts_on, ends_on) for starts_on, ends_on in applicant.periods), applicant.confirmed),
        organization_ids=applicant.places,
        accreditations=tuple(map(_held, mine)),
        documents={
            key: Paper(one.practitioner_id, one.kind, one.status, one.expires_on) for key, one in papers.items()
        },
        licences=tuple(Licence(*one) for one in found.licences),
        supervisor=None if supervisor is None else _supervisor(supervisor, theirs, row.organization_id, deciding),
        others=tuple(Opened(*one) for one in opened),
        attested=await _attested(own, row, context.at),
    )
    return evidence, mine


async def _together(own: Callable[[], Awaitable[Any]], *others: Callable[[], Awaitable[Any]]) -> list[Any]:
    outside = asyncio.gather(*(ask() for ask in others))
    try:
        return [await own(), *await outside]
    except BaseException:
        outside.cancel()
        await asyncio.wait([outside])
        raise


async def _attested(own: source.Rows, row: ApplicationRecord, at: datetime) -> frozenset[tuple[int, str]]:
    """Where which attestations of the applicant are in force; for telemedicine alone any are asked for."""
    if row.kind != "REMOTE" or row.practitioner_id is None:
        return frozenset()
    return await in_force(own, row.practitioner_id, at)


async def _papers(context: Context, row: ApplicationRecord, keys: Sequence[int]) -> Mapping[int, DocumentRecord]:
    """The applicant's own documents: somebody else's are not looked for, so that nothing tells that they exist."""
    if not keys or row.practitioner_id is None:
        return {}
    own = (("practitioner_id", (row.practitioner_id,)),)
    return await documents(context.stores.documents, keys, Ask(context.at, PAPER, (own,)))


def _supervisor(
    person: Person, records: Sequence[AccreditationRecord], place: int | None, deciding: bool
) -> Supervisor:
    """A supervisor as whoever decides knows him; else by what is public: his main employment and his standing."""
    held = tuple(map(_held, records))
    if deciding:
        return Supervisor(held, person.places)
    known = frozenset[int]() if person.main_place is None else frozenset({person.main_place})
    return Supervisor(tuple(replace(one, place_id=place) for one in held), known)


def _is_of(record: AccreditationRecord, row: ApplicationRecord) -> bool:
    if row.practitioner_id is not None:
        return record.practitioner_id == row.practitioner_id
    return record.holder_organization_id == row.holder_organization_id


def _held(record: AccreditationRecord) -> Held:
    return Held(
        record.id,
        record.kind,
        record.specialty_code,
        record.state,
        record.valid_from,
        record.valid_to,
        record.place_id,
        record.base_id,
        frozenset(record.directions),
    )
