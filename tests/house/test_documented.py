import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import is_introspection_type

from engine.errors import Code, Finding
from gateway.settings import STORES, Settings
from schema.built import graph
from sources.postgres.failure import SourceFailure
from tests.house import tree
from tests.keys import DOCUMENTS_KEYS, DOCUMENTS_VARIABLE, IDENTITY_KEYS, IDENTITY_VARIABLE, KEYS, VARIABLE

# What these say in place of a default is explained in their rows.
WORDS = {"embedded", "unset", "made once", ".kabinet", ".kabinet/files"}
ROW = re.compile(r"^\| `(KABINET_\w+)` \| `?([^|`]*)`? \| (\S.*) \|$", re.MULTILINE)


class Recorded(dict[str, str]):
    """An environment that remembers what it was asked for."""

    asked: set[str]

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.asked = {*getattr(self, "asked", set()), key}
        return super().get(key, default)


def documented() -> dict[str, str]:
    page = (tree.ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return {name: default.strip() for name, default, _ in ROW.findall(page)}


def test_every_setting_is_documented_and_no_other(tmp_path: Path) -> None:
    environ = Recorded(KABINET_PROFILE="demo", KABINET_DATA=str(tmp_path))
    settings = Settings.from_environment(environ)
    assert set(documented()) == environ.asked
    assert list(documented()) == list(settings.shown())


def test_the_documented_defaults_are_the_real_ones(tmp_path: Path) -> None:
    issuers = tmp_path / "issuers.json"
    issuers.write_text(
        '[{"issuer": "https://id.example.org/", "audience": "kabinet", "algorithms": ["RS256"], '
        '"jwks": "https://id.example.org/keys"}]'
    )
    required = {"KABINET_ISSUERS": str(issuers), "KABINET_CURSOR_KEY": "5a" * 32, VARIABLE: KEYS}
    required[IDENTITY_VARIABLE] = IDENTITY_KEYS
    required[DOCUMENTS_VARIABLE] = DOCUMENTS_KEYS
    urls = {variable: f"postgresql://db.example.org/{store}" for store, variable in STORES.items()}
    shown = Settings.from_environment(required | urls).shown()
    stated = {name: default for name, default in documented().items() if default not in WORDS}
    assert {name: shown[name] for name in stated} == stated


def described() -> Iterator[tuple[str, str | None]]:
    """Everything in the schema that can have a description, by its coordinate."""
    for kind in graph().core.type_map.values():
        if is_introspection_type(kind):
            continue
        yield kind.name, kind.description
        parts: dict[str, Any] = getattr(kind, "fields", {}) | getattr(kind, "values", {})
        for name, part in parts.items():
            yield f"{kind.name}.{name}", part.description
            for argument, about in getattr(part, "args", {}).items():
                yield f"{kind.name}.{name}({argument}:)", about.description


def test_everything_in_the_schema_is_described() -> None:
    assert [coordinate for coordinate, text in described() if not text] == []


def test_every_code_of_an_error_has_a_heading_that_explains_it() -> None:
    page = (tree.ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = " ".join(re.findall(r"^#+ (.*)$", page, re.MULTILINE))
    explained = set(re.findall(r"\b[A-Z][A-Z_]+\b", headings))
    assert {code.value for code in Code} - explained == set()
    assert [finding.value for finding in Finding if f"`{finding.value}`" not in page] == []


def test_what_a_store_fails_with_is_among_the_codes() -> None:
    kinds: list[type[SourceFailure]] = [SourceFailure, *SourceFailure.__subclasses__()]
    assert {kind.code for kind in kinds} <= {code.value for code in Code}
