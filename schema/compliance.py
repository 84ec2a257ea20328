"""What is out of order with the viewer's own facts, as the graph shows it."""

from datetime import datetime

import strawberry

from engine.declare import public, shows
from resolvers.compliance import IssueView
from resolvers.wording.complying import Issue
from schema.capability import ActState
from schema.enums import enum

enum(
    Issue,
    "What is out of order.",
    name="ComplianceIssueKind",
    REGISTER_MISMATCH="What the account and the register say differs (сведения расходятся с реестром).",
    ATTESTATION_MISSING="What an accreditation for telemedicine takes besides has ended (подтверждение прекратилось).",
    ATTESTATION_ENDS="That ends soon, and nothing follows (подтверждение заканчивается).",
    ACCREDITATION_ENDS="A record of accreditation ends soon, and none follows (аккредитация заканчивается).",
    RESULT_NOT_ACKNOWLEDGED="What was found by an order of his is not as it should be (результат не подтверждён).",
    COSIGNATURE_AWAITED="What a trainee drew up waits for his signature (ждёт подписи).",
    DRAFT_OVERDUE="A draft of a note of his should be signed by now (просроченный черновик).",
)


@shows(IssueView)
class ComplianceIssue:
    """Something of the viewer's own that is out of order (нарушение), as long as it is."""

    kind: Issue = public("What.")
    object: strawberry.ID | None = public("Global id of what it is about; null where that is the account.")
    since: datetime | None = public("The instant that it is of: the end of what ends, the term of a draft.")
    said: str = public("In the language of Accept-Language, with what to do about it.")
    act: str = public("The act that mends it, as a coordinate of this schema: `Mutation.signNote`.")
    state: ActState = public("Whether the viewer may do that at all; whether on the object, `canAct` says.")
