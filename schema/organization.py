"""The organisation as the graph shows it: public facts, and its staff to those who may see them."""

from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Connection, Node
from resolvers import accreditation as accreditations
from resolvers import book as books
from resolvers import employment as employments
from resolvers import external_service as services
from resolvers import filing as filings
from resolvers import organization as organizations
from resolvers.bounds import last_day
from resolvers.filing import FilingKind, FilingStatus
from schema.ends import CLOSED_ON, DAY_AFTER, INCLUDE_CLOSED, LAST_ON
from schema.enums import enum, known
from schema.filing import DATED, KIND, STATUS, Filing
from schema.scalars import Inn, Ogrn, Oid
from sources.organization import DepartmentRecord, LicenceRecord, OrganizationRecord

if TYPE_CHECKING:
    from schema.accreditation import Accreditation
    from schema.book import Region
    from schema.employment import Employment
    from schema.external_service import ExternalService


class DepartmentCategory(StrEnum):
    """Departments that the register knows."""

    HOSPITAL = "HOSPITAL"
    AMBULATORY = "AMBULATORY"
    AMBULANCE = "AMBULANCE"
    DIAGNOSTIC = "DIAGNOSTIC"
    LABORATORY = "LABORATORY"
    ADMINISTRATIVE = "ADMINISTRATIVE"


class LicenceStatus(StrEnum):
    """Status of a licence."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


enum(
    DepartmentCategory,
    "What a department does (вид структурного подразделения).",
    HOSPITAL="Treats those who stay (стационар).",
    AMBULATORY="Treats those who come (амбулаторное).",
    AMBULANCE="Comes to those who call (скорая помощь).",
    DIAGNOSTIC="Examines (диагностическое).",
    LABORATORY="Examines samples (лаборатория).",
    ADMINISTRATIVE="Runs the organisation (административное).",
)
enum(
    LicenceStatus,
    "Whether a licence is in force, as the register says.",
    ACTIVE="In force (действует).",
    SUSPENDED="Suspended (приостановлена).",
    TERMINATED="Ended (прекращена).",
)


@shows(
    OrganizationRecord,
    prefix=organizations.PREFIX,
    node=organizations.by_id,
    keys={"org": "id"},
)
class Organization(Node):
    """A medical organisation (медицинская организация) of the federal register (ФРМО)."""

    id: strawberry.ID = derived(Ids(organizations.PREFIX), NODE_DESCRIPTION, needs=("id",))
    oid: Oid = public("Object identifier in the register.")
    name: str = public("Full name.")
    short_name: str | None = public("Short name.")
    ogrn: Ogrn = public("ОГРН, 13 digits.")
    inn: Inn = public("ИНН, 10 digits.")
    federal_subject: "Region | None" = derived(
        books.region, "Subject of the Russian Federation (регион), as the book has it.", needs=("region_code",)
    )
    region: str = derived(
        books.region_name,
        "Subject of the Russian Federation (регион).",
        needs=("region_code",),
        deprecated="Ask for `federalSubject`, which has the code too.",
    )
    closed_on: date | None = public(CLOSED_ON)
    departments: "list[Department]" = edge(
        organizations.departments,
        "Departments (структурные подразделения).",
        by="id",
        arguments={"include_closed": INCLUDE_CLOSED},
    )
    licences: "list[Licence]" = edge(organizations.licences, "Licences for medical activity (лицензии).", by="id")
    accreditation: "Accreditation | None" = edge(
        accreditations.of_organization, "Accreditation of the organisation itself, when there is one.", by="id"
    )
    staff: "Connection[Employment] | None" = edge(
        employments.of_organization,
        "Employments in force (штат).",
        by="id",
        permission=P.PRACTITIONER_EMPLOYMENT_READ,
        arguments={"filter": "Which people are wanted."},
    )
    external_services: "list[ExternalService] | None" = edge(
        services.of_organization,
        "Services elsewhere with which it works, by kind (внешние сервисы).",
        by="id",
        permission=P.ORGANIZATION_SERVICE_READ,
    )


@shows(DepartmentRecord, prefix=organizations.DEPARTMENT_PREFIX, node=organizations.department)
class Department(Node):
    """A department (структурное подразделение) of an organisation."""

    id: strawberry.ID = derived(Ids(organizations.DEPARTMENT_PREFIX), NODE_DESCRIPTION, needs=("id",))
    oid: Oid = public("Object identifier in the register.")
    name: str = public("Name.")
    category: DepartmentCategory | None = derived(
        known(DepartmentCategory),
        "What it does (вид структурного подразделения); null where the register has another word.",
        needs=("kind",),
    )
    kind: str = public(
        "Kind of the department, as the register calls it.", deprecated="Ask for `category`, whose values are known."
    )
    closed_on: date | None = public(f"{CLOSED_ON} It is closed with its organisation.", column="last_on")
    organization: Organization | None = edge(
        organizations.by_id, "The organisation it is part of.", by="organization_id"
    )


@shows(LicenceRecord, prefix=organizations.LICENCE_PREFIX, node=organizations.licence)
class Licence(Node, Filing):
    """A licence for medical activity (лицензия); it belongs to an organisation, never to a person."""

    id: strawberry.ID = derived(Ids(organizations.LICENCE_PREFIX), NODE_DESCRIPTION, needs=("id",))
    number: str = public("Number in the register of licences.")
    activity: str = public("What it is for.")
    authority: str = public("Who issued it.")
    status: LicenceStatus = public("Whether it is in force, as the register says.")
    starts_on: date = public("First day.")
    last_on: date | None = derived(last_day, LAST_ON, needs=("ends_on",))
    ends_on: date | None = public(
        "First day on which it is no longer in force; null without an end.", deprecated=DAY_AFTER
    )
    filing_kind: FilingKind = derived(lambda _: FilingKind.LICENSING, KIND, needs=("id",))
    dated: date | None = public(DATED, column="starts_on")
    filing_status: FilingStatus | None = derived(filings.of_licence, STATUS, needs=("status", "ends_on"), clock=True)
