"""Who may know a patient and his records: computed keys of rows, made of relations, consents, labels and accounts.

A key is a list of texts as `auth/footing.py` writes them; a row may be read where the viewer has one of them too. Rows
and lists are judged by the same expressions. What is in force is so at the instant of the operation.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from typing import cast as typed

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)

from sources.clinical.consent import allowed_reader, consent
from sources.clinical.handing import Handed
from sources.clinical.in_force import NUMBERS, TEXTS, Clause, certain, in_term, person
from sources.clinical.inquiry import inquiry, reaches
from sources.clinical.opening import Sealed
from sources.clinical.patient import account
from sources.clinical.relation import care_relation, emergency_opening
from sources.postgres.statement import Entity

Narrows = Mapping[str, tuple[Any, Callable[[Any], Clause]]]
KindT = TypeVar("KindT", bound=Entity | Sealed)

NEVER: Final = false()
ALWAYS: Final = true()


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a dated table says, and from when until when.

    Attributes:
        words: of what is said, in the order of the columns that hold it.
    """

    words: tuple[str, ...]
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Labels:
    """What labels of records ask of a reader.

    Attributes:
        fitting: kind of what is special, specialty that fits it.
        required: label, OWN or OTHER, kind of consent.
    """

    fitting: Sequence[Said]
    required: Sequence[Said]


@dataclass(frozen=True, slots=True)
class Keys:
    """Computed columns of a row about a patient, with conditions for those that a lost copy leaves open."""

    computed: Mapping[str, ColumnElement[Any]]
    narrows: Narrows


def under(kind: KindT, keys: Keys) -> KindT:
    """A kind of rows with keys of access."""
    made: Any = copy(kind)
    if isinstance(kind, Sealed):
        made.entity = under(kind.entity, keys)
        return typed("KindT", made)
    entity = typed("Entity", kind)
    computed, narrows = {**entity.computed, **keys.computed}, {**entity.narrows, **keys.narrows}
    return typed("KindT", replace(entity, computed=computed, narrows=narrows))


@dataclass(frozen=True, slots=True, eq=False)
class _Related:
    """Whom relations of care name to a row.

    Attributes:
        who: the person or the department that a relation names.
        where: on which rows; `also` is what else must hold of a relation that is certain.
        fitting, fits: specialties that are added to the name, and which of them.
    """

    who: ColumnElement[Any]
    named: ColumnElement[Any]
    where: Clause
    also: Clause
    fitting: FromClause | None = None
    fits: Clause | None = None

    @property
    def kind(self) -> Any:
        """The type of the key."""
        return NUMBERS if self.who is self.named and self.fitting is None else TEXTS

    def found(self, row: FromClause, patient_id: ColumnElement[Any], *, lost: bool) -> Select[Any]:
        """The names one by one: by relations that are certain, or by those that rest on a copy which is lost."""
        relation, who = care_relation, self.who
        known = certain(relation)
        conditions = [relation.c.patient_id == patient_id, self.named.is_not(None), self.where]
        conditions += [in_term(relation, "starts_at"), ~known if lost else known, self.also]
        if self.fitting is not None and self.fits is not None:
            who = func.concat(who, literal("#"), self.fitting.c.specialty, type_=Text())
            conditions.append(self.fits)
        return select(who).where(*conditions).correlate(row)


CARERS: Final = _Related(person(care_relation.c), care_relation.c.practitioner_id, true(), true())
WARDS: Final = _Related(care_relation.c.department_id, care_relation.c.department_id, true(), true())


def keys_of_patient(row: FromClause, patient_id: ColumnElement[Any]) -> Keys:
    """Who may know that somebody is a patient, with his names and contacts: whoever cares for him, wherever."""
    about = _About(row, patient_id)
    return about.keys(
        {"carers": CARERS, "wards": WARDS}, {"openers": true()}, true(), handed_of_patient(row, patient_id)
    )


def handed_of_patient(row: FromClause, patient_id: ColumnElement[Any]) -> Handed:
    """What of a patient as a whole can be handed on: whoever reaches him, and the desk where he is known."""
    return Handed(row, patient_id, desk_id=row.c.organization_id)


def keys_of_inquiry(row: FromClause) -> Keys:
    """Who may know an inquiry beside whoever made it: the patient whom it names."""
    return _About(row, row.c.patient_id).keys({}, {}, None)


def keys_of_session(row: FromClause) -> Keys:
    """Who may know of a session of telemedicine: whoever cares for the patient at its organisation, and the patient."""
    here = replace(CARERS, where=care_relation.c.organization_id == row.c.organization_id)
    return _About(row, row.c.patient_id).keys({"carers": here}, {}, None)


def keys_of_record(row: FromClause, labels: Labels, *, nursing: Clause = NEVER, cosigned: bool = False) -> Keys:
    """Who may read a record: relations open those of their organisation; labels and consents say what else.

    `nursing` says which rows are a nurse's work; `cosigned`, whether a supervisor may sign what a trainee wrote. What
    was entered in error is there for its author, who leads the ward, and whoever inquires.
    """
    relation, opening = care_relation, emergency_opening
    sound = row.c.error_id.is_(None) if "error_id" in row.c else true()
    label, kind = row.c.confidentiality, row.c.special_kind
    special, own = label == "SPECIAL", relation.c.organization_id == row.c.organization_id
    required = _table("required", ("label", "whose", "consent"), labels.required)
    fitting = _table("fitting", ("kind", "specialty"), labels.fitting)
    given = exists().where(
        consent.c.patient_id == row.c.patient_id,
        consent.c.kind == required.c.consent,
        in_term(consent, "at"),
        consent.c.organization_id == relation.c.organization_id,
        or_(own, row.c.organization_id == any_(consent.c.organization_ids)),
        or_(consent.c.kind != "SPECIAL", kind == any_(consent.c.special_kinds)),
    )
    missing = exists().where(
        required.c.label == label,
        required.c.whose == case((own, "OWN"), else_="OTHER"),
        in_term(required, "since"),
        ~given.correlate(row, relation, required),
    )
    opened = or_(~missing.correlate(row, relation), and_(relation.c.basis == "REFERRAL", ~special))
    counts = or_(sound, relation.c.practitioner_id == row.c.practitioner_id)
    by_carer = and_(opened, _listed(row, relation.c.practitioner_id, relation), counts)
    fits = and_(fitting.c.kind == kind, in_term(fitting, "since"))
    tutors = {}
    if cosigned:
        handed_on = and_(row.c.grant_id.is_not(None), row.c.cosigner_id == relation.c.practitioner_id)
        whose = case((handed_on, literal("*")), else_=cast(row.c.practitioner_id, Text()))
        tutor = func.concat(CARERS.who, literal(">"), whose, type_=Text())
        tutors = {"tutors": replace(CARERS, who=tutor, where=~special, also=by_carer)}
    return _About(row, row.c.patient_id).keys(
        {
            **tutors,
            "carers": replace(CARERS, where=~special, also=by_carer),
            "nurses": replace(CARERS, where=and_(~special, nursing), also=by_carer),
            "wards": replace(WARDS, where=label == "NORMAL", also=opened),
            "trusted": replace(CARERS, where=special, also=and_(opened, counts), fitting=fitting, fits=fits),
            "trusted_wards": replace(WARDS, where=special, also=opened, fitting=fitting, fits=fits),
        },
        {
            "openers": and_(~special, _listed(row, opening.c.practitioner_id, opening), sound),
            "confirmed": and_(special, opening.c.confirmed_by.is_not(None), sound),
        },
        reaches(row),
        Handed(row, row.c.patient_id, (label == "NORMAL", opened, sound), nursing),
        sound,
    )


def keys_of_opening(row: FromClause) -> Keys:
    """Who may know of an emergency opening: whoever opened it, those who may confirm it, the patient."""
    in_force = case((in_term(row, "opened_at"), row.c.organization_id), else_=None)
    accounts = _About(row, row.c.patient_id).accounts()
    return Keys({"opener": person(row.c), "asked_here": in_force, "accounts": accounts}, {})


class _About:
    """Expressions about the patient of a row."""

    def __init__(self, row: FromClause, patient_id: ColumnElement[Any]) -> None:
        self._row = row
        self._patient_id = patient_id

    def keys(
        self,
        related: Mapping[str, _Related],
        opened: Mapping[str, Clause],
        inquired: Clause | None,
        handed: Handed | None = None,
        told: Clause = ALWAYS,
    ) -> Keys:
        """The keys: by relations, emergency openings, inquiries that meet a condition, grants, and accounts."""
        found = {name: one.found(self._row, self._patient_id, lost=False) for name, one in related.items()}
        computed = {name: _array(found[name], one.kind) for name, one in related.items()}
        computed |= {name: _array(self._openers(condition), TEXTS) for name, condition in opened.items()}
        narrows = {name: (one.kind, self._narrowed(one)) for name, one in related.items()}
        narrows |= {name: (TEXTS, self._opened(condition)) for name, condition in opened.items()}
        if inquired is not None:
            cases = self._inquirers(inquired)
            computed["inquirers"] = _array(cases, TEXTS)
            narrows["inquirers"] = TEXTS, lambda values: cases.where(inquiry.c.inquirer == any_(values)).exists()
        if handed is not None:
            computed["granted"], narrows["granted"] = handed.column, handed.narrow
        return Keys({**computed, "accounts": self.accounts(told)}, narrows)

    def accounts(self, told: Clause = ALWAYS) -> ColumnElement[Any]:
        """The accounts that are his own, or of who stands for him by law, where a condition holds."""
        here = account.c.patient_id == self._patient_id
        found = select(account.c.subject).where(here, in_term(account, "starts_at"), told).correlate(self._row)
        return _array(found, TEXTS)

    def _openers(self, condition: Clause) -> Select[Any]:
        opening = emergency_opening
        here = opening.c.patient_id == self._patient_id
        found = select(person(opening.c)).where(here, in_term(opening, "opened_at"), condition)
        return found.correlate(self._row)

    def _opened(self, condition: Clause) -> Callable[[Any], Clause]:
        found = self._openers(condition)
        return lambda values: found.where(found.selected_columns[0] == any_(values)).exists()

    def _inquirers(self, condition: Clause) -> Select[Any]:
        here = inquiry.c.patient_id == self._patient_id
        found = select(inquiry.c.inquirer).where(here, in_term(inquiry, "opened_at"), condition)
        return found.correlate(self._row)

    def _narrowed(self, one: _Related) -> Callable[[Any], Clause]:
        """That a key has one of some values; where only a copy that is lost would say so, the statement fails."""

        def condition(values: Any) -> Clause:
            certain, lost = (
                found.where(found.selected_columns[0] == any_(values)).exists()
                for found in (one.found(self._row, self._patient_id, lost=lost) for lost in (False, True))
            )
            return case((certain, true()), (lost, func.copy_is_lost()), else_=false())

        return condition


def _listed(row: FromClause, practitioner_id: ColumnElement[Any], by: FromClause) -> Clause:
    """Whether somebody is on the list of a record that is restricted."""
    on_it = exists().where(
        allowed_reader.c.record_id == row.c.id,
        allowed_reader.c.practitioner_id == practitioner_id,
        in_term(allowed_reader, "starts_at"),
    )
    return or_(row.c.confidentiality != "RESTRICTED", on_it.correlate(row, by))


def _array(found: Select[Any], kind: Any) -> ColumnElement[Any]:
    # Somebody may stand there twice: to look for that would take longer than all else about a row.
    return func.array(found.scalar_subquery(), type_=kind)


def _table(name: str, columns: Sequence[str], said: Sequence[Said]) -> Any:
    """A dated table as the store can look at it."""
    rows = ", ".join(f"({', '.join(map(_quoted, _values(one)))})" for one in said)
    names = ", ".join(columns)
    known = f"SELECT {names}, since::timestamptz, until::timestamptz FROM (VALUES {rows}) AS v({names}, since, until)"  # noqa: S608
    kinds: dict[str, Any] = dict.fromkeys(columns, Text())
    kinds |= dict.fromkeys(("since", "until"), DateTime(timezone=True))
    return text(known.replace(":", r"\:")).columns(**kinds).subquery(name)


def _values(said: Said) -> Iterator[str]:
    yield from said.words
    yield said.since.isoformat()
    yield "infinity" if said.until is None else said.until.isoformat()


def _quoted(value: str) -> str:
    escaped = value.replace("'", "''")
    return f"'{escaped}'"
