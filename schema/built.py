"""The graph, built once: the modules linked, the schema made, the declarations bound and checked."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from auth import policy
from auth.journaled import JOURNALED
from engine.graph import Graph
from schema import (
    access,
    accessed,
    accreditation,
    acting,
    application,
    application_history,
    appointment,
    attestation,
    audit,
    audit_package,
    book,
    book_query,
    booking,
    capability,
    compliance,
    employment,
    exchange,
    exchange_inputs,
    external_service,
    filing,
    form,
    grant,
    inputs,
    message,
    mutation,
    notice,
    notification,
    organization,
    payload,
    practitioner,
    query,
    registering,
    registering_inputs,
    registering_mutation,
    report_template,
    report_template_act,
    reporting,
    role,
    schedule,
    service_status,
    subscription,
    support,
    viewer,
)
from schema.clinical import (
    act,
    care,
    change,
    emergency,
    entered_in_error,
    history,
    inquiry,
    note_act,
    order,
    order_act,
    patient,
    prescription,
    prescription_act,
    procedure,
    procedure_act,
    procedure_report,
    record,
    referral,
    referral_act,
    telemedicine,
    trust,
)
from schema.clinical import document as clinical_document
from schema.clinical import mutation as clinical_mutation
from schema.document import (
    check,
    document,
    download,
    inspection,
    kind,
    reference,
    signature,
    upload,
)
from schema.document import mutation as document_mutation
from schema.identity import session, sign_in
from schema.scalars import SCALARS
from schema.version import VERSION

DOMAINS: tuple[ModuleType, ...] = (
    practitioner, organization, employment, accreditation, application, schedule, book, book_query, viewer,
    booking, message, notification, notice, audit, accessed, capability,
    payload, session, subscription, access, grant, filing, form, role, application_history,
    sign_in, appointment, attestation, external_service, support, registering, audit_package, reporting, acting,
    report_template, report_template_act, compliance, service_status,
    document, check, download, exchange, inspection, kind, reference, signature, upload,
    patient, care, record, history, emergency, entered_in_error, inquiry, act, note_act, trust, change,
    order, order_act, procedure, procedure_act, procedure_report, prescription, prescription_act,
    referral, referral_act, telemedicine, clinical_document,
)  # fmt: skip

NO_SCALARS: Mapping[object, ScalarDefinition] = {}


def _link() -> None:
    """Put every type's name into every module: types name each other, their modules cannot import each other."""
    names: dict[str, Any] = {
        name: value
        for module in DOMAINS
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__ and hasattr(value, "__kabinet_type__")
    }
    for module in (
        *DOMAINS,
        query,
        mutation,
        clinical_mutation,
        document_mutation,
        exchange_inputs,
        registering_mutation,
        registering_inputs,
    ):
        for name, value in names.items():
            vars(module).setdefault(name, value)


@cache
def graph() -> Graph:
    """The graph of the product.

    Raises:
        GraphRefused: a declaration does not fit, or its permission has no row in the policy; every fault is listed.
        PolicyRefused: a permission that no coordinate uses has no row in the policy.
    """
    made = bound(query.Query)
    policy.check()
    return made


def bound(root: type[Any], scalars: Mapping[object, ScalarDefinition] = NO_SCALARS) -> Graph:
    """A graph of all types under a root of reading; `scalars` are those that it has besides.

    Raises:
        GraphRefused: a declaration does not fit, or its permission has no row in the policy; every fault is listed.
    """
    _link()
    nodes = [
        value
        for module in DOMAINS
        for value in vars(module).values()
        if getattr(getattr(value, "__kabinet_type__", None), "prefix", None)
    ]
    schema = strawberry.Schema(
        root,
        subscription=subscription.Subscription,
        mutation=mutation.Mutation,
        types=list(dict.fromkeys(nodes)),
        config=StrawberryConfig(auto_camel_case=True, scalar_map={**SCALARS, **scalars}),
    )
    # First what the graph uses, so that the refusal names coordinates; then the whole vocabulary.
    made = Graph(schema, permissions=frozenset(policy.POLICY), input_guards=inputs.INPUT_GUARDS, journaled=JOURNALED)
    made.core.description = f"The cabinet of the medical worker: Kabinet {VERSION}."
    return made
