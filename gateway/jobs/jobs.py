"""Which jobs every server process does in the background."""

from collections.abc import Callable, Sequence
from datetime import datetime

from auth.accounts import FIRST_ALONE, Reach
from gateway.evidence.reads import ReadJournal
from gateway.jobs.attestations import EndingAttestations
from gateway.jobs.codes import FILE, Codes
from gateway.jobs.coming import Announced, EndingAccreditations, Works
from gateway.jobs.contacts import StaleContacts
from gateway.jobs.copying import EVERY, Copying
from gateway.jobs.delivery import Delivery
from gateway.jobs.deviations import FailedChecks, UnfitEnclosures
from gateway.jobs.emergencies import OverdueReviews
from gateway.jobs.exchange import Sender
from gateway.jobs.exchanged import OverdueRequests
from gateway.jobs.external import ExternalChecks
from gateway.jobs.forms import Forms
from gateway.jobs.grants import OverdueGrants
from gateway.jobs.integrity import BrokenContents
from gateway.jobs.licences import ChangedLicences, EndingLicences
from gateway.jobs.mailing import Mailer
from gateway.jobs.matching import Matching
from gateway.jobs.papers import ending_papers
from gateway.jobs.periodic import Job
from gateway.jobs.punctuality import Measuring
from gateway.jobs.referral_papers import ReferralPapers
from gateway.jobs.registering import EndedLinks
from gateway.jobs.scanning import Scan, Source
from gateway.jobs.services import ServicesTold
from gateway.jobs.signatures import Judging
from gateway.log import Log
from gateway.settings import Settings
from resolvers.application.deciding import lapse_clarifications
from resolvers.application.due import recompute_deadlines
from resolvers.limits import failed_often
from resolvers.rules.limits import FailureKind
from sources.delivery.noting import forget_noted
from sources.delivery.relaying import forget_relayed
from sources.identity import attempt, authorization, session_changes, signing_key
from sources.identity.challenge import forget_challenges
from sources.identity.device import forget_devices
from sources.identity.failing import forget_failures
from sources.identity.ticket_acts import forget_tickets
from sources.journal import packages
from sources.journal.reads import make_months
from sources.postgres.changes import forget_old
from sources.postgres.failure import SourceFailure
from sources.postgres.writing import forget_old_keys
from sources.registering.request import forget_requests
from sources.signing import Signing
from sources.stores import Stores

# Channels of stores on which word comes of what there is to do.
EVENT = "event"
MESSAGE = "message"
# A burst of acts is relayed together; nobody waits for it.
GATHER_SECONDS = 0.25
HOUR = 3_600
SCAN_SECONDS = 600
FAILED_SECONDS = 0.5
SUM_SECONDS = 20
DENIALS_SECONDS = 2
MATCH_SECONDS = 15
CODE_SECONDS = 5
CHECK_SECONDS = 5
FORM_SECONDS = 5
JUDGE_SECONDS = 60
# Any numbers that nobody else has, the same in every process.
COMING_LOCK, DEVIATING_LOCK, MEASURING_LOCK, REVIEWING_LOCK = 7_220_125, 7_220_126, 7_220_127, 7_220_128
GRANTING_LOCK, FAILING_LOCK, REQUESTING_LOCK = 7_220_142, 7_220_155, 7_220_144


def jobs(
    settings: Settings,
    stores: Stores,
    clock: Callable[[], datetime],
    deliveries: Sequence[Delivery],
    reads: ReadJournal,
    log: Log,
    signing: Signing,
) -> tuple[Job, ...]:
    """The jobs; mail only where there is a server to send it by."""

    async def lapse() -> int:
        return await lapse_clarifications(stores, clock())

    async def recompute() -> int:
        await recompute_deadlines(stores, clock())
        return 0

    async def forget() -> int:
        await forgotten(stores)
        return 0

    async def months() -> int:
        await make_months(stores.journal)
        return 0

    async def denials() -> int:
        counted = reads.denied.taken()
        try:
            await failed_often(stores, FailureKind.DENIED_READ, counted, clock())
        except SourceFailure:
            reads.denied.again(counted)
            raise
        return 0

    async def sums() -> int:
        await reads.sums(clock())
        return 0

    judging = Judging(stores, signing, clock)
    # Each store's are jobs of their own: where one is lost, the others' go on.
    moving = (
        Job(f"relay of {what} from {one.store.name}", 1, move, EVENT, GATHER_SECONDS, one.store.name)
        for one in deliveries
        for what, move in (("events", one.events), ("audit entries", one.entries))
    )
    found = (
        *moving,
        Job("copy of the schedule", EVERY, Copying(stores, clock).run, EVENT),
        Job("clarifications that lapse", 30, lapse),
        Job("forms of applications", FORM_SECONDS, Forms(stores, log).run, EVENT),
        Job("documents of referrals", FORM_SECONDS, ReferralPapers(stores, log).run, EVENT),
        Job("deadlines that were provisional", HOUR, recompute),
        Job("scan for what is coming", SCAN_SECONDS, coming(stores, clock, settings.reach).run),
        Job("scan for what deviates", SCAN_SECONDS, deviating(stores, clock, settings.reach).run),
        Job(
            "checks that failed",
            SCAN_SECONDS,
            failing(stores, clock, settings.reach).run,
            EVENT,
            gathers=FAILED_SECONDS,
        ),
        Job("scan for what was not reviewed", SCAN_SECONDS, unreviewed(stores, clock, settings.reach).run),
        Job(
            "scan for grants that were not reviewed", SCAN_SECONDS, unreviewed_grants(stores, clock, settings.reach).run
        ),
        Job(
            "scan for requests that were not answered",
            SCAN_SECONDS,
            unanswered(stores, clock, settings.reach).run,
        ),
        Job("measure of the terms", SCAN_SECONDS, Measuring(stores, log, clock, MEASURING_LOCK).run),
        Job("forgetting what is over", HOUR, forget),
        Job("months of the journal", HOUR, months),
        Job("refusals of callers without a token", SUM_SECONDS, sums, own=True),
        Job("bursts of refused reads", DENIALS_SECONDS, denials, own=True),
        Job("matches that the register owes", MATCH_SECONDS, Matching(stores, clock).run),
        Job(
            "packages of documents",
            1,
            Sender(stores, settings.exchange, signing.keys, clock, log).run,
            EVENT,
        ),
        Job("signatures that nobody could judge", JUDGE_SECONDS, judging.run),
        Job("signatures of notes that nobody could judge", JUDGE_SECONDS, judging.run_for_notes),
        Job("codes", CODE_SECONDS, codes(settings, stores, clock, log).run, EVENT, store=stores.identity.name),
    )
    if settings.services_register is not None:
        told = ServicesTold(stores, settings.services_register, clock, log)
        found = (*found, Job("register of services", 1, told.run, EVENT))
    if settings.external_services:
        checks = ExternalChecks(stores, settings.external_services, clock, log)
        found = (*found, Job("external services", CHECK_SECONDS, checks.run, EVENT, store=stores.registry.name))
    if settings.smtp is None:
        return found
    return (*found, Job("mail", 1, Mailer(stores, settings.smtp, cabinet=settings.address).run, MESSAGE))


def codes(settings: Settings, stores: Stores, clock: Callable[[], datetime], log: Log) -> Codes:
    """What sends codes; the demo has a file for those that it cannot send."""
    file = settings.data / FILE if settings.demo else None
    return Codes(stores, clock, log, smtp=settings.smtp, command=settings.sms_command, file=file)


def coming(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan of each legal day."""
    sources: tuple[Source, ...] = (
        EndingAccreditations(stores, reach),
        EndingAttestations(stores, reach),
        EndingLicences(stores, reach),
        *ending_papers(stores, reach),
        Announced(stores, reach),
        Works(stores),
        StaleContacts(stores),
    )
    return Scan(stores, clock, sources, lock=COMING_LOCK, daily=True)


def deviating(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan that is done again and again: what it tells of cannot be foreseen."""
    sources: tuple[Source, ...] = (
        UnfitEnclosures(stores),
        ChangedLicences(stores, reach),
        EndedLinks(stores, reach),
    )
    return Scan(stores, clock, sources, lock=DEVIATING_LOCK, daily=False)


def failing(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan for checks that failed, done as soon as a store gives word of an act: somebody waits for the result.

    What is found broken is an act, too.
    """
    sources: tuple[Source, ...] = (FailedChecks(stores), BrokenContents(stores, reach))
    return Scan(stores, clock, sources, lock=FAILING_LOCK, daily=False)


def unreviewed(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan for emergency openings that nobody reviewed in time; apart, for it alone needs the clinical store."""
    return Scan(stores, clock, (OverdueReviews(stores, reach),), lock=REVIEWING_LOCK, daily=False)


def unreviewed_grants(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan for grants in an emergency that nobody reviewed in time."""
    return Scan(stores, clock, (OverdueGrants(stores, reach),), lock=GRANTING_LOCK, daily=False)


def unanswered(stores: Stores, clock: Callable[[], datetime], reach: Reach = FIRST_ALONE) -> Scan:
    """The scan for requests for information that nobody answered in time."""
    return Scan(stores, clock, (OverdueRequests(stores, reach),), lock=REQUESTING_LOCK, daily=False)


async def forgotten(stores: Stores) -> None:
    """Drop what nobody needs any more, store by store: one that is lost does not keep the others from it.

    Raises:
        SourceFailure: a store is lost, the first of them; what is left there is dropped the next time.
    """
    forgetting = (
        (forget_old, stores.registry),
        (forget_old, stores.accreditation),
        (forget_old, stores.journal),
        (forget_old, stores.identity),
        (authorization.forget_codes, stores.identity),
        (attempt.forget_over, stores.identity),
        (forget_challenges, stores.identity),
        (forget_requests, stores.registry),
        (session_changes.forget_over, stores.identity),
        (signing_key.forget_over, stores.identity),
        (forget_failures, stores.identity),
        (forget_devices, stores.identity),
        (forget_tickets, stores.identity),
        (forget_noted, stores.registry),
        (forget_noted, stores.documents),
        (forget_noted, stores.schedule),
        (forget_noted, stores.clinical),
        (packages.forget_tickets, stores.journal),
        *((forget_relayed, store) for store in stores.acted),
        *((forget_old_keys, store) for store in stores.acted),
    )
    failures: list[SourceFailure] = []
    for forget, store in forgetting:
        try:
            await forget(store)
        except SourceFailure as failed:
            failures.append(failed)
    if failures:
        raise failures[0]
