"""How a code book is read: every entry checked, all that is wrong told with its place; and how it is searched."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar


class BookIsWrong(Exception):
    """A code book cannot be used; says which file, and of its entries each that is wrong, one a line."""


class Entry(Protocol):
    """What every entry of every book has."""

    @property
    def code(self) -> str:
        """The code, unique in its book."""
        ...

    @property
    def name(self) -> str:
        """The name in the words of the book."""
        ...


EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True)
class Book(Generic[EntryT]):
    """One version of one code book; `entries` are in the order of the book."""

    oid: str
    version: str
    published_on: date
    by_code: Mapping[str, EntryT]
    entries: tuple[EntryT, ...]

    def search(self, words: str) -> list[EntryT]:
        """Entries whose code begins with the text, or whose name has a word for each word of it, in the book's order.

        Case and ё do not matter; a word may be cut short. An empty text finds everything.
        """
        asked = _folded(words)
        parts = _words(asked)
        return [
            entry
            for entry in self.entries
            if (asked and _folded(entry.code).startswith(asked))
            or ((parts or not asked) and _has_words(_words(_folded(entry.name)), parts))
        ]


def read(path: Path, entry_of: Callable[[Mapping[str, Any]], EntryT]) -> Book[EntryT]:
    """Read and check the book of a file.

    Raises:
        BookIsWrong: it is missing or malformed, a code stands twice, or an entry is wrong; all of them are told.
    """
    return read_by(path, lambda _: entry_of)


def read_by(
    path: Path, reader_of: Callable[[Mapping[str, Any]], Callable[[Mapping[str, Any]], EntryT]]
) -> Book[EntryT]:
    """Read and check a book whose entries are read by what else stands in its file.

    Raises:
        BookIsWrong: as `read`.
    """
    by_code: dict[str, EntryT] = {}
    wrong: list[str] = []
    with _told(path.name, wrong):
        content = json.loads(path.read_text(encoding="utf-8"))
        entry_of = reader_of(content)
        for number, raw in enumerate(content["entries"], start=1):
            place = f"{path.name}, entry {number}"
            with _told(place, wrong):
                entry = entry_of(raw)
                if by_code.setdefault(entry.code, entry) is not entry:
                    wrong.append(f"{place}: the code {entry.code} stands twice")
        made = Book(
            oid=text(content, "oid"),
            version=text(content, "version"),
            published_on=date.fromisoformat(content["publishedOn"]),
            by_code=MappingProxyType(by_code),
            entries=tuple(by_code.values()),
        )
    if wrong:
        raise BookIsWrong("\n".join(wrong))
    return made


@contextmanager
def _told(place: str, wrong: list[str]) -> Iterator[None]:
    """Note what is wrong at a place, and go on."""
    try:
        yield
    except KeyError as missing:
        wrong.append(f"{place}: no {missing}")
    except (OSError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
        wrong.append(f"{place}: {error}")


def text(raw: Mapping[str, Any], name: str) -> str:
    """A text of an entry that is not empty.

    Raises:
        KeyError: there is none.
        ValueError: it is empty, or no text.
    """
    value = raw[name]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is empty")
    return value


def one_of(allowed: Collection[str], value: object) -> str:
    """One of the words that are allowed.

    Raises:
        ValueError: it is none of them.
    """
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(sorted(allowed))}")
    return value


def _folded(text: str) -> str:
    return text.strip().casefold().replace("ё", "е")


def _words(folded: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _has_words(words: list[str], parts: list[str]) -> bool:
    return all(any(word.startswith(part) for word in words) for part in parts)
