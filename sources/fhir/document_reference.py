"""Documents that a hospital keeps: what they are, never what they say."""

from datetime import datetime
from typing import Final

from sources.fhir.resource import Column, Kind, coded, instant, member, referred, resource_id, to
from sources.remote.row import Row


class DocumentReferenceRow(Row):
    """A document; `kind` is a code, `status` one of FHIR: current, superseded, entered-in-error."""

    id: str
    author_id: str | None
    custodian_id: str | None
    status: str | None
    kind: str | None
    title: str | None
    made_at: datetime | None


DOCUMENT_REFERENCE: Final = Kind(
    DocumentReferenceRow,
    "DocumentReference",
    {
        "id": Column(("id",), resource_id, "_id"),
        "author_id": Column(("author",), referred("author", "Practitioner"), "author", to("Practitioner")),
        "custodian_id": Column(("custodian",), referred("custodian", "Organization"), "custodian", to("Organization")),
        "status": Column(("status",), member("status", str), "status"),
        "kind": Column(("type",), coded("type"), "type"),
        "title": Column(("description",), member("description", str), "description"),
        "made_at": Column(("date",), instant("date"), "date"),
    },
)
