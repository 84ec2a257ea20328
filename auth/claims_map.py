"""What the claims of an issuer say of a sign-in: confirmed account, second factor, when; by a map that is data.

A map only ever asks for values that are there. What is missing, of another type or unknown adds nothing, so that no
claim that is taken away or garbled makes a sign-in look surer than it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from auth.assurance import LEEWAY, Assurance, Level
from auth.compact import instant

MOST_METHODS: Final = 16
LONGEST_METHOD: Final = 64
# Members of objects within objects that lead to a claim.
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A claim that has to have one of some values, alone or in a list; numbers and truth are written as in JSON."""

    claim: Path
    values: frozenset[str]

    def by(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claims show it."""
        return not self.values.isdisjoint(_words(_at(claims, self.claim)))


# Of which one has to be shown in full.
AnyOf = tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class ClaimsMap:
    """How the claims of an issuer are read.

    Attributes:
        confirmed: what shows that the account is tied to a person whose papers were seen.
        factor: what shows that a second factor was used when he signed in (`signed_in_at`).
        factor_at: claims with the instant of a second factor, in seconds since 1970.
        signed_in_at: the claim with the instant of the sign-in. Without it no second factor follows from `factor`.
        methods: claims that name the methods of the sign-in.
        factorless: what shows that the person has no second factor that he could show.
    """

    confirmed: AnyOf
    factor: AnyOf = ()
    factor_at: tuple[Path, ...] = ()
    signed_in_at: Path = ("auth_time",)
    methods: tuple[Path, ...] = (("amr",),)
    factorless: AnyOf = ()


def assured(claims: Mapping[str, Any], by: ClaimsMap, at: datetime) -> Assurance:
    """How sure the issuer was, as of an instant; of a second factor after it nothing is believed.

    Where no instant of the sign-in is told, it is `iat`, or else `at`; no right rests on that one.
    """
    signed_in = instant(_at(claims, by.signed_in_at))
    factors = [instant(_at(claims, path)) for path in by.factor_at]
    if signed_in is not None and _any_shown(claims, by.factor):
        factors.append(signed_in)
    believed = [one for one in factors if one is not None and one <= at + LEEWAY]
    return Assurance(
        Level.CONFIRMED if _any_shown(claims, by.confirmed) else Level.UNCONFIRMED,
        signed_in or instant(claims.get("iat")) or at,
        max(believed, default=None),
    )


def factorless(claims: Mapping[str, Any], by: ClaimsMap) -> bool:
    """Whether the issuer says that the person has no second factor; it takes no right away."""
    return _any_shown(claims, by.factorless)


def methods(claims: Mapping[str, Any], by: ClaimsMap) -> tuple[str, ...]:
    """The methods of the sign-in in their order, each once; at most 16, what is no word of 64 characters left out."""
    found = (word for path in by.methods for word in _words(_at(claims, path)))
    fit = dict.fromkeys(word for word in found if 1 <= len(word) <= LONGEST_METHOD and word.isprintable())
    return tuple(fit)[:MOST_METHODS]


def _any_shown(claims: Mapping[str, Any], ways: AnyOf) -> bool:
    # A way that asks for nothing would be shown by anything.
    return any(way and all(one.by(claims) for one in way) for way in ways)


def _at(claims: Mapping[str, Any], path: Path) -> Any:
    value: Any = claims
    for member in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(member)
    return value


def _words(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list | tuple) else (value,):
        if isinstance(one, bool):
            yield "true" if one else "false"
        elif isinstance(one, str | int):
            yield str(one)


def _named(claim: str, *values: str) -> Shown:
    return Shown((claim,), frozenset(values))


_KNOWLEDGE: Final = ("pwd", "pin", "kba")
_POSSESSION: Final = ("otp", "sms", "tel", "hwk", "swk", "pop", "sc")
_SUBJECT: Final = "urn:esia:sbj"


def _of_subject(member: str, *values: str) -> Shown:
    return Shown((_SUBJECT, f"{_SUBJECT}:{member}"), frozenset(values))


KABINET: Final = ClaimsMap(
    confirmed=((_named("assurance", Level.CONFIRMED),),),
    factor_at=(("second_factor_at",),),
)
# The words of RFC 8176 in `amr`; in `acr` what OpenID and Keycloak call more than one factor (RFC 9470).
KEYCLOAK: Final = ClaimsMap(
    confirmed=((_named("assurance", Level.CONFIRMED),),),
    factor=(
        (_named("amr", "mfa"),),
        (_named("amr", *_KNOWLEDGE), _named("amr", *_POSSESSION)),
        (_named("acr", "2", "3", "phr", "phrh", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"),),
    ),
)
_ESIA_DS: Final = ((_named("amr", "DS"),), (_named("urn:esia:amd", "DS"),))
_ESIA_TRUE: Final = (_of_subject("typ", "P"), _of_subject("is_tru", "true"))
_ESIA_METHODS: Final = (("amr",), ("urn:esia:amd",))
# A qualified signature is two factors by itself; of a code beside the password ЕСИА says nothing.
ESIA: Final = ClaimsMap(confirmed=(_ESIA_TRUE,), factor=_ESIA_DS, methods=_ESIA_METHODS)
# For where the portal lets nobody in by a password without a code.
ESIA_WITH_CODES: Final = ClaimsMap(
    confirmed=(_ESIA_TRUE,),
    factor=(*_ESIA_DS, (_named("amr", "PWD"),), (_named("urn:esia:amd", "PWD"),)),
    methods=_ESIA_METHODS,
)
# For where the level is told too: a child's account is not one of a worker.
ESIA_WITH_LEVELS: Final = ClaimsMap(
    confirmed=((*_ESIA_TRUE, _of_subject("lvl", "PR")),), factor=_ESIA_DS, methods=_ESIA_METHODS
)
NAMED: Final[Mapping[str, ClaimsMap]] = {
    "kabinet": KABINET,
    "keycloak": KEYCLOAK,
    "esia": ESIA,
    "esia-with-codes": ESIA_WITH_CODES,
    "esia-with-levels": ESIA_WITH_LEVELS,
}
_MEMBERS: Final = frozenset({"confirmed", "factor", "factor_at", "signed_in_at", "methods", "factorless"})
_LONGEST: Final = 256
_MOST: Final = 32


def claims_map_of(place: str, entry: Mapping[str, Any], faults: list[str], otherwise: ClaimsMap = KABINET) -> ClaimsMap:
    """The map of an entry of a settings file, by its member `claims`: the name of a map, or one of its own.

    What is wrong goes to `faults`, with the place and without values; then the answer confirms nobody.
    """
    if "claims" not in entry:
        return otherwise
    told = entry["claims"]
    if isinstance(told, str) and told in NAMED:
        return NAMED[told]
    before, place = len(faults), f"{place}, claims"
    if not isinstance(told, dict):
        faults.append(f"{place}: expected one of {', '.join(NAMED)}, or an object")
        return ClaimsMap(())
    if not set(told) <= _MEMBERS or "confirmed" not in told:
        faults.append(f"{place}: expected the member confirmed, and at most {', '.join(sorted(_MEMBERS))}")
    signed_in = _paths(f"{place}, signed_in_at", [told.get("signed_in_at", "auth_time")], faults)
    found = ClaimsMap(
        _ways(f"{place}, confirmed", told.get("confirmed", []), faults),
        _ways(f"{place}, factor", told.get("factor", []), faults),
        _paths(f"{place}, factor_at", told.get("factor_at", []), faults),
        signed_in[0] if signed_in else ("auth_time",),
        _paths(f"{place}, methods", told.get("methods", ["amr"]), faults),
        _ways(f"{place}, factorless", told.get("factorless", []), faults),
    )
    return found if len(faults) == before else ClaimsMap(())


def _ways(place: str, value: Any, faults: list[str]) -> AnyOf:
    if not isinstance(value, list) or not all(isinstance(way, list) and way for way in value) or len(value) > _MOST:
        faults.append(f"{place}: expected a list of ways, each a list of what has to be shown together")
        return ()
    found = [[_shown(one) for one in way] for way in value]
    if any(one is None for way in found for one in way):
        faults.append(f"{place}: expected each to have claim, a name or a list of names, and values, a list of texts")
    return tuple(tuple(one for one in way if one is not None) for way in found)


def _shown(value: Any) -> Shown | None:
    if not isinstance(value, dict) or set(value) != {"claim", "values"}:
        return None
    path, values = _path(value["claim"]), value["values"]
    if path is None or not isinstance(values, list) or not values or not all(map(_is_text, values)):
        return None
    return Shown(path, frozenset(values))


def _paths(place: str, value: Any, faults: list[str]) -> tuple[Path, ...]:
    found = [_path(one) for one in value] if isinstance(value, list) else [None]
    if None in found:
        faults.append(f"{place}: expected names of claims, or lists of the names that lead to them")
    return tuple(one for one in found if one is not None)


def _path(value: Any) -> Path | None:
    names = [value] if isinstance(value, str) else value
    return tuple(names) if isinstance(names, list) and names and all(map(_is_text, names)) else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST and value.isprintable()
