"""Self-diagnosis of an account (самодиагностика): how each of its ties is, what is wrong, and what mends it."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from auth.counting import accredited, admitted, held_posts
from auth.facts import Facts
from auth.rights import Reason
from auth.roles import in_office
from engine.batch import many
from resolvers.context import Context
from resolvers.readiness import ACCREDITED_WORK, HowToView, address_proved_at
from resolvers.rules import support
from resolvers.wording.health import Finding, found
from sources.postgres.ask import Ask
from sources.postgres.failure import SourceFailure

F = Finding


class LinkItem(StrEnum):
    """The ties of an account, in the order in which one rests on the other."""

    SIGN_IN = "SIGN_IN"
    REGISTER = "REGISTER"
    WORKPLACE = "WORKPLACE"
    ACCREDITATION = "ACCREDITATION"
    CONTACTS = "CONTACTS"
    SESSION = "SESSION"


# Without the facts of which stores nobody can say how a tie is.
_RESTS_ON: Mapping[LinkItem, frozenset[str]] = {
    LinkItem.SIGN_IN: frozenset({"identity"}),
    LinkItem.REGISTER: frozenset({"registry"}),
    LinkItem.WORKPLACE: frozenset({"registry"}),
    LinkItem.ACCREDITATION: frozenset({"registry", "accreditation"}),
    LinkItem.CONTACTS: frozenset({"registry"}),
    LinkItem.SESSION: frozenset(),
}
# What mends it, where the viewer can do that here.
_ACTS: Mapping[Finding, str] = {
    F.ACCOUNT_BLOCKED: "Mutation.supportTicket",
    F.REGISTRY_LINK_MISSING: "Mutation.registerPractitioner",
    F.IDENTITY_MISMATCH: "Mutation.registerPractitioner",
    F.LINK_REQUIRED: "Mutation.linkOrganization",
    F.NOT_ACCREDITED: "Mutation.createApplication",
    F.NOT_AGREED: "Mutation.confirmAccessTerms",
    F.CONTACTS_UNVERIFIED: "Mutation.updateContacts",
    F.CONTACTS_STALE: "Mutation.updateContacts",
}
_WELL: Final = frozenset({F.WELL, F.NOT_NEEDED, F.FACTOR_SHOWN, F.FACTOR_NOT_SHOWN})


@dataclass(frozen=True, slots=True)
class LinkView:
    """How one tie is; `ok` is None where nobody can say now."""

    item: LinkItem
    ok: bool | None
    reason: str | None
    detail: str
    how_to: HowToView | None


@many("registry", LinkView)
async def health(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[LinkView]]:
    """How each tie of the viewer's account is; the register is asked for his contacts, where he is in it."""
    facts = context.viewer.facts
    if facts is None:
        return {}
    lost = {one.store for one in facts.lost}
    seen: dict[LinkItem, tuple[Finding, datetime | None]] = {
        LinkItem.SIGN_IN: (_named(context.viewer.standing.barred), None),
        **dict.fromkeys((LinkItem.REGISTER, LinkItem.WORKPLACE, LinkItem.ACCREDITATION), (F.NOT_NEEDED, None)),
        LinkItem.CONTACTS: await _contacts(context, facts, ask),
        LinkItem.SESSION: _session(facts),
    }
    if facts.practitioner_id is not None or not in_office(facts, ask.at):
        linked = facts.practitioner_id is not None
        unlinked = context.viewer.standing.unlinked
        seen[LinkItem.REGISTER] = (F.WELL if linked else _or_missing(unlinked), None)
        works = bool(held_posts(facts, ask.at))
        seen[LinkItem.WORKPLACE] = (F.WELL if works else _named(unlinked) if linked else F.LINK_REQUIRED, None)
        seen[LinkItem.ACCREDITATION] = (_accreditation(facts, ask.at), None)
    views = [
        _view(context, item, F.UNKNOWN if _RESTS_ON[item] & lost else finding, at)
        for item, (finding, at) in sorted(seen.items(), key=lambda one: [*LinkItem].index(one[0]))
    ]
    return dict.fromkeys(keys, views)


def _view(context: Context, item: LinkItem, finding: Finding, at: datetime | None) -> LinkView:
    ok = None if finding is F.UNKNOWN else finding in _WELL
    act = _ACTS.get(finding)
    how_to = None
    if act is not None and any(act in done for done in context.done_under.values()):
        how_to = HowToView(act=act)
    elif finding is F.FACTOR_NOT_SHOWN and context.step_up is not None:
        how_to = HowToView(url=context.step_up)
    reason = None if ok or ok is None else finding.value
    return LinkView(item, ok, reason, found(finding, context.language, at), how_to)


def _named(reason: Reason | None) -> Finding:
    """A reason of refusals as what was found."""
    return F.WELL if reason is None else F(reason.word)


def _or_missing(reason: Reason | None) -> Finding:
    """Why somebody is not linked to the register; whom something else keeps out already is not."""
    return F.REGISTRY_LINK_MISSING if reason is None else F(reason.word)


def _accreditation(facts: Facts, at: datetime) -> Finding:
    practised = [post.practice(at) for post in held_posts(facts, at)]
    if practised and not any(one is not None and one.work in ACCREDITED_WORK for one in practised):
        return F.NOT_NEEDED
    if not any(True for _ in accredited(facts, at)):
        return F.NOT_ACCREDITED
    return F.WELL if admitted(facts, at) else F.NOT_AGREED


def _session(facts: Facts) -> tuple[Finding, datetime | None]:
    shown = facts.assurance.second_factor_at
    return (F.FACTOR_NOT_SHOWN, None) if shown is None else (F.FACTOR_SHOWN, shown)


async def _contacts(context: Context, facts: Facts, ask: Ask) -> tuple[Finding, datetime | None]:
    """Whether his address was confirmed, and not too long ago; the register keeps it."""
    if facts.practitioner_id is None:
        return F.NOT_NEEDED, None
    try:
        verified = await address_proved_at(context, facts.practitioner_id, ask.at)
    except SourceFailure:
        return F.UNKNOWN, None
    if verified is None:
        return F.CONTACTS_UNVERIFIED, None
    stale = later(verified, support(ask.at).contacts_months) <= ask.at
    return (F.CONTACTS_STALE, verified) if stale else (F.WELL, None)


def later(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of a month that is shorter."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))
