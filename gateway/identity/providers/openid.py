"""OpenID Connect providers, found by discovery; the plain flow is Authlib's, the checks of an id token are ours."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from auth.id_token import Expected, IdTokenFault, IdTokenRefused, parsed, subject_of, verified
from auth.keyset import KeySet, KeySetInvalid
from gateway.identity.issuers import IssuerSettings
from gateway.identity.keys import had
from gateway.identity.methods import LOOPBACK, PROFILE, OpenIdMethod
from gateway.identity.providers.asking import members_of
from gateway.identity.providers.digits import birth_day, snils_digits
from gateway.identity.providers.openid_contacts import confirmed, untold
from gateway.identity.providers.openid_flow import Flow
from gateway.identity.providers.provider import Attempt, Person, Said
from gateway.identity.providers.refusal import SignInRefused, Why

# How long what a provider says of itself is relied on, and its keys, as far as it can be asked: one that it withdrew is
# believed for so long. And how often its keys are asked for because of an unknown one.
KNOWN_FOR: Final = 600.0
KEYS_FOR: Final = 60.0
SOUGHT_EVERY: Final = 30.0
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_PLACES: Final = ("userinfo_endpoint", "end_session_endpoint")
_REFUSALS: Final = {
    "access_denied": Why.CANCELLED,
    "temporarily_unavailable": Why.OVERLOADED,
    "server_error": Why.PROVIDER_FAULT,
    "login_required": Why.FACTOR_NOT_SHOWN,
    "interaction_required": Why.FACTOR_NOT_SHOWN,
    "unmet_authentication_requirements": Why.NO_SECOND_FACTOR,
    "invalid_scope": Why.SCOPE,
    "unauthorized_client": Why.CLIENT_REFUSED,
    "invalid_request": Why.REQUEST_REFUSED,
    "unsupported_response_type": Why.REQUEST_REFUSED,
}
_AT_TOKEN: Final = {
    **_REFUSALS,
    "invalid_grant": Why.CODE_REFUSED,
    "invalid_client": Why.CLIENT_REFUSED,
    "unsupported_grant_type": Why.REQUEST_REFUSED,
}
_FAULTS: Final = {fault: Why[f"ID_TOKEN_{fault}"] for fault in IdTokenFault}


@dataclass(slots=True)
class _Known:
    """What a provider says of itself, and its keys."""

    document: Mapping[str, Any]
    keys: KeySet
    had_at: float
    keys_at: float
    sought_at: float


class OpenId:
    """One OpenID provider."""

    def __init__(
        self,
        method: OpenIdMethod,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        passing: Callable[[], float] = time.monotonic,
    ) -> None:
        self.method = method
        self._clock = clock
        self._passing = passing
        self._known: _Known | None = None
        self._lock = asyncio.Lock()

    async def authorization(self, attempt: Attempt) -> str:
        """The address to which the browser is sent."""
        document = (await self._discovered()).document
        more: dict[str, str] = {"nonce": attempt.nonce}
        if attempt.max_age is not None:
            more |= {"max_age": str(attempt.max_age), "prompt": "login"}
        url, _ = self._flow(attempt).create_authorization_url(
            document["authorization_endpoint"], state=attempt.state, code_verifier=attempt.verifier, **more
        )
        return str(url)

    async def person(self, attempt: Attempt, code: str) -> Person:
        """Who came back with a code."""
        known = await self._discovered()
        try:
            tokens = await self._flow(attempt).fetch_token(
                known.document["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
            )
        except OAuth2Error as refused:
            raise SignInRefused(_AT_TOKEN.get(refused.error, Why.CODE_REFUSED), _word(refused.error)) from None
        except (ValueError, TypeError, KeyError):
            raise SignInRefused(Why.ANSWER_MALFORMED) from None
        subject, claims = await self._identity(tokens.get("id_token"), attempt, known)
        return Person(subject, claims, await self._said(subject, claims, tokens.get("access_token"), known))

    def refused(self, error: str, _description: str) -> SignInRefused:
        """What a refusal at the callback means."""
        return SignInRefused(_REFUSALS.get(error, Why.PROVIDER_FAULT), _word(error))

    async def mixed_up(self, issuer: str | None) -> bool:
        """Whether an answer is another provider's, or should have said whose it is."""
        if issuer is not None:
            return issuer != self.method.issuer
        document = (await self._discovered()).document
        return document.get("authorization_response_iss_parameter_supported") is True

    async def logout(self, back: str) -> str | None:
        """Where the session there is ended."""
        end = (await self._discovered()).document.get("end_session_endpoint")
        if end is None:
            return None
        asking = {"client_id": self.method.client_id, "post_logout_redirect_uri": back}
        return f"{end}{'&' if urlsplit(end).query else '?'}{urlencode(asking)}"

    async def faults(self) -> list[str]:
        """What its discovery and its keys lack."""
        self._known = None
        try:
            known = await self._discovered()
            self._client_key()
        except SignInRefused as refused:
            return [f"its discovery cannot be relied on ({refused})"]
        if not known.keys:
            return ["no key of its is in force: its id tokens are refused"]
        return [f"entry {one.entry} of its keys is passed over ({one.reason})" for one in known.keys.passed_over]

    async def _identity(self, token: object, attempt: Attempt, known: _Known) -> tuple[str, Mapping[str, Any]]:
        if not isinstance(token, str):
            raise SignInRefused(Why.ID_TOKEN_MISSING)
        expected = Expected(self.method.issuer, self.method.client_id, attempt.nonce)
        try:
            found = parsed(token, self.method.algorithms)
            await self._renewed(known)
            try:
                verified(found, known.keys)
            except IdTokenRefused as refused:
                if refused.fault is not IdTokenFault.KEY or not await self._sought(known):
                    raise
                verified(found, known.keys)
            return subject_of(found.payload, expected, self._clock()), found.payload
        except IdTokenRefused as refused:
            raise SignInRefused(_FAULTS[refused.fault]) from None

    async def _said(self, subject: str, claims: Mapping[str, Any], access_token: object, known: _Known) -> Said:
        """What it tells of the person, in the id token or where it tells more."""
        profile, scopes = self.method.profile, self.method.scopes
        if not profile:
            return Said()
        contacts = confirmed(claims, scopes)
        lacking = profile["snils"] not in claims
        if lacking or untold(claims, scopes):
            more = await self._more(subject, access_token, known, needed=lacking)
            contacts = confirmed(more, scopes) | contacts
            claims = (more or claims) if lacking else claims
        told = {name: claims.get(profile[name]) for name in PROFILE if name in profile}
        family, given, patronymic = (
            value.strip() if isinstance(value := told.get(name), str) and value.strip() else None
            for name in ("family_name", "given_name", "patronymic")
        )
        born = told.get("birth_on")
        day: date | None = birth_day(born) if isinstance(born, str) else None
        return Said(snils_digits(told.get("snils")), family, given, patronymic, day, contacts)

    async def _more(self, subject: str, access_token: object, known: _Known, *, needed: bool) -> Mapping[str, Any]:
        """What it tells beside the id token; for want of what is not `needed` nobody is kept out."""
        place = known.document.get("userinfo_endpoint")
        if place is None or not isinstance(access_token, str):
            return {}
        try:
            found = await members_of(place, headers={"authorization": f"Bearer {access_token}"})
        except SignInRefused:
            if needed:
                raise
            return {}
        if str(found.get("sub")) != subject:
            raise SignInRefused(Why.SUBJECT_DIFFERS)
        return found

    def _flow(self, attempt: Attempt) -> Flow:
        method = self.method
        flow = Flow(
            None,
            client_id=method.client_id,
            client_secret=self._client_key(),
            token_endpoint_auth_method=method.authentication,
            scope=" ".join(method.scopes),
            redirect_uri=attempt.redirect_uri,
            code_challenge_method="S256",
        )
        if method.authentication == PrivateKeyJWT.name:
            flow.register_client_auth_method(PrivateKeyJWT(alg=_algorithm(flow.client_secret)))
        return flow

    def _client_key(self) -> Any:
        """The secret, or the private key; read each time, so that it can be replaced while the program runs."""
        try:
            content = self.method.secret.read_bytes()
            if self.method.authentication != PrivateKeyJWT.name:
                return content.decode().strip()
            for kind in (RSAKey, ECKey, OKPKey):
                try:
                    return kind.import_key(content)
                except (JoseError, ValueError, TypeError):
                    continue
        except (OSError, UnicodeDecodeError):
            pass
        raise SignInRefused(Why.CLIENT_REFUSED, "SECRET_UNREADABLE")

    async def _discovered(self) -> _Known:
        async with self._lock:
            known = self._known
            if known is None or self._passing() - known.had_at > KNOWN_FOR:
                self._known = known = await self._discover()
            return known

    async def _discover(self) -> _Known:
        document = await members_of(f"{self.method.issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != self.method.issuer:
            raise SignInRefused(Why.DISCOVERY, "ISSUER")
        for name in (*_ENDPOINTS, *(one for one in _PLACES if one in document)):
            if not _safe(document.get(name)):
                raise SignInRefused(Why.DISCOVERY, name.upper())
        now = self._passing()
        return _Known(document, await self._keys(document), now, now, float("-inf"))

    async def _keys(self, document: Mapping[str, Any]) -> KeySet:
        settings = IssuerSettings(
            self.method.issuer, self.method.client_id, self.method.algorithms, document["jwks_uri"]
        )
        try:
            return await had(settings)
        except KeySetInvalid as invalid:
            raise SignInRefused(Why.DISCOVERY, f"KEYS_{invalid.reason}") from None

    async def _renewed(self, known: _Known) -> None:
        """Ask for the keys anew when they are a minute old; while they cannot be had, the last ones are in force."""
        async with self._lock:
            if self._passing() - known.keys_at >= KEYS_FOR:
                known.keys_at = self._passing()
                with suppress(SignInRefused):
                    known.keys = await self._keys(known.document)

    async def _sought(self, known: _Known) -> bool:
        """Ask for the keys once more, because one was named that is not known; not too often."""
        async with self._lock:
            if self._passing() - known.sought_at < SOUGHT_EVERY:
                return False
            known.sought_at = self._passing()
            known.keys = await self._keys(known.document)
        return True


def _safe(place: object) -> bool:
    if not isinstance(place, str):
        return False
    try:
        parts = urlsplit(place)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _algorithm(key: Any) -> str:
    if isinstance(key, ECKey):
        return "ES256"
    return "EdDSA" if isinstance(key, OKPKey) else "RS256"


def _word(error: object) -> str | None:
    """A code of the protocol for the log; anything else that a provider says is not repeated."""
    known = isinstance(error, str) and (error in _AT_TOKEN)
    return str(error).upper() if known else None
