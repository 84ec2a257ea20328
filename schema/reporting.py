"""Reports on work (отчётность): encounters, and whether they were documented in time; of persons nothing."""

from datetime import date
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import edge, public, shows
from resolvers import organization as organizations
from resolvers.clinical.reporting import period as periods
from resolvers.clinical.reporting import report as reports
from resolvers.clinical.reporting.period import ReportPeriod, ReportScope, Wanted
from resolvers.clinical.reporting.report import (
    PrescriptionsOfFormView,
    PrescriptionsView,
    ReportView,
    TimelinessView,
    VisitsOfKindView,
    VisitsView,
)
from schema.clinical.prescription import PrescriptionForm
from schema.clinical.words import EncounterKind
from schema.enums import enum
from schema.inputs import graph_input

if TYPE_CHECKING:
    from schema.organization import Department, Organization

WANTED_REPORT = {
    "period": "Which weeks: whole ones, from a Monday to a Sunday, so that two reports never differ by less.",
    "of": "Whose work.",
    "id": "Global id of the department or of the organisation; none for SELF.",
}

LEFT_OUT = (
    "How many cells (one department, kind and week) are too small to be shown to this reader; they are in no sum."
)
LEAST = "The least number that a cell has to be shown; null where nothing is left out."

enum(
    ReportScope,
    "Whose work a report is of.",
    SELF="The viewer's own, wherever he works (собственная работа).",
    UNIT="That of a department (подразделение).",
    ORGANIZATION="That of an organisation (организация).",
)
graph_input(
    ReportPeriod,
    "The days of a report.",
    starts_on="The first.",
    last_on="The last; it belongs to the period.",
)


def key_of(*, period: ReportPeriod, of: ReportScope, id: strawberry.ID | None = None) -> tuple[int, Wanted] | None:
    """The report that is meant; of an id that is none of ours there is none.

    Raises:
        BadArgument: the period is not of whole weeks, or an id is missing or too much.
    """
    wanted = periods.wanted(period, of, id)
    return None if wanted is None else (0, wanted)


@shows(VisitsOfKindView)
class VisitsOfKind:
    """Encounters of one kind."""

    kind: EncounterKind = public("Kind.")
    count: int = public("How many there were.")
    practitioner_days: int = public(
        "On how many days of practitioners (человеко-дни) they were: `count` by it is the load of a day (нагрузка)."
    )


@shows(VisitsView)
class Visits:
    """How many encounters (посещения) there were; those entered in error are none."""

    total: int = public("All kinds that are shown, together.")
    by_kind: list[VisitsOfKind] = public("By kind; a kind without any is not among them.")
    left_out: int = public(LEFT_OUT)
    least_cell: int | None = public(LEAST)


@shows(PrescriptionsOfFormView)
class PrescriptionsOfForm:
    """Prescriptions on one form."""

    form: PrescriptionForm = public("Form.")
    count: int = public("How many were registered.")


@shows(PrescriptionsView)
class PrescriptionCounts:
    """How many prescriptions (рецепты) were registered, without those annulled since."""

    total: int = public("All forms that are shown, together.")
    by_form: list[PrescriptionsOfForm] = public("By form; a form without any is not among them.")
    left_out: int = public(LEFT_OUT)
    least_cell: int | None = public(LEAST)


@shows(TimelinessView)
class DocumentationTimeliness:
    """Whether encounters were documented in time (своевременность документации)."""

    due: int = public("Encounters whose term to be documented is over.")
    timely: int = public("Those of them of which whoever met the patient had a note signed within the term.")
    share: float | None = public("`timely` by `due`, to four places; null where none is due.")
    left_out: int = public(LEFT_OUT)
    least_cell: int | None = public(LEAST)


@shows(ReportView, gate=P.ANALYTICS_REPORT_READ, keys=reports.KEYS)
class Report:
    """A report on work (отчёт)."""

    scope: ReportScope = public("Whose work it is of.")
    starts_on: date = public("Its first day.")
    last_on: date = public("Its last day.")
    organization: "Organization | None" = edge(
        organizations.by_id, "The organisation that it is of; null of one's own work.", by="organization_id"
    )
    department: "Department | None" = edge(
        organizations.department, "The department that it is of, if it is of one.", by="department_id"
    )
    visits: Visits | None = edge(reports.visits, "Encounters by kind (посещения).", by="key")
    prescriptions: PrescriptionCounts | None = edge(reports.prescriptions, "Prescriptions by form (рецепты).", by="key")
    documentation_timeliness: DocumentationTimeliness | None = edge(
        reports.timeliness, "Whether they were documented in time.", by="key"
    )
