"""Who read what of the viewer: what he is told of each access to his own data, or to his patients' records."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import ROW_DESCRIPTION
from resolvers import audit_grounds as grounds
from resolvers import practitioner as practitioners
from resolvers.clinical import patient as patients
from schema.role import RoleName
from sources.audit import AccessRecord

if TYPE_CHECKING:
    from schema.clinical.patient import Patient
    from schema.practitioner import Practitioner

PREFIX = "access"


@shows(AccessRecord)
class DataAccess:
    """Somebody read the viewer's data, or a patient's for whom he stands (обращение к моим данным)."""

    id: strawberry.ID = derived(Ids(PREFIX), ROW_DESCRIPTION, needs=("id",))
    at: datetime = public("When.")
    by: "Practitioner | None" = edge(
        practitioners.by_subject, "Who, where the register knows him; else only his roles tell.", by="subject"
    )
    role_names: list[RoleName] = derived(
        grounds.role_names, "The roles that he had at that instant.", needs=("grounds",)
    )
    fields: list[str] = derived(
        grounds.coordinates, "What he read, as fields of the graph (`Type.field`).", needs=("grounds",)
    )
    permission: str | None = derived(grounds.permission, "The permission under which he read it.", needs=("grounds",))
    emergency: bool = derived(
        grounds.in_emergency, "Whether he had opened the record in an emergency.", needs=("grounds",)
    )
    person: "Practitioner | None" = edge(
        practitioners.by_id, "Whose data it was; null where it was a patient's, or several people's.", by="person_id"
    )
    patient: "Patient | None" = edge(
        patients.by_id, "Whose record it was; null where it was a worker's, or several people's.", by="patient_id"
    )
