"""Which account somebody comes in to: that of his method, that of his row in the register, or a new one."""

from datetime import datetime

from auth.accounts import account_of
from auth.assurance import Assurance, Level
from gateway.identity.methods import Kind, Method
from gateway.identity.providers.provider import Person
from gateway.identity.providers.refusal import SignInRefused, Why
from resolvers.identity.matching import Match, MatchState, Profile, matched, settled
from resolvers.registering.vouched import taken
from sources.identity.linking import LinkRecord, link, linked, relink
from sources.stores import Stores


async def came_in(stores: Stores, method: Method, person: Person, assurance: Assurance, at: datetime) -> LinkRecord:
    """The account of somebody who signed in by a method, linked to it from now on.

    Outside nothing tells what the register said: whoever is not found has an account as everybody has.

    Raises:
        SignInRefused: the account is closed, or nobody could have it.
        SourceFailure: the identity store did not say.
    """
    found = await _linked(stores, method, person, assurance, at)
    if person.said.contacts and method.believed and assurance.level is Level.CONFIRMED:
        await taken(stores, found.account, person.said.contacts, at)
    return found


async def _linked(stores: Stores, method: Method, person: Person, assurance: Assurance, at: datetime) -> LinkRecord:
    found = await linked(stores.identity, method.issuer, person.subject)
    if found is not None and found.blocked_at is not None:
        raise SignInRefused(Why.BLOCKED, account=found.account)
    if found is not None and (found.practitioner_id is not None or not method.believed):
        return found
    account = account_of(method.name, person.subject) if found is None else found.account
    if account is None:
        raise SignInRefused(Why.ID_TOKEN_CLAIMS)
    match = await _matched(stores, method, person, assurance, account, at)
    account = match.account or account
    if found is None:
        found = await link(stores.identity, account, method.issuer, person.subject, Kind(method.kind).value, at)
    elif found.account != account:
        # The register knew him by another account when it could be asked at last.
        found = await relink(stores.identity, found.id, account, at)
    if found.blocked_at is not None:
        raise SignInRefused(Why.BLOCKED, account=found.account)
    return found


async def _matched(
    stores: Stores, method: Method, person: Person, assurance: Assurance, account: str, at: datetime
) -> Match:
    if not method.believed:
        return Match(MatchState.NONE)
    said = person.said
    profile = Profile(
        said.snils,
        said.family_name or "",
        said.given_name or "",
        said.patronymic,
        said.birth_on,
        assurance.level is Level.CONFIRMED,
    )
    return await settled(stores, profile, await matched(stores, profile, at), account, at)
