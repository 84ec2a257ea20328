"""Reports: encounters by kind, whether they were documented in time, and prescriptions by form.

Everything is summed up from cells (one organisation, department, kind and week). Whoever sees no patients is given
nothing of a cell that is too small, in no sum either: sums are of what may be shown alone, so that no two of them,
however they overlap, differ by anything else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from auth.permissions import Permission as P
from auth.rules import Rule
from engine.batch import one
from engine.rights import Keys
from resolvers.clinical.reporting.period import ReportScope, Wanted, instants
from resolvers.context import Context
from resolvers.rules import reporting_rules
from sources.clinical.reporting import counting
from sources.clinical.reporting.counting import Counted, IssuedCell, NotedCell, VisitCell
from sources.organization import departments, organizations
from sources.postgres.ask import Ask

KEYS: Final[Keys] = {"own": "practitioner_id", "unit": "department_id", "org": "organization_id"}
# By these somebody reads of his own patients, or of those of his department.
_CLOSE: Final = frozenset({Rule.OWN, Rule.UNIT})
Cell = TypeVar("Cell", VisitCell, NotedCell, IssuedCell)


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report: whose, of which weeks; who is named by neither key is no part of it.

    Attributes:
        organization_id: of a unit, the organisation that it is of.
    """

    scope: str
    starts_on: date
    last_on: date
    practitioner_id: int | None = None
    department_id: int | None = None
    organization_id: int | None = None

    @property
    def key(self) -> "ReportView":
        """What its numbers are asked by."""
        return self


@dataclass(frozen=True, slots=True)
class VisitsOfKindView:
    """Encounters of one kind, and on how many days of practitioners they were."""

    kind: str
    count: int
    practitioner_days: int


@dataclass(frozen=True, slots=True)
class VisitsView:
    """Encounters together and by kind; `least_cell` is None where nothing is left out."""

    total: int
    by_kind: list[VisitsOfKindView]
    left_out: int
    least_cell: int | None


@dataclass(frozen=True, slots=True)
class PrescriptionsOfFormView:
    """Prescriptions on one form."""

    form: str
    count: int


@dataclass(frozen=True, slots=True)
class PrescriptionsView:
    """Prescriptions together and by form; `least_cell` is None where nothing is left out."""

    total: int
    by_form: list[PrescriptionsOfFormView]
    left_out: int
    least_cell: int | None


@dataclass(frozen=True, slots=True)
class TimelinessView:
    """How many encounters were to be documented by now, and how many were in time; the share is None where none is."""

    due: int
    timely: int
    share: float | None
    left_out: int
    least_cell: int | None


@one("registry", ReportView)
async def report(context: Context, keys: Sequence[Wanted], ask: Ask) -> dict[Wanted, ReportView]:
    """Each report that there can be: of whoever is in the register, of a unit, of an organisation."""
    me, store, now = context.viewer.facts, context.stores.registry, Ask(ask.at)
    units = [key.number for key in keys if key.scope is ReportScope.UNIT and key.number is not None]
    places = [key.number for key in keys if key.scope is ReportScope.ORGANIZATION and key.number is not None]
    of_units = (
        await departments(store, units, replace(now, columns=frozenset({"id", "organization_id"}))) if units else {}
    )
    of_places = await organizations(store, "id", places, replace(now, columns=frozenset({"id"}))) if places else {}
    found: dict[Wanted, ReportView] = {}
    for key in keys:
        made = ReportView(key.scope.value, key.starts_on, key.last_on)
        if key.scope is ReportScope.SELF and me is not None and me.practitioner_id is not None:
            found[key] = replace(made, practitioner_id=me.practitioner_id)
        elif key.scope is ReportScope.UNIT and key.number in of_units:
            place = of_units[key.number].organization_id
            found[key] = replace(made, department_id=key.number, organization_id=place)
        elif key.scope is ReportScope.ORGANIZATION and key.number in of_places:
            found[key] = replace(made, organization_id=key.number)
    return found


@one("clinical", VisitsView)
async def visits(context: Context, keys: Sequence[ReportView], ask: Ask) -> dict[ReportView, VisitsView]:
    """The encounters of each report, by kind."""
    found: dict[ReportView, VisitsView] = {}
    for key in keys:
        cells = await counting.visits(context.stores.clinical, _counted(key, ask))
        least = _least_cell(context, key, ask)
        shown = _shown(cells, least)
        kinds: dict[str, tuple[int, int]] = {}
        for cell in shown:
            count, days = kinds.get(cell.kind, (0, 0))
            kinds[cell.kind] = count + cell.met, days + cell.days
        by_kind = [VisitsOfKindView(kind, *numbers) for kind, numbers in sorted(kinds.items())]
        total = sum(one.count for one in by_kind)
        found[key] = VisitsView(total, by_kind, len(cells) - len(shown), least)
    return found


@one("clinical", PrescriptionsView)
async def prescriptions(context: Context, keys: Sequence[ReportView], ask: Ask) -> dict[ReportView, PrescriptionsView]:
    """The prescriptions of each report, by form."""
    found: dict[ReportView, PrescriptionsView] = {}
    for key in keys:
        cells = await counting.issued(context.stores.clinical, _counted(key, ask))
        least = _least_cell(context, key, ask)
        shown = _shown(cells, least)
        forms: Counter[str] = Counter()
        for cell in shown:
            forms[cell.kind] += cell.met
        by_form = [PrescriptionsOfFormView(form, forms[form]) for form in sorted(forms)]
        found[key] = PrescriptionsView(forms.total(), by_form, len(cells) - len(shown), least)
    return found


@one("clinical", TimelinessView)
async def timeliness(context: Context, keys: Sequence[ReportView], ask: Ask) -> dict[ReportView, TimelinessView]:
    """Whether the encounters of each report were documented in time; of the same cells as the encounters."""
    found: dict[ReportView, TimelinessView] = {}
    hours: Mapping[str, int] = reporting_rules(ask.at).note_hours
    for key in keys:
        cells = await counting.documented(context.stores.clinical, _counted(key, ask), hours, ask.at)
        least = _least_cell(context, key, ask)
        shown = _shown(cells, least)
        due, timely = sum(cell.due for cell in shown), sum(cell.timely for cell in shown)
        share = round(timely / due, 4) if due else None
        found[key] = TimelinessView(due, timely, share, len(cells) - len(shown), least)
    return found


def _counted(of: ReportView, ask: Ask) -> Counted:
    since, until = instants(of.starts_on, of.last_on, ask.at)
    # Of a unit the department says it all.
    place = of.organization_id if of.scope == ReportScope.ORGANIZATION else None
    return Counted(since, until, reporting_rules(ask.at).zone.key, of.practitioner_id, of.department_id, place)


def _least_cell(context: Context, of: ReportView, ask: Ask) -> int | None:
    """How many a cell has at least that this reader is shown; None for whoever sees these patients anyway."""
    close = replace(context.viewer[P.ANALYTICS_REPORT_READ].by(_CLOSE), always=False)
    return None if close.allows(of, KEYS) else reporting_rules(ask.at).least_cell


def _shown(cells: Iterable[Cell], least: int | None) -> list[Cell]:
    return [cell for cell in cells if least is None or cell.met >= least]
