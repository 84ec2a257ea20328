"""What accreditations open at an instant: operations of work and specialised resources, by the dated rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from auth.counting import counted, workplaces
from auth.permissions import Permission as P
from engine.batch import many
from resolvers.accreditation import in_force, lasting
from resolvers.accreditation.licensing import ENDLESS, licensed
from resolvers.acts.foreseeing import ActState, Foreseen, StepUpView, at_all
from resolvers.context import Context
from resolvers.rules import attestation_rules, capabilities
from resolvers.rules.capability import Operation
from resolvers.viewer import complete
from sources.accreditation import accreditations_of_organizations
from sources.postgres.ask import Ask

COLUMNS = frozenset({"kind", "state", "valid_from", "valid_to"})


# By which permissions the graph does what an accreditation opens; of what is not here, it does nothing.
DONE_BY: Mapping[Operation, tuple[P, ...]] = {
    Operation.CLINICAL_DOCUMENT_READ: (P.CLINICAL_HISTORY_MASKED, P.CLINICAL_HISTORY_READ, P.CLINICAL_RESULT_READ),
    Operation.CLINICAL_DOCUMENT_DRAFT: (P.CLINICAL_NOTE_WRITE, P.CLINICAL_EPISODE_WRITE, P.CLINICAL_OBSERVATION_WRITE),
    Operation.CLINICAL_DOCUMENT_SIGN: (P.CLINICAL_NOTE_SIGN, P.CLINICAL_NOTE_COSIGN),
    Operation.PROCEDURE_REPORT_READ: (P.CLINICAL_PROCEDURE_READ, P.REPORT_PROCEDURE_READ),
    Operation.PROCEDURE_REPORT_WRITE: (P.CLINICAL_PROCEDURE_WRITE, P.REPORT_PROCEDURE_SUBMIT),
    Operation.PRESCRIPTION_DRAFT: (P.CLINICAL_PRESCRIPTION_DRAFT,),
    Operation.PRESCRIPTION_SIGN: (P.CLINICAL_PRESCRIPTION_SIGN, P.CLINICAL_PRESCRIPTION_ANNUL),
    Operation.CONTROLLED_PRESCRIPTION_SIGN: (P.CLINICAL_PRESCRIPTION_SIGN, P.CLINICAL_PRESCRIPTION_ANNUL),
    Operation.REFERRAL_DRAFT: (P.CLINICAL_REFERRAL_DRAFT,),
    Operation.REFERRAL_SIGN: (P.CLINICAL_REFERRAL_SIGN,),
    Operation.ACCESS_GRANT: (
        P.CLINICAL_CONSENT_WRITE,
        P.CLINICAL_LABEL_WRITE,
        P.CLINICAL_CONSULTATION_WRITE,
        P.ACCESS_GRANT_WRITE,
    ),
    Operation.SURGERY_PROTOCOL: (P.CLINICAL_PROTOCOL_WRITE, P.CLINICAL_PROTOCOL_SIGN),
    Operation.RADIOLOGY_PROTOCOL: (P.CLINICAL_PROTOCOL_WRITE, P.CLINICAL_PROTOCOL_SIGN),
    Operation.LABORATORY_PROTOCOL: (P.CLINICAL_PROTOCOL_WRITE, P.CLINICAL_PROTOCOL_SIGN),
    Operation.TELEMEDICINE_READ: (P.CLINICAL_TELECONSULTATION_READ,),
    Operation.TELEMEDICINE_CONDUCT: (P.CLINICAL_TELECONSULTATION_CONDUCT,),
    Operation.NURSING_RECORD_WRITE: (P.CLINICAL_NOTE_WRITE, P.CLINICAL_NOTE_SIGN, P.CLINICAL_OBSERVATION_WRITE),
}


# Where this graph has what a resource is about.
LEADS_TO: Mapping[str, str] = {
    "CODE_BOOKS": "Query.specialties",
    "ACCREDITATION_CENTRE": "Query.applicationRules",
}


@dataclass(frozen=True, slots=True)
class OpenedView:
    """An operation that is open to the viewer, the instant from which it is no longer, where, and what does it.

    Attributes:
        state: whether he may do now what does it, and `reason` why not; None where nothing here does it.
    """

    operation: str
    valid_until: datetime | None
    organization_ids: list[int]
    coordinates: list[str]
    state: str | None
    reason: str | None
    step_up: StepUpView | None


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A specialised resource, in the language of its reader."""

    code: str
    topic: str
    title: str
    url: str
    coordinate: str | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A record in force that opens something to the viewer at a place, until an instant."""

    place: int | None
    kind: str
    directions: tuple[str, ...]
    specialty_code: str | None
    until: datetime
    barred: frozenset[str]


def opened_by(
    kind: str,
    directions: Sequence[str],
    specialty_code: str | None,
    state: str,
    valid_from: datetime,
    valid_to: datetime | None,
    based: bool,
    attested: Collection[str] | None,
    at: datetime,
) -> list[Operation]:
    """The operations that a record opens at an instant; none while it, or what it stands on, is not in force.

    `attested` are the kinds of attestation that are in force for one that takes them; None for others.
    """
    if not based or not lasting(state, valid_from, valid_to, at):
        return []
    if attested is not None and not attestation_rules(at).required.keys() <= {*attested}:
        return []
    return capabilities(at).operations(kind, directions, specialty_code)


@many("accreditation", OpenedView)
async def operations(
    context: Context, keys: Sequence[int], ask: Ask, *, everywhere: bool = False
) -> dict[int, list[OpenedView]]:
    """What the records of the viewer open together where he works under a licence, and those of the institutions.

    What neither an act nor a field of the graph does is told to whoever asks for everything.
    """
    ends: dict[Operation, datetime] = {}
    places: dict[Operation, set[int]] = {}
    for one in await _openings(context, ask):
        for operation in capabilities(ask.at).operations(one.kind, one.directions, one.specialty_code):
            if operation not in one.barred:
                ends[operation] = max(one.until, ends.get(operation, one.until))
                places.setdefault(operation, set()).update(() if one.place is None else (one.place,))
    found: list[OpenedView] = []
    for name in (one for one in Operation if one in ends):
        done = [*dict.fromkeys(one for by in DONE_BY.get(name, ()) for one in context.done_under.get(by, ()))]
        if done or everywhere:
            until = None if ends[name] == ENDLESS else ends[name]
            now = _now(context, DONE_BY.get(name, ())) if done else None
            said = (None, None, None) if now is None else (now.state, now.reason, now.step_up)
            found.append(OpenedView(name, until, sorted(places[name]), done, *said))
    return dict.fromkeys(keys, found)


@many("accreditation", ResourceView)
async def resources(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ResourceView]]:
    """The specialised resources that are for one of these records."""
    openings = await _openings(context, ask)
    found = [
        ResourceView(one.code, one.topic, one.title[ask.language], one.url, LEADS_TO.get(one.code))
        for one in capabilities(ask.at).resources
        if any(held.fits(o.kind, o.directions, o.specialty_code) for held in one.whose for o in openings)
    ]
    return dict.fromkeys(keys, found)


def _now(context: Context, permissions: Sequence[P]) -> Foreseen:
    """Whether he may do now what one of the permissions is for; else what is missing for the first that waits."""
    told = [at_all(context, permission) for permission in permissions]
    order = [*ActState]
    return min(told, key=lambda one: order.index(ActState(one.state)))


async def _openings(context: Context, ask: Ask) -> list[Opening]:
    """Place by place: his own records are facts of the viewer, those of institutions are read when he works in one.

    Where no licence is in force nobody works, and nothing is open.
    """
    for store in ("registry", "accreditation"):
        complete(context, store)
    facts = context.viewer.facts

    places = workplaces(facts, ask.at)
    if facts is None or not places:
        return []
    licences = await licensed(context, places, ask)
    rows = await accreditations_of_organizations(context.stores.accreditation, sorted(licences), Ask(ask.at, COLUMNS))
    found: list[Opening] = []
    for place, licence in licences.items():
        here = replace(facts, posts=tuple(post for post in facts.posts if post.organization_id == place))
        found += [
            Opening(
                record.place_id,
                record.kind,
                record.directions,
                record.specialty_code,
                min(until or ENDLESS, licence.until),
                licence.barred,
            )
            for record, until in counted(here, ask.at)
        ]
        found += [
            Opening(
                place,
                row.kind,
                (),
                None,
                min(row.valid_to or ENDLESS, places[place] or ENDLESS, licence.until),
                frozenset(),
            )
            for row in rows.get(place, ())
            if in_force(row, ask.at)
        ]
    return found
