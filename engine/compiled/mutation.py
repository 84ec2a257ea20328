"""Executing a mutation: its acts one after the other, each with its payload completed before the next begins.

What an act changed is read anew for its payload, and under the rights that it left: nothing is kept from one act to
the next but the context, whose instant and viewer an act moves on.
"""

from typing import Any

from graphql import GraphQLError

from engine.answer.answer import Answer
from engine.answer.errors import Manner, executed
from engine.answer.paths import located
from engine.answer.whereabouts import Whereabouts
from engine.compiled.execution import Plans, completed
from engine.context import Context
from engine.plan.plan import Constant, Deed, Series
from engine.request.operation import Operation
from engine.request.variables import Variables
from engine.run.act import done


async def execute_series(plans: Plans, series: Series, context: Context, where: Whereabouts, manner: Manner) -> Answer:
    """Do the acts of a mutation for one viewer and one set of variables."""
    data, errors, values = await done_in_turn(plans, series, context, where)
    answer = executed(data, errors, context, where, manner)
    answer.values = values
    return answer


async def done_in_turn(
    plans: Plans, series: Series, context: Context, where: Whereabouts
) -> tuple[dict[str, Any], list[GraphQLError], int]:
    """Do the acts: their payloads by key, what befell them, and how many values there are."""
    doing = _Doing(plans, where.operation, where.variables, context)
    data: dict[str, Any] = {}
    for step in series.steps:
        data[step.key] = step.value if isinstance(step, Constant) else await doing.do(step)
    return data, doing.errors, doing.values


class _Doing:
    def __init__(self, plans: Plans, operation: Operation, variables: Variables, context: Context) -> None:
        self.errors: list[GraphQLError] = []
        self.values = 1
        self._plans = plans
        self._operation = operation
        self._variables = variables
        self._context = context

    async def do(self, deed: Deed) -> Any:
        """Do an act and complete its payload; None where there is none, which an act may always have."""
        try:
            return await self._payload(deed)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it befell this act and no other
            self.errors.append(located((deed.key,), failed))
            return None

    async def _payload(self, deed: Deed) -> Any:
        arguments, _ = deed.arguments.of(self._variables)
        context = self._context
        row = await done(deed.field, context, [deed.key], arguments)
        if row is None:
            return None
        plan = self._plans.payload(self._operation, self._variables, context.rights, deed)
        value, values = await completed(plan, row, (deed.key,), self._variables, context, self.errors)
        self.values += values
        return value
