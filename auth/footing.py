"""What clinical rights stand on: the roles of a viewer at his workplace, with the sets that their rules look into.

A set holds texts that a row's computed key has in common with it, so that one comparison settles all that a rule asks:
who cares for the patient, where, and what else. The functions that make them are the only place where they are written;
a store writes the same (docs/rights.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.assurance import AUTHORITY_ZONE
from auth.counting import Counting, admitted, counting
from auth.facts import Facts, Post, Work
from auth.role import Role, RoleName
from auth.rules import Rule


def carer(practitioner_id: int, organization_id: int) -> str:
    """Somebody who cares for a patient, at an organisation: `12@3`."""
    return f"{practitioner_id}@{organization_id}"


def fitting(who: str | int, specialty_code: str) -> str:
    """A carer or a department, by a specialty that fits what is specially protected: `12@3#31.08.20`, `7#31.08.20`."""
    return f"{who}#{specialty_code}"


def tutoring(who: str, trainee_id: int) -> str:
    """A carer who supervises whoever wrote something: `12@3>15`."""
    return f"{who}>{trainee_id}"


def lending(who: str) -> str:
    """A carer by whose access, handed on, something was written, whoever wrote it: `12@3>*`."""
    return f"{who}>*"


def directed(direction: str, organization_id: int) -> str:
    """Whoever is accredited for a direction at an organisation: `LABORATORY@3`."""
    return f"{direction}@{organization_id}"


def inquirer(role: RoleName, account: str, organization_id: int | None = None) -> str:
    """Whose case it is: `REG:1000000014`, and of the head of an organisation `HED@3:1000000011`."""
    return f"{role}:{account}" if organization_id is None else f"{role}@{organization_id}:{account}"


@dataclass(frozen=True, slots=True)
class Footing:
    """A role that clinical rights rest on, and the sets that its rules look into."""

    role: RoleName
    sets: Mapping[Rule, frozenset[Any]]


def at_work(person: Facts, post: Post | None, at: datetime) -> list[Footing]:
    """What somebody stands on in a post: by his accreditation in force there, or at the registration desk."""
    if post is None:
        return []
    found: list[Footing] = []
    if person.practitioner_id is not None and admitted(person, at):
        held = [*counting(person, [post], at)]
        found += _accredited(person, person.practitioner_id, post, held, at)
    practice = post.practice(at)
    if practice is not None and practice.work is Work.DESK:
        found.append(Footing(RoleName.DSK, {Rule.DESK: frozenset({post.organization_id})}))
    return found


def by_office(subject: str, roles: Sequence[Role]) -> Iterator[Footing]:
    """What the account stands on wherever it works: as head, as officer, as patient, as auditor, as service account."""
    for role in roles:
        match role.name:
            case RoleName.HED:
                cases = frozenset(inquirer(role.name, subject, place) for place in role.organizations)
                yield Footing(role.name, {Rule.INQUIRY: cases, Rule.ORG: role.organizations})
            case RoleName.REG | RoleName.INS:
                yield Footing(role.name, {Rule.INQUIRY: frozenset({inquirer(role.name, subject)})})
            case RoleName.PAT:
                yield Footing(role.name, {Rule.PATIENT: frozenset({subject})})
            case RoleName.AUD:
                yield Footing(role.name, {})
            case RoleName.MIS:
                yield Footing(role.name, {Rule.ORG: role.organizations})


def _accredited(
    person: Facts, practitioner_id: int, post: Post, held: Sequence[Counting], at: datetime
) -> Iterator[Footing]:
    here = post.organization_id
    me = carer(practitioner_id, here)
    mine, himself = frozenset({me}), frozenset({practitioner_id})
    specialties = {one.record.specialty_code or "" for one in held if one.role is RoleName.DOC}
    for role in dict.fromkeys(one.role for one in held):
        match role:
            case RoleName.DOC:
                trainees = [one for one in person.trainees if one.place_id == here]
                yield Footing(
                    role,
                    {
                        Rule.OWN: himself,
                        Rule.CARES: mine,
                        Rule.TRUSTED: frozenset(fitting(me, code) for code in specialties),
                        Rule.TUTORED: frozenset(
                            (lending(me), *(tutoring(me, one.practitioner_id) for one in trainees if one.in_force(at)))
                        ),
                        Rule.EMERGENCY: mine,
                        Rule.EMERGENCY_CONFIRMED: mine,
                        Rule.OPENER: mine,
                        Rule.PARTY: mine,
                        Rule.HERE: frozenset({here}),
                    },
                )
            case RoleName.NUR:
                yield Footing(role, {Rule.OWN: himself, Rule.CARES: mine, Rule.NURSING: mine})
            case RoleName.SPC:
                held_for = (one.record.directions for one in held if one.role is role)
                yield Footing(
                    role, {Rule.DIRECTED: frozenset(directed(one, here) for some in held_for for one in some)}
                )
            case RoleName.REM:
                # What stands on a nurse's record lets her read; to conduct is for a doctor.
                doctor = {Rule.ASKED: mine, Rule.CONDUCTS: mine, Rule.HERE: frozenset({here})} if specialties else {}
                yield Footing(role, {Rule.CARES: mine, **doctor})
            case RoleName.TMP:
                supervisors = {one.base.supervisor_id for one in held if one.role is role}
                cared = frozenset(carer(one, here) for one in supervisors if one is not None)
                yield Footing(role, {Rule.OWN: himself, Rule.SUPERVISED: cared})
    if specialties:
        # What a doctor's post does not give, leading a department does not either.
        day = at.astimezone(AUTHORITY_ZONE).date()
        units = {
            one.department_id
            for one in person.leads
            if one.organization_id == here and one.department_id is not None and one.in_force(day)
        }
        trusted = frozenset(fitting(unit, code) for unit in units for code in specialties)
        led = frozenset({here}) if units else frozenset()
        yield Footing(RoleName.SUP, {Rule.WARD: frozenset(units), Rule.WARD_TRUSTED: trusted, Rule.ORG: led})
