"""What an operator wants to know before serving: of each store, of published keys, of those that open and sign."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from auth.keyset import KeySetInvalid
from gateway.evidence.seal import KeyUnusable, deciding_key, sealing_key
from gateway.exchange.partners import Partner
from gateway.exchange.services import ServicesRegister
from gateway.exchange.transport import connected, reached
from gateway.identity.clients import Service
from gateway.identity.issuers import IssuerSettings
from gateway.identity.keys import Published, had
from gateway.identity.methods import Method
from gateway.identity.providers.made import providers_of
from gateway.joined.checking import looked_at
from gateway.remote_sources import RemoteSource, opened
from gateway.settings import DOCUMENTS_KEYS, FILES, IDENTITY_KEYS, ORGANIZATION_KEYS, TRUST, Settings
from resolvers.printed import fonts
from schema.built import graph
from sources.clinical.rotating import KeyState, key_states
from sources.documents.integrity import broken_counts
from sources.documents.wrapped import WRAPPED as OF_DOCUMENTS
from sources.files import Bound, FileLost, FilesUnavailable, IntegrityBroken, SealedFiles
from sources.identity.wrapped import WRAPPED as OF_IDENTITY
from sources.postgres.failure import SourceFailure
from sources.postgres.inspecting import inspected
from sources.postgres.store import State, Store
from sources.rewrapping import WrappingState, wrapping_states
from sources.sealed_store import SealedStore
from sources.signing import making
from sources.signing.listing import Listed, listed
from sources.signing.openssl import OpenSslMissing, OpenSslTimedOut
from sources.signing.trust import read_trust
from sources.stores import CLINICAL, DOCUMENTS, IDENTITY

KEYS: Final = "KABINET_CLINICAL_KEYS"
CONTENTS: Final = "contents"
FAULTS: Final = {IntegrityBroken.code: "broken", FileLost.code: "lost"}
REACHED_SECONDS: Final = 10.0


class Checked(NamedTuple):
    """One thing that was looked at; `said` is one line without addresses and secrets."""

    name: str
    well: bool
    said: str


async def store_state(name: str, url: str, deadline: float) -> Checked:
    """Ask a store for its version, and what it lacks."""
    found = await inspected(url, name, deadline)
    said = [found.version] if found.version else []
    if found.missing:
        remedy = "" if found.faults else ": `kabinet serve` applies them"
        said.append(f"lacks the migrations {', '.join(found.missing)}{remedy}")
    elif found.version:
        said.append("migrated")
    return Checked(name, not (found.missing or found.faults), ", ".join([*said, *found.faults]))


async def key_state(settings: Settings, urls: Mapping[str, str], stores: Iterable[Checked]) -> Checked:
    """Open a patient of each version of the keys of the clinical store, and say which version is missing or wrong."""
    if not all(one.well for one in stores if one.name == CLINICAL):
        return Checked(KEYS, well=False, said="not tried")
    store = SealedStore(
        CLINICAL, urls[CLINICAL], keyring=settings.clinical_keys, pool=1, deadline=settings.store_deadline
    )
    try:
        states = await key_states(store)
    except SourceFailure as failed:
        return Checked(KEYS, well=False, said=str(failed))
    finally:
        await store.close()
    return Checked(KEYS, all(one.fits for one in states), ", ".join(map(_key_said, states)))


async def wrapping_state(settings: Settings, urls: Mapping[str, str], stores: Iterable[Checked], name: str) -> Checked:
    """Open a key of each version of those that wrap in a store, and say which version is missing or wrong."""
    ring, columns, variable = {
        IDENTITY: (settings.identity_keys, OF_IDENTITY, IDENTITY_KEYS),
        DOCUMENTS: (settings.documents_keys, OF_DOCUMENTS, DOCUMENTS_KEYS),
    }[name]
    if not all(one.well for one in stores if one.name == name):
        return Checked(variable, well=False, said="not tried")
    store = SealedStore(name, urls[name], keyring=ring, pool=1, deadline=settings.store_deadline)
    try:
        states = await wrapping_states(store, columns)
    except SourceFailure as failed:
        return Checked(variable, well=False, said=str(failed))
    finally:
        await store.close()
    return Checked(variable, all(one.fits for one in states), ", ".join(map(_wrapping_said, states)))


def _wrapping_said(state: WrappingState) -> str:
    if not state.held:
        return f"{state.version} is missing, and something is under it"
    if not state.fits:
        return f"{state.version} is not the key that something is under"
    return f"{state.version} {'fits' if state.used else 'is not used yet'}"


async def files_state(settings: Settings) -> Checked:
    """Put a file of ours into the place of files, read it again and remove it."""
    files, bound, said = SealedFiles(settings.files, settings.documents_keys), Bound(0, 0), b"a file of a check"
    try:
        writer = files.begin(bound)
        await writer.add(said)
        kept = await writer.finish()
        again = b"".join([piece async for piece in files.read(kept, bound)])
        await files.remove(kept.file)
    except FilesUnavailable as failed:
        return Checked(FILES, well=False, said=failed.why)
    except (FileLost, IntegrityBroken) as failed:
        return Checked(FILES, well=False, said=failed.code)
    finally:
        files.close()
    return Checked(FILES, again == said, "can be written and read")


async def contents_state(settings: Settings, urls: Mapping[str, str], stores: Iterable[Checked]) -> Checked:
    """How many contents of documents were found broken or lost; none is read here."""
    if not all(one.well for one in stores if one.name == DOCUMENTS):
        return Checked(CONTENTS, well=False, said="not tried")
    store = Store(DOCUMENTS, urls[DOCUMENTS], pool=1, deadline=settings.store_deadline)
    try:
        found = await broken_counts(store)
    except SourceFailure as failed:
        return Checked(CONTENTS, well=False, said=str(failed))
    finally:
        await store.close()
    said = (f"{count} {word}" for code, word in FAULTS.items() if (count := found.get(code)))
    return Checked(CONTENTS, not found, ", ".join(said) or "none is known to be broken")


def _key_said(state: KeyState) -> str:
    name = f"{'find' if state.kind == 'finding' else ''}{state.version}"
    if not state.held:
        return f"{name} is missing, and patients are under it"
    if not state.fits:
        return f"{name} is not the key that patients are under"
    return f"{name} {'fits' if state.used else 'is not used yet'}"


@dataclass(frozen=True, slots=True)
class KeysState:
    """How published keys are, in lines for people: whether they could be had, and how many are in force."""

    name: str
    had: bool
    keys: int
    faults: tuple[str, ...]

    @property
    def said(self) -> str:
        """One line of it."""
        return "; ".join((f"keys in force: {self.keys}", *self.faults))


async def issuer_states(issuers: Iterable[IssuerSettings]) -> list[KeysState]:
    """Ask the issuers for their keys, and say which entries of their sets are passed over."""
    return await asyncio.gather(*(_keys_state(one.issuer, one, "its tokens are refused") for one in issuers))


async def client_states(services: Iterable[Service]) -> list[KeysState]:
    """Ask for the keys of the machines that have tokens, and say the same of them."""
    return await asyncio.gather(*(_keys_state(one.client, one, "it can have no token") for one in services))


async def _keys_state(name: str, one: Published, lost: str) -> KeysState:
    try:
        keys = await had(one)
    except KeySetInvalid as invalid:
        return KeysState(name, had=False, keys=0, faults=(f"its keys cannot be had ({invalid.reason})",))
    faults = [f"entry {entry.entry} of its keys is passed over ({entry.reason})" for entry in keys.passed_over]
    if not keys:
        faults.append(f"no key of its is in force: {lost}")
    return KeysState(name, had=True, keys=len(keys), faults=tuple(faults))


async def method_states(methods: Iterable[Method]) -> list[Checked]:
    """Ask each method of sign-in for its discovery and keys, have its signer sign, and say what is wrong with which."""
    providers = providers_of(tuple(methods), lambda: datetime.now(UTC))
    found = await asyncio.gather(*(one.faults() for one in providers.values()))
    return [
        Checked(f"sign-in {name}", not faults, "; ".join(faults) or "well")
        for name, faults in zip(providers, found, strict=True)
    ]


def font_state() -> Checked:
    """Look for the fonts of the documents that the product makes."""
    try:
        fonts.require()
    except fonts.FontsMissing as missing:
        return Checked("fonts", well=False, said=str(missing))
    return Checked("fonts", well=True, said="well")


async def exchange_states(partners: Iterable[Partner], at: datetime) -> list[Checked]:
    """Try to reach those with whom packages are exchanged, and say whose certificate is over; nothing is sent."""
    found = []
    for one in partners:
        why = await reached(one, REACHED_SECONDS)
        over = one.certificate is not None and not one.certificate.valid_from <= at < one.certificate.valid_to
        said = [*([why] if why else []), *(["its certificate is not valid today"] if over else [])]
        found.append(Checked(f"exchange {one.recipient.id}", not said, ", ".join(said) or "can be reached"))
    return found


async def register_states(register: ServicesRegister | None) -> list[Checked]:
    """Try to reach the central register of services, where there is one; nothing is sent."""
    if register is None:
        return []
    why = await connected(register, REACHED_SECONDS)
    return [Checked("register of services", why is None, why or "can be reached")]


async def joined_states(settings: Settings) -> list[Checked]:
    """Ask each joined service what it is, and say where that is not what is pinned."""
    found = await asyncio.gather(*(looked_at(one, graph()) for one in settings.joined.services))
    return [Checked(f"joined {one.name}", one.well, one.said) for one in found]


async def source_states(listed: Sequence[RemoteSource]) -> list[Checked]:
    """Ask each service that stands in the place of a store whether it answers at all."""
    found = []
    for service in opened(listed):
        state = await service.state()
        await service.close()
        found.append(Checked(f"source {service.name}", state is not State.SILENT, state.value))
    return found


def signing_states(settings: Settings) -> list[Checked]:
    """Try the keys that documents of decisions and packages of the journal are sealed with, where they are set."""
    states = []
    for name, file, key in (
        ("KABINET_DECISION_KEY", settings.decision_key, deciding_key),
        ("KABINET_JOURNAL_KEY", settings.journal_key, sealing_key),
    ):
        if file is None:
            continue
        try:
            key(settings)
        except KeyUnusable as unusable:
            states.append(Checked(name, well=False, said=str(unusable).removeprefix(f"{name}: ")))
        else:
            states.append(Checked(name, well=True, said="a good key"))
    return states


async def signature_states(settings: Settings) -> list[Checked]:
    """Have each key of an organisation sign, and look at the authorities that are trusted, where they are set."""
    states = []
    if settings.organization_keys.keys:
        faults = {key.owner: await making.check(key) for key in settings.organization_keys.keys.values()}
        said = [f"{owner}: {fault}" for owner, fault in faults.items() if fault is not None]
        states.append(Checked(ORGANIZATION_KEYS, not said, "; ".join(said) or f"{len(faults)} good keys"))
    if settings.trust is not None:
        wrong = [one.said.strip() for one in await _listed(settings.trust) if not one.well]
        states.append(Checked(TRUST, not wrong, "; ".join(wrong) or "authorities and lists are in order"))
    return states


async def _listed(folder: Path) -> list[Listed]:
    try:
        return await listed(read_trust(folder), datetime.now(UTC))
    except OpenSslMissing:
        return [Listed("there is no command openssl", well=False)]
    except OpenSslTimedOut:
        return [Listed("openssl does not end in time", well=False)]
