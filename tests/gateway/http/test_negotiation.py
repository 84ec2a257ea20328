import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.headers import language
from gateway.http.negotiation import MediaType, StatusProfile, acceptable, is_json, preferred, status_of

NEW, OLD = MediaType.RESPONSE, MediaType.LEGACY


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/graphql-response+json", NEW),
        ("application/json", OLD),
        ("application/graphql-response+json, application/json;q=0.9", NEW),
        ("application/json;q=0.9, application/graphql-response+json", NEW),
        ("application/json, application/graphql-response+json", NEW),
        ("application/json, application/graphql-response+json;q=0.5", OLD),
        ("application/json, text/plain, */*", OLD),
        ("application/graphql-response+json, */*", NEW),
        ("application/json;q=0, */*", NEW),
        ("APPLICATION/JSON", OLD),
        ("application/json; charset=utf-8", OLD),
        ("application/json ; charset=UTF-8 ; q=0.3", OLD),
        ("application/*;q=0.2, application/json;q=0.1", NEW),
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json;charset=utf-16", None),
        ("application/json;q=nan", None),
        ("application/json;q=2", None),
        ("application/jsonx", None),
        (",,,", None),
        ("application/json," * 100, None),
    ],
)
def test_the_media_type_follows_the_accept_header(accept: str, expected: MediaType | None) -> None:
    assert acceptable(accept.encode(), OLD) == expected


@pytest.mark.parametrize("accept", [None, b"", b"*/*", b"application/*", b"text/html,*/*;q=0.8"])
@pytest.mark.parametrize("profile", StatusProfile)
def test_who_takes_anything_gets_what_the_profile_prefers(accept: bytes | None, profile: StatusProfile) -> None:
    assert acceptable(accept, preferred(profile)) is (OLD if profile is StatusProfile.CLASSIC else NEW)


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ('application/json;charset="UTF-8"', True),
        ("application/json; odata=verbose", True),
        ("application/json; charset=utf-16", False),
        ("application/json; charset=latin1; charset=utf-8", False),
        ("application/graphql-response+json", False),
        ("application/graphql", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=application/json", False),
        ("text/plain", False),
        ("text/plain; application/json", False),
        ("text/plain, application/json", False),
        ("application/json, text/plain", False),
        ("", False),
    ],
)
def test_only_json_in_utf8_is_read(content_type: str, read: bool) -> None:
    assert is_json(content_type.encode()) is read


def test_a_missing_content_type_is_not_json() -> None:
    assert not is_json(None)


@given(st.binary(max_size=60))
def test_no_header_breaks_the_negotiation(value: bytes) -> None:
    assert acceptable(value, OLD) in {NEW, OLD, None}
    assert is_json(value) in {True, False}
    assert language(value) in {"ru", "en"}


@pytest.mark.parametrize(
    ("executed", "parsed", "errors", "legacy", "classic", "edition"),
    [
        (True, True, False, 200, 200, 200),
        (True, True, True, 200, 200, 294),
        (False, False, True, 200, 400, 400),
        (False, True, True, 200, 400, 422),
    ],
)
def test_the_status_follows_media_type_and_profile(
    executed: bool, parsed: bool, errors: bool, legacy: int, classic: int, edition: int
) -> None:
    def status(media: MediaType, profile: StatusProfile) -> int:
        return status_of(media, profile, executed=executed, parsed=parsed, errors=errors)

    assert [status(OLD, profile) for profile in StatusProfile] == [legacy, legacy]
    assert [status(NEW, StatusProfile.CLASSIC), status(NEW, StatusProfile.EDITION_2026)] == [classic, edition]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "ru"),
        ("ru", "ru"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.5,ru;q=0.7", "ru"),
        ("de, en;q=0.3", "en"),
        ("de", "ru"),
        ("en;q=0", "ru"),
        ("enm", "ru"),
        ("rue, en;q=0.1", "en"),
    ],
)
def test_messages_come_in_the_language_asked_for(header: str | None, expected: str) -> None:
    assert language(None if header is None else header.encode()) == expected
