"""What is needed to work, thing by thing: done or not, since when, and what to do next (готовность к работе)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.assurance import SECOND_FACTOR_LASTS
from auth.counting import accredited, admitted, held_posts
from auth.facts import Facts, Hindrance, Work
from auth.rights import SECOND_FACTOR, SECOND_FACTOR_NOT_CONFIGURED, Reason
from auth.role import RoleName
from auth.roles import in_office
from auth.standing import Standing
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
from sources.practitioner import practitioners

BASES = frozenset({"PERMANENT", "TEMPORARY"})
# For other work nobody needs an accreditation, and none gives anything.
ACCREDITED_WORK = frozenset({Work.DOCTOR, Work.NURSE})


@dataclass(frozen=True, slots=True)
class HowToView:
    """What does that which is missing: an act, as a coordinate of `Mutation`, or a page of the cabinet."""

    act: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ReadinessView:
    """One thing that is needed to work; `next` is None once it is done, and where its reader can do nothing.

    Attributes:
        reason: the word by which refusals say that it is missing, where they do.
        how_to: what does it, where it is something that its reader does here.
    """

    item: str
    done: bool
    since: datetime | None
    next: str | None
    reason: str | None = None
    how_to: HowToView | None = None


@dataclass(frozen=True, slots=True)
class _Advised:
    """What somebody can do, in words with values, and by which act or at which page."""

    advice: Advice
    values: Mapping[str, object]
    how_to: HowToView | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody stands, as far as it says what he can do."""

    context: Context
    facts: Facts
    at: datetime
    standing: Standing
    certified: bool

    @property
    def sure(self) -> bool:
        """Whether the account is confirmed, and has not been locked."""
        return self.standing.barred is None

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
    facts, standing = context.viewer.facts, context.viewer.standing
    if facts is None:
        return {}
    certificates = await _certificates(context, facts)
    records = [record for record in accredited(facts, ask.at) if record.kind in BASES]
    sure, factor = standing.barred is None, facts.assurance.second_factor_at
    agreed = facts.terms if admitted(facts, ask.at) else None
    found: dict[str, tuple[bool, datetime | None]] = {
        "CONFIRMED_ACCOUNT": (sure, facts.assurance.auth_time),
        "SECOND_FACTOR": (facts.assurance.second_factor_fresh(ask.at), factor),
        "REGISTRY_LINK": (facts.practitioner_id is not None, None),
        "ORGANIZATION_LINK": (any(role.name is RoleName.LNK for role in context.viewer.roles), None),
        "ACCREDITATION": (sure and bool(records), min((record.valid_from for record in records), default=None)),
        "CERTIFICATES": certificates,
        "ACCESS_TERMS": (agreed is not None, None if agreed is None else agreed.valid_from),
        "CONTACTS": await _contacts(context, facts, ask),
    }
    place = _Place(context, facts, ask.at, standing, certificates[0])
    items = []
    for item, (done, since) in found.items():
        advised_to = None if done else await _NEXT[item](place)
        said = None if advised_to is None else advised(advised_to.advice, ask.language, **advised_to.values)
        reason = None if done else _reason(item, place)
        how_to = None if advised_to is None else advised_to.how_to
        items.append(ReadinessView(item, done, since if done else None, said, reason, how_to))
    return dict.fromkeys(keys, items)


def _reason(item: str, place: _Place) -> str | None:
    """The word by which refusals say that something is missing."""
    if item == "SECOND_FACTOR":
        lacking = place.facts.hindered_by(Hindrance.SECOND_FACTOR_NOT_CONFIGURED, place.at)
        return SECOND_FACTOR_NOT_CONFIGURED if lacking else SECOND_FACTOR
    standing, found = place.standing, None
    if item == "CONFIRMED_ACCOUNT":
        found = standing.barred
    elif _OF_A_LINK.get(item) is (place.facts.practitioner_id is None):
        found = standing.unlinked
    return found.word if isinstance(found, Reason) else None


# Which step a missing link is a matter of: whether nobody in the register is known to be the viewer.
_OF_A_LINK: Mapping[str, bool] = {"REGISTRY_LINK": True, "ORGANIZATION_LINK": False}


async def _contacts(context: Context, facts: Facts, ask: Ask) -> tuple[bool, datetime | None]:
    """Whether an address for mail was proved to be his, and since when."""
    if facts.practitioner_id is None:
        return False, None
    proved = await address_proved_at(context, facts.practitioner_id, ask.at)
    return proved is not None, proved


async def address_proved_at(context: Context, practitioner_id: int, at: datetime) -> datetime | None:
    """Since when the register has an address for mail that was proved to be a person's; None where it has none.

    Raises:
        SourceFailure: the registry is lost.
    """
    asked = Ask(at, frozenset({"id", "email_verified_at"}))
    row = (await practitioners(context.stores.registry, "id", [practitioner_id], asked)).get(practitioner_id)
    proved: datetime | None = None if row is None else row.email_verified_at
    return proved


async def _certificates(context: Context, facts: Facts) -> tuple[bool, datetime | None]:
    """Whether documents of qualification were shown, and since when: at the latest with the consent in force."""
    if admitted(facts, context.at) and facts.terms is not None:
        return True, facts.terms.valid_from
    if facts.practitioner_id is None:
        return False, None
    document = await shown(context, facts.practitioner_id, context.at)
    return document is not None, None if document is None else document.created_at


def _act(name: str) -> HowToView:
    return HowToView(act=f"Mutation.{name}")


def _sign_in_anew(place: _Place, max_age: int) -> HowToView | None:
    door = place.context.step_up
    return None if door is None else HowToView(url=f"{door}?max_age={max_age}")


async def _confirm(place: _Place) -> _Advised | None:
    if place.facts.hindered_by(Hindrance.ACCOUNT_BLOCKED, place.at):
        return _Advised(Advice.BE_UNLOCKED, {})
    return _Advised(Advice.CONFIRM_ACCOUNT, {}, _sign_in_anew(place, 0))


async def _show_factor(place: _Place) -> _Advised | None:
    if not place.works:
        return None
    configured = not place.facts.hindered_by(Hindrance.SECOND_FACTOR_NOT_CONFIGURED, place.at)
    advice = Advice.SHOW_SECOND_FACTOR if configured else Advice.HAVE_SECOND_FACTOR
    return _Advised(advice, {}, _sign_in_anew(place, int(SECOND_FACTOR_LASTS.total_seconds())))


async def _be_registered(place: _Place) -> _Advised | None:
    if not place.sure or not place.works:
        return None
    return _Advised(Advice.BE_REGISTERED, {}, _act("registerPractitioner"))


async def _be_employed(place: _Place) -> _Advised | None:
    if not place.known:
        return None
    day = Ask(place.at).today
    if any(post.starts_on > day for post in place.facts.posts):
        return None  # he has only to wait for its first day
    return _Advised(Advice.BE_EMPLOYED, {}, _act("linkOrganization"))


async def _be_accredited(place: _Place) -> _Advised | None:
    posts, facts = held_posts(place.facts, place.at), place.facts
    if not posts or not place.clinical or facts.practitioner_id is None:
        return None
    open_ones = await open_applications(place.context.stores.accreditation, facts.practitioner_id, sorted(BASES))
    asked = next((one for one in open_ones if one.clarification_requested_at is not None), None)
    if asked is not None:
        return _Advised(Advice.ANSWER, {"number": asked.number}, _act("answerClarification"))
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
        return _Advised(Advice.END_SUSPENSION, {"record": encode(prefixes.ACCREDITATION, stopped.id)})
    if any(record.state in {"ACTIVE", "UNDER_REVIEW"} and record.valid_from > place.at for record in lasting):
        return None
    if open_ones:
        return _Advised(Advice.SUBMIT, {"number": open_ones[0].number}, _act("submitApplication"))
    return _Advised(Advice.APPLY, {}, _act("createApplication"))


async def _show_certificates(place: _Place) -> _Advised | None:
    return _Advised(Advice.SHOW_QUALIFICATION, {}) if place.clinical else None


async def _agree(place: _Place) -> _Advised | None:
    # The act refuses whoever has shown no document of qualification.
    if not place.clinical or not place.certified:
        return None
    return _Advised(Advice.AGREE, {"version": access_terms(place.at).version}, _act("confirmAccessTerms"))


async def _prove_contacts(place: _Place) -> _Advised | None:
    return _Advised(Advice.PROVE_CONTACTS, {}, _act("updateContacts")) if place.known else None


_NEXT: Mapping[str, Callable[[_Place], Awaitable[_Advised | None]]] = {
    "CONFIRMED_ACCOUNT": _confirm,
    "SECOND_FACTOR": _show_factor,
    "REGISTRY_LINK": _be_registered,
    "ORGANIZATION_LINK": _be_employed,
    "ACCREDITATION": _be_accredited,
    "CERTIFICATES": _show_certificates,
    "ACCESS_TERMS": _agree,
    "CONTACTS": _prove_contacts,
}
