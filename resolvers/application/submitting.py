"""Acts of the applicant on the way: check, submit, withdraw, answer."""

from dataclasses import dataclass
from datetime import UTC

from auth.permissions import Permission as P
from resolvers.acts.acting import Doing, Effect, carried_out
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.inputs import VersionInput
from resolvers.acts.problem import Hindered
from resolvers.application.course import State, Step
from resolvers.application.due import due, due_after
from resolvers.application.filing import change, columns_of, effect, employed_at, hold, impossible, rules_of, step
from resolvers.application.gathering import check
from resolvers.application.naming import find_papers
from resolvers.application.payload import ApplicationPayload, SubmissionPayload
from resolvers.application.wishes import FilledSlotInput, papers_of
from resolvers.context import Context
from resolvers.free_text import plain, unfit
from resolvers.rules import Procedure
from sources.application import ApplicationRecord
from sources.application import acts as source
from sources.postgres.writing import Unit

LONGEST_REMARK = 4_000


@dataclass(kw_only=True)
class ValidateApplicationInput:
    """The application to check."""

    id: str


@dataclass(kw_only=True)
class SubmitApplicationInput(VersionInput):
    """The application to submit."""


@dataclass(kw_only=True)
class WithdrawApplicationInput(VersionInput):
    """The application to take back."""


@dataclass(kw_only=True)
class AnswerClarificationInput(VersionInput):
    """What is put right."""

    text: str | None = None
    documents: list[FilledSlotInput] | None = ABSENT


async def validate(context: Context, *, input: ValidateApplicationInput) -> ApplicationPayload:
    """Say what submission would say, and change nothing."""

    async def do(unit: Unit) -> None:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, alone=True)
        rules = rules_of(row, context.at)
        step(context, row, Step.SUBMIT, rules)
        found = await check(context, unit, row, rules)
        raise Hindered(*found.problems, application_id=row.id)

    return await carried_out(
        Doing(context, "validateApplication", P.APPLICATION_FILE_WRITE, input, do), ApplicationPayload
    )


async def submit(context: Context, *, input: SubmitApplicationInput) -> SubmissionPayload:
    """Submit a draft that lacks nothing: from here on its term runs."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, input.expected_version, alone=True)
        rules = rules_of(row, context.at)
        state = step(context, row, Step.SUBMIT, rules)
        found = await check(context, unit, row, rules)
        if found.problems:
            raise Hindered(*found.problems, application_id=row.id)
        columns = {
            **columns_of(state),
            **due(context.at, rules),
            # Who lost his post since he began it is of no concern to those who led him there.
            **({} if row.practitioner_id is None else employed_at(context)),
            "procedure_version": rules.version,
            "submitted_at": context.at,
            "form_wanted_at": context.at,
        }
        history = {"as_of": context.at, "digest": found.digest}
        made = change(context, row, "SUBMITTED", columns, history)
        receipt = {"receipt_number": row.number, "receipt_at": context.at.astimezone(UTC).isoformat()}
        return effect(made, "SUBMITTED", before=row.version, outcome=receipt, grounds={"digest": found.digest})

    return await carried_out(
        Doing(context, "submitApplication", P.APPLICATION_FILE_WRITE, input, do), SubmissionPayload
    )


async def withdraw(context: Context, *, input: WithdrawApplicationInput) -> ApplicationPayload:
    """Take an application back, whatever its stage."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, input.expected_version)
        state = step(context, row, Step.WITHDRAW, rules_of(row, context.at))
        officer = await source.officer_of(unit, row)
        made = change(context, row, "WITHDRAWN", columns_of(state))
        await source.close_case(unit, row.id, made.changed_at)
        return effect(made, "WITHDRAWN", before=row.version, officer=officer)

    return await carried_out(
        Doing(context, "withdrawApplication", P.APPLICATION_FILE_WRITE, input, do), ApplicationPayload
    )


async def answer(context: Context, *, input: AnswerClarificationInput) -> ApplicationPayload:
    """Answer what the expert asked: with words, with documents, or with both."""

    async def do(unit: Unit) -> Effect:
        row = await hold(context, unit, input.id, P.APPLICATION_FILE_WRITE, input.expected_version)
        rules = rules_of(row, context.at)
        state = see_it_asked(context, row, rules)
        columns = columns_of(state)
        if row.clarification_requested_at is not None:
            asked = (row.clarification_requested_at, context.at)
            columns |= await due_after(unit, row, rules, asked)
        if input.documents is not ABSENT:
            try:
                columns |= papers_of(input.documents)
                # The form stays with the application, whatever else is enclosed.
                columns["document_ids"] += [] if row.form_id is None else [row.form_id]
                await find_papers(context, unit, input.documents or (), row.practitioner_id)
            except Hindered as hindered:
                raise Hindered(*hindered.problems, application_id=row.id) from None
        text = None if input.text is None else plain(input.text)
        if text is not None and (problem := unfit(text, LONGEST_REMARK, "text")) is not None:
            raise Hindered(problem, application_id=row.id)
        made = change(context, row, "CLARIFIED", columns)
        if text is not None:
            await source.remark(unit, row.id, made.changed_at, "APPLICANT", text, context.viewer.subject or "")
        officer = await source.officer_of(unit, row)
        return effect(made, "CLARIFIED", before=row.version, officer=officer)

    return await carried_out(
        Doing(context, "answerClarification", P.APPLICATION_FILE_WRITE, input, do), ApplicationPayload
    )


def see_it_asked(context: Context, row: ApplicationRecord, rules: Procedure) -> State:
    """The state after the answer to what the expert asked.

    Raises:
        Hindered: he asked nothing, or the time to answer is over.
    """
    state = step(context, row, Step.CLARIFY, rules)
    if row.clarification_deadline is not None and row.clarification_deadline <= context.at:
        raise impossible(context, row)
    return state
