"""Two writings of one person's name are alike, those of two persons are not; and what a search comes to."""

import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.world import numbers
from resolvers.likeness import MatchField, Profile, alike, differing

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
WORD = st.text(LETTERS, min_size=1, max_size=12)
NAME = st.lists(WORD, min_size=1, max_size=3)
FILLING = st.sampled_from([" ", "-", "  ", " - ", "\u00a0", "\u2010", "–", "\t"])
BORN = date(1980, 2, 29)


@st.composite
def writings(draw: Any) -> tuple[list[str], str]:
    """A name as its words, and one way in which somebody writes it."""
    words = draw(NAME)
    parts = []
    for number, word in enumerate(words):
        written = draw(st.sampled_from([word, word.upper(), word.title(), word.replace("ё", "е")]))
        form = draw(st.sampled_from(["NFC", "NFD"]))
        parts += [*([draw(FILLING)] if number else []), unicodedata.normalize(form, written)]
    edge = draw(st.sampled_from(["", " ", "\u200b", "\ufeff"]))
    return words, edge + "".join(parts) + edge


@given(writings())
def test_however_a_name_is_written_it_is_the_same(written: tuple[list[str], str]) -> None:
    words, text = written
    assert alike(text) == " ".join(words).replace("ё", "е")


@given(NAME, NAME)
def test_other_letters_are_another_name(first: list[str], second: list[str]) -> None:
    same = "".join(first).replace("ё", "е"), "".join(second).replace("ё", "е")
    if same[0] != same[1]:
        assert alike("-".join(first)) != alike(" ".join(second))


@pytest.mark.parametrize("text", [None, "", " ", "-", "—", " - "])
def test_no_name_is_none(text: str | None) -> None:
    assert alike(text) == ""


class Found:
    """A row of the register."""

    id = 1
    subject = None
    family_name = "Королёва"
    given_name = "Людмила"
    patronymic: str | None = "Петровна"
    birth_on = BORN
    inn: str | None = numbers.person_inn(8)


def profile(**given: Any) -> Profile:
    said = {"snils": numbers.snils(8), "family_name": "КОРОЛЕВА", "given_name": "Людмила", "patronymic": "Петровна",
            "birth_on": BORN, "confirmed": True, **given}  # fmt: skip
    return Profile(**said)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({}, None),
        ({"family_name": "Королькова"}, MatchField.FAMILY_NAME),
        ({"given_name": "Людмила-Анна"}, MatchField.GIVEN_NAME),
        ({"patronymic": None}, MatchField.PATRONYMIC),
        ({"patronymic": "-"}, MatchField.PATRONYMIC),
        ({"birth_on": date(1980, 3, 1)}, MatchField.BIRTH_ON),
        ({"birth_on": None}, MatchField.BIRTH_ON),
        ({"inn": numbers.person_inn(8)}, None),
        ({"inn": numbers.person_inn(9)}, MatchField.INN),
        ({"family_name": "Петрова", "birth_on": None}, MatchField.FAMILY_NAME),
    ],
)
def test_the_first_thing_that_differs_is_named(changed: dict[str, Any], field: MatchField | None) -> None:
    row: Any = Found()
    assert differing(profile(**changed), row) == field


def test_a_profile_shows_nothing_of_a_person() -> None:
    assert repr(profile()) == "Profile(confirmed=True)"
