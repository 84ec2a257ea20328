"""The variables of a request: taken at once while all is well, else as graphql-core takes them; or what is wrong."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any, cast

from graphql import (
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    coerce_input_value,
    is_leaf_type,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.utilities import type_from_ast

from engine.errors import Finding, untraced
from engine.request.findings import Found, in_value

MAX_ERRORS = 20
# A variable, what takes its value, and whether it must have one.
Kind = tuple[str, Callable[[Any], Any], bool]


class Variables:
    """The coerced values of one request.

    Attributes:
        coerced: by name; a variable without value and default has none.
    """

    __slots__ = ("_declared", "_full", "_given", "coerced")

    def __init__(
        self, declared: "Declared", given: Mapping[str, Any], coerced: dict[str, Any], full: VariableValues | None
    ) -> None:
        self.coerced = coerced
        self._declared = declared
        self._given = given
        self._full = full

    @property
    def full(self) -> VariableValues:
        """The same in the words of graphql-core."""
        if self._full is None:
            # What was taken quickly is sound, so that nothing can be wrong with it here.
            self._full = cast("VariableValues", self._declared.slowly(self._given))
        return self._full


class Declared:
    """The variables that an operation declares."""

    def __init__(self, schema: GraphQLSchema, node: OperationDefinitionNode) -> None:
        self._schema = schema
        self._nodes = tuple(node.variable_definitions or ())
        self._plain: list[Kind] | None = None
        kinds: list[Kind] = []
        for definition in self._nodes:
            kind: Any = type_from_ast(schema, definition.type)
            required = isinstance(kind, GraphQLNonNull)
            kind = kind.of_type if required else kind
            if definition.default_value is not None:
                return
            take = kind.coerce_input_value if is_leaf_type(kind) else partial(coerce_input_value, type_=kind)
            kinds.append((definition.variable.name.value, take, required))
        self._plain = kinds

    def take(self, given: Mapping[str, Any]) -> Variables | list[Found]:
        """The values of a request, or what is wrong with them."""
        coerced = None if self._plain is None else self._quickly(self._plain, given)
        if coerced is not None:
            return Variables(self, given, coerced, None)
        full = self.slowly(given)
        if not isinstance(full, list):
            return Variables(self, given, full.coerced, full)
        for error in full:
            untraced(error)
        return list(islice(self._wrong(given), MAX_ERRORS)) or [Found(Finding.NOT_OF_TYPE, ())]

    def _wrong(self, given: Mapping[str, Any]) -> Iterator[Found]:
        """What is wrong with the values of a request; the errors of the library quote them."""
        for definition in self._nodes:
            name, kind = definition.variable.name.value, type_from_ast(self._schema, definition.type)
            if name in given:
                found = in_value(kind, given[name], (name,))
            elif isinstance(kind, GraphQLNonNull) and definition.default_value is None:
                found = iter([Found(Finding.MISSING, (name,))])
            else:
                continue
            yield from (replace(one, variable=name) for one in found)

    def slowly(self, given: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """The values as graphql-core takes them."""
        return get_variable_values(self._schema, self._nodes, dict(given), max_errors=MAX_ERRORS)

    @staticmethod
    def _quickly(plain: list[Kind], given: Mapping[str, Any]) -> dict[str, Any] | None:
        """Values that are as they should be; None for anything that has to be looked at closely."""
        coerced: dict[str, Any] = {}
        for name, take, required in plain:
            value = given.get(name, Undefined)
            if value is None or value is Undefined:
                if required:
                    return None
                if value is None:
                    coerced[name] = None
                continue
            try:
                found = take(value)
            except Exception:  # noqa: BLE001 - what is wrong with it, the close look says
                return None
            if found is Undefined:
                return None
            coerced[name] = found
        return coerced
