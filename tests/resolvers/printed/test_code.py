"""Codes of verification: what is mistyped is noticed, and what is typed otherwise than it was printed is understood."""

from hypothesis import given
from hypothesis import strategies as st

from resolvers.printed.code import checked_by, digest_of, new_code, printed, typed

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
drawn = st.text(SIGNS, min_size=15, max_size=15)


def test_a_code_has_16_signs_in_groups_of_four_and_is_another_each_time() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert {(len(code), typed(code) == code, set(code) <= set(SIGNS)) for code in codes} == {(16, True, True)}
    assert printed("0123456789ABCDEF") == "0123-4567-89AB-CDEF"
    # A digest is no code, and that of another code is another one.
    assert len({digest_of(code) for code in codes}) == 200


@given(drawn, st.integers(0, 15), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_noticed(signs: str, place: int, wrong: str) -> None:
    code = signs + checked_by(signs)
    assert typed(code) == code
    changed = code[:place] + wrong + code[place + 1 :]
    assert typed(changed) == (code if changed == code else None)


@given(drawn, st.integers(0, 15), st.integers(0, 15))
def test_two_signs_that_changed_places_are_noticed(signs: str, one: int, other: int) -> None:
    code = signs + checked_by(signs)
    swapped = [*code]
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert typed("".join(swapped)) == (code if "".join(swapped) == code else None)


@given(drawn, st.sampled_from(" -\N{NO-BREAK SPACE}\N{EN DASH}"), st.booleans())
def test_blanks_hyphens_case_and_letters_that_look_alike_do_not_matter(signs: str, between: str, low: bool) -> None:
    code = signs + checked_by(signs)
    said = between.join(code[place : place + 4] for place in range(0, 16, 4))
    said = said.translate(str.maketrans("10ABEKMHPCTXY", "IОАВЕКМНРСТХУ"))
    assert typed(f" {said.lower() if low else said} ") == code


@given(st.text(max_size=80))
def test_no_text_whatever_is_more_than_no_code(said: str) -> None:
    found = typed(said)
    assert found is None or (len(found) == 16 and set(found) <= set(SIGNS))


def test_a_code_is_known_by_hand() -> None:
    # 1 times the fifteenth power of the generator of the field of 32 elements is 31, the last sign.
    assert checked_by("100000000000000") == "Z"
    assert typed("1000-0000-0000-000Z") == "100000000000000Z"
    assert typed("1000-0000-0000-000Y") is None
