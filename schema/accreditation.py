"""The record of accreditation as the graph shows it."""

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Union

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import application as applications
from resolvers import book as books
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.accreditation import AccreditationStatus
from resolvers.accreditation.opening import opened_by
from resolvers.acts import keys
from resolvers.book import Direction
from resolvers.rules.procedure import AccreditationKind
from schema.capability import Operation
from schema.enums import enum
from sources.accreditation import AccreditationRecord, DecisionRecord

if TYPE_CHECKING:
    from schema.application import AccreditationApplication
    from schema.book import Specialty
    from schema.organization import Organization
    from schema.practitioner import Practitioner


class AccreditationProcedure(StrEnum):
    """Procedures of the law, beside the kinds of the cabinet."""

    PRIMARY = "PRIMARY"
    PRIMARY_SPECIALISED = "PRIMARY_SPECIALISED"
    PERIODIC = "PERIODIC"
    ADMISSION_WITHOUT = "ADMISSION_WITHOUT"
    CERTIFICATE_LEGACY = "CERTIFICATE_LEGACY"
    NONE = "NONE"


enum(
    AccreditationProcedure,
    "The legal record that an accreditation stands on (процедура).",
    PRIMARY="After basic education (первичная).",
    PRIMARY_SPECIALISED="After residency, retraining, or education abroad (первичная специализированная).",
    PERIODIC="At least once in five years, by portfolio (периодическая).",
    ADMISSION_WITHOUT="Admitted to work without accreditation, as the law allows (допуск без аккредитации).",
    CERTIFICATE_LEGACY="A specialist's certificate of the old system (сертификат специалиста).",
    NONE="No legal record.",
)
enum(
    Direction,
    "Direction of a special accreditation (направление).",
    SURGERY="Surgery (хирургия).",
    RADIATION_DIAGNOSTICS="Radiation diagnostics (лучевая диагностика).",
    LABORATORY="Laboratory diagnostics (лабораторная диагностика).",
)
enum(
    AccreditationKind,
    "Kind of accreditation in the cabinet (вид аккредитации).",
    PERMANENT="For a specialty at a place of employment, without an end of its own (постоянная).",
    TEMPORARY="For some weeks or months, under a supervisor (временная).",
    SPECIAL="For a direction of work, on top of a permanent or temporary one (специальная).",
    REMOTE="For telemedicine, on top of a permanent or temporary one (дистанционная).",
    ORGANISATIONAL="Of an institution, not of a person (организационная).",
)
enum(
    AccreditationStatus,
    "What a record is worth at the instant of the operation (статус).",
    ACTIVE="In force (действует).",
    UNDER_REVIEW="In force while it is checked again (на повторной проверке).",
    SUSPENDED="Not in force until the suspension is lifted (приостановлена).",
    EXPIRED="Its term is over (истекла).",
    REVOKED="Ended by a decision (аннулирована).",
    SUPERSEDED="A later record took its place (заменена).",
)

AccreditationHolder = Annotated[
    Union["Practitioner", "Organization"],
    strawberry.union("AccreditationHolder", description="Who holds an accreditation: a person or an institution."),
]


@shows(
    AccreditationRecord,
    prefix=accreditations.PREFIX,
    node=accreditations.by_id,
    gate=P.ACCREDITATION_RECORD_READ,
    keys=keys.ACCREDITATION,
)
class Accreditation(Node):
    """A record of accreditation (запись об аккредитации)."""

    id: strawberry.ID = derived(Ids(accreditations.PREFIX), NODE_DESCRIPTION, needs=("id",))
    registry_number: str = public("Number of the record (реестровый номер).")
    holder: AccreditationHolder | None = edge(
        (practitioners.by_id, organizations.by_id), "Who holds it.", by=("practitioner_id", "holder_organization_id")
    )
    kind: AccreditationKind = public("Kind in the cabinet.")
    procedure: AccreditationProcedure = public("The legal record it stands on.")
    specialty: "Specialty | None" = derived(
        books.specialty, "Specialty; null for an institution.", needs=("specialty_code",)
    )
    directions: list[Direction] = public("Directions of a special accreditation.")
    status: AccreditationStatus = derived(
        accreditations.status_at, "What it is worth at this instant.", needs=("state", "valid_to"), clock=True
    )
    operations: list[Operation] = derived(
        opened_by,
        "What it opens at this instant; nothing while it, or what it stands on, is not in force.",
        needs=("kind", "directions", "specialty_code", "state", "valid_from", "valid_to", "based", "attested"),
        clock=True,
    )
    valid_from: datetime = public("First instant.")
    valid_to: datetime | None = public("The instant from which it is no longer valid; null without an end.")
    version: int = public("Version: what acts that change it expect.")
    changed_at: datetime = public(
        "When it was changed last, by the clock of its store: what `changedSince` looks at.", column="noted_at"
    )
    state_reason: str | None = guarded(
        P.ACCREDITATION_DECISION_READ, "Why it was suspended, revoked, reinstated or checked again."
    )
    place: "Organization | None" = edge(
        organizations.by_id, "The organisation that it was given for; it gives rights nowhere else.", by="place_id"
    )
    supervisor: "Practitioner | None" = edge(
        practitioners.by_id, "Supervisor (наставник) of a temporary accreditation.", by="supervisor_id"
    )
    application: "AccreditationApplication | None" = edge(
        applications.by_id, "The application that it came from.",
        by="application_id", permission=P.APPLICATION_FILE_READ, fold="application",
    )  # fmt: skip
    decision: "Decision | None" = edge(
        accreditations.decision, "The decision behind it (решение).",
        by="id", permission=P.ACCREDITATION_DECISION_READ, fold="decision",
    )  # fmt: skip


@shows(DecisionRecord)
class Decision:
    """The decision of the commission (решение комиссии)."""

    protocol_number: str = public("Number of the protocol.")
    decided_on: date = public("Day of the decision.")
    authority: str = public("Who decided.")
    summary: str = public("What was decided, in a sentence.")
