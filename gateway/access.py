"""The table of access: every guarded coordinate × role, with the rule under which it may be read."""

from collections.abc import Mapping

from auth.assurance import Age
from auth.minimums import MINIMUMS, OF_HIMSELF
from auth.permissions import Permission
from auth.policy import POLICY
from auth.role import RoleName
from auth.rules import Rule
from schema.built import graph

HEADING = """# Who may read and do what

Written by `kabinet access --write` from the declarations in `schema/` and the policy in `auth/policy.py`; do not edit.

A cell says the rule that must also hold, `all` where none must, and nothing where the field is refused. `²`: only with
a second factor not older than 15 minutes; `ʰ`: than 12 hours, or what the settings say. A viewer with several roles has
the union of what they give. Fields that are not in the table are public to whoever may see their object. `Mutation` has
the acts: the rule says on which objects.
The role ALL (demo profile only) has every permission.
"""

LEAST = """## The least assurance

How old a second factor may be, by `auth/minimums.py`: for what concerns others, for what is the viewer's own (rules
{himself}), and by single rules where that differs. What is `unconfirmed` everybody may know, by some rule. Programs
(`MIS`) are asked for none, nor is what they do on behalf of somebody. An act takes what its permission takes.

| permission | acts | account | others' | own | by rule |
|---|---|---|---|---|---|
"""

ROLES = tuple(role for role in RoleName if role is not RoleName.ALL)


def table() -> str:
    """The table in Markdown."""
    built = graph()
    rows = [f"| coordinate | permission | {' | '.join(ROLES)} |", f"|---|---|{'---|' * len(ROLES)}"]
    for coordinate in built.coordinates():
        permission = built.permission_of(coordinate)
        if permission is not None:
            keys = built.types[coordinate.partition(".")[0]].declaration.keys
            rows.append(f"| {coordinate} | {permission} | {' | '.join(_cells(Permission(permission), keys))} |")
    for coordinate, guard in built.input_guards.items():
        rows.append(f"| {coordinate} (input) | {guard} | {' | '.join(_cells(Permission(guard), {}))} |")
    return HEADING + "\n" + "\n".join(rows) + "\n\n" + _least()


def _least() -> str:
    """The least assurance for each permission, with the acts that take it."""
    built, acts = graph(), dict[str, list[str]]()
    for coordinate in built.coordinates():
        if coordinate.startswith("Mutation."):
            acts.setdefault(built.permission_of(coordinate) or "", []).append(coordinate.partition(".")[2])
    rows = []
    for permission in Permission:
        least = MINIMUMS[permission]
        held = {clause.rule for clauses in POLICY[permission].values() for clause in clauses}
        apart = [f"{rule} {_age(age)}" for rule, age in least.by.items() if rule in held]
        own = _age(least.himself) if held & OF_HIMSELF else ""
        account = least.level.value.lower()
        cells = (permission, ", ".join(acts.get(permission, ())), account, _age(least.others), own, ", ".join(apart))
        rows.append(f"| {' | '.join(cells)} |\n")
    himself = ", ".join(f"`{rule}`" for rule in Rule if rule in OF_HIMSELF)
    return LEAST.format(himself=himself) + "".join(rows)


def _age(age: Age | None) -> str:
    return "–" if age is None else {Age.FRESH: "15 min", Age.RECENT: "12 h"}[age]


def described() -> dict[str, str]:
    """Of each guarded coordinate its permission, and which roles have it by which rule, as a line of Markdown."""
    built = graph()
    found: dict[str, tuple[str, Mapping[str, str | None]]] = {}
    for coordinate in built.coordinates():
        permission = built.permission_of(coordinate)
        if permission is not None:
            found[coordinate] = permission, built.types[coordinate.partition(".")[0]].declaration.keys
    found |= {coordinate: (guard, {}) for coordinate, guard in built.input_guards.items()}
    return {coordinate: _described(Permission(permission), keys) for coordinate, (permission, keys) in found.items()}


def _described(permission: Permission, keys: Mapping[str, str | None]) -> str:
    roles = [f"{role} ({cell})" for role, cell in zip(ROLES, _cells(permission, keys), strict=True) if cell]
    return f"**Needs** `{permission}`: {', '.join(roles) or 'nobody but ALL'}"


def _cells(permission: Permission, keys: Mapping[str, str | None]) -> list[str]:
    row = POLICY[permission]
    # A rule whose key is None on a type holds on none of its objects.
    return [
        ", ".join(clause.mark for clause in row.get(role, ()) if keys.get(clause.rule, "") is not None)
        for role in ROLES
    ]
