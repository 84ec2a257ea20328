"""What can be handed on of one's own access (доступ к модулям): which permissions, by whom, and what is left of it.

A grant gives what its grantor may do himself at that instant at the organisation of the grant: his clauses of the
policy, with his sets, as far as the scope of the grant and the role of the grantee go. Nothing that is specially
protected or restricted, and nothing that was opened in an emergency, is among it. What was granted to him is not:
his facts, as a grant knows them, have no grants.

A set has texts, and a row's computed key the same: `c12@3` who cares for the patient where, `w7` the department where
he lies, `d3` the registration desk, `o3` the organisation itself; `n` before it where the row is a nurse's work; `:77`
after it where it is of this patient, `/7` where it is of this department.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from auth.assurance import Age, Assurance, Level
from auth.counting import held_posts
from auth.facts import IDENTITY, Facts, Grant, Hindrance
from auth.footing import Footing, at_work
from auth.permissions import Permission as P
from auth.policy import POLICY
from auth.role import RoleName as R
from auth.roles import roles
from auth.rules import Clause, Rule


class Module(StrEnum):
    """Modules of the cabinet, as far as access to them is handed on."""

    RECEPTION = "RECEPTION"
    PRESCRIPTIONS = "PRESCRIPTIONS"
    CASE_HISTORY = "CASE_HISTORY"
    SCHEDULE = "SCHEDULE"
    DOCUMENTS = "DOCUMENTS"
    REPORTS = "REPORTS"


@dataclass(frozen=True, slots=True)
class Handing:
    """How a module is handed on.

    Attributes:
        by: roles of the grantor, with the rule by which each reaches what he hands on.
        permissions: what the grantee may do by it, as far as the policy gives it to the grantor.
        accredited: whether the grantee does it by an accreditation of his own, within what his own role may do.
        patients: whether it is about patients.
    """

    by: Mapping[R, Rule]
    permissions: tuple[P, ...] = ()
    accredited: bool = False
    patients: bool = True


# Of REPORTS there is no permission yet; whatever asks for one later is put into its row.
HANDED: Final[Mapping[Module, Handing]] = {
    Module.RECEPTION: Handing(
        {R.DSK: Rule.DESK, R.DOC: Rule.CARES, R.SUP: Rule.WARD},
        (
            P.CLINICAL_CARD_READ, P.CLINICAL_CARD_MASKED, P.CLINICAL_CARD_WRITE, P.CLINICAL_CONTACT_READ,
            P.SCHEDULE_BOOKING_READ, P.SCHEDULE_BOOKING_WRITE,
        ),
    ),
    # The head hands no patients on: he says which controlled medicines somebody prescribes for the organisation.
    Module.PRESCRIPTIONS: Handing(
        {R.DOC: Rule.CARES, R.SUP: Rule.WARD, R.HED: Rule.ORG},
        (
            P.CLINICAL_PRESCRIPTION_READ, P.CLINICAL_PRESCRIPTION_MASKED, P.CLINICAL_PRESCRIPTION_DRAFT,
        ),
        accredited=True,
    ),
    Module.CASE_HISTORY: Handing(
        {R.DOC: Rule.CARES, R.SUP: Rule.WARD},
        (
            P.CLINICAL_CARD_READ, P.CLINICAL_CARD_MASKED, P.CLINICAL_HISTORY_READ, P.CLINICAL_HISTORY_MASKED,
            P.CLINICAL_RESULT_READ, P.CLINICAL_RESULT_MASKED, P.CLINICAL_ORDER_READ, P.CLINICAL_ORDER_MASKED,
            P.CLINICAL_PROCEDURE_READ, P.CLINICAL_NOTE_WRITE,
        ),
        accredited=True,
    ),
    # Shifts and slots of an organisation are known to whoever works there: what is handed on is who is booked.
    Module.SCHEDULE: Handing(
        {R.DSK: Rule.DESK, R.DOC: Rule.CARES, R.SUP: Rule.WARD, R.HED: Rule.ORG}, (P.SCHEDULE_BOOKING_READ,)
    ),
    Module.DOCUMENTS: Handing({R.HRR: Rule.SHARED, R.HED: Rule.HOLDER}, (P.DOCUMENT_CATALOGUE_READ,), patients=False),
    Module.REPORTS: Handing({R.SUP: Rule.WARD, R.HED: Rule.ORG}, patients=False),
}  # fmt: skip
GIVEN: Final = frozenset(permission for one in HANDED.values() for permission in one.permissions)
# Of these rules a key of the row is looked at that knows nothing of scopes.
_WHOLE: Final = frozenset({Rule.SHARED, Rule.HOLDER})
_LETTERS: Final = {Rule.CARES: "c", Rule.WARD: "w", Rule.DESK: "d", Rule.ORG: "o"}
_ACCREDITED: Final = (R.DOC, R.TMP, R.NUR)
# By which rules an accredited role reaches what is ordinary: whatever these give, he may do where it is handed on.
_ORDINARY: Final = frozenset({Rule.CARES, Rule.SUPERVISED, Rule.NURSING})
_STRICTER: Final = {None: 0, Age.RECENT: 1, Age.FRESH: 2}
_SIGNED_IN: Final = Assurance(Level.CONFIRMED, datetime.min.replace(tzinfo=UTC))


def text_of(rule: Rule, value: Any) -> str:
    """What a rule of the grantor looks for, as rows that can be handed on have it: `c12@3`, `w7`, `d3`, `o3`."""
    return f"{_LETTERS[rule]}{value}"


def nursed(text: str) -> str:
    """The same where the row is a nurse's work."""
    return f"n{text}"


def scoped(text: str, department_id: int | None, patient_ids: Iterable[int]) -> Iterator[str]:
    """The same of a department or of some patients alone; of all, where neither is named."""
    if department_id is not None:
        yield f"{text}/{department_id}"
        return
    named = [f"{text}:{key}" for key in patient_ids]
    yield from named or [text]


def without_scope(text: str) -> str:
    """What a rule of the grantor looks for, whatever scope comes after it."""
    return text.partition(":")[0].partition("/")[0]


def held(grantor: Facts, module: Module, organization_id: int, at: datetime) -> dict[R, frozenset[Any]]:
    """What somebody has of a module at an organisation: by role, what its rule looks for; nothing where he has none."""
    by, found = HANDED[module].by, dict[R, frozenset[Any]]()
    for footing in _standing(grantor, organization_id, at):
        if (rule := by.get(footing.role)) is not None:
            values = found.get(footing.role, frozenset()) | footing.sets.get(rule, frozenset())
            if values:
                found[footing.role] = values
    return found


def whole(grantor: Facts, module: Module, organization_id: int, at: datetime) -> frozenset[str]:
    """The same as texts of rows, without a scope; empty for modules whose rows know nothing of scopes."""
    by = HANDED[module].by
    return frozenset(
        text_of(by[role], value)
        for role, values in held(grantor, module, organization_id, at).items()
        if by[role] in _LETTERS
        for value in values
    )


def drug_classes(grant: Grant, at: datetime) -> frozenset[str]:
    """The classes of controlled medicines that an organisation lets a grantee prescribe: those that its head named."""
    named = Module(grant.module) is Module.PRESCRIPTIONS and grant.drug_classes and _his(grant)
    if not named or R.HED not in held(grant.grantor, Module.PRESCRIPTIONS, grant.organization_id, at):
        return frozenset()
    return frozenset(grant.drug_classes)


def has(grantor: Facts, module: Module, organization_id: int, at: datetime) -> bool:
    """Whether somebody has anything of a module at an organisation that he could hand on."""
    return bool(held(grantor, module, organization_id, at))


def ways(
    grant: Grant, permission: P, mine: Iterable[R], has: Mapping[R, frozenset[Any]]
) -> Iterator[tuple[Clause, frozenset[Any]]]:
    """The ways to a permission that a grant gives to whoever has these accredited roles at its organisation.

    `has` is what its grantor has of the module there (`held`).
    """
    handing = HANDED[Module(grant.module)]
    if permission not in handing.permissions or not _his(grant):
        return
    row = POLICY[permission]
    limits = [*_limits(permission, mine)] if handing.accredited else [Clause(Rule.GRANTED)]
    for role, values in has.items() if limits else ():
        for clause in row.get(role, ()):
            if clause.rule is not handing.by[role]:
                continue
            if clause.rule in _WHOLE:
                yield clause, values
                continue
            texts = [one for value in values for one in _texts(grant, clause.rule, value)]
            for limit in limits:
                made = map(nursed, texts) if limit.rule is Rule.NURSING else texts
                factor = max(clause.factor, limit.factor, key=_STRICTER.__getitem__)
                yield Clause(Rule.GRANTED, factor), frozenset(made)


def handed(grant: Grant, at: datetime) -> frozenset[str]:
    """What a grant hands on of its module, as texts of rows, whatever may be done by it; for acts that are to come."""
    texts = whole(grant.grantor, Module(grant.module), grant.organization_id, at) if _his(grant) else ()
    return frozenset(one for text in texts for one in scoped(text, grant.department_id, grant.patient_ids))


def _his(grant: Grant) -> bool:
    """Whether the account whose facts these are is still that of whoever gave the grant."""
    return grant.grantor.practitioner_id == grant.grantor_id


def _texts(grant: Grant, rule: Rule, value: Any) -> Iterator[str]:
    return scoped(text_of(rule, value), grant.department_id, grant.patient_ids)


def _limits(permission: P, mine: Iterable[R]) -> Iterator[Clause]:
    """What the grantee's own roles may do by a permission: by which of the ordinary rules, and with which factor."""
    found = {role: POLICY[permission].get(role, ()) for role in mine if role in _ACCREDITED}
    for clauses in found.values():
        yield from (clause for clause in clauses if clause.rule in _ORDINARY)


def _standing(person: Facts, organization_id: int, at: datetime) -> Iterator[Footing]:
    """What somebody stands on at one organisation: at work in any of his posts there, and by his offices there.

    Nothing while his account is locked, or while nobody can say whether it is.
    """
    if person.hindered_by(Hindrance.ACCOUNT_BLOCKED, at) or any(one.store == IDENTITY for one in person.lost):
        return
    for post in held_posts(person, at):
        if post.organization_id == organization_id:
            yield from at_work(person, post, at)
    here = frozenset({organization_id})
    for role in roles(replace(person, assurance=_SIGNED_IN), at):
        if role.name in {R.HED, R.HRR} and organization_id in role.organizations:
            yield Footing(role.name, dict.fromkeys((Rule.ORG, Rule.SHARED, Rule.HOLDER), here))
