"""What is needed to work, thing by thing: done or not, since when, and what to do next (готовность к работе)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.assurance import Level
from auth.counting import accredited, admitted, held_posts
from auth.facts import Facts, Work
from auth.role import RoleName
from auth.roles import in_office
from engine.batch import many
from engine.global_id import encode
from resolvers import prefixes
from resolvers.access import shown
from resolvers.context import Context
from resolvers.rules import access_terms
from resolvers.viewer import complete
from resolvers.wording.preparing import Advice, advised
from sources.application.undecided import open_applications
from sources.postgres.ask import Ask

BASES = frozenset({"PERMANENT", "TEMPORARY"})
# For other work nobody needs an accreditation, and none gives anything.
ACCREDITED_WORK = frozenset({Work.DOCTOR, Work.NURSE})

Advised = tuple[Advice, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """One thing that is needed to work; `next` is None once it is done, and where its reader can do nothing."""

    item: str
    done: bool
    since: datetime | None
    next: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody stands, as far as it says what he can do."""

    context: Context
    facts: Facts
    at: datetime
    sure: bool
    certified: bool

    @property
    def works(self) -> bool:
        """Whether he works in the trade, or may begin to: not who holds an office, or is a patient, and has no post."""
        return bool(held_posts(self.facts, self.at)) or not in_office(self.facts, self.at)

    @property
    def known(self) -> bool:
        """Whether he is somebody of the register, and sure to be himself."""
        return self.sure and self.works and self.facts.practitioner_id is not None

    @property
    def clinical(self) -> bool:
        """Whether an accreditation can give him anything: at each post that he has, or at the one to come."""
        posts = held_posts(self.facts, self.at)
        practised = [post.practice(self.at) for post in posts]
        return self.known and (not posts or any(one is not None and one.work in ACCREDITED_WORK for one in practised))


@many("documents", ReadinessView)
async def readiness(context: Context, keys: Sequence[int], ask: Ask) -> dict[int, list[ReadinessView]]:
    """What is needed to work, in the order in which to do it.

    Documents are asked for until their owner is admitted, applications until a worker is accredited.
    """
    complete(context)
    facts = context.viewer.facts
    if facts is None:
        return {}
    certificates = await _certificates(context, facts)
    records = [record for record in accredited(facts, ask.at) if record.kind in BASES]
    sure, factor = facts.assurance.level is Level.CONFIRMED, facts.assurance.second_factor_at
    agreed = facts.terms if admitted(facts, ask.at) else None
    found: dict[str, tuple[bool, datetime | None]] = {
        "CONFIRMED_ACCOUNT": (sure, facts.assurance.auth_time),
        "SECOND_FACTOR": (facts.assurance.second_factor_fresh(ask.at), factor),
        "ORGANIZATION_LINK": (any(role.name is RoleName.LNK for role in context.viewer.roles), None),
        "ACCREDITATION": (sure and bool(records), min((record.valid_from for record in records), default=None)),
        "CERTIFICATES": certificates,
        "ACCESS_TERMS": (agreed is not None, None if agreed is None else agreed.valid_from),
    }
    place = _Place(context, facts, ask.at, sure, certificates[0])
    items = []
    for item, (done, since) in found.items():
        advice = None if done else await _NEXT[item](place)
        said = None if advice is None else advised(advice[0], ask.language, **advice[1])
        items.append(ReadinessView(item, done, since if done else None, said))
    return dict.fromkeys(keys, items)


async def _certificates(context: Context, facts: Facts) -> tuple[bool, datetime | None]:
    """Whether documents of qualification were shown, and since when: at the latest with the consent in force."""
    if admitted(facts, context.at) and facts.terms is not None:
        return True, facts.terms.valid_from
    if facts.practitioner_id is None:
        return False, None
    document = await shown(context, facts.practitioner_id, context.at)
    return document is not None, None if document is None else document.created_at


async def _confirm(place: _Place) -> Advised | None:
    return Advice.CONFIRM_ACCOUNT, {}


async def _show_factor(place: _Place) -> Advised | None:
    return (Advice.SHOW_SECOND_FACTOR, {}) if place.works else None


async def _be_employed(place: _Place) -> Advised | None:
    if not place.sure or not place.works:
        return None
    day = Ask(place.at).today
    if any(post.starts_on > day for post in place.facts.posts):
        return None  # he has only to wait for its first day
    return (Advice.BE_REGISTERED if place.facts.practitioner_id is None else Advice.BE_EMPLOYED), {}


async def _be_accredited(place: _Place) -> Advised | None:
    posts, facts = held_posts(place.facts, place.at), place.facts
    if not posts or not place.clinical or facts.practitioner_id is None:
        return None
    open_ones = await open_applications(place.context.stores.accreditation, facts.practitioner_id, sorted(BASES))
    asked = next((one for one in open_ones if one.clarification_requested_at is not None), None)
    if asked is not None:
        return Advice.ANSWER, {"number": asked.number}
    if any(one.stage != "DRAFT" for one in open_ones):
        return None
    lasting = [
        record
        for record in facts.accreditations
        if record.kind in BASES and (record.valid_to is None or place.at < record.valid_to)
        if record.place_id in {post.organization_id for post in posts}
    ]
    stopped = next((record for record in lasting if record.state == "SUSPENDED"), None)
    if stopped is not None:
        return Advice.END_SUSPENSION, {"record": encode(prefixes.ACCREDITATION, stopped.id)}
    if any(record.state in {"ACTIVE", "UNDER_REVIEW"} and record.valid_from > place.at for record in lasting):
        return None
    return (Advice.SUBMIT, {"number": open_ones[0].number}) if open_ones else (Advice.APPLY, {})


async def _show_certificates(place: _Place) -> Advised | None:
    return (Advice.SHOW_QUALIFICATION, {}) if place.clinical else None


async def _agree(place: _Place) -> Advised | None:
    # The act refuses whoever has shown no document of qualification.
    if not place.clinical or not place.certified:
        return None
    return Advice.AGREE, {"version": access_terms(place.at).version}


_NEXT: Mapping[str, Callable[[_Place], Awaitable[Advised | None]]] = {
    "CONFIRMED_ACCOUNT": _confirm,
    "SECOND_FACTOR": _show_factor,
    "ORGANIZATION_LINK": _be_employed,
    "ACCREDITATION": _be_accredited,
    "CERTIFICATES": _show_certificates,
    "ACCESS_TERMS": _agree,
}
