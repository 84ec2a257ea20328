"""The shift as the graph shows it."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers import schedule as schedules
from resolvers.acts.keys import SHIFT
from resolvers.clinical import record as records
from resolvers.schedule import ShiftKind
from schema.enums import enum
from sources.schedule import ShiftRecord

if TYPE_CHECKING:
    from schema.clinical.care import Encounter
    from schema.organization import Department, Organization
    from schema.practitioner import Practitioner

enum(
    ShiftKind,
    "What a shift is (вид смены).",
    DAY="By day (дневная).",
    NIGHT="By night (ночная).",
    DUTY="On duty in the organisation round the clock (дежурство).",
    ON_CALL="On call at home (дежурство на дому).",
    TELEMEDICINE="Telemedicine consultations (телемедицинский приём).",
)


@shows(
    ShiftRecord,
    prefix=schedules.PREFIX,
    node=schedules.by_id,
    gate=P.SCHEDULE_SHIFT_READ,
    keys=SHIFT,
)
class Shift(Node):
    """One shift of one person in one organisation (смена)."""

    id: strawberry.ID = derived(Ids(schedules.PREFIX), NODE_DESCRIPTION, needs=("id",))
    practitioner: "Practitioner | None" = edge(practitioners.by_id, "Who works.", by="practitioner_id")
    organization: "Organization | None" = edge(organizations.by_id, "Where.", by="organization_id")
    department: "Department | None" = edge(organizations.department, "In which department.", by="department_id")
    room: str | None = public("Room (кабинет).")
    starts_at: datetime = public("Start.")
    ends_at: datetime = public("End, exclusive.")
    kind: ShiftKind = public("What it is.")
    encounters: "Connection[Encounter] | None" = edge(
        records.of_shift,
        "Encounters (посещения) with patients in it, newest first.",
        by="id",
        permission=P.CLINICAL_HISTORY_MASKED,
    )
