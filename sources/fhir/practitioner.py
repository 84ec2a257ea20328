"""Practitioners as a hospital knows them."""

from typing import Final

from sources.fhir.resource import Column, Kind, contact, member, resource_id, within
from sources.remote.row import Row


class PractitionerRow(Row):
    """Somebody who works, or worked, at a hospital; `phone` is that of his work."""

    id: str
    active: bool | None
    family: str | None
    given: str | None
    qualification: str | None
    phone: str | None


PRACTITIONER: Final = Kind(
    PractitionerRow,
    "Practitioner",
    {
        "id": Column(("id",), resource_id, "_id"),
        "active": Column(("active",), member("active", bool), "active"),
        "family": Column(("name",), within("name", "family"), "family"),
        "given": Column(("name",), within("name", "given")),
        "qualification": Column(("qualification",), within("qualification", "code", "coding", "code")),
        "phone": Column(("telecom",), contact("phone", "work")),
    },
)
