"""Who is asked, and what whoever joins them has a say in: which entities are asked together, how errors are told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from engine.joining.steps import Asked, Entities, Fetch
from engine.path import Path

Representation: TypeAlias = dict[str, Any]
# An error as GraphQL writes it: message, path, extensions.
Told: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service said.

    Attributes:
        data: whatever stands in `data`, of any shape; what is in it may be changed and kept by whoever asked.
        errors: whatever stands in `errors`; each is looked at and may be of any shape.
    """

    data: Any
    errors: Sequence[Any] = ()


class Service(Protocol):
    """One service, whoever answers for it: HTTP, or an executor in this process.

    Attributes:
        batch: how many representations one request may have; what is more goes in further requests beside it.
    """

    batch: int

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Any) -> Reply:
        """Ask one operation; `run` is what was given to `Joined.execute`.

        Whoever waits may be cancelled, and everything below with him.

        Raises:
            Exception: no answer was had. Its `code`, `store` and `retryable` are told, where it has them (as failures
                of stores have), else SOURCE_UNAVAILABLE with the name of the service.
        """
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """Representations for which the same is asked.

    Attributes:
        numbers: which ones of those that were given, by their place among these.
        representations: these, as they are sent: fewer fields may be left of them.
        without: coordinates (`Type.field`, as the fetch names the type) that are not asked for; where nothing is left,
            nothing is asked.
    """

    numbers: Sequence[int]
    representations: Sequence[Representation]
    without: frozenset[str] = frozenset()


class Contradicts(Exception):
    """A service said something that is not of the form that was asked for, or is of somebody else."""

    code = "SOURCE_CONTRADICTS"
    retryable = False


class Places(Protocol):
    """Where representations stand in the answer."""

    def paths(self, number: int) -> list[Path]:
        """All places of one representation."""
        ...


class Grouping(Protocol):
    """Says which representations are asked for together, and which fields of them are not asked for at all.

    It is called once for each `_entities` of a fetch, before anything is sent. Who is in no group is not sent. Groups
    of one fetch go in aliases of one request, as far as the service's `batch` allows.
    """

    def __call__(
        self, fetch: Fetch, entities: Entities, representations: Sequence[Representation], places: Places
    ) -> Iterable[Group]:
        """The groups."""
        ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a service did not give, at one place of the answer.

    Attributes:
        service: whose it is; None where nobody knows.
        path: the place of the answer, with the positions in lists; it may lead to a field that is not public.
        error: what the service itself said of it, of any shape; None where it did not answer, or made no sense.
        failure: why there is no answer; None where there is one.
    """

    service: str | None
    path: Path
    error: Any = None
    failure: BaseException | None = None


# How a trouble is told, as an error whose `path` may be another one; None where it is not told at all.
Telling: TypeAlias = Callable[[Trouble], Told | None]


def everybody(
    fetch: Fetch,  # noqa: ARG001 - the face of a Grouping
    entities: Entities,  # noqa: ARG001
    representations: Sequence[Representation],
    places: Places,  # noqa: ARG001
) -> Iterable[Group]:
    """All representations are asked for together, and everything of them."""
    return (Group(range(len(representations)), representations),)


@dataclass(frozen=True, slots=True)
class Manners:
    """What whoever joins the services has a say in."""

    telling: Telling
    grouping: Grouping = field(default=everybody)
