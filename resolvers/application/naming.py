"""What a draft names has to be there (на что ссылается черновик), or it could not show again what was said in it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from engine.global_id import decode
from resolvers import prefixes
from resolvers.acts.fingerprint import ABSENT
from resolvers.acts.problem import Hindered, Problem, ProblemCode
from resolvers.application.wishes import FilledSlotInput, Wishes, places_of
from resolvers.context import Context
from sources.documents.document import documents
from sources.organization import organizations
from sources.postgres.ask import Ask
from sources.postgres.writing import Unit
from sources.practitioner import practitioners

KEY = frozenset({"id"})


async def find_named(context: Context, unit: Unit, wishes: Wishes, owner: int | None) -> None:
    """That whatever an input names is known: organisation and supervisor to the register, papers as the owner's own.

    Raises:
        Hindered: something is not.
    """
    problems: list[Problem] = []
    named = (
        ("organizationId", prefixes.ORGANIZATION, wishes.organization_id, organizations),
        ("supervisorId", prefixes.PRACTITIONER, wishes.supervisor_id, practitioners),
    )
    for field, prefix, id, found_by in named:
        key = decode(prefix, id) if isinstance(id, str) else None
        if key is not None and not await found_by(context.stores.registry, "id", [key], Ask(context.at, KEY)):
            problems.append(Problem(ProblemCode.NOT_FOUND, (field,)))
    if wishes.documents is not ABSENT:
        problems += await _unknown_papers(context, unit, wishes.documents or (), owner)
    if problems:
        raise Hindered(*problems)


async def find_papers(context: Context, unit: Unit, given: Iterable[FilledSlotInput], owner: int | None) -> None:
    """That documents are the owner's own: somebody else's look like those that do not exist.

    Raises:
        Hindered: some are not.
    """
    problems = await _unknown_papers(context, unit, given, owner)
    if problems:
        raise Hindered(*problems)


async def _unknown_papers(
    context: Context, unit: Unit, given: Iterable[FilledSlotInput], owner: int | None
) -> list[Problem]:
    placed = [*places_of(given)]
    keys = sorted({key for _, _, key in placed if key is not None})

    async def look() -> frozenset[int]:
        if owner is None or not keys:
            return frozenset()
        own: Any = (("practitioner_id", (owner,)),)
        return frozenset(await documents(context.stores.documents, keys, Ask(context.at, KEY, (own,))))

    found = await look()
    unit.rests_on(found, look)
    return [*_unknown(placed, found)]


def _unknown(placed: Iterable[tuple[tuple[str, ...], str, int | None]], found: Collection[int]) -> Iterator[Problem]:
    for path, slot, key in placed:
        if key not in found:
            yield Problem(ProblemCode.DOCUMENT_UNKNOWN, path, {"slot": slot})
