"""Whether joined services still are what was pinned of them, and what of them nobody reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLError, TypeDefinitionNode, TypeExtensionNode, parse, print_ast

from engine.graph import Graph, GraphRefused
from gateway.joined.composing import CannotCompose
from gateway.joined.configuration import JoinedService, Joining
from gateway.joined.foreign import ACTS, MACHINERY, MAX_TOKENS, UNJOINED, understood
from gateway.joined.joining import joined
from gateway.remote_sources import opened
from sources.postgres.failure import SourceFailure
from sources.remote.errand import Errand

ASKED = {"query": "{ _service { sdl } }"}


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one service, in lines for people.

    Attributes:
        faults: what keeps it from being joined.
        silent: why it does not say what it is; None where it does.
        drift: what it says otherwise than is pinned.
        unread: coordinates that nobody reads, for no line speaks of them.
        undone: what of it nobody does, for the same reason.
    """

    name: str
    faults: tuple[str, ...]
    silent: str | None
    drift: tuple[str, ...]
    unread: tuple[str, ...]
    undone: tuple[str, ...]

    @property
    def well(self) -> bool:
        """Whether it is what was pinned; what nobody reads does no harm."""
        return not (self.faults or self.silent or self.drift)

    @property
    def said(self) -> str:
        """All of it in one line."""
        silent = () if self.silent is None else (self.silent,)
        return "; ".join((*self.faults, *silent, *self.drift)) or "as it is pinned"


async def looked_at(service: JoinedService, graph: Graph) -> Looked:
    """Ask a service what it is, and compare."""
    found = understood(service, graph)
    unread = tuple(coordinate for coordinate, line in found.lines.items() if line is None)
    undone = tuple(f"{ACTS}.{name}" for name, permission in found.acts.items() if permission is None)
    silent, drift = None, list[str]()
    try:
        served = await _served(service)
    except SourceFailure as failed:
        silent = f"it does not say what it is ({failed.code})"
    else:
        try:
            drift = [*differences(service.schema, served)]
        except (GraphQLError, RecursionError):
            silent = "what it says cannot be parsed"
    return Looked(service.name, tuple(found.faults), silent, tuple(drift), unread, undone)


def together(joining: Joining, graph: Graph, folder: Path) -> list[str]:
    """What keeps all of them from being joined together; nothing where one alone cannot be."""
    try:
        joined(joining, graph, folder)
    except GraphRefused as refused:
        return refused.faults
    except CannotCompose as failed:
        return [str(failed)]
    return []


def differences(pinned: str, served: str) -> Iterator[str]:
    """What a schema says otherwise than is pinned, coordinate by coordinate; descriptions do not count.

    Raises:
        GraphQLError: one of them is no schema.
    """
    before, after = _definitions(pinned), _definitions(served)
    for coordinate in sorted({*before, *after}):
        if coordinate not in after:
            yield f"{coordinate} is gone"
        elif coordinate not in before:
            yield f"{coordinate} is new"
        elif before[coordinate] != after[coordinate]:
            yield f"{coordinate} was {before[coordinate]}, and is {after[coordinate]}"


async def _served(service: JoinedService) -> str:
    """The schema that a service gives.

    Raises:
        SourceFailure: it gives none.
    """
    (door,) = opened([service.source])
    try:
        said = await door.post("", ASKED, Errand())
    finally:
        await door.close()
    try:
        sdl = said["data"]["_service"]["sdl"]
    except (KeyError, TypeError):
        sdl = None
    if not isinstance(sdl, str):
        raise SourceFailure(service.name)
    return sdl


def _definitions(schema: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in parse(schema, no_location=True, max_tokens=MAX_TOKENS).definitions:
        if not isinstance(node, TypeDefinitionNode | TypeExtensionNode) or node.name.value in UNJOINED:
            continue
        name, members = node.name.value, [*_members(node)]
        if not members:
            found.setdefault(name, node.kind.removesuffix("_definition").removesuffix("_extension"))
        for member in members:
            if not (name == "Query" and member.name.value in MACHINERY):
                found[f"{name}.{member.name.value}"] = _signature(member)
    return found


def _members(node: Any) -> Iterator[Any]:
    for kind in ("fields", "values", "types"):
        yield from getattr(node, kind, None) or ()


def _signature(member: Any) -> str:
    """What follows the name of a member, without its description."""
    if not hasattr(member, "directives"):
        return "a member"
    kept = {key: getattr(member, key) for key in member.keys if key != "description"}
    if kept.get("directives"):
        kept["directives"] = tuple(sorted(kept["directives"], key=print_ast))
    if kept.get("arguments"):
        arguments = ({key: getattr(one, key) for key in one.keys if key != "description"} for one in kept["arguments"])
        kept["arguments"] = tuple(type(one)(**given) for one, given in zip(kept["arguments"], arguments, strict=True))
    text = print_ast(type(member)(**kept))
    return text.removeprefix(member.name.value).removeprefix(":").strip() or "a value"
