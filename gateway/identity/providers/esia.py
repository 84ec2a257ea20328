"""ЕСИА as a confidential client: what it does otherwise than OpenID Connect (v2/ac, v3/te, `/rs/prns`)."""

import asyncio
import ssl
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from auth.compact import Compact, encoded
from auth.id_token import Expected, IdTokenFault, IdTokenRefused, parsed, subject_of, verified
from auth.keyset import Key, KeySet
from gateway.identity.methods import GOST, EsiaMethod, IdKey
from gateway.identity.providers.asking import asked, members_of
from gateway.identity.providers.commands import Commands
from gateway.identity.providers.digits import birth_day, snils_digits
from gateway.identity.providers.esia_codes import meant
from gateway.identity.providers.provider import Attempt, Person, Said
from gateway.identity.providers.refusal import SignInRefused, Why
from resolvers.registering.reached import ContactKind

AUTHORIZE: Final = "/aas/oauth2/v2/ac"
TOKEN: Final = "/aas/oauth2/v3/te"  # noqa: S105 - a path
LOGOUT: Final = "/idp/ext/Logout"
PERSON: Final = "/rs/prns/"
TIMESTAMP: Final = "%Y.%m.%d %H:%M:%S %z"
# The contacts of a person: a mobile phone and an e-mail address, each with whether it was confirmed.
CONTACTS: Final = "/ctts?embed=(elements)"
CONTACT_SCOPES: Final = frozenset({"email", "mobile", "contacts"})
_CONTACTS: Final[Mapping[object, ContactKind]] = {"MBT": ContactKind.PHONE, "EML": ContactKind.EMAIL}
_LONGEST_CONTACT: Final = 512
_SUBJECT: Final = "urn:esia:sbj"
_FAULTS: Final = {fault: Why[f"ID_TOKEN_{fault}"] for fault in IdTokenFault}


class Esia:
    """One installation of ЕСИА."""

    def __init__(
        self,
        method: EsiaMethod,
        commands: Commands,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.method = method
        self._commands = commands
        self._clock = clock
        self._hash: str | None = method.certificate_hash

    async def authorization(self, attempt: Attempt) -> str:
        """The address to which the browser is sent, signed."""
        asking = await self._signed(attempt, attempt.state)
        asking |= {
            "response_type": "code",
            "access_type": "online",
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.method.address}{AUTHORIZE}?{urlencode(asking)}"

    async def person(self, attempt: Attempt, code: str) -> Person:
        """Who came back with a code: by his id token, and by what the register of persons says of him."""
        # The token request has a state of its own, and its answer repeats it.
        state = str(uuid.uuid4())
        form = await self._signed(attempt, state, code)
        form |= {
            "grant_type": "authorization_code",
            "token_type": "Bearer",
            "code": code,
            "code_verifier": attempt.verifier,
        }
        answer = await asked("POST", f"{self.method.address}{TOKEN}", form=form)
        if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise SignInRefused(Why.STATUS, f"STATUS_{answer.status}")
        tokens = answer.members()
        if "error" in tokens or answer.status != httpx.codes.OK:
            raise meant(*(str(tokens.get(name, ""))[:1024] for name in ("error", "error_description")))
        if tokens.get("state") != state:
            raise SignInRefused(Why.ANSWER_STATE)
        subject, claims = await self._identity(tokens.get("id_token"), attempt)
        return Person(subject, claims, await self._said(subject, claims, tokens.get("access_token")))

    def refused(self, error: str, description: str) -> SignInRefused:
        """What a refusal at the callback means."""
        return meant(error, description)

    async def mixed_up(self, issuer: str | None) -> bool:
        """Whether an answer is another provider's; ЕСИА need not say whose its own is."""
        return issuer is not None and issuer != self.method.issuer

    async def logout(self, back: str) -> str | None:
        """Where the session there is ended."""
        return f"{self.method.address}{LOGOUT}?{urlencode({'client_id': self.method.client_id, 'redirect_url': back})}"

    async def faults(self) -> list[str]:
        """What keeps requests from being signed, or id tokens from being verified, or ЕСИА from being asked."""
        found = []
        for what, tried in (
            ("the signer does not sign", self._commands.signed(self.method.signer, b"kabinet check")),
            ("the certificate cannot be hashed", self._certificate_hash()),
            ("it cannot be asked", asked("GET", f"{self.method.address}{AUTHORIZE}")),
        ):
            try:
                await tried
            except SignInRefused as refused:
                found.append(f"{what} ({refused})")
        for number, key in enumerate(self.method.keys, 1):
            if key.algorithm == GOST:
                try:
                    await self._commands.fits(key.file, b"kabinet check", bytes(64))
                except SignInRefused:
                    found.append(f"key {number} of its id tokens cannot be read, or OpenSSL has no engine for GOST")
            elif _rsa(key.file) is None:
                found.append(f"key {number} of its id tokens is no RSA key of at least 2048 bits")
        return found

    async def _signed(self, attempt: Attempt, state: str, code: str = "") -> dict[str, str]:
        """What both requests have in common, with the signature over it in the order that ЕСИА wants."""
        method, scope = self.method, " ".join(self.method.scopes)
        at = self._clock().astimezone(UTC).strftime(TIMESTAMP)
        said = f"{method.client_id}{scope}{at}{state}{attempt.redirect_uri}{code}"
        signature = await self._commands.signed(method.signer, said.encode())
        return {
            "client_id": method.client_id,
            "client_secret": encoded(signature),
            "client_certificate_hash": await self._certificate_hash(),
            "redirect_uri": attempt.redirect_uri,
            "scope": scope,
            "state": state,
            "timestamp": at,
        }

    async def _certificate_hash(self) -> str:
        """The hash of the certificate in DER; of its PEM it would be refused."""
        if self._hash is None:
            file = self.method.certificate
            try:
                content = b"" if file is None else file.read_bytes()
                if content.startswith(b"-----"):
                    content = ssl.PEM_cert_to_DER_cert(content.decode("ascii"))
            except (OSError, ValueError):
                raise SignInRefused(Why.CERTIFICATE, "UNREADABLE") from None
            self._hash = await self._commands.digest(content)
        return self._hash

    async def _identity(self, token: object, attempt: Attempt) -> tuple[str, Mapping[str, Any]]:
        if not isinstance(token, str):
            raise SignInRefused(Why.ID_TOKEN_MISSING)
        method = self.method
        # Whether ЕСИА repeats the nonce depends on its release; the verifier binds the code in any case.
        expected = Expected(method.issuer, method.client_id, attempt.nonce, nonce_told=False)
        try:
            found = parsed(token, {key.algorithm for key in method.keys})
            await self._verify(found)
            return subject_of(found.payload, expected, self._clock()), found.payload
        except IdTokenRefused as refused:
            raise SignInRefused(_FAULTS[refused.fault]) from None

    async def _verify(self, found: Compact) -> None:
        """See that one of the keys of its algorithm signed it: ЕСИА gives them no ids."""
        for key in self.method.keys:
            if key.algorithm == found.header["alg"] and await self._signed_by(key, found):
                return
        raise IdTokenRefused(IdTokenFault.SIGNATURE)

    async def _signed_by(self, key: IdKey, found: Compact) -> bool:
        if key.algorithm == GOST:
            return await self._commands.fits(key.file, found.signed, found.signature)
        material = _rsa(key.file)
        if material is None:
            return False
        try:
            verified(found, KeySet({}, (), Key("RS256", material)))
        except IdTokenRefused:
            return False
        return True

    async def _said(self, subject: str, claims: Mapping[str, Any], access_token: object) -> Said:
        """What is known of the person; nothing in the tokens tells it."""
        about = claims.get(_SUBJECT)
        oid = about.get(f"{_SUBJECT}:oid") if isinstance(about, Mapping) else None
        if oid is not None and str(oid) != subject:
            raise SignInRefused(Why.SUBJECT_DIFFERS)
        if not subject.isdigit() or not subject.isascii():
            raise SignInRefused(Why.ID_TOKEN_CLAIMS)
        if not isinstance(access_token, str) or not 1 <= len(access_token) <= 16_384 or not access_token.isascii():
            raise SignInRefused(Why.ANSWER_MALFORMED)
        place = f"{self.method.address}{PERSON}{subject}"
        bearer = {"authorization": f"Bearer {access_token}"}
        found, contacts = await asyncio.gather(members_of(place, headers=bearer), self._contacts(place, bearer))
        born = found.get("birthDate")
        return Said(
            snils=snils_digits(found.get("snils")),
            family_name=_name(found.get("lastName")),
            given_name=_name(found.get("firstName")),
            patronymic=_name(found.get("middleName")),
            birth_on=birth_day(born) if isinstance(born, str) else None,
            contacts=contacts,
        )

    async def _contacts(self, place: str, bearer: Mapping[str, str]) -> dict[ContactKind, str]:
        """What the person has confirmed there, where it is asked for; nobody is kept out for want of it."""
        if CONTACT_SCOPES.isdisjoint(self.method.scopes):
            return {}
        try:
            listed = (await members_of(f"{place}{CONTACTS}", headers=bearer)).get("elements")
        except SignInRefused:
            return {}
        found: dict[ContactKind, str] = {}
        for one in listed if isinstance(listed, list) else ():
            kind = _CONTACTS.get(one.get("type")) if isinstance(one, Mapping) else None
            if kind is not None and one.get("vrfStu") == "VERIFIED" and isinstance(one.get("value"), str):
                found.setdefault(kind, one["value"][:_LONGEST_CONTACT])
        return found


def _name(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and 1 <= len(value.strip()) <= 100 else None


def _rsa(file: Path) -> RSAPublicKey | None:
    """The RSA key of a PEM file, be it that of a certificate; None where there is none that is long enough."""
    try:
        content = file.read_bytes()
        certified = b"BEGIN CERTIFICATE" in content
        key = load_pem_x509_certificate(content).public_key() if certified else load_pem_public_key(content)
    except (OSError, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= 2048 else None
