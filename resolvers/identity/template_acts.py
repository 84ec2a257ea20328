"""Acts on templates of reports: their owner keeps one, changes it, and throws it away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from auth.permissions import Permission as P
from engine.act import Target
from engine.global_id import decode, encode
from resolvers import prefixes
from resolvers.acts.acting import Doing, Effect, after, carried_out, require, there
from resolvers.acts.inputs import ActInput, VersionInput
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.acts.problem_view import ProblemView
from resolvers.acts.versions import as_it_was_read
from resolvers.context import Context
from resolvers.free_text import on_one_line, unfit
from resolvers.identity.report_templates import KEYS, PREFIX, ReportMetric, by_id
from resolvers.rules import reporting_rules
from sources.identity import report_template as source
from sources.identity.report_template import TABLE, TemplateRecord
from sources.identity.sealed_text import sealed, sealed_too
from sources.postgres.crashing import reach
from sources.postgres.writing import Unit

PERMISSION: Final = P.ANALYTICS_TEMPLATE_WRITE
LONGEST_NAME: Final = 200
MOST: Final = 50
MOST_MONTHS: Final = 12
OF: Final = {"UNIT": prefixes.DEPARTMENT, "ORGANIZATION": prefixes.ORGANIZATION}
C = ProblemCode


@dataclass(kw_only=True)
class ReportTemplateFilter:
    """Whose work is wanted, of how many weeks or months, in which lines."""

    of: str
    id: str | None = None
    last: int
    by: str | None = None


@dataclass(kw_only=True)
class SaveReportTemplateInput(ActInput):
    """The template as it is to be; with an id and a version, in place of what was kept under it."""

    id: str | None = None
    expected_version: int | None = None
    name: str
    metric: str
    filter: ReportTemplateFilter


@dataclass(kw_only=True)
class DeleteReportTemplateInput(VersionInput):
    """The template that is thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePayload:
    """The template after the act; none once it is thrown away."""

    template_id: int | None = None
    problems: list[ProblemView] = field(default_factory=list)


async def save(context: Context, *, input: SaveReportTemplateInput) -> TemplatePayload:
    """Keep a template, or change one."""

    async def do(unit: Unit) -> Effect:
        me, store = context.viewer.subject or "", context.stores.identity
        row = None if input.id is None else await _held(context, unit, input.id, input.expected_version)
        name, outcome = on_one_line(input.name), {} if row is None else {"template_id": row.id}
        if problems := [*_wrong(context, input, name)]:
            raise Hindered(*problems, **outcome)
        said = {
            "metric": str(input.metric),
            "scope": str(input.filter.of),
            "object_id": _object(input.filter),
            "by": None if input.filter.by is None else str(input.filter.by),
            "span": input.filter.last,
        }
        if row is not None:
            at = after(context.at, row.changed_at)
            again = sealed_too(store, TABLE, row.id, row.key, "name", name)
            await source.changed(unit, row.id, {**said, "name": again, "changed_at": at})
            return _effect(row.id, at, versionBefore=row.version, versionAfter=row.version + 1)
        if await source.kept_by(unit, me) >= MOST:
            raise Hindered(Problem(C.TOO_MANY_TEMPLATES, (), {"most": MOST}))
        key, at = await source.next_key(unit), context.at
        columns: dict[str, Any] = {"id": key, "account": me, **said, "made_at": at, "changed_at": at}
        await source.made(unit, {**columns, **sealed(store, TABLE, key, {"name": name})})
        return _effect(key, at, versionAfter=1)

    return await _carried_out(context, "saveReportTemplate", input, do)


async def delete(context: Context, *, input: DeleteReportTemplateInput) -> TemplatePayload:
    """Throw a template away."""

    async def do(unit: Unit) -> Effect:
        row = await _held(context, unit, input.id, input.expected_version)
        await source.deleted(unit, row.id)
        at = after(context.at, row.changed_at)
        return _effect(row.id, at, outcome={}, versionBefore=row.version)

    return await _carried_out(context, "deleteReportTemplate", input, do)


async def _carried_out(context: Context, act: str, input: Any, do: Any) -> TemplatePayload:
    return await carried_out(Doing(context, act, PERMISSION, input, do, into="identity"), TemplatePayload)


async def _held(context: Context, unit: Unit, id: str, expected_version: int | None) -> TemplateRecord:
    key, seen = decode(PREFIX, id), context.viewer[PERMISSION]
    found = None if key is None else await source.held(unit, key, seen.narrow(KEYS))
    reach("locked")
    row = there(found, seen, "id")
    require(context, PERMISSION, row, KEYS)
    if expected_version is None:
        problem = Problem(C.FIELD_REQUIRED, ("expectedVersion",), {"field": "expectedVersion"})
        raise Hindered(problem, template_id=row.id)
    as_it_was_read(row, expected_version, None, template_id=row.id)
    return row


ON_TEMPLATES: Final = Target(PREFIX, by_id, PERMISSION, KEYS, KEYS)


def _wrong(context: Context, input: SaveReportTemplateInput, name: str) -> Iterator[Problem]:
    """What keeps a template from being kept; whether its owner sees such a report, he is told once he asks for it."""
    if (problem := unfit(name, LONGEST_NAME, "name")) is not None:
        yield problem
    wanted, of_procedures = input.filter, input.metric == ReportMetric.PROCEDURES
    if of_procedures and wanted.of != "ORGANIZATION":
        yield _unfit("of")
    elif (wanted.id is None) is not (wanted.of == "SELF") or (wanted.id is not None and _object(wanted) is None):
        yield _unfit("id")
    if of_procedures is (wanted.by is None):
        yield _unfit("by")
    most = MOST_MONTHS if of_procedures else reporting_rules(context.at).most_weeks
    if not 1 <= wanted.last <= most:
        yield Problem(C.TERM_OUT_OF_RANGE, ("filter", "last"), {"least": 1, "most": most})


def _unfit(name: str) -> Problem:
    return Problem(C.FIELD_FORMAT, ("filter", name), {"field": name})


def _object(wanted: ReportTemplateFilter) -> int | None:
    prefix = OF.get(str(wanted.of))
    return None if prefix is None or wanted.id is None else decode(prefix, wanted.id)


def _effect(key: int, at: Any, outcome: dict[str, Any] | None = None, **grounds: Any) -> Effect:
    kept = {"template_id": key} if outcome is None else outcome
    return Effect(at=at, outcome=kept, thing=encode(PREFIX, key), grounds=grounds)
