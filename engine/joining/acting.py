"""Operations by which another service does something: one act in each, sent once, its answer read like any other."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

import orjson
from graphql import (
    FieldNode,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    is_composite_type,
    value_from_ast_untyped,
)

from engine.errors import Code, Fault, Finding
from engine.global_id import split
from engine.joining.deeds import Acts, Deed, Said
from engine.joining.nodes import fields_of, key_of
from engine.joining.own import Caller
from engine.joining.permits import Permits
from engine.joining.services import Contradicts, Reply, Service
from engine.joining.steps import Asked
from engine.path import Path
from engine.request.operation import Operation
from engine.rights import Rights

ACTS: Final = "Mutation"
TYPENAME: Final = "__typename"
# The header by which services know a request that is repeated.
HEADER: Final = "Idempotency-Key"
ALONE: Final = Fault(Code.GRAPHQL_VALIDATION_FAILED, "An act of another service stands alone in its operation.")
KEYLESS: Final = Fault(
    Code.BAD_USER_INPUT,
    "An act of another service takes a key: the header Idempotency-Key, or idempotencyKey in extensions.",
    header=HEADER,
    finding=Finding.MISSING.value,
)


def acts_of(operation: Operation, permits: Permits) -> dict[str, FieldNode]:
    """The acts of other services that an operation has at its root, by their response keys, whatever its flags say."""
    found = {key_of(node): node for node in fields_of(operation.node.selection_set, operation.fragments)}
    return {key: node for key, node in found.items() if f"{ACTS}.{node.name.value}" in permits}


def is_alone(operation: Operation, acts: Mapping[str, FieldNode]) -> bool:
    """Whether an operation that has acts of others has one and nothing beside it, whatever its flags say."""
    found = fields_of(operation.node.selection_set, operation.fragments)
    return {key_of(node) for node in found if node.name.value != TYPENAME} == {*acts} and len(acts) == 1


def deed_of(
    key: str, node: FieldNode, given: Mapping[str, Any], schema: GraphQLSchema, permits: Permits, ours: frozenset[str]
) -> Deed:
    """An act as it is about to be sent; `ours` are the prefixes of our ids."""
    name = node.name.value
    permit = permits[f"{ACTS}.{name}"]
    values = {one.name.value: value_from_ast_untyped(one.value, dict(given)) for one in node.arguments or ()}
    values = {argument: value for argument, value in values.items() if value is not Undefined}
    root: Any = schema.mutation_type
    core = root.fields[name]
    named = [one for argument, value in values.items() for one in _ids(core.args[argument].type, value)]
    mine = [one for one in named if (found := split(one)) is not None and found[0] in ours]
    return Deed(permit.store, name, key, permit.permission or "", values, tuple(dict.fromkeys(mine)))


@dataclass(eq=False, slots=True)
class Once:
    """A service as an operation asks it that has it do something: the act goes by whoever sees to acts.

    Attributes:
        batch: how many representations one request may have.
        failed: why the act came to no answer, if it did not.
    """

    service: Service
    acts: Acts
    deed: Deed
    schema: GraphQLSchema
    signature: Any
    failed: BaseException | None = None
    batch: int = field(init=False)

    def __post_init__(self) -> None:
        self.batch = self.service.batch

    async def ask(self, asked: Asked, variables: Mapping[str, Any], *, run: Caller) -> Reply:
        """Ask the service, or do the act."""
        if asked.reads:
            return await self.service.ask(asked, variables, run=run)
        try:
            return await self.acts.done(self.deed, _Sending(self, asked, variables, run), run.context)
        except BaseException as failed:
            self.failed = failed
            raise


@dataclass(frozen=True, slots=True)
class _Sending:
    once: Once
    asked: Asked
    variables: Mapping[str, Any]
    run: Caller

    @property
    def digest(self) -> str:
        said = orjson.dumps([self.asked.text, self.variables], option=orjson.OPT_SORT_KEYS)
        return sha256(said).hexdigest()

    def stands(self) -> bool:
        rights: Rights = self.run.context.rights
        return bool(rights.signature == self.once.signature)

    async def send(self, key: str) -> Said:
        reply = await self.once.service.ask(self.asked, self.variables, run=replace(self.run, key=key))
        data = reply.data
        errors = [one for one in reply.errors if isinstance(one, dict)]
        if data is None and reply.errors:
            return Said(reply, refused=not any(_is_below(one.get("path")) for one in errors))
        keys = [key for key in data if key != TYPENAME] if data.__class__ is dict else []
        if len(keys) != 1 or not self._fits(data[keys[0]]):
            raise Contradicts
        refused = data[keys[0]] is None and bool(reply.errors)
        return Said(reply, refused=refused and not any(_is_below(one.get("path")) for one in errors))

    def _fits(self, value: Any) -> bool:
        """Whether a value is of the form that the act has."""
        root: Any = self.once.schema.mutation_type
        kind = root.fields[self.once.deed.name].type
        kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if value is None or isinstance(kind, GraphQLList):
            return value is None or value.__class__ is list
        return value.__class__ is dict or not is_composite_type(kind)


def _is_below(path: Path | None) -> bool:
    """Whether an error is of what an act gave, and not of the act itself."""
    return isinstance(path, list) and len(path) > 1


def _ids(kind: Any, value: Any) -> Iterator[str]:
    """The texts of a value that stand where its type has an id."""
    if isinstance(kind, GraphQLNonNull):
        yield from _ids(kind.of_type, value)
    elif isinstance(kind, GraphQLList):
        for one in value if isinstance(value, list) else (value,):
            yield from _ids(kind.of_type, one)
    elif isinstance(kind, GraphQLInputObjectType):
        for name, one in value.items() if isinstance(value, dict) else ():
            if name in kind.fields:
                yield from _ids(kind.fields[name].type, one)
    elif kind.name == "ID" and isinstance(value, str):
        yield value
