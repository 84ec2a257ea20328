"""What is said to the acts and lists of exchange."""

from typing import Any

import strawberry

from resolvers.exchange import (
    ExchangeDirection,
    ExchangeFilter,
    ExchangeStatus,
    InformationRequestFilter,
    InformationRequestState,
    requesting,
    sending,
)
from resolvers.rules.exchange import ExchangePurpose, LegalBasis
from schema.act_inputs import VERSION, act_input
from schema.inputs import graph_input

ID: Any = strawberry.ID

graph_input(
    ExchangeFilter,
    "Which packages are wanted: all conditions must hold.",
    direction=(list[ExchangeDirection] | None, "Going any of these ways."),
    status=(list[ExchangeStatus] | None, "In any of these states."),
    counterpart="With this other side, by its id in the settings.",
    organization_id=(ID | None, "Sent or received by this organisation."),
)
graph_input(
    InformationRequestFilter,
    "Which requests are wanted: all conditions must hold.",
    state=(list[InformationRequestState] | None, "In any of these states."),
    organization_id=(ID | None, "To this organisation."),
)
act_input(
    sending.LegalBasisInput,
    "What lets the documents be sent.",
    kind=(LegalBasis, "Its kind."),
    number="Number of the paper, where the kind is one; of a consent that is not the viewer's own, of that.",
    issued_on="Its day.",
    consent_version="With CONSENT to what is the viewer's own: the version of the text that he consents to.",
)
act_input(
    sending.SendDocumentInput,
    "Which documents go to whom, for what, on which basis.",
    ids=(list[ID], "Global ids of the documents, in the order in which they are packed."),
    recipient="Who gets them, by the id in `exchangePartners`.",
    purpose=(ExchangePurpose, "What for."),
    legal_basis="What lets them be sent.",
    organization_id=(ID | None, "Which organisation sends; left out where the viewer sends his own, or for one alone."),
    in_answer_to=(ID | None, "The request for information that they answer."),
)
act_input(
    sending.ResendPackageInput,
    "The package that is tried anew.",
    id=(ID, "Global id of the package."),
    expected_version=VERSION,
)
act_input(
    requesting.RequestBasisInput,
    "The paper that a request rests on.",
    kind=(LegalBasis, "Its kind."),
    number="Its number.",
    issued_on="Its day.",
)
act_input(
    requesting.RequestInformationInput,
    "What is requested of which organisation.",
    organization_id=(ID, "Who is asked."),
    what="What is requested; no data of patients belong here.",
    legal_basis="What the request rests on.",
    due_on="The last day for the answer.",
    recipient="Where the answer is sent, by the id in `exchangePartners`.",
)
act_input(
    requesting.WithdrawInformationRequestInput,
    "The request that is taken back.",
    id=(ID, "Global id of the request."),
    expected_version=VERSION,
)
