"""Codes and names that are looked for (коды и имена в отборе): so many at once, each what a register can hold."""

from collections.abc import Sequence

from engine.errors import BadArgument, Finding

MOST = 100


def codes(given: Sequence[str], argument: str, longest: int) -> list[str]:
    """The codes of a filter, each of at most so many characters.

    Raises:
        BadArgument: there are more than 100, or one can be no code.
    """
    if len(given) > MOST:
        raise BadArgument(argument, f"expected at most {MOST} codes", Finding.TOO_MANY, most=MOST)
    for place, code in enumerate(given):
        if len(code) > longest:
            text = f"expected codes of at most {longest} characters"
            raise BadArgument(argument, text, Finding.TOO_LONG, place, most=longest)
        if not code or not code.isprintable():
            raise BadArgument(argument, "expected codes of printed characters", Finding.ILL_FORMED, place)
    return list(given)


def printed(text: str, argument: str, longest: int) -> str:
    """A name or an id that is looked for as it is.

    Raises:
        BadArgument: it is longer, or has characters that cannot be printed.
    """
    if len(text) > longest:
        raise BadArgument(argument, f"expected at most {longest} characters", Finding.TOO_LONG, most=longest)
    if not text.isprintable():
        raise BadArgument(argument, "expected characters that can be printed", Finding.ILL_FORMED)
    return text
