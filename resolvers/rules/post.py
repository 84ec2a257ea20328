"""What each post asks of a record of accreditation (квалификационные требования), version by version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auth.facts import Practice, Work
from resolvers.rules.reading import Table, versions
from sources.books import BOOKS, LEVELS

FILES = "posts-*.json"
_WORKS = {"HIGHER": Work.DOCTOR, "SECONDARY": Work.NURSE}


@dataclass(frozen=True, slots=True)
class Posts:
    """One version of what is practised in the posts of the book; in a post that is not named, nothing is."""

    version: str
    in_force_from: datetime
    by_position: Mapping[str, Practice]


def read_posts(folder: Path) -> tuple[Posts, ...]:
    """Every version in a folder.

    Raises:
        RulesAreWrong: a file is malformed, a post stands twice, or a specialty is not of the level of its post.
    """
    return tuple(map(_version, versions(folder, FILES, {"version", "inForceFrom", "zone", "source", "posts", "desk"})))


def practices(tables: Sequence[Posts]) -> Mapping[str, tuple[Practice, ...]]:
    """By position of the book, what is practised in it since when, the earliest first; nothing has an entry too."""
    dated = sorted(tables, key=lambda one: one.in_force_from)
    return {
        code: tuple(one.by_position.get(code) or Practice(one.in_force_from) for one in dated)
        for code in BOOKS.positions.by_code
    }


def _version(file: Table) -> Posts:
    begins = file.begins()
    book, found = BOOKS.positions.by_code, dict[str, Practice]()
    rows = file.rows("posts", {"positions", "level", "specialties"})
    works = [(row, row.texts("positions", book), _practice(row, begins)) for row in rows]
    works.append((file, file.texts("desk", book), Practice(begins, Work.DESK)))
    for row, positions, practice in works:
        for code in positions:
            if code in found:
                raise row.wrong("positions" if row is not file else "desk", f"{code} stands twice")
            found[code] = practice
    return Posts(file.version("version"), begins, found)


def _practice(row: Table, begins: datetime) -> Practice:
    level = row.one_of("level", LEVELS)
    of_level = _of(level)
    specialties = frozenset(row.texts("specialties", of_level)) if "specialties" in row else of_level
    # Students and residents are admitted to posts of nurses; nobody of secondary education is to those of doctors.
    students = _of("HIGHER") if level == "SECONDARY" else frozenset[str]()
    return Practice(begins, _WORKS[level], specialties, specialties | students)


def _of(level: str) -> frozenset[str]:
    return frozenset(one.code for one in BOOKS.specialties.entries if one.level == level)
