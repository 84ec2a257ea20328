"""What practitioners do at which organisation."""

from typing import Final

from sources.fhir.resource import Column, Kind, coded, member, referred, resource_id, to
from sources.remote.row import Row


class PractitionerRoleRow(Row):
    """What somebody does at an organisation; both by their ids at the hospital, `role` and `specialty` as codes."""

    id: str
    practitioner_id: str | None
    organization_id: str | None
    active: bool | None
    role: str | None
    specialty: str | None


PRACTITIONER_ROLE: Final = Kind(
    PractitionerRoleRow,
    "PractitionerRole",
    {
        "id": Column(("id",), resource_id, "_id"),
        "practitioner_id": Column(
            ("practitioner",), referred("practitioner", "Practitioner"), "practitioner", to("Practitioner")
        ),
        "organization_id": Column(
            ("organization",), referred("organization", "Organization"), "organization", to("Organization")
        ),
        "active": Column(("active",), member("active", bool), "active"),
        "role": Column(("code",), coded("code"), "role"),
        "specialty": Column(("specialty",), coded("specialty"), "specialty"),
    },
)
