"""What of a row can be handed on, as a computed key: who reaches the patient, in each form in which a grant names him.

The texts are those of `auth/granting.py`. A record has some where its label is NORMAL, and a relation opens it; what
was opened in an emergency, or by a case, is in none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    any_,
    case,
    false,
    func,
    literal,
    select,
    true,
    union_all,
)

from sources.clinical.in_force import TEXTS, Clause, certain, in_term, person
from sources.clinical.relation import care_relation

_WHO: Final = case(
    (care_relation.c.practitioner_id.is_not(None), func.concat(literal("c"), person(care_relation.c), type_=Text())),
    else_=func.concat(literal("w"), care_relation.c.department_id, type_=Text()),
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What of a row can be handed on.

    Attributes:
        opens: what must hold of a relation, and of the row, beside its term.
        nursing: whether the row is a nurse's work; None where there is no such work.
        desk_id: the organisation at whose registration desk the patient is known; None where rows say nothing of it.
    """

    row: FromClause
    patient_id: ColumnElement[Any]
    opens: Sequence[Clause] = ()
    nursing: Clause | None = None
    desk_id: ColumnElement[Any] | None = None

    @property
    def column(self) -> ColumnElement[Any]:
        """The key: what is certain of it."""
        return func.array(self._found(lost=False).scalar_subquery(), type_=TEXTS)

    @property
    def in_doubt(self) -> ColumnElement[Any]:
        """The key as it would be if all held that only a copy says which cannot be trusted now."""
        return func.array(self._found(lost=True).scalar_subquery(), type_=TEXTS)

    @property
    def narrow(self) -> tuple[Any, Callable[[Any], Clause]]:
        """That the key has one of some values; where only a copy that is lost would say so, the statement fails."""

        def condition(values: Any) -> Clause:
            here, there = (
                found.where(found.selected_columns[0] == any_(values)).exists()
                for found in (self._found(lost=lost) for lost in (False, True))
            )
            return case((here, true()), (there, func.copy_is_lost()), else_=false())

        return TEXTS, condition

    def _found(self, *, lost: bool) -> Select[Any]:
        names, forms = self._names(lost=lost), self._forms(lost=lost)
        text, joined = [names.c.who, forms.c.form], names.join(forms, true())
        if self.nursing is not None:
            plain = select(literal("", Text()).label("work"))
            nursed = select(literal("n", Text())).where(self.nursing).correlate(self.row)
            work = union_all(plain, nursed).subquery("work")
            text, joined = [work.c.work, *text], joined.join(work, true())
        return select(func.concat(*text, type_=Text())).select_from(joined).correlate(self.row)

    def _names(self, *, lost: bool) -> FromClause:
        relation = care_relation
        known = [] if lost else [certain(relation)]
        found = select(_WHO.label("who")).where(
            relation.c.patient_id == self.patient_id, in_term(relation, "starts_at"), *known, *self.opens
        )
        related = found.correlate(self.row)
        if self.desk_id is None:
            return related.subquery("names")
        at_the_desk = select(func.concat(literal("d"), self.desk_id, type_=Text())).correlate(self.row)
        return union_all(related, at_the_desk).subquery("names")

    def _forms(self, *, lost: bool) -> FromClause:
        lying = care_relation.alias("lying")
        known = [] if lost else [certain(lying)]
        wards = select(func.concat(literal("/"), lying.c.department_id, type_=Text())).where(
            lying.c.patient_id == self.patient_id, lying.c.department_id.is_not(None), in_term(lying, "starts_at"),
            *known,
        )  # fmt: skip
        return union_all(
            select(literal("", Text()).label("form")),
            select(func.concat(literal(":"), self.patient_id, type_=Text())).correlate(self.row),
            wards.correlate(self.row),
        ).subquery("forms")
