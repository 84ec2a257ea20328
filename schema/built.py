"""The graph, built once: the modules linked, the schema made, the declarations bound and checked."""

from functools import cache
from types import ModuleType
from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from auth import policy
from auth.journaled import JOURNALED
from engine.graph import Graph
from schema import (
    access,
    accessed,
    accreditation,
    application,
    application_history,
    appointment,
    audit,
    audit_package,
    book,
    booking,
    capability,
    employment,
    exchange,
    exchange_inputs,
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
    role,
    schedule,
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
    patient,
    record,
    trust,
)
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
    practitioner, organization, employment, accreditation, application, schedule, book, viewer,
    booking, message, notification, notice, audit, accessed, capability,
    payload, session, subscription, access, grant, filing, form, role, application_history,
    sign_in, appointment, support, registering, audit_package,
    document, check, download, exchange, inspection, kind, reference, signature, upload,
    patient, care, record, history, emergency, entered_in_error, inquiry, act, note_act, trust, change,
)  # fmt: skip


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
    _link()
    nodes = [
        value
        for module in DOMAINS
        for value in vars(module).values()
        if getattr(getattr(value, "__kabinet_type__", None), "prefix", None)
    ]
    schema = strawberry.Schema(
        query.Query,
        subscription=subscription.Subscription,
        mutation=mutation.Mutation,
        types=list(dict.fromkeys(nodes)),
        config=StrawberryConfig(auto_camel_case=True, scalar_map=SCALARS),
    )
    # First what the graph uses, so that the refusal names coordinates; then the whole vocabulary.
    made = Graph(schema, permissions=frozenset(policy.POLICY), input_guards=inputs.INPUT_GUARDS, journaled=JOURNALED)
    made.core.description = f"The cabinet of the medical worker: Kabinet {VERSION}."
    policy.check()
    return made
