"""Organisations and their departments as a hospital knows them."""

from typing import Final

from sources.fhir.resource import Column, Kind, member, referred, resource_id, to
from sources.remote.row import Row


class OrganizationRow(Row):
    """An organisation, or a part of one."""

    id: str
    active: bool | None
    name: str | None
    parent_id: str | None


ORGANIZATION: Final = Kind(
    OrganizationRow,
    "Organization",
    {
        "id": Column(("id",), resource_id, "_id"),
        "active": Column(("active",), member("active", bool), "active"),
        "name": Column(("name",), member("name", str), "name"),
        "parent_id": Column(("partOf",), referred("partOf", "Organization"), "partof", to("Organization")),
    },
)
