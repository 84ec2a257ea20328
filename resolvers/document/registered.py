"""What the registers say of the owner of a document, asked for as far as its kind is compared with them."""

from resolvers.context import Context
from resolvers.document.comparing import plain_name
from resolvers.document.found import Course, Licensed, Registered
from resolvers.rules.document_kind import Compared, KindRules
from sources import organization, practitioner
from sources.accreditation import accreditations_of, accreditations_of_organizations
from sources.documents.check import twins
from sources.postgres.ask import Ask

_SNILS = frozenset({"snils"})
_PLACES = frozenset({"organization_ids"})
_COURSES = frozenset({"practitioner_id", "document_number", "completed_on"})
_LICENCES = frozenset({"organization_id", "number", "status", "starts_on", "ends_on"})
_RECORDS = frozenset({"practitioner_id", "holder_organization_id", "registry_number"})


async def registered(
    context: Context, rules: KindRules, issuer: str | None, person: int | None, organization_id: int | None
) -> Registered:
    """What the registers say of a person or an institution.

    Raises:
        SourceFailure: a register does not answer.
    """
    what = rules.compared_with
    return Registered(
        snils=await _snils(context, person) if what in {Compared.SNILS, Compared.CERTIFICATE} else None,
        courses=await _courses(context, person) if what is Compared.EDUCATION else (),
        accreditations=await _records(context, person, organization_id)
        if what is Compared.ACCREDITATION
        else frozenset(),
        licences=await _licences(context, person, organization_id) if what is Compared.LICENCE else (),
        institutions=await _institutions(context, issuer) if rules.educational and issuer else frozenset(),
    )


async def duplicates(
    context: Context, sha256: str, document_id: int, person: int | None, organization_id: int | None
) -> tuple[str, ...]:
    """Titles of other documents of an owner with the same bytes."""
    found = await twins(context.stores.documents, sha256, document_id, person, organization_id)
    return tuple(one.title for one in found)


async def _snils(context: Context, person: int | None) -> str | None:
    if person is None:
        return None
    found = await practitioner.practitioners(context.stores.registry, "id", [person], Ask(context.at, _SNILS))
    return found[person].snils if person in found else None


async def _courses(context: Context, person: int | None) -> tuple[Course, ...]:
    if person is None:
        return ()
    found = await practitioner.education_of(context.stores.registry, [person], Ask(context.at, _COURSES))
    return tuple(Course(one.document_number, one.completed_on) for one in found[person])


async def _records(context: Context, person: int | None, organization_id: int | None) -> frozenset[str]:
    store, ask = context.stores.accreditation, Ask(context.at, _RECORDS)
    if person is not None:
        return frozenset(one.registry_number for one in (await accreditations_of(store, [person], ask, None))[person])
    found = await accreditations_of_organizations(store, [organization_id or 0], ask)
    return frozenset(one.registry_number for one in found[organization_id or 0])


async def _licences(context: Context, person: int | None, organization_id: int | None) -> tuple[Licensed, ...]:
    """The licences of an institution, or of all at which a person works."""
    store = context.stores.registry
    places = [organization_id] if organization_id is not None else []
    if person is not None:
        people = await practitioner.practitioners(store, "id", [person], Ask(context.at, _PLACES))
        places = list(people[person].organization_ids) if person in people else []
    found = await organization.licences_of(store, places, Ask(context.at, _LICENCES)) if places else {}
    return tuple(
        Licensed(one.number, one.status, one.starts_on, one.ends_on) for licences in found.values() for one in licences
    )


async def _institutions(context: Context, issuer: str) -> frozenset[str]:
    known = await practitioner.is_institution(context.stores.registry, issuer)
    return frozenset({plain_name(issuer)}) if known else frozenset()
