"""Who may read one coordinate, in words: the permissions that it asks for, and which role has them by which rule."""

import ast
import difflib
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any

from auth.assurance import Age
from auth.permissions import Permission
from auth.policy import POLICY
from auth.role import RoleName
from auth.rules import Clause, Rule
from engine.graph import BoundField, Graph
from gateway.access import ROLES
from schema.built import graph

AGED: Mapping[Age, str] = {Age.FRESH: "15 minutes", Age.RECENT: "12 hours, or what the settings say"}

WIDTH = 110
Keys = Mapping[str, str | None]


class UnknownCoordinate(Exception):
    """There is no such field or input; the text names some that are near."""


def readers(coordinate: str) -> Iterator[str]:
    """Line by line who may read a field (`Type.field`), or use an input that looks at one.

    Raises:
        UnknownCoordinate: there is none of that name.
    """
    built = graph()
    type_name, _, name = coordinate.partition(".")
    bound = built.types.get(type_name)
    if bound is not None and name in bound.fields:
        return _of_field(built, bound.fields[name])
    if coordinate in built.input_guards:
        return _of_input(built, coordinate)
    raise UnknownCoordinate(_unknown(built, coordinate))


def _unknown(built: Graph, coordinate: str) -> str:
    type_name, _, name = coordinate.partition(".")
    known = [*built.coordinates(), *built.input_guards]
    if type_name in built.members:
        near = [one for member in sorted(built.members[type_name]) if (one := f"{member}.{name}") in known]
    else:
        by_folded = {one.casefold(): one for one in known}
        near = [by_folded[one] for one in difflib.get_close_matches(coordinate.casefold(), by_folded, n=5)]
    near = near or [one for one in known if one.startswith(f"{type_name}.")]
    nearby = f"; near it: {', '.join(near)}" if near else ""
    return f"there is no field, and no guarded input, '{coordinate}'{nearby}"


def _of_field(built: Graph, field: BoundField) -> Iterator[str]:
    type_name = field.coordinate.partition(".")[0]
    own, declaration = field.declaration.permission, built.types[type_name].declaration
    yield from _wrapped(f"{field.coordinate}: {field.core.description}")
    if declaration.gate is not None:
        yield ""
        yield from _under(
            f"An object of {type_name} is there only for those who hold", declaration.gate, declaration.keys
        )
    yield ""
    if own is None:
        yield "The field is public to whoever may see its object."
    else:
        yield from _under("The field is read under", own, declaration.keys)
    if (masked_by := field.declaration.masked_by) is not None:
        name, mask = next(
            (f.coordinate, f.declaration)
            for f in built.types[type_name].fields.values()
            if f.strawberry.python_name == masked_by
        )
        yield ""
        yield from _under(
            f"Who may not can have a part of it in {name}, read under", mask.permission or "", declaration.keys
        )
    for batch in field.declaration.edge.batches if field.declaration.edge else ():
        target = built.by_record[batch.record]
        if target.declaration.gate is not None:
            yield ""
            yield from _under(
                f"It leads to objects of {target.name}, which are there only for those who hold",
                target.declaration.gate,
                target.declaration.keys,
            )


def _of_input(built: Graph, coordinate: str) -> Iterator[str]:
    yield f"{coordinate}: an input that looks at a guarded value."
    yield ""
    yield from _under("It may be used under", built.input_guards[coordinate], {})
    yield ""
    yield "A list that it filters or orders has only the rows on which the rule holds."


def _under(heading: str, permission: str, keys: Keys) -> Iterator[str]:
    yield from _wrapped(f"{heading} {permission}: {_words(Permission)[permission]}")
    row = POLICY[Permission(permission)]
    ways: dict[tuple[str, ...], list[RoleName]] = {}
    for role in ROLES:
        # A rule whose key is None on a type holds on none of its objects.
        clauses = [clause for clause in row.get(role, ()) if keys.get(clause.rule, "") is not None]
        if clauses:
            ways.setdefault(tuple(_way(clause, keys) for clause in clauses), []).append(role)
    for said, roles in ways.items():
        yield from _wrapped(f"  {', '.join(map(_named, roles))}")
        for one in said:
            yield from _wrapped(f"    {one}")
    yield "  Nobody else." if ways else "  Nobody."


def _way(clause: Clause, keys: Keys) -> str:
    column = keys.get(clause.rule)
    looks = f" ({column})" if column else ""
    second = "" if clause.factor is None else f" Only with a second factor not older than {AGED[clause.factor]}."
    return f"{clause.rule}{looks}: {_words(Rule)[clause.rule]}{second}"


def _named(role: RoleName) -> str:
    roles: Any = graph().core.type_map["RoleName"]
    description = roles.values[role].description
    return f"{role} ({description.rstrip('.')})" if description else role


@cache
def _words(members: type[StrEnum]) -> Mapping[str, str]:
    """What stands below each member of an enum, which the program itself does not keep."""
    (declared,) = ast.parse(textwrap.dedent(inspect.getsource(members))).body
    said = {}
    body = declared.body if isinstance(declared, ast.ClassDef) else []
    for member, below in pairwise(body):
        match member, below:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                said[members[name].value] = text
    return said


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False)
