"""What an operator wants to know before serving: of each store, of each issuer's keys, of the keys that sign."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.issuers import IssuerSettings
from gateway.keys import KeyRing, KeysNotLoaded
from gateway.seal import KeyUnusable, deciding_key, sealing_key
from gateway.settings import Settings
from sources.inspecting import inspected


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


async def issuer_states(issuers: Sequence[IssuerSettings]) -> list[Checked]:
    """Load the keys of each issuer, as the server does when it starts, and say how many are good."""
    ring = KeyRing(issuers)
    try:
        await ring.open()
    except KeysNotLoaded:
        pass
    finally:
        await ring.close()
    states = []
    for one in issuers:
        had = ring.issuers.get(one.issuer)
        good = len(had.keys) if had is not None else 0
        said = f"{good} good key{'s' if good > 1 else ''}" if good else "no key can be had"
        states.append(Checked(one.issuer, good > 0, said))
    return states


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
