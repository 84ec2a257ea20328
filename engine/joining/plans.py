"""Plans kept: those that were made beforehand, and those that the planner made since; a known plan needs no planner."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import orjson

from engine.joining.planner import NotPlanned, Planner, PlannerGone
from engine.joining.reading import PlanUnfit, read
from engine.joining.steps import Fetch, Steps
from engine.joining.supergraph import Supergraph
from engine.request.cache import Kept

MAX_PLANS: Final = 2_000
MAX_BYTES: Final = 64 * 2**20
# A character of an operation for a service stands for so many bytes of its plan, text and nodes together.
BYTES: Final = 40
BASE: Final = 2_000
# The form of the file.
FORM: Final = 1

# A document and the name of its operation.
Name: TypeAlias = tuple[str, str | None]


class PlansUnfit(Exception):
    """Plans made beforehand are not of this supergraph, or not of this form; `str` says what is otherwise."""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """Plans that were made at deploy, so that no planner is needed in production.

    Attributes:
        supergraph: the digest of the supergraph that they are of.
        planner: the version of the planner that made them.
        plans: the plans as it wrote them, by document and name of the operation.
    """

    supergraph: str
    planner: str
    plans: Mapping[Name, Any]

    def save(self, file: Path) -> None:
        """Write them to a file, which is there whole or as it was before."""
        plans = [
            {"document": document, "operationName": name, "plan": plan} for (document, name), plan in self.plans.items()
        ]
        written = {
            "form": FORM,
            "supergraph": self.supergraph,
            "planner": self.planner,
            "plans": plans,
        }
        beside = file.with_name(f"{file.name}.new")
        beside.write_bytes(orjson.dumps(written, option=orjson.OPT_INDENT_2))
        beside.replace(file)

    @classmethod
    def load(cls, file: Path, *, supergraph: str | None = None, planner: str | None = None) -> "Beforehand":
        """Read them from a file; the digest of a supergraph and the version of a planner are those they must be of.

        Raises:
            PlansUnfit: they are of others, or the file is none of plans.
            OSError: it cannot be read.
        """
        try:
            held = orjson.loads(file.read_bytes())
            if held["form"] != FORM:
                raise PlansUnfit(f"{file.name}: the form of plans is {held['form']}, and {FORM} is known.")
            plans = {(one["document"], one["operationName"]): one["plan"] for one in held["plans"]}
            made = cls(held["supergraph"], held["planner"], plans)
        except (ValueError, KeyError, TypeError) as unfit:
            raise PlansUnfit(f"{file.name}: it is no file of plans.") from unfit
        if supergraph is not None and made.supergraph != supergraph:
            raise PlansUnfit(f"{file.name}: the plans are of another supergraph; make them anew.")
        if planner is not None and made.planner != planner:
            raise PlansUnfit(f"{file.name}: the plans are of planner {made.planner}, not {planner}; make them anew.")
        return made


class Plans:
    """Plans by document and name of the operation; of those that the planner made the least used are forgotten.

    Args:
        planner: makes those that are not known; None where all were made beforehand.
        trusted: services whose entities do not say whose they are (`reading.read`).

    Attributes:
        built, found: how often a plan was made, or was there already.

    Raises:
        PlansUnfit: one that was made beforehand cannot be followed, or all are of another supergraph.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        planner: Planner | None,
        beforehand: Beforehand | None = None,
        *,
        trusted: frozenset[str] = frozenset(),
    ) -> None:
        self.built = self.found = 0
        self._supergraph = supergraph
        self._planner = planner
        self._trusted = trusted
        self._known: Kept[Name, Steps | NotPlanned] = Kept(MAX_PLANS, MAX_BYTES)
        self._making: dict[Name, asyncio.Task[Any]] = {}
        if beforehand is not None and beforehand.supergraph != supergraph.digest:
            raise PlansUnfit("The plans are of another supergraph; make them anew.")
        try:
            self._beforehand = {
                name: read(plan, supergraph, trusted=trusted)
                for name, plan in ({} if beforehand is None else beforehand.plans).items()
            }
        except PlanUnfit as unfit:
            raise PlansUnfit(f"A plan cannot be followed: {unfit}") from unfit

    def __len__(self) -> int:
        return len(self._known) + len(self._beforehand)

    async def plan(self, document: str, operation_name: str | None) -> Steps:
        """The plan of an operation of a valid document.

        Raises:
            NotPlanned: it cannot be planned.
            PlannerGone: it is not known, and the planner is not there.
            PlanUnfit: there is a step in it that nobody here knows.
        """
        name = (document, operation_name)
        known = self._beforehand.get(name) or self._known.get(name)
        if known is None:
            known = await self._made(name)
        else:
            self.found += 1
            if name in self._known:
                self._known.move_to_end(name)
        if isinstance(known, NotPlanned):
            raise known.with_traceback(None)
        return known

    async def _made(self, name: Name) -> Steps | NotPlanned:
        """A plan made now; who asks for the same meanwhile waits for the same."""
        if self._planner is None:
            raise PlannerGone
        making = self._making.get(name)
        if making is None:
            making = self._making[name] = asyncio.create_task(self._planner.plan(*name))
            making.add_done_callback(partial(self._ended, name))
        made: Steps | NotPlanned
        try:
            # Whoever leaves does not take the plan from those who wait with him.
            plan = await asyncio.shield(making)
            known = self._known.get(name)
            if known is not None:
                return known
            made = read(plan, self._supergraph, trusted=self._trusted)
            self.built += 1
        except NotPlanned as refused:
            made = refused.with_traceback(None)
        texts = [] if isinstance(made, NotPlanned) else _texts(made.fetches)
        self._known.keep(name, made, BASE + BYTES * (len(name[0]) + sum(map(len, texts))))
        return made

    def _ended(self, name: Name, making: asyncio.Task[Any]) -> None:
        del self._making[name]
        # Where everybody left, nobody else asks how it ended.
        if not making.cancelled():
            making.exception()


def _texts(fetches: Iterable[Fetch]) -> list[str]:
    return [fetch.asked.text for fetch in fetches]
