"""Roles (роли): what somebody is to the cabinet at an instant, and on what that rests."""

from datetime import datetime
from typing import TYPE_CHECKING

from auth.role import RoleName
from engine.declare import edge, public, shows
from resolvers import organization as organizations
from resolvers.viewer import RoleView
from schema.enums import enum

if TYPE_CHECKING:
    from schema.organization import Organization

__all__ = ["Role", "RoleName"]

enum(
    RoleName,
    "Roles, computed from facts at each instant; docs/access.md says what each reads.",
    NOB="Nobody signed in (аноним).",
    APL="Applicant: a confirmed account without an employment in force (заявитель).",
    LNK="Employee: an employment in force (привязан к организации).",
    TMP="Accredited temporarily, under a supervisor (временно аккредитован).",
    DOC="Accredited doctor (врач).",
    NUR="Accredited nurse, paramedic or midwife (средний медицинский персонал).",
    SPC="In addition: accredited for a direction, as surgery (специальная аккредитация).",
    REM="In addition: accredited for telemedicine (дистанционная аккредитация).",
    SUP="Leads a department, or supervises a trainee (заведующий, наставник).",
    DSK="At the registration desk of an organisation (медицинский регистратор).",
    HRR="Personnel officer of an organisation (кадровик).",
    HED="Head of an organisation (главный врач).",
    EXP="Expert of the accreditation commission (эксперт).",
    REG="Officer of the regulator (регулятор).",
    INS="Officer of an insurer (страховщик).",
    PAT="Patient, or who stands for him by law (пациент, законный представитель).",
    MIS="Service account of an organisation's information system (МИС).",
    AUD="Security auditor (аудитор).",
    SUPP="Support operator (служба поддержки).",
    ADM="Officer who appoints (назначающий).",
    ALL="Every permission without a rule; in the demo only, for measuring.",
)


@shows(RoleView)
class Role:
    """A role in force."""

    name: RoleName = public("The role.")
    because: str = public(
        "What it rests on, in the language of Accept-Language, with ids of records; with LNK, which wait for a consent."
    )
    valid_until: datetime | None = public("The instant from which it is no longer in force, as far as is known.")
    organizations: "list[Organization]" = edge(
        organizations.by_id, "The organisations where it is held; empty where it looks at none.", by="organization_ids"
    )
