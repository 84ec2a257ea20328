"""Identifiers as people copy them: blanks, dashes, capitals and look-alikes do not matter, digits do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadArgument
from resolvers import identifiers

BLANKS = [" ", "\u00a0", "\u2009", "\u202f", "\u200b", "\u00ad", "\ufeff", "\t", "\n"]
DASHES = ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"]
# Made-up ones whose checksums were reckoned by hand; that of the ЕНП is the example in HL7's text, 12345 and 5.
RIGHT = {
    "snils": "11223344595",
    "inn": "7707083893",
    "ogrn": "1027700132195",
    "insurance_number": "0000000000123455",
}
FILLING = st.lists(st.sampled_from([*BLANKS, *DASHES]), max_size=3).map("".join)


def spread(data: st.DataObject, text: str, filling: st.SearchStrategy[str]) -> str:
    """The text with something between all of its characters."""
    return "".join(data.draw(filling) + one for one in text) + data.draw(filling)


@pytest.mark.parametrize("name", RIGHT)
@given(data=st.data())
def test_blanks_and_dashes_between_digits_do_not_matter(name: str, data: st.DataObject) -> None:
    assert getattr(identifiers, name)(spread(data, RIGHT[name], FILLING), name) == RIGHT[name]


@pytest.mark.parametrize("name", RIGHT)
@given(data=st.data())
def test_a_wrong_digit_is_found_however_it_is_written(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(RIGHT[name]) - 1))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != RIGHT[name][place]]))
    wrong = RIGHT[name][:place] + digit + RIGHT[name][place + 1 :]
    with pytest.raises(BadArgument):
        getattr(identifiers, name)(spread(data, wrong, FILLING), name)


@pytest.mark.parametrize("text", ["112-233-445 95x", "１１２２３３４４５９５", "112.233.445.95", "", "-"])
def test_other_characters_are_not_dropped(text: str) -> None:
    with pytest.raises(BadArgument):
        identifiers.snils(text, "by.snils")


def test_an_oid_keeps_its_dots_and_has_no_dashes() -> None:
    assert identifiers.oid(" 1.2.643.\u00a05.1 ", "by.oid") == "1.2.643.5.1"
    with pytest.raises(BadArgument):
        identifiers.oid("1.2.643-5.1", "by.oid")


@given(data=st.data())
def test_a_number_is_the_same_in_capitals_with_look_alikes_and_any_dash(data: st.DataObject) -> None:
    spellings = {"А": "АаAa", "К": "КкKk", "-": "".join(DASHES)}
    written = "".join(data.draw(st.sampled_from(spellings.get(one, one))) for one in "АК-26-00000031")
    blanks = st.lists(st.sampled_from(BLANKS), max_size=2).map("".join)
    assert identifiers.number(spread(data, written, blanks)) == "АК-26-00000031"


@given(st.text(max_size=80))
def test_a_number_is_itself_once_it_is_written_so(text: str) -> None:
    assert identifiers.number(identifiers.number(text)) == identifiers.number(text)


def test_what_nobody_confuses_stays_apart() -> None:
    assert identifiers.number("Л041-01") != identifiers.number("L041-01")
    assert identifiers.number("АК-26-1") != identifiers.number("АК-261")
