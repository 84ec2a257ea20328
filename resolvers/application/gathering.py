"""What the stores say beside an application that is held: read in batches, completed by the rows of its own store."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from resolvers.acting import fingerprint
from resolvers.application.filing import rules_of
from resolvers.context import Context
from resolvers.evidence import Certificate, Draft, Education, Evidence, Held, Licence, Opened, Paper, Supervisor
from resolvers.problem import Problem
from resolvers.requirements import problems
from sources import document as document_source
from sources import organization as organization_source
from sources import practitioner as practitioner_source
from sources.accreditation import AccreditationRecord
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.ask import Ask
from sources.writing import Unit

KNOWN = ("family_name", "given_name", "birth_on", "snils", "phone", "email")


@dataclass(frozen=True, slots=True)
class Checked:
    """An application with what the stores say of it and what it lacks.

    Attributes:
        accreditations: the records that the evidence has, as rows.
        digest: of all the evidence.
    """

    evidence: Evidence
    accreditations: Sequence[AccreditationRecord]
    problems: tuple[Problem, ...]
    digest: str


def draft_of(row: ApplicationRecord) -> Draft:
    """What an application says."""
    papers: Mapping[str, list[int]] = json.loads(row.papers)
    consents: Mapping[str, Mapping[str, str]] = json.loads(row.consents)
    return Draft(
        kind=row.kind,
        specialty_code=row.specialty_code,
        organization_id=row.organization_id,
        purpose=row.purpose,
        days=row.days,
        supervisor_id=row.supervisor_id,
        base_id=row.base_id,
        directions=tuple(row.directions),
        documents={slot: tuple(keys) for slot, keys in papers.items()},
        consents={kind: given["version"] for kind, given in consents.items()},
        licence_number=row.licence_number,
        phone=row.phone,
        email=row.email,
    )


async def check(context: Context, unit: Unit, row: ApplicationRecord) -> Checked:
    """What a held application lacks, by what the other stores say now and by the rows of its own store."""
    evidence = await _outside(context, row)
    await source.one_by_one(unit, row)
    persons = [key for key in (row.practitioner_id, row.supervisor_id) if key is not None]
    records = await source.records(unit, persons, row.holder_organization_id)
    opened = await source.others(unit, row)
    mine = [record for record in records if _is_of(record, row)]
    supervisor = evidence.supervisor and replace(
        evidence.supervisor,
        accreditations=tuple(_held(record) for record in records if record.practitioner_id == row.supervisor_id),
    )
    whole = replace(
        evidence,
        accreditations=tuple(map(_held, mine)),
        supervisor=supervisor,
        others=tuple(Opened(one.kind, one.specialty_code) for one in opened),
    )
    lacking = problems(draft_of(row), whole, rules_of(row, context.at), context.at)
    return Checked(whole, mine, lacking, fingerprint(whole))


async def _outside(context: Context, row: ApplicationRecord) -> Evidence:
    """What the registry and the documents say."""
    stores, ask = context.stores, Ask(context.at)
    person = row.practitioner_id
    persons = [key for key in (person, row.supervisor_id) if key is not None]
    own = [] if person is None else [person]
    places = [] if row.organization_id is None else [row.organization_id]
    keys = sorted({key for filled in json.loads(row.papers).values() for key in filled})
    columns = frozenset({*KNOWN, "organization_ids"})
    people, educations, certificates, licences, papers = await asyncio.gather(
        _unless_empty(persons, practitioner_source.practitioners, stores.registry, "id", persons, Ask(ask.at, columns)),
        _unless_empty(own, practitioner_source.education_of, stores.registry, own, ask),
        _unless_empty(own, practitioner_source.certificates_of, stores.registry, own, ask),
        _unless_empty(places, organization_source.licences_of, stores.registry, places, ask),
        _unless_empty(keys, document_source.documents, stores.documents, keys, ask),
    )
    applicant, supervisor = people.get(person), people.get(row.supervisor_id)
    return Evidence(
        practitioner_id=person,
        known=frozenset(name for name in KNOWN if applicant is not None and getattr(applicant, name)),
        educations=tuple(
            Education(one.kind, one.specialty_code, one.completed_on) for one in educations.get(person, ())
        ),
        certificates=tuple(Certificate(one.specialty_code, one.ends_on) for one in certificates.get(person, ())),
        organization_ids=frozenset(applicant.organization_ids if applicant is not None else ()),
        documents={
            key: Paper(one.practitioner_id, one.kind, one.status, one.expires_on) for key, one in papers.items()
        },
        licences=tuple(
            Licence(one.number, one.status, one.starts_on, one.ends_on) for one in licences.get(row.organization_id, ())
        ),
        supervisor=None if supervisor is None else Supervisor((), frozenset(supervisor.organization_ids)),
    )


async def _unless_empty(keys: Sequence[int], read: Any, *args: Any) -> Mapping[Any, Any]:
    found: Mapping[Any, Any] = await read(*args) if keys else {}
    return found


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
        frozenset(record.organization_ids),
    )
