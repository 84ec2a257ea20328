"""The viewer's sessions and his ways to sign in, and what comes of ending sessions."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import strawberry

from engine.declare import derived, edge, public, shows
from engine.global_id import Ids
from engine.relay import ROW_DESCRIPTION
from resolvers import viewer as viewers
from resolvers.identity import device as devices
from resolvers.identity import session as sessions
from resolvers.identity.device import DeviceView
from resolvers.identity.session import SessionView
from resolvers.identity.signing_out import SessionsPayload as SessionsResult
from schema.enums import enum
from sources.identity.account import MethodRecord

if TYPE_CHECKING:
    from schema.payload import Problem
    from schema.viewer import Assurance, Viewer


class SessionKind(StrEnum):
    """What a session is of."""

    BROWSER = "BROWSER"
    APP = "APP"
    SERVICE = "SERVICE"


class SignInMethodKind(StrEnum):
    """What kind of place vouches for who signs in."""

    ESIA = "ESIA"
    OPENID = "OPENID"
    ISSUER = "ISSUER"


enum(
    SessionKind,
    "What a session is of (вид сеанса).",
    BROWSER="A browser, with a cookie (браузер).",
    APP="An application on a device, with tokens (приложение).",
    SERVICE="A machine, with a token (информационная система).",
)
enum(
    SignInMethodKind,
    "What kind of place vouches for who signs in (способ входа).",
    ESIA="Госуслуги (ЕСИА).",
    OPENID="A provider of OpenID Connect, as that of an organisation.",
    ISSUER="An issuer of access tokens.",
)


@shows(SessionView)
class Session:
    """A session of the viewer that holds (сеанс)."""

    id: strawberry.ID = derived(Ids(sessions.PREFIX), ROW_DESCRIPTION, needs=("key",))
    kind: SessionKind = public("What it is of.")
    client: str | None = public("Name of the registered application or machine; null of a browser.")
    device: str = public("What the device calls itself (устройство).")
    network: str | None = public(
        "The network that it was begun from, such as `192.0.2.0/24`; never the whole address (сеть)."
    )
    current: bool = public("Whether this operation is asked under it.")
    assurance: "Assurance" = public("How sure the sign-in was, with the last second factor.")
    second_factor_at: datetime | None = public("When a second factor was last shown.")
    first_sign_in: bool = public("Whether nobody had signed in to the account before.")
    started_at: datetime = public("When it began.")
    used_at: datetime = public("When it was last used, to about a minute.")
    expires_at: datetime = public("When it ends, whatever it is used for.")
    idle_expires_at: datetime = public("When it ends if nobody uses it any more, to about a minute.")


@shows(DeviceView)
class Device:
    """A browser on which the viewer signed in (устройство); that it is known makes no sign-in surer."""

    id: strawberry.ID = derived(Ids(devices.PREFIX), ROW_DESCRIPTION, needs=("key",))
    name: str = public("What it called itself the last time.")
    first_at: datetime = public("When he first signed in on it.")
    last_at: datetime = public("When he last signed in on it.")
    sessions: int = public("How many of its sessions hold.")
    current: bool = public("Whether this operation is asked under one of them.")


@shows(MethodRecord)
class LinkedSignInMethod:
    """A way to sign in that leads to the viewer's account (привязанный способ входа)."""

    id: strawberry.ID = derived(Ids(sessions.METHOD_PREFIX), ROW_DESCRIPTION, needs=("id",))
    kind: SignInMethodKind = public("What kind of place vouches for him.")
    issuer: str = public("Which one, as it calls itself.")
    linked_at: datetime = public("Since when it leads to this account.")
    last_used_at: datetime | None = public("When he last signed in by it.")


@shows(SessionsResult)
class SessionsPayload:
    """What came of ending sessions."""

    ended: int = public("How many sessions have ended.")
    viewer: "Viewer | None" = edge(
        viewers.current, "The viewer after the act; null once his own session has ended.", by="key"
    )
    problems: "list[Problem]" = public("What keeps the act from being done; empty when it is done.")
