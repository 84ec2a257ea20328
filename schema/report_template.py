"""Templates of reports as the graph shows them: their owner's own, and nobody else's."""

from datetime import date
from typing import TYPE_CHECKING

import strawberry

from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from resolvers import organization as organizations
from resolvers.clinical.procedures.counting import ReportBy
from resolvers.clinical.reporting.period import ReportScope
from resolvers.identity import report_templates as templates
from resolvers.identity import template_acts
from resolvers.identity.report_templates import ReportMetric, TemplateView
from resolvers.identity.template_acts import TemplatePayload
from schema.act_inputs import ID, VERSION, act_input
from schema.enums import enum
from schema.payload import DONE, Problem

if TYPE_CHECKING:
    from schema.organization import Department, Organization

enum(
    ReportMetric,
    "What a template of a report asks for.",
    VISITS="Encounters by kind (посещения): `Report.visits`.",
    PRESCRIPTIONS="Prescriptions by form (рецепты): `Report.prescriptions`.",
    DOCUMENTATION_TIMELINESS="Whether encounters were documented in time: `Report.documentationTimeliness`.",
    PROCEDURES="Procedures (услуги): `Query.procedureReport`.",
)
act_input(
    template_acts.ReportTemplateFilter,
    "What a template asks for: the arguments of `reporting`, or of `procedureReport`.",
    of=(ReportScope, "Whose work; of procedures, that of an organisation."),
    id=(ID | None, "Global id of the department or of the organisation; none for SELF."),
    last="How many whole weeks that are over, of procedures calendar months: as many as a report may have.",
    by=(ReportBy | None, "Of procedures, what the lines shall be."),
)
act_input(
    template_acts.SaveReportTemplateInput,
    "The template as it is to be.",
    id=(ID | None, "Global id of the template that is changed; left out, one more is kept: 50 at most."),
    expected_version=f"With `id`. {VERSION}",
    name="What its owner calls it; 200 characters at most.",
    metric=(ReportMetric, "What it asks for."),
    filter="Whose work, of how many weeks or months.",
)
act_input(
    template_acts.DeleteReportTemplateInput,
    "The template that is thrown away.",
    id=(ID, "Global id of the template."),
    expected_version=VERSION,
)


@shows(TemplateView)
class ReportTemplate:
    """A report that its owner asks for again and again (шаблон отчёта)."""

    id: strawberry.ID = derived(Ids(templates.PREFIX), "Global id.", needs=("id",))
    name: str = public("What its owner calls it.")
    metric: ReportMetric = public("What it asks for.")
    of: ReportScope = public("Whose work.", column="scope")
    department: "Department | None" = edge(
        organizations.department, "The department that it is of, if it is of one.", by="department_id"
    )
    organization: "Organization | None" = edge(
        organizations.by_id, "The organisation that it is of, if it is of a whole one.", by="organization_id"
    )
    by: ReportBy | None = public("Of procedures, what the lines are.")
    last: int = public("How many whole weeks that are over, of procedures calendar months.", column="span")
    starts_on: date = public("The first of these days, as of now.")
    last_on: date = public("The last of these days, as of now.")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(TemplatePayload)
class ReportTemplatePayload:
    """What came of an act on a template."""

    template: ReportTemplate | None = edge(
        templates.shown, "The template after the act; null once it is thrown away.", by="template_id"
    )
    problems: list[Problem] = public(DONE)
