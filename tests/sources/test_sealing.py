import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.sealing import (
    HASH_BYTES,
    WRAPPED_BYTES,
    KeyMissing,
    Keyring,
    PersonalKey,
    SealBroken,
    new_key,
)

ONE, TWO, OTHER = b"1" * 32, b"2" * 32, b"3" * 32
RING = Keyring({1: ONE, 2: TWO}, {1: OTHER})
PLACE = ("patient", "family_name", 7)
texts = st.text(max_size=200)
names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
places = st.tuples(names, names, st.integers(min_value=1))


@given(text=texts, place=places)
def test_what_is_sealed_opens_where_it_stands(text: str, place: tuple[str, str, int]) -> None:
    key = PersonalKey(new_key())
    assert key.open(key.seal(text, *place), *place) == text


@given(text=texts, place=places, other=places)
def test_it_opens_nowhere_else(text: str, place: tuple[str, str, int], other: tuple[str, str, int]) -> None:
    key = PersonalKey(new_key())
    sealed = key.seal(text, *place)
    if place != other:
        with pytest.raises(SealBroken):
            key.open(sealed, *other)
    with pytest.raises(SealBroken):
        PersonalKey(new_key()).open(sealed, *place)


@given(text=texts, data=st.data())
def test_no_byte_of_it_can_be_changed_added_or_left_out(text: str, data: st.DataObject) -> None:
    key = PersonalKey(new_key())
    sealed = bytearray(key.seal(text, *PLACE))
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = bytes((*sealed[:at], sealed[at] ^ data.draw(st.integers(1, 255)), *sealed[at + 1 :]))
    for spoilt in (changed, bytes(sealed[:at]), bytes(sealed) + b"\x00", b""):
        with pytest.raises(SealBroken):
            key.open(spoilt, *PLACE)


@given(text=texts)
def test_the_same_text_never_looks_the_same_and_its_length_is_told_in_blocks(text: str) -> None:
    key = PersonalKey(new_key())
    one, two = key.seal(text, *PLACE), key.seal(text, *PLACE)
    assert one[1:13] != two[1:13]
    assert one[13:] != two[13:]
    assert len(one) == len(two) == 1 + 12 + 16 + 32 * (len(text.encode()) // 32 + 1)


def test_short_names_are_alike_in_length() -> None:
    key = PersonalKey(new_key())
    assert len({len(key.seal(name, *PLACE)) for name in ("Ли", "Иванов", "Белозёрова")}) == 1


def test_the_last_key_wraps_and_all_unwrap() -> None:
    key = new_key()
    before = Keyring({1: ONE}, {1: OTHER}).wrap(key, *PLACE)
    now = RING.wrap(key, *PLACE)
    assert (before[0], now[0]) == (1, 2)
    assert len(now) == WRAPPED_BYTES
    assert RING.unwrap(before, *PLACE) == RING.unwrap(now, *PLACE) == key


def test_a_key_that_is_missing_is_told_from_one_that_is_wrong() -> None:
    wrapped = RING.wrap(new_key(), *PLACE)
    with pytest.raises(KeyMissing, match="wrapping key of version 2") as missing:
        Keyring({1: ONE}, {}).unwrap(wrapped, *PLACE)
    assert (missing.value.kind, missing.value.version) == ("wrapping", 2)
    for ring, place in ((Keyring({2: OTHER}, {}), PLACE), (RING, ("patient", "family_name", 8))):
        with pytest.raises(SealBroken):
            ring.unwrap(wrapped, *place)
    for spoilt in (b"", wrapped[:-1], b"\x00" + wrapped[1:], wrapped + b"\x00"):
        with pytest.raises((SealBroken, KeyMissing)):
            RING.unwrap(spoilt, *PLACE)


def test_an_empty_ring_seals_nothing() -> None:
    with pytest.raises(KeyMissing):
        Keyring().wrap(new_key(), *PLACE)
    with pytest.raises(KeyMissing):
        Keyring().hashed("name", ("a",))
    with pytest.raises(KeyMissing):
        Keyring().hashes("name", ("a",))


def test_hashes_stay_while_wrapping_keys_change() -> None:
    assert RING.hashed("name", ("a",)) == Keyring({9: TWO}, {1: OTHER}).hashed("name", ("a",))
    assert len(RING.hashed("name", ("a",))) == HASH_BYTES


def test_hashes_of_all_versions_are_looked_for_and_the_newest_is_written() -> None:
    ring = Keyring({1: ONE}, {1: OTHER, 2: TWO})
    old, new = RING.hashed("name", ("a",)), ring.hashed("name", ("a",))
    assert (old[0], new[0]) == (1, 2)
    assert old[1:] != new[1:]
    assert ring.hashes("name", ("a",)) == [old, new]


@given(one=st.lists(texts, max_size=4), two=st.lists(texts, max_size=4))
def test_parts_do_not_run_into_each_other(one: list[str], two: list[str]) -> None:
    assert (RING.hashed("name", one) == RING.hashed("name", two)) is (one == two)


def test_a_purpose_has_hashes_of_its_own_and_a_secret_a_key_for_each_use() -> None:
    assert RING.hashed("name", ("a",)) != RING.hashed("number", ("a",))
    same = Keyring({1: ONE}, {1: ONE})
    assert same.hashed("name", ("a",)) != RING.hashed("name", ("a",))


def test_nothing_shows_keys() -> None:
    assert "1" * 8 not in repr(RING)
    assert repr(RING) == "Keyring()"
