"""Which account somebody comes in to: that of his method, that of his row in the register, or a new one."""

from datetime import datetime

from auth.accounts import account_of
from auth.assurance import Assurance, Level
from gateway.identity.methods import Kind, Method
from gateway.identity.narrowing import narrowed
from gateway.identity.providers.provider import Person
from gateway.identity.providers.refusal import SignInRefused, Why
from resolvers.identity.matching import Profile, matched, settled, stands
from resolvers.registering.vouched import taken
from sources.identity.linking import LinkRecord, link, linked, relink
from sources.stores import Stores


async def came_in(stores: Stores, method: Method, person: Person, assurance: Assurance, at: datetime) -> LinkRecord:
    """The account of somebody who signed in by a method, linked to it from now on.

    Outside nothing tells what the register said: whoever is not found has an account as everybody has.

    Raises:
        SignInRefused: nobody could have such an account.
        SourceFailure: the identity store did not say.
    """
    found = await _found(stores, method, person, assurance, at)
    if person.said.contacts and method.believed and assurance.level is Level.CONFIRMED:
        await taken(stores, found.account, person.said.contacts, at)
    return found


async def _found(stores: Stores, method: Method, person: Person, assurance: Assurance, at: datetime) -> LinkRecord:
    store, own = stores.identity, account_of(method.name, person.subject)
    found = await linked(store, method.issuer, person.subject)
    if not method.believed:
        if found is not None and found.account != own:
            await narrowed(stores, method, at, person.subject)
            found = None
        return found or await _linked(stores, method, person, own, at)
    profile = _profile(person, assurance)
    if found is not None and await stands(stores, profile, found.account, at):
        return found
    account = own if found is None else found.account
    if account is None:
        raise SignInRefused(Why.ID_TOKEN_CLAIMS)
    match = await settled(stores, profile, await matched(stores, profile, at), account, at)
    account = match.account or account
    if found is None:
        return await _linked(stores, method, person, account, at)
    # The register may know him by another account when it can be asked at last.
    return found if found.account == account else await relink(store, found.id, account, at)


async def _linked(stores: Stores, method: Method, person: Person, account: str | None, at: datetime) -> LinkRecord:
    if account is None:
        raise SignInRefused(Why.ID_TOKEN_CLAIMS)
    return await link(stores.identity, account, method.issuer, person.subject, Kind(method.kind).value, at)


def _profile(person: Person, assurance: Assurance) -> Profile:
    said = person.said
    return Profile(
        said.snils,
        said.family_name or "",
        said.given_name or "",
        said.patronymic,
        said.birth_on,
        assurance.level is Level.CONFIRMED,
    )
