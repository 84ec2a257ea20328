"""Pairs of a cookie and its token that were proven: whatever was shown before, a pair is good alone or not at all."""

from itertools import product

import pytest

from gateway.http.heading import Heading, Refused
from gateway.identity.cookie import PLAIN, SECURE, ProvenCookies, csrf_of, digest_of, new_secret

COOKIES = [new_secret() for _ in range(3)]
TOKENS = [csrf_of(cookie) for cookie in COOKIES]


def shown(cookie: str, token: str, *, name: str = PLAIN[0], plain: bool = True) -> bytes | None:
    heading = Heading.of([(b"cookie", f"a=b; {name}={cookie}".encode()), (b"kabinet-csrf", token.encode())])
    found = heading.presented(b"", plain=plain).cookie
    return None if found is None else found.digest


def test_a_token_is_good_beside_its_own_cookie_however_often_and_beside_whatever_it_came() -> None:
    for _ in range(3):
        for cookie, token in product(COOKIES, TOKENS):
            if COOKIES.index(cookie) == TOKENS.index(token):
                assert shown(cookie, token) == digest_of(cookie)
            else:
                with pytest.raises(Refused, match="comes its token"):
                    shown(cookie, token)


def test_a_plain_cookie_that_the_demo_took_production_does_not() -> None:
    cookie, token = COOKIES[0], TOKENS[0]
    assert shown(cookie, token) == digest_of(cookie)
    assert shown(cookie, token, plain=False) is None
    assert shown(cookie, token, name=SECURE[0], plain=False) == digest_of(cookie)


def test_beside_an_access_token_a_pair_that_is_known_is_refused_as_any_other() -> None:
    cookie, token = COOKIES[0], TOKENS[0]
    shown(cookie, token)
    heading = [(b"cookie", f"{PLAIN[0]}={cookie}".encode()), (b"kabinet-csrf", token.encode())]
    with pytest.raises(Refused, match="came at once"):
        Heading.of([*heading, (b"authorization", b"Bearer x")]).presented(b"", plain=True)


def test_what_is_remembered_has_a_plateau_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProvenCookies, "MOST", 5)
    known = ProvenCookies(plain=True)
    for cookie in (secrets := [new_secret() for _ in range(12)]):
        header = f"{PLAIN[0]}={cookie}".encode()
        assert known.of(header, b"x") is None
        assert known.of(header, csrf_of(cookie).encode()) is not None
    assert len(known) == 5
    assert not [
        cookie for cookie in secrets if cookie in repr(known._known) or cookie.encode() in repr(known._known).encode()
    ]
