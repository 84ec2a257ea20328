"""Texts that people write (свободный текст): made plain first, then counted; little is refused.

What an office program or another system adds to a text, such as breaks of lines of its own, blanks that do not break
and hyphens that do not show, is put right and no reason to send anybody back to his form.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from resolvers.acts.problem import Hindered, Problem, ProblemCode

LONGEST_REASON: Final = 1_000
# Breaks of lines and pages as they are written elsewhere: CR LF, CR, NEL, and the vertical tab of an office program.
_BREAK: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_BLANK: Final = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# A soft hyphen, a zero-width space, a mark of byte order. What joins or parts letters (ZWNJ, ZWJ) belongs to the word.
_UNSEEN: Final = str.maketrans("", "", "\xad\u200b\ufeff")
_JOINERS: Final = "\u200c\u200d\u2060"
# Controls, halves of a character, and what turns the direction of what follows it.
_FORBIDDEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text as it is kept: lines end with LF, blanks are spaces, nothing is there that nobody sees; NFC."""
    text = _BLANK.sub(" ", _BREAK.sub("\n", text)).translate(_UNSEEN)
    return unicodedata.normalize("NFC", text).strip(" \n")


def on_one_line(text: str) -> str:
    """The same of what has one line, such as a phone or a number."""
    return plain(text).replace("\n", " ")


def unfit(text: str, longest: int, *path: str, missing: ProblemCode = ProblemCode.FIELD_REQUIRED) -> Problem | None:
    """What is wrong with a plain text: it says nothing, is longer than so many characters, or has a forbidden one.

    The path leads to the field, or to a place in a list of texts; the message names the field.
    """
    field = {"field": next(name for name in reversed(path) if not name.isdigit())}
    if not text.strip(f" \n{_JOINERS}"):
        return Problem(missing, path, field)
    if _FORBIDDEN.search(text):
        return Problem(ProblemCode.FIELD_FORBIDDEN_CHARACTER, path, field)
    if len(text) > longest:
        return Problem(ProblemCode.FIELD_TOO_LONG, path, {**field, "most": longest})
    return None


def reason_of(text: str, **outcome: Any) -> str:
    """The text of a reason, which has to say something in at most 1,000 characters.

    Raises:
        Hindered: it is none; the outcome goes with that.
    """
    problem = unfit(text, LONGEST_REASON, "reason", missing=ProblemCode.REASON_REQUIRED)
    if problem is not None:
        raise Hindered(problem, **outcome)
    return text


def kept(given: Iterable[str], most: int, longest: int, field: str) -> tuple[list[str], list[Problem]]:
    """Several texts, such as the reasons of a decision: those that say something, and what is wrong with them."""
    texts = [(place, text) for place, text in enumerate(map(plain, given)) if text]
    if not texts:
        return [], [Problem(ProblemCode.REASON_REQUIRED, (field,))]
    if len(texts) > most:
        return [], [Problem(ProblemCode.FIELD_FORMAT, (field,), {"field": field})]
    reason = ProblemCode.REASON_REQUIRED
    found = (unfit(text, longest, field, str(place), missing=reason) for place, text in texts)
    return [text for _, text in texts], [problem for problem in found if problem is not None]
