"""External services as the graph shows them: where an organisation asks what, and how that is; never a secret."""

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from auth.permissions import Permission as P
from engine.declare import Root, act, derived, edge, guarded, public, shows
from engine.global_id import Ids
from engine.relay import NODE_DESCRIPTION, Node
from resolvers import external_service as services
from resolvers import organization as organizations
from resolvers.external_service import (
    ConfigureExternalServiceInput,
    DisableExternalServiceInput,
    ExternalServiceFault,
    ExternalServiceKind,
    ExternalServiceStatus,
    TelemedicineAccessView,
    TelemedicineCheckKind,
    TelemedicineCheckView,
)
from schema.act_inputs import ID, INPUT, VERSION, act_input
from schema.enums import enum
from schema.payload import DONE, Problem
from sources.external_service import ExternalServiceRecord

if TYPE_CHECKING:
    from schema.organization import Organization

enum(
    ExternalServiceKind,
    "What an external service is for (вид внешнего сервиса).",
    TELEMEDICINE="The platform on which sessions are held (телемедицинская платформа).",
    PRESCRIPTIONS="Electronic prescriptions (электронные рецепты).",
    REFERRALS="The portal of referrals (портал направлений).",
)
enum(
    ExternalServiceStatus,
    "How an external service is, as its last check says (состояние сервиса).",
    DISABLED="Nobody asks it (отключён).",
    NOT_CHECKED="It was not asked since it was configured (не проверен).",
    AVAILABLE="It answered well (доступен).",
    UNAVAILABLE="It did not; `fault` says why (недоступен).",
)
enum(
    ExternalServiceFault,
    "Why an external service is unavailable (причина недоступности).",
    SECRET_UNKNOWN="The operator keeps no secret of this name for this organisation and this host (нет секрета).",  # noqa: S106 - a word
    ADDRESS_REFUSED="Its address is one of a private net, and the operator does not allow that (адрес запрещён).",
    UNREACHABLE="Nobody answers there, or whoever does cannot prove who it is (нет связи).",
    TIMED_OUT="It did not answer in time (нет ответа).",
    ACCESS_DENIED="It does not take the secret (доступ отклонён).",
    ANSWER_REFUSED="It answered that it is not well, led elsewhere, or said too much (сервис неисправен).",
)
enum(
    TelemedicineCheckKind,
    "What is looked at before one works on a platform of telemedicine (проверка доступа).",
    CONFIGURED="The organisation has configured one (платформа настроена).",
    ENABLED="It is not disabled (платформа включена).",
    AVAILABLE="It answered its last check well (платформа доступна).",
)

act_input(
    ConfigureExternalServiceInput,
    "Where an organisation asks a service, and under which name the operator keeps its secret.",
    organization_id=(ID, "Global id of the organisation."),
    kind=(ExternalServiceKind, "What the service is for; an organisation has one of a kind."),
    endpoint="Its https address without a query, at which it says by its status that it is well; 300 characters.",
    secret_name="The name of the secret, never the secret: 1 to 64 of `a`–`z`, `0`–`9`, `.`, `_` and `-`.",  # noqa: S106 - what it means
    expected_version=(int | None, f"{VERSION} Left out, there is none of the kind yet."),
)
act_input(
    DisableExternalServiceInput,
    "The service that nobody is to ask any more.",
    id=(ID, "Global id of the service."),
    expected_version=VERSION,
)


@shows(
    ExternalServiceRecord,
    prefix=services.PREFIX,
    node=services.by_id,
    gate=P.ORGANIZATION_SERVICE_READ,
    keys=services.KEYS,
)
class ExternalService(Node):
    """A service elsewhere with which an organisation works (внешний сервис)."""

    id: strawberry.ID = derived(Ids(services.PREFIX), NODE_DESCRIPTION, needs=("id",))
    kind: ExternalServiceKind = public("What it is for.")
    organization: "Organization | None" = edge(organizations.by_id, "Whose parameters these are.", by="organization_id")
    endpoint: str = public("Where it is asked.")
    secret_name: str | None = guarded(
        P.ORGANIZATION_SERVICE_WRITE, "The name under which the operator keeps its secret."
    )
    enabled: bool = public("Whether it is asked at all.")
    status: ExternalServiceStatus = derived(services.status_of, "How it is.", needs=("enabled", "checked_at", "fault"))
    fault: ExternalServiceFault | None = derived(
        services.fault_of, "Why it is unavailable.", needs=("enabled", "fault")
    )
    last_check: datetime | None = public(
        "When it was asked last as it is configured now; null while it was not.", column="checked_at"
    )
    version: int = public("How often it was changed: what an act names as `expectedVersion`.")


@shows(TelemedicineCheckView)
class TelemedicineCheck:
    """One thing that is looked at before one works on a platform (проверка доступа)."""

    kind: TelemedicineCheckKind = public("What.")
    passed: bool = public("Whether it is so.")


@shows(TelemedicineAccessView)
class TelemedicineAccess:
    """The platform of telemedicine at the viewer's workplace (доступ к телемедицинской платформе)."""

    platform: ExternalService | None = edge(
        services.by_id, "The platform; null while the organisation has configured none.", by="service_id"
    )
    status: ExternalServiceStatus | None = public("How it is; null while there is none.")
    checks: list[TelemedicineCheck] = public("What is looked at, in this order.")


@shows(services.ExternalServicePayload)
class ExternalServicePayload:
    """What came of an act on an external service."""

    service: ExternalService | None = edge(services.by_id, "The service after the act.", by="service_id")
    problems: list[Problem] = public(DONE)


@shows(Root)
class ExternalServiceActs:
    """What is configured of services elsewhere."""

    configure_external_service: "ExternalServicePayload | None" = act(
        services.configure,
        "Say where an external service is asked, and enable it (настроить внешний сервис).",
        permission=P.ORGANIZATION_SERVICE_WRITE,
        arguments=INPUT,
    )
    disable_external_service: "ExternalServicePayload | None" = act(
        services.disable,
        "Let an external service be asked by nobody (отключить внешний сервис).",
        permission=P.ORGANIZATION_SERVICE_WRITE,
        arguments=INPUT,
    )
