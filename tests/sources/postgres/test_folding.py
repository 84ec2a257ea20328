"""What narrows and orders a list means the same whatever comes with its rows: folds are joined, and change nothing."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest

import sources
from sources.postgres.statement import WHOLE, Compiled, Entity, compiled_of

# Filters, rules and orders of a statement, by the names of an entity.
Conditions = dict[str, tuple[Any, ...]]
NONE: Conditions = {"narrow": (), "filters": (), "order": ()}


def entities() -> Iterator[tuple[str, Entity]]:
    """Every entity of every store that has folds."""
    for module in pkgutil.walk_packages(sources.__path__, "sources."):
        if "migrations" not in module.name:
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Entity) and value.folds:
                    yield f"{module.name.rpartition('.')[2]}.{name}", value


def conditions(entity: Entity) -> Iterator[tuple[str, Conditions]]:
    """Every filter, every column that a rule can look at, and every column that can order, alone."""
    for name in entity.filters:
        yield f"filter {name}", {**NONE, "filters": (name,)}
    for name in (*entity.all_columns, *entity.narrows):
        yield f"rule on {name}", {**NONE, "narrow": ((name,),)}
        yield f"order by {name}", {**NONE, "order": ((name, "asc"),)}


CASES = {
    f"{known} with {fold}, {what}": (entity, fold, given)
    for known, entity in entities()
    for fold in entity.folds
    for what, given in conditions(entity)
}


def said(compiled: Compiled) -> str:
    """The text with the names of its parameters."""
    return re.sub(r"\$(\d+)", lambda found: f":{compiled.parameters[int(found[1]) - 1]}", compiled.text)


def text_of(entity: Entity, columns: frozenset[str], given: Conditions) -> str:
    """The statement for some columns of all rows."""
    return said(
        compiled_of(entity, WHOLE, "rows", columns, None, given["narrow"], given["filters"], given["order"], False)
    )


@pytest.mark.parametrize("case", CASES)
def test_a_condition_is_the_same_with_a_fold_and_without(case: str) -> None:
    entity, fold, given = CASES[case]
    (column, *_) = entity.folds[fold].entity.table.c.keys()
    plain, folded = frozenset({"id"}), frozenset({"id", f"{fold}.{column}"})
    alone, together = (
        text_of(entity, columns, given).removeprefix(text_of(entity, columns, NONE)) for columns in (plain, folded)
    )
    assert alone
    assert together == alone
