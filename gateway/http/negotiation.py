"""Media types and statuses by GraphQL over HTTP."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

_LONGEST: Final = 1024
_EXACT: Final = 2
_QUALITY: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


class MediaType(StrEnum):
    """The two forms of an answer."""

    RESPONSE = "application/graphql-response+json"
    LEGACY = "application/json"


CONTENT_TYPES: Final = {media: f"{media.value}; charset=utf-8".encode() for media in MediaType}


class StatusProfile(StrEnum):
    """Whose statuses are used: those that clients know, or those of the first edition of GraphQL over HTTP."""

    CLASSIC = "classic"
    EDITION_2026 = "2026"


def preferred(profile: StatusProfile) -> MediaType:
    """What a caller gets who takes anything."""
    return MediaType.LEGACY if profile is StatusProfile.CLASSIC else MediaType.RESPONSE


@lru_cache(maxsize=256)
def acceptable(accept: bytes | None, otherwise: MediaType) -> MediaType | None:
    """The media type to answer in; none when the caller takes neither.

    The higher quality wins, then the more exact range, then the newer type; ranges that match both give `otherwise`.
    """
    if accept is None or not accept.strip():
        return otherwise
    if len(accept) > _LONGEST:
        return None
    ranges = [_range(part) for part in accept.decode("latin-1").lower().split(",")]
    new, legacy = _rank(MediaType.RESPONSE, ranges), _rank(MediaType.LEGACY, ranges)
    if max(new, legacy)[0] == 0:
        return None
    if new == legacy and new[1] < _EXACT:
        return otherwise
    return MediaType.RESPONSE if new >= legacy else MediaType.LEGACY


@lru_cache(maxsize=256)
def is_json(content_type: bytes | None) -> bool:
    """Whether a body of this content type is read: JSON, in UTF-8 if it says so."""
    if content_type is None or len(content_type) > _LONGEST:
        return False
    kind, _, parameters = content_type.decode("latin-1").lower().partition(";")
    return kind.strip() == MediaType.LEGACY and _utf8(parameters)


def status_of(media: MediaType, profile: StatusProfile, *, executed: bool, parsed: bool, errors: bool) -> int:
    """The status of an answer to a well-formed request."""
    if media is MediaType.LEGACY:
        return 200
    if profile is StatusProfile.CLASSIC:
        return 200 if executed else 400
    if executed:
        return 294 if errors else 200
    return 422 if parsed else 400


def _utf8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            return False
    return True


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
    return (kind, quality) if _utf8(";".join(parameters)) else ("", 0.0)


def _rank(media: MediaType, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """Quality and exactness of the most exact range that matches the type."""
    for exactness, name in ((_EXACT, media.value), (1, "application/*"), (0, "*/*")):
        qualities = [quality for kind, quality in ranges if kind == name]
        if qualities:
            return max(qualities), exactness
    return 0.0, 0
