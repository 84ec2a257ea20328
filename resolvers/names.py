"""How names are written, and how names and numbers are searched: by their beginnings, ё as е, case and spaces aside."""

from typing import Protocol

from engine.errors import BadArgument, Finding
from resolvers.free_text import on_one_line

LONGEST = 100
_LAST = "\U0010ffff"


class Named(Protocol):
    """Somebody with a name."""

    family_name: str
    given_name: str
    patronymic: str | None


def full_name(person: Named) -> str:
    """Family name, given name, and patronymic where there is one."""
    return " ".join(filter(None, (person.family_name, person.given_name, person.patronymic)))


def sort_key(text: str) -> str:
    """A name as the stores order it."""
    return " ".join(text.lower().replace("ё", "е").split())


def searched(text: str | None, argument: str) -> str:
    """A text that is searched for; an empty one for none.

    Raises:
        BadArgument: a text longer than 100 characters, or with a NUL.
    """
    text = on_one_line(text or "")
    if len(text) > LONGEST:
        raise BadArgument(argument, f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST)
    if "\x00" in text:
        raise BadArgument(argument, "expected no NUL", Finding.ILL_FORMED)
    return text


def range_of(beginning: str) -> list[str]:
    """The least text that begins so, and one that is greater than all of them; nothing for an empty beginning."""
    return [beginning, beginning + _LAST] if beginning else []
