"""Who may send documents, see packages and request information, stated a second time, with the fields of exchange."""

from collections.abc import Mapping

EXCHANGE = """
permission             | workers | HRR             | HED     | MIS    | REG        | INS
document:package:read  | own     | org             | org     | org    |            |
document:package:send  | own!    | shared! holder! | holder! | holder |            |
document:request:read  |         | org             | org     | org    | addressee  | addressee
document:request:write |         |                 |         |        | addressee! | addressee!
"""
OBJECTS: Mapping[str, str] = {
    "ExchangePackage": "document:package:read",
    "InformationRequest": "document:request:read",
}
CHANGES: Mapping[str, str] = {"ExchangeChange": "document:package:read"}
FIELDS: Mapping[str, str] = {
    "document:package:read": "Query.exchangePackages Query.exchangePartners Subscription.exchangeChanged",
    "document:package:send": "Mutation.sendDocument Mutation.resendPackage",
    "document:request:read": "Query.informationRequests",
    "document:request:write": "Mutation.requestInformation Mutation.withdrawInformationRequest",
}
OPEN: Mapping[str, str] = {
    "ExchangePackage": "id number name direction status recipient organization purpose legalBasis inAnswerTo reason "
    "said madeAt sentAt settledAt nextAt version documents receipts attempts history",
    "ExchangeBasis": "kind number issuedOn consentVersion",
    "ExchangePartner": "id kind title organization",
    "ExchangeAnswer": "code message retryable mender",
    "ExchangedDocument": "place document clinicalDocument contentVersion sha256",
    "ExchangeAttempt": "number at outcome status",
    "ExchangeStep": "at status by code",
    "ExchangeReceipt": "id verdict code number at cameAt signed",
    "OfficialConfirmation": "id number at signed content signature",
    "ExchangePackagePayload": "package problems",
    "ExchangeChange": "package status at",
    "InformationRequest": "id organization recipient what legalBasis dueOn overdue state madeAt version",
    "InformationRequestPayload": "request problems",
}
CONNECTIONS = ("ExchangePackage", "InformationRequest")
