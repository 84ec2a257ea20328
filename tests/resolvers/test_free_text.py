"""What people write, and what their programs make of it."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resolvers.acts.problem import ProblemCode
from resolvers.free_text import kept, on_one_line, plain, unfit

# Typed here by code points, not by the module's own lists.
BREAKS = ["\r\n", "\r", "\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c"]
BLANKS = ["\u00a0", "\u202f", "\u2009", "\u2007", "\u3000", "\t", "\u1680", "\u205f"]
DROPPED = ["\u00ad", "\u200b", "\ufeff"]
TURNS = [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
CONTROLS = [chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)] if unicodedata.category(chr(code)) == "Cc"]
REFUSED = [one for one in CONTROLS if one not in {"\t", *BREAKS}]
C = ProblemCode
PARTS = [*"аё йЯz.-", *BREAKS, *BLANKS, *DROPPED, "\u0301", "\u0306", "\u200d", "\u200c"]
TEXTS = st.lists(st.sampled_from(PARTS)).map("".join)


@pytest.mark.parametrize("end", BREAKS)
def test_a_line_ends_with_one_line_feed_wherever_it_was_written(end: str) -> None:
    assert plain(f"Первая{end}вторая") == "Первая\nвторая"
    assert on_one_line(f"ул. Мира,{end}1") == "ул. Мира, 1"


@pytest.mark.parametrize("blank", BLANKS)
def test_an_odd_blank_is_a_space(blank: str) -> None:
    assert plain(f"10{blank}дней{blank}") == "10 дней"


@pytest.mark.parametrize("unseen", DROPPED)
def test_what_nobody_sees_is_dropped(unseen: str) -> None:
    assert plain(f"{unseen}удо{unseen}сто{unseen}верение") == "удостоверение"
    assert unfit(plain(unseen * 3), 10, "text") is not None


@pytest.mark.parametrize("joiner", ["\u200c", "\u200d", "\u2060"])
def test_a_joiner_belongs_to_its_word_and_is_no_word(joiner: str) -> None:
    text = f"क्{joiner}ष"
    assert plain(text) == unicodedata.normalize("NFC", text)
    assert unfit(plain(text), 10, "text") is None
    problem = unfit(plain(joiner), 10, "text")
    assert problem is not None
    assert problem.code is C.FIELD_REQUIRED


def test_a_letter_of_two_parts_is_one() -> None:
    assert plain("и\u0306е\u0308") == "йё"


@pytest.mark.parametrize("character", [*REFUSED, *TURNS, "\ud800"])
def test_controls_and_turns_of_direction_are_refused_and_not_dropped(character: str) -> None:
    problem = unfit(plain(f"до{character}после"), 100, "text")
    assert problem is not None
    assert (problem.code, problem.path) == (C.FIELD_FORBIDDEN_CHARACTER, ("text",))
    assert character not in str(problem.values)


def test_it_is_counted_after_it_was_made_plain_and_the_bound_is_told() -> None:
    assert unfit(plain("и\u0306\u00ad" * 10), 10, "text") is None
    problem = unfit(plain("💊" * 11), 10, "text")
    assert problem is not None
    assert (problem.code, problem.values["most"]) == (C.FIELD_TOO_LONG, 10)


@given(TEXTS)
@example("\u200b\ufeff\r\u200b\n")
def test_plain_is_plain_already(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    problem = unfit(once, len(text) + 1, "text")
    assert problem is None or (problem.code is C.FIELD_REQUIRED and not any(map(str.isalpha, text)))


@given(st.text())
def test_no_letter_of_anybody_is_lost(text: str) -> None:
    letters = "".join(one for one in text if unicodedata.category(one)[0] in "LNMPS")
    left = "".join(one for one in plain(text) if unicodedata.category(one)[0] in "LNMPS")
    assert unicodedata.normalize("NFD", left) == unicodedata.normalize("NFD", letters)


def test_reasons_that_say_nothing_are_passed_over_and_the_rest_keep_their_places() -> None:
    reasons, problems = kept(["\u200b", "Нет диплома", "x" * 11, " "], 3, 11, "reasons")
    assert (reasons, problems) == (["Нет диплома", "x" * 11], [])
    _, problems = kept(["", "x" * 12, "a\u202eb"], 3, 11, "reasons")
    assert [(one.code, one.path) for one in problems] == [
        (C.FIELD_TOO_LONG, ("reasons", "1")),
        (C.FIELD_FORBIDDEN_CHARACTER, ("reasons", "2")),
    ]
    assert [one.code for one in kept([" ", "\ufeff"], 3, 11, "reasons")[1]] == [C.REASON_REQUIRED]
    assert [one.code for one in kept(["a"] * 4, 3, 11, "reasons")[1]] == [C.FIELD_FORMAT]
