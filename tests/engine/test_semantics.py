"""What execution means, case by case, in both executors."""

import orjson
import pytest

from engine.answer.answer import Answer
from engine.executor import Executor
from engine.request.request import Request
from tests.engine.cases import CASES, CONTRADICTS, REFUSED, Case
from tests.engine.tiny import COMPILED, REFERENCE, memory

# The reference tells of refusals that it met in an object before the object was lost.
TELLS_MORE = frozenset({"what is lost takes its refusals along"})


@pytest.mark.parametrize("executor", [REFERENCE, COMPILED], ids=["reference", "compiled"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_execution_means_what_the_specification_says(case: Case, executor: Executor) -> None:
    answer = await answered(case, executor)
    assert orjson.dumps(answer.data) == orjson.dumps(case.data)
    found = [(error["extensions"]["code"], ".".join(map(str, error["path"]))) for error in answer.errors]
    if executor is REFERENCE and case.name in TELLS_MORE:
        found = [(code, path) for code, path in found if code != REFUSED]
    assert sorted(found) == sorted(case.errors)
    told = [error["extensions"] for error in answer.errors]
    assert all(one["store"] == "memory" for one in told if one["code"] == CONTRADICTS)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_the_compiled_executor_answers_the_same_from_its_memory(case: Case) -> None:
    assert COMPILED.plans is not None
    declined = COMPILED.plans.declined
    first, again = await answered(case, COMPILED), await answered(case, COMPILED)
    assert (orjson.dumps(first.data), first.errors) == (orjson.dumps(again.data), again.errors)
    assert COMPILED.plans.declined == declined


async def answered(case: Case, executor: Executor) -> Answer:
    """What an executor answers to a case."""
    context = memory(case.rights, **case.content)
    context.broken = dict(case.broken)
    return await executor.execute(Request(case.document, None, dict(case.variables)), context)
