"""Appointments to functions as the graph shows them."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import appointment as appointments
from resolvers import organization as organizations
from resolvers.appointment import AppointmentState
from resolvers.appointment.acts import AppointmentPayload as AppointmentResult
from resolvers.rules.appointing import AppointedFunction
from schema.enums import enum
from schema.payload import DONE, Problem
from schema.role import RoleName
from sources.journal import AppointmentRecord

if TYPE_CHECKING:
    from schema.organization import Organization

enum(
    AppointedFunction,
    "Functions that are given by acts; docs/officers.md says by whom.",
    HRR="Personnel officer of an organisation (кадровик).",
    EXP="Expert of the accreditation commission (эксперт).",
    REG="Officer of the regulator (регулятор).",
    INS="Officer of an insurer (страховщик).",
    MIS="Service account of an organisation's information system (МИС).",
    AUD="Security auditor (аудитор).",
    SUPP="Support operator (служба поддержки).",
    ADM="Officer who appoints (назначающий).",
)
enum(
    AppointmentState,
    "Where an appointment stands.",
    PROPOSED="It waits for a second person and gives nothing (предложено).",
    LAPSED="Nobody confirmed it in time, or it was taken back (не подтверждено).",
    COMING="It is not in force yet (вступит в силу).",
    IN_FORCE="It is in force (действует).",
    ENDED="It is over (прекращено).",
)


@shows(
    AppointmentRecord,
    prefix=appointments.PREFIX,
    node=appointments.by_id,
    gate=P.APPOINTMENT_RECORD_READ,
    keys=appointments.KEYS,
)
class Appointment(Node):
    """A function that somebody holds, held, or is proposed for (назначение)."""

    id: strawberry.ID = derived(Ids(appointments.PREFIX), NODE_DESCRIPTION, needs=("id",))
    function: RoleName = public("The function, by the name of the role that it gives.")
    account: str = public("Whose it is: the account.", column="subject")
    organization: "Organization | None" = edge(
        organizations.by_id, "Where it is held; null for one that is held at none.", by="organization_id"
    )
    state: AppointmentState = derived(
        appointments.state_at,
        "Where it stands at this instant.",
        needs=("valid_from", "valid_to", "lapses_at"),
        clock=True,
    )
    valid_from: datetime | None = public("Since when it is in force; null before it is confirmed.")
    valid_to: datetime | None = public("The instant from which it is not; null where nobody said when it ends.")
    proposed_by: str | None = public("Who proposed it: the account; null for one that was loaded.")
    proposed_at: datetime | None = public("When.")
    lapses_at: datetime | None = public("When a proposal that nobody has confirmed is over.")
    confirmed_by: str | None = public("Who confirmed it: the account; null too where an operator appointed.")
    ended_by: str | None = public("Who ended it, or took the proposal back: the account.")
    ended_at: datetime | None = public("When.")
    version: int = public("Goes up with each change.")


@shows(AppointmentResult)
class AppointmentPayload:
    """What came of an act on an appointment."""

    appointment: Appointment | None = edge(appointments.by_id, "The appointment after the act.", by="appointment_id")
    problems: list[Problem] = public(DONE)
