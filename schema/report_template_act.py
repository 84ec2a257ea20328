"""What somebody keeps for himself of reports, as part of the root of acting."""

from typing import TYPE_CHECKING

from auth.permissions import Permission as P
from engine.declare import Root, act, shows
from resolvers.identity import template_acts
from schema.act_inputs import INPUT

if TYPE_CHECKING:
    from schema.report_template import ReportTemplatePayload


@shows(Root)
class ReportTemplateActs:
    """Acts on templates of reports, their owner's own."""

    save_report_template: "ReportTemplatePayload | None" = act(
        template_acts.save,
        "Keep a template of a report under a name, or change one (сохранить шаблон отчёта).",
        permission=P.ANALYTICS_TEMPLATE_WRITE,
        arguments=INPUT,
        on=template_acts.ON_TEMPLATES,
    )
    delete_report_template: "ReportTemplatePayload | None" = act(
        template_acts.delete,
        "Throw a template away (удалить шаблон отчёта).",
        permission=P.ANALYTICS_TEMPLATE_WRITE,
        arguments=INPUT,
        on=template_acts.ON_TEMPLATES,
    )
