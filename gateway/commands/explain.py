"""What an operation would do for a viewer, told as a tree for a person to read; nothing of it is executed."""

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auth.viewer import Viewer
from engine.answer.answer import Answer
from engine.executor import Executor
from engine.joining.executor import JoinedExecutor
from engine.request.documents import MAX_TOKENS
from engine.request.measure import MAX_COST, MAX_DEPTH
from engine.request.request import Request
from gateway.application import joined_of
from gateway.databases import database_urls, databases, stores_at
from gateway.identity import demo
from gateway.identity.keys import KeyRing
from gateway.identity.presented import Presented
from gateway.joined.joining import Joined
from gateway.log import Log
from gateway.operating import Operating
from gateway.settings import Settings

WIDTH = 110
# Waiting is better here than telling of lost facts.
PATIENCE = 60.0
WHY = {
    "setting": "KABINET_EXECUTOR=reference",
    "introspection": "it asks for the schema itself",
}


class CannotRead(Exception):
    """A document or its variables cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Explained:
    """For whom, and what would be done or what is wrong."""

    viewer: Viewer
    plan: Mapping[str, Any] | None
    faults: tuple[str, ...] = ()


def request_of(document: str, variables: str | None, operation: str | None) -> Request:
    """The request that the arguments of the command line mean.

    Raises:
        CannotRead: no such file, no text, or variables that are no JSON object.
    """
    written = variables or "{}"
    try:
        given = json.loads(written if written.lstrip().startswith("{") else _text(written))
    except (ValueError, RecursionError) as wrong:
        raise CannotRead(f"--variables: expected a JSON object ({wrong})") from None
    if not isinstance(given, dict):
        raise CannotRead("--variables: expected a JSON object")
    return Request(_text(document), operation, given)


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8")
    except OSError as failed:
        raise CannotRead(f"{name}: {failed.strerror}") from None
    except UnicodeDecodeError:
        raise CannotRead(f"{name}: expected text in UTF-8") from None


async def explained(settings: Settings, request: Request, persona: str | None, *, second_factor: bool) -> Explained:
    """What would be done for one of the cast, whose facts the stores tell, or for nobody, for whom none is asked.

    Raises:
        UnknownPersona: nobody of this name is in the cast.
        EmbeddedServerFailed: the embedded server does not come up.
    """
    if persona is None:
        return await _over(database_urls(settings), settings, request, None)
    bearer = demo.token(settings.data, persona, timedelta(hours=1), datetime.now(UTC), second_factor=second_factor)
    async with databases(settings) as urls:
        return await _over(urls, settings, request, bearer)


async def _over(urls: Mapping[str, str], settings: Settings, request: Request, bearer: str | None) -> Explained:
    stores = stores_at(settings, urls, pool=1, deadline=PATIENCE)
    try:
        joined = joined_of(settings, Log(settings.log))
        keys = KeyRing((), (demo.issuer(settings.data),))
        operating = Operating(settings, stores, keys, Log(settings.log), joined=joined)
        viewer = await operating.viewer(Presented(bearer))
        found = await _found(operating.executor, joined, request, viewer)
    finally:
        await stores.close()
    if isinstance(found, Answer):
        return Explained(viewer, None, tuple(map(_fault, found.errors)))
    return Explained(viewer, found)


async def _found(
    executor: Executor, joined: Joined | None, request: Request, viewer: Viewer
) -> Mapping[str, Any] | Answer:
    if joined is None or not isinstance(executor, JoinedExecutor):
        return executor.explained(request, viewer)
    await joined.open()
    try:
        return await executor.explained_whole(request, viewer)
    finally:
        await joined.close()


def _fault(error: Mapping[str, Any]) -> str:
    more = dict(error["extensions"])
    places = [f"line {place['line']}, column {place['column']}" for place in error.get("locations", ())]
    facts = [*places, *(f"{name} {value}" for name, value in more.items() if name != "code")]
    return f"{more['code']}: {error['message']}" + (f" ({'; '.join(facts)})" if facts else "")


def lines(found: Explained, name: str) -> Iterator[str]:
    """The plan line by line."""
    viewer, plan = found.viewer, found.plan or {}
    roles = ", ".join(role.name for role in viewer.roles) or "no role"
    yield f"as {name} ({roles}) at {viewer.at:%Y-%m-%dT%H:%M:%SZ}"
    for lost in viewer.facts.lost if viewer.facts else ():
        yield f"the store {lost.store} did not say who that is: {lost.code}"
    measured = f"cost {plan['cost']:,} of {MAX_COST:,}, depth {plan['depth']} of {MAX_DEPTH}"
    measured += f", tokens {plan['tokens']:,} of {MAX_TOKENS:,}"
    if plan["executor"] == "reference":
        yield f"{measured}; by the reference executor, without a plan: {WHY.get(plan['because'], plan['because'])}"
        return
    if plan["executor"] == "joined":
        yield f"{measured}; joined, requests: {len(plan['requests'])}"
        yield from _joined(plan)
        return
    yield f"{measured}; compiled, statements: {plan['statements']}"
    yield ""
    yield from _inside(plan, "", "")


def _joined(plan: Mapping[str, Any]) -> Iterator[str]:
    """What is asked of whom, and what is not."""
    for one in plan["withheld"]:
        yield from _wrapped(f"withheld  {one['at']} = {one['coordinate']}: {one['reason']}", "")
    if "unplanned" in plan:
        yield f"it cannot be planned: {plan['unplanned']}"
    for number, one in enumerate(plan["requests"], 1):
        yield ""
        places = f", for {', '.join(one['places'])}" if "places" in one else ""
        yield from _wrapped(f"{number} {one['service']}{places}", "")
        yield from _wrapped(f"  asks      {' '.join(one['operation'].split())}", "  ")
        if one.get("plan", {}).get("executor") == "compiled":
            yield from _inside(one["plan"], "  ", "  ")


def _inside(told: Mapping[str, Any], first: str, indent: str) -> Iterator[str]:
    """What is told of some objects, and the steps below; `first` leads the lines that are no step."""
    for rule in told.get("rules", ()):
        yield from _wrapped(f"{first}rule      {_ruled(rule)}: {', '.join(rule['fields'])}", first)
    for refused in told.get("refused", ()):
        why = f"{refused['reason']}{' of ' + refused['store'] if 'store' in refused else ''}"
        yield from _wrapped(f"{first}refused   {refused['at']}: {why}, {refused['permission']}", first)
    steps = told.get("steps", ())
    for number, step in enumerate(steps, 1):
        last = number == len(steps)
        yield from _step(step, f"{indent}{'└─ ' if last else '├─ '}", f"{indent}{'   ' if last else '│  '}")


def _step(step: Mapping[str, Any], head: str, indent: str) -> Iterator[str]:
    arguments = f"({step['arguments']})" if "arguments" in step else ""
    alias = "" if step["at"].rpartition(".")[2] == step["field"].partition(".")[2] else f" = {step['field']}"
    leads = f" → {step['type']}" if "type" in step else ""
    yield from _wrapped(f"{head}{step['at']}{alias}{arguments}{leads}", indent)
    first = f"{indent}{'│  ' if step.get('steps') else '   '}"
    yield from _wrapped(f"{first}{_source(step)}", first)
    if columns := step.get("columns"):
        yield from _wrapped(f"{first}columns   {', '.join(columns)}", first)
    if seen := step.get("seen"):
        yield from _wrapped(f"{first}rows by   {_ruled(seen)}", first)
    yield from _inside(step, first, indent)


def _source(step: Mapping[str, Any]) -> str:
    if step.get("folded"):
        return f"folded    into statement {step['statement']}"
    if "fails" in step:
        return f"fails     {step['fails']}"
    if "act" in step:
        return f"act       {step['act']}, {step['permission']}"
    if step.get("barred"):
        return "not asked the rules hold on no row"
    if step["store"] is None:
        return f"memory    {step['batch']}"
    counted = f", counted by statement {step['counted']}" if "counted" in step else ""
    return f"statement {step['statement']}: {step['store']}, {step['batch']}{counted}"


def _ruled(rule: Mapping[str, Any]) -> str:
    rules = [f"{name} ({column})" for name, column in rule["rules"].items()]
    rules += [f"{name} ({column}) with a second factor" for name, column in rule.get("withSecondFactor", {}).items()]
    return f"{' or '.join(rules) or 'none holds'}, {rule['permission']}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent + " " * 10, break_long_words=False, drop_whitespace=True)
