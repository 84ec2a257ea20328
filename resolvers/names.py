"""How names are searched: by the beginning of the stored sort key, ё as е, case and spaces aside."""

from engine.errors import BadArgument, Finding
from resolvers.free_text import on_one_line

LONGEST = 100
_LAST = "\U0010ffff"


def sort_key(text: str) -> str:
    """A name as the stores order it."""
    return " ".join(text.lower().replace("ё", "е").split())


def beginning(text: str | None, argument: str) -> dict[str, object]:
    """Filters for names that begin so; nothing for no text.

    Raises:
        BadArgument: a text longer than 100 characters, or with a NUL.
    """
    if text is None:
        return {}
    text = on_one_line(text)
    if len(text) > LONGEST:
        raise BadArgument(argument, f"expected at most {LONGEST} characters", Finding.TOO_LONG, most=LONGEST)
    if "\x00" in text:
        raise BadArgument(argument, "expected no NUL", Finding.ILL_FORMED)
    key = sort_key(text)
    return {"name_from": key, "name_below": key + _LAST} if key else {}
