from collections.abc import Callable, Iterator, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

import pytest

from sources.postgres.migrating import SCRIPTS
from sources.postgres.triggers import facts_noted, objects_noted, told

Noted = Callable[[Mapping[str, str]], Iterator[str]]

# Migrations that were applied with these statements written out.
WRITTEN_OUT = [
    ("registry/versions/0002_fact_change.py", facts_noted),
    ("accreditation/versions/0002_fact_change.py", facts_noted),
    ("journal/versions/0002_fact_change.py", facts_noted),
    ("registry/versions/0005_object_change.py", objects_noted),
    ("documents/versions/0005_object_change.py", objects_noted),
    ("schedule/versions/0002_object_change.py", objects_noted),
]


@pytest.mark.parametrize(("migration", "noted"), WRITTEN_OUT)
def test_a_later_store_notes_as_the_first_ones_do(
    monkeypatch: pytest.MonkeyPatch, migration: str, noted: Noted
) -> None:
    module = applied(migration)
    executed: list[str] = []
    monkeypatch.setattr(module.op, "execute", executed.append)
    module.upgrade()
    assert executed
    assert [plain(one) for one in noted(module.NOTES)] == [plain(one) for one in executed]


def test_a_later_store_gives_word_of_facts_as_the_registry_does(monkeypatch: pytest.MonkeyPatch) -> None:
    module = applied("registry/versions/0003_notice.py")
    executed: list[str] = []
    monkeypatch.setattr(module.op, "execute", executed.append)
    module.upgrade()
    assert [plain(one) for one in told("fact_change")] == [plain(one) for one in executed]


def applied(migration: str) -> Any:
    spec = spec_from_file_location("applied", SCRIPTS / migration)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(statement: str) -> str:
    """The statement without what does not matter: white space, and the case of its words."""
    return " ".join(statement.lower().split())
