"""Regions of filters (регионы): by their code or, as they are answered, by their name."""

from collections.abc import Mapping, Sequence
from typing import Final

from resolvers.codes import codes as codes_of
from resolvers.free_text import on_one_line
from resolvers.names import sort_key
from sources.books import BOOKS

LONGEST: Final = 100
_CODES: Final[Mapping[str, str]] = {sort_key(one.name): one.code for one in BOOKS.regions.entries}


def codes(given: Sequence[str], argument: str) -> list[str]:
    """The codes of regions; what the book does not know stays as it is, and nothing is found by it.

    Raises:
        BadArgument: more than 100 of them, or what can be neither a code nor a name.
    """
    texts = codes_of([on_one_line(one) for one in given], argument, LONGEST)
    return [_CODES.get(sort_key(text), text) for text in texts]
