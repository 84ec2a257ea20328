"""What the cabinet files, whatever it is: one form for applications, attestations and licences."""

from datetime import date

import strawberry

from engine.declare import edge, shows
from engine.relay import NODE_DESCRIPTION
from resolvers import application as applications
from resolvers import organization as organizations
from resolvers import practitioner as practitioners
from resolvers.filing import FilingKind, FilingStatus
from schema.enums import enum
from sources.filing import FilingKey

KIND = "What is filed."
DATED = "Day of the submission, of the award, or of the first day of a licence; null for a draft."
STATUS = "How far it has come."

enum(
    FilingKind,
    "What is filed in the cabinet.",
    ACCREDITATION="An application for accreditation (аккредитация).",
    ATTESTATION="An award of a qualification category (аттестация).",
    LICENSING="A licence for medical activity of an organisation (лицензирование).",
)
enum(
    FilingStatus,
    "How far something that is filed has come.",
    DRAFT="Not submitted yet (черновик).",
    UNDER_WAY="Submitted, not decided (на рассмотрении).",
    GRANTED="Granted; of an award or a licence, in force (удовлетворено, действует).",
    REFUSED="Refused (отказано).",
    WITHDRAWN="Taken back (отозвано).",
    SUSPENDED="Not in force for the time being (приостановлено).",
    ENDED="No longer in force (прекращено).",
)


@strawberry.interface(description="Something that is filed in the cabinet; what it is in full, its own type shows.")
class Filing:
    """An interface never carries a rule of its own: the concrete type decides."""

    id: strawberry.ID = strawberry.field(description=NODE_DESCRIPTION)
    filing_kind: FilingKind = strawberry.field(description=KIND)
    dated: date | None = strawberry.field(description=DATED)
    filing_status: FilingStatus | None = strawberry.field(description=STATUS)


@shows(FilingKey)
class FiledItem:
    """A place in the list of what is filed."""

    filing: Filing | None = edge(
        (applications.by_id, practitioners.award, organizations.licence),
        "What lies there.",
        by=("application_id", "award_id", "licence_id"),
    )
