"""The employment as the graph shows it."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import employment as employments
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from schema.enums import enum
from sources.employment import EmploymentRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.book import Position
    from schema.organization import Department, Licence, Organization
    from schema.practitioner import Practitioner


class EmploymentKind(StrEnum):
    """Kinds of the register's book 209."""

    MAIN = "MAIN"
    INTERNAL_PART_TIME = "INTERNAL_PART_TIME"
    COMBINATION = "COMBINATION"
    EXTERNAL_PART_TIME = "EXTERNAL_PART_TIME"


enum(
    EmploymentKind,
    "How a post is held (тип занятия должности).",
    MAIN="The main place of work (основное).",
    INTERNAL_PART_TIME="A second job with the same employer (внутреннее совместительство).",
    COMBINATION="More duties within the same working hours (совмещение).",
    EXTERNAL_PART_TIME="A second job with another employer (внешнее совместительство).",
)


@shows(
    EmploymentRecord,
    prefix=employments.PREFIX,
    node=employments.by_id,
    gate=P.PRACTITIONER_EMPLOYMENT_READ,
    keys={
        "own": "practitioner_id",
        "org": "organization_id",
        "unit": "department_id",
        "trainee": "practitioner_id",
        "case": "practitioner_id",
    },
)
class Employment(Node):
    """One post of one person in one organisation (личная карточка работника)."""

    id: strawberry.ID = derived(Ids(employments.PREFIX), NODE_DESCRIPTION, needs=("id",))
    practitioner: "Practitioner" = edge(practitioners.by_id, "Who is employed.", by="practitioner_id")
    organization: "Organization" = edge(organizations.by_id, "Where.", by="organization_id", fold="organization")
    licences: "list[Licence] | None" = edge(
        organizations.licences, "Licences of that organisation (лицензии).", by="organization_id"
    )
    department: "Department | None" = edge(
        organizations.department, "In which department.", by="department_id", fold="department"
    )
    position: "Position" = derived(books.position, "Post (должность).", needs=("position_code",))
    kind: EmploymentKind = public("How the post is held.")
    rate: Decimal | None = guarded(P.PRACTITIONER_EMPLOYMENT_READ, "Share of a full post (ставка): 0.5, 1.0 …")
    prescribes_narcotics: bool | None = guarded(
        P.PRACTITIONER_EMPLOYMENT_READ,
        "Whether medicines of list II are prescribed in this post (право выписывать наркотические препараты).",
    )
    starts_on: date = public("First day of work.")
    last_on: date | None = public(
        "Last day of work (последний день работы); null while there is no end.", column="ends_on"
    )
    ends_on: date | None = public(
        "Last day of work; null while there is no end.",
        deprecated="Ask for `lastOn`, which means the last day everywhere; other types have the day after it here.",
    )
    accreditation: "Accreditation | None" = edge(
        accreditations.by_id, "The record of accreditation that justifies the post.", by="accreditation_id"
    )
