"""Attestations as the graph shows them: what accreditations for telemedicine stand on besides."""

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import Root, act, derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.accreditation import attestation as attestations
from resolvers.accreditation import attesting
from resolvers.accreditation.attestation import AttestationState, RequiredView
from resolvers.document import reading as documents
from resolvers.rules.attestation import AttestationKind
from resolvers.rules.document_kind import DocumentKind
from schema.act_inputs import ID, INPUT, VERSION, act_input
from schema.enums import enum
from schema.payload import DONE, Problem
from sources.accreditation.attestation import AttestationRecord

if TYPE_CHECKING:
    from schema.document.document import Document
    from schema.organization import Organization
    from schema.practitioner import Practitioner

enum(
    AttestationKind,
    "What is attested for work from afar (что подтверждено).",
    CHANNEL="A protected channel (защищённый канал связи).",
    WORKPLACE="An equipped workplace (оборудованное рабочее место).",
    CERTIFIED_PROTECTION="Certified protection of data (сертифицированные средства защиты информации).",
    TELEMEDICINE_POINT="A point of telemedicine in the register of organisations (телемедицинский пункт ФРМО).",
    PERSONAL_DATA_ATTESTATION="The protection of personal data (аттестация по защите персональных данных).",
)
enum(
    AttestationState,
    "Whether an attestation counts (состояние подтверждения).",
    FUTURE="Its term has not begun (ещё не действует).",
    IN_FORCE="It counts (действует).",
    EXPIRED="Its term is over (истекло).",
    ENDED="It was ended before (прекращено).",
)

ATTESTATION = (ID, "Global id of the attestation.")
ISSUED = "Who issued it; 300 characters at most."
NUMBERED = "Its number; 64 characters at most."
PAPER = (ID | None, "The document that stands for it: one of the person that the viewer may see.")
LAST = "Last day in force."

act_input(
    attesting.AddAttestationInput,
    "Of whom what is attested, where, by whom and for how long.",
    practitioner_id=(ID, "Global id of the worker."),
    organization_id=(ID, "Global id of the organisation where he works."),
    kind=(AttestationKind, "What is attested."),
    issuer=ISSUED,
    number=NUMBERED,
    starts_on="First day in force.",
    last_on=LAST,
    document_id=PAPER,
)
act_input(
    attesting.RenewAttestationInput,
    "The attestation that is renewed, and what follows it.",
    id=ATTESTATION,
    expected_version=VERSION,
    issuer="Who issued it; left out, who did before.",
    number=NUMBERED,
    starts_on="First day in force; left out, the day after the last of the one before, or today.",
    last_on=LAST,
    document_id=PAPER,
)
act_input(
    attesting.EndAttestationInput,
    "The attestation that ends before its term.",
    id=ATTESTATION,
    expected_version=VERSION,
    reason="Why; 1,000 characters at most.",
)


@shows(
    AttestationRecord,
    prefix=attestations.PREFIX,
    node=attestations.by_id,
    gate=P.ACCREDITATION_ATTESTATION_READ,
    keys=attestations.KEYS,
)
class Attestation(Node):
    """What shows that somebody may work from afar at an organisation (подтверждение)."""

    id: strawberry.ID = derived(Ids(attestations.PREFIX), NODE_DESCRIPTION, needs=("id",))
    kind: AttestationKind = public("What is attested.")
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Of whom.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where he works.", by="organization_id")
    issuer: str = public("Who issued it.")
    number: str = public("Its number.")
    state: AttestationState = derived(
        attestations.state_at, "Whether it counts at this instant.", needs=("valid_from", "valid_to", "ended_at"),
        clock=True,
    )  # fmt: skip
    starts_on: date = derived(attestations.first_day, "First day in force.", needs=("valid_from",))
    last_on: date = derived(attestations.last_day, LAST, needs=("valid_to",))
    ended_at: datetime | None = public("When it was ended before its term.")
    end_reason: str | None = public("Why.")
    document: "Document | None" = edge(documents.by_id, "The document that stands for it.", by="document_id")
    renews: "Attestation | None" = edge(attestations.by_id, "The one that it follows.", by="renews_id")
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(RequiredView)
class RequiredAttestation:
    """What an accreditation for telemedicine takes besides (строка перечня подтверждений)."""

    kind: AttestationKind = public("What has to be attested.")
    title: str = public("In words, in the language of Accept-Language.")
    most_days: int = public("How many days it lasts at most.")
    documents: list[DocumentKind] = public("The kinds of document that may stand for it.")
    version: str = public("Version of the list.")


@shows(attesting.AttestationPayload)
class AttestationPayload:
    """What came of an act on an attestation."""

    attestation: "Attestation | None" = edge(attestations.by_id, "The attestation after the act.", by="attestation_id")
    problems: list[Problem] = public(DONE)


@shows(Root)
class AttestationActs:
    """What is recorded for work from afar."""

    add_attestation: "AttestationPayload | None" = act(
        attesting.add,
        "Record what an accreditation for telemedicine takes besides (внести подтверждение).",
        permission=P.ACCREDITATION_ATTESTATION_WRITE,
        arguments=INPUT,
    )
    renew_attestation: "AttestationPayload | None" = act(
        attesting.renew,
        "Record the attestation that follows one (продлить подтверждение).",
        permission=P.ACCREDITATION_ATTESTATION_WRITE,
        arguments=INPUT,
        on=attesting.ON_RENEWING,
    )
    end_attestation: "AttestationPayload | None" = act(
        attesting.end,
        "End an attestation before its term; what rests on it ends at once (прекратить подтверждение).",
        permission=P.ACCREDITATION_ATTESTATION_WRITE,
        arguments=INPUT,
        on=attesting.ON_ENDING,
    )
