"""The settings of the program: the environment, read once, all faults told at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from auth.accounts import Reach
from auth.assurance import Ages
from gateway.address import HEADERS, Network
from gateway.exchange import demo as demo_exchange
from gateway.exchange.external import Secrets
from gateway.exchange.partners import Partners
from gateway.exchange.services import ServicesRegister
from gateway.identity.clients import Clients
from gateway.identity.issuers import DEMO_ISSUER, IssuerSettings, shown
from gateway.identity.methods import Method, at_odds, is_origin
from gateway.identity.methods import shown as shown_method
from gateway.identity.routers import Routers
from gateway.identity.signed_in import Kind, Lasting
from gateway.joined.configuration import Joining
from gateway.kept_secrets import KeptUnusable, kept_key, kept_keyring, kept_routers
from gateway.lasting import lasting
from gateway.lasting import shown as shown_lasting
from gateway.places import same_place, shown_url
from gateway.remote_sources import RemoteSource
from gateway.smtp import SmtpSettings
from gateway.support import SUPPORT
from gateway.support import shown as shown_support
from gateway.variables import Reader
from resolvers.supporting import SupportContact
from sources.postgres.crashing import POINTS
from sources.sealing import Keyring
from sources.signing.making import OrganizationKeys

STORES: Final = {
    "registry": "KABINET_REGISTRY_URL",
    "accreditation": "KABINET_ACCREDITATION_URL",
    "documents": "KABINET_DOCUMENTS_URL",
    "schedule": "KABINET_SCHEDULE_URL",
    "clinical": "KABINET_CLINICAL_URL",
    "journal": "KABINET_JOURNAL_URL",
    "identity": "KABINET_IDENTITY_URL",
}
SIGN_IN: Final = "KABINET_SIGN_IN"
# Names of the parts of the graph, where several servers share it: those of the stores.
PARTS: Final = tuple(sorted(STORES))
ONLY: Final = "KABINET_ONLY"
ROUTER_SECRETS: Final = "KABINET_ROUTER_SECRETS"
ROUTER_CERTIFICATES: Final = "KABINET_ROUTER_CERTIFICATES"
# A router names in one request all objects of a page.
BODY_LIMIT_OF_PARTS: Final = 1_048_576
# Where a store is migrated by another user than the one that serves from it.
MIGRATING: Final = {store: name.replace("KABINET_", "KABINET_MIGRATE_") for store, name in STORES.items()}
CLINICAL_KEYS: Final = "KABINET_CLINICAL_KEYS"
IDENTITY_KEYS: Final = "KABINET_IDENTITY_KEYS"
DOCUMENTS_KEYS: Final = "KABINET_DOCUMENTS_KEYS"
KEYS: Final = {"clinical": CLINICAL_KEYS, "identity": IDENTITY_KEYS, "documents": DOCUMENTS_KEYS}
FILES: Final = "KABINET_FILES"
TRUST: Final = "KABINET_TRUST"
LIST_HOSTS: Final = "KABINET_LIST_HOSTS"
ORGANIZATION_KEYS: Final = "KABINET_ORGANIZATION_KEYS"
EXCHANGE: Final = "KABINET_EXCHANGE"
REGISTER_URL: Final = "KABINET_SERVICES_REGISTER_URL"
REGISTER: Final = "KABINET_SERVICES_REGISTER"
EXTERNAL_SERVICES: Final = "KABINET_EXTERNAL_SERVICES"
PRESCRIPTION_CHECKER: Final = "KABINET_PRESCRIPTION_CHECKER"
JOINED: Final = "KABINET_JOINED"
# The embedded server takes 100; a few are left for loading a world and for looking in.
EMBEDDED_CONNECTIONS: Final = 95
# Beside the pools, each process listens to as many stores at most.
LISTENERS: Final = len(STORES)

# The door at which whoever is signed in does so anew; `max_age` says how old his second factor may be, in seconds.
STEP_UP: Final = "/auth/step-up"

DEFAULT_DATA: Final = Path(__file__).resolve().parents[1] / ".kabinet"


class SettingsInvalid(Exception):
    """The environment makes no configuration; `faults` hold no values and may be shown."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One configuration of the program; `docs/settings.md` says what each variable is for.

    `urls` has only the stores whose URL is set; the embedded server keeps the others. The demo believes its own issuer
    beside those of `issuers`.
    """

    profile: str
    host: str
    port: int
    workers: int
    only: tuple[str, ...]
    routers: Routers
    data: Path
    urls: Mapping[str, str] = field(repr=False)
    migrating: Mapping[str, str] = field(repr=False)
    migrate: bool
    pool: int
    issuers: tuple[IssuerSettings, ...]
    sign_in: tuple[Method, ...]
    portal_port: int
    clients: Clients
    certificate_header: str | None
    trusted_proxies: tuple[Network, ...]
    forwarded_header: str
    cursor_key: bytes = field(repr=False)
    clinical_keys: Keyring = field(repr=False)
    identity_keys: Keyring = field(repr=False)
    documents_keys: Keyring = field(repr=False)
    files: str
    executor: str
    get: bool
    status_profile: str
    log: str
    deadline: float
    store_deadline: float
    ages: Ages
    operations: int
    body_limit: int
    origins: tuple[str, ...]
    errors_each: frozenset[str]
    streams: int
    streams_per_viewer: int
    smtp: SmtpSettings | None
    sms_command: tuple[str, ...] = field(repr=False)
    address: str | None
    support: tuple[SupportContact, ...]
    lasting: Mapping[Kind, Lasting]
    journal_key: Path | None
    decision_key: Path | None
    trust: Path | None
    list_hosts: frozenset[str]
    organization_keys: OrganizationKeys
    exchange: Partners
    services_register: ServicesRegister | None
    external_services: Secrets
    prescription_checker: str | None
    sources: tuple[RemoteSource, ...]
    joined: Joining
    crash_at: str

    @property
    def demo(self) -> bool:
        """Whether this is the demo: made-up people, keys of its own, GraphiQL and introspection."""
        return self.profile == "demo"

    @property
    def reachable_by(self) -> frozenset[str]:
        """How a code can be sent to somebody; the demo writes it to a file where it cannot."""
        by = {"EMAIL": self.smtp is not None, "PHONE": bool(self.sms_command)}
        return frozenset(kind for kind, there in by.items() if there or self.demo)

    @property
    def keyed(self) -> bool:
        """Whether all stores that keep something sealed can be opened; a part can do without the keys of others."""
        return all(ring.wrapping for ring in (self.clinical_keys, self.identity_keys, self.documents_keys))

    @property
    def embedded(self) -> tuple[str, ...]:
        """Names of the stores that the embedded server keeps."""
        return tuple(name for name in STORES if name not in self.urls)

    @property
    def issuer(self) -> str | None:
        """In whose name our own tokens are signed: the address of the cabinet; without one, none are."""
        if self.address is None and self.demo:
            return f"http://localhost:{self.port}"
        return self.address

    @property
    def own_origin(self) -> tuple[str, ...]:
        """The origin of pages of the cabinet's own address, as browsers write it; none where it has no address."""
        if self.address is None:
            return ()
        parts = urlsplit(self.address)
        return (f"{parts.scheme}://{parts.netloc}",)

    @property
    def step_up(self) -> str | None:
        """Where people who can sign in show a second factor anew, as a URL without a query; None without an address."""
        return None if self.issuer is None else f"{self.issuer.rstrip('/')}{STEP_UP}"

    @property
    def migrating_urls(self) -> dict[str, str]:
        """The addresses of the stores that have one, each as whoever migrates it."""
        return {name: self.migrating.get(name, url) for name, url in self.urls.items()}

    @property
    def reach(self) -> Reach:
        """For which organisations the issuers and the machines may speak; the issuer of the demo, for all."""
        configured = {one.name: one.organizations for one in self.sign_in}
        configured |= {one.name: one.organizations for one in self.issuers}
        return Reach({None: None, **configured} if self.demo else configured, self.clients.reach)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; the demo makes its keys in the data folder when there are none yet.

        Raises:
            SettingsInvalid: something is missing, malformed or unknown.
        """
        reader = Reader(os.environ if environ is None else environ)
        demo = reader.choice("KABINET_PROFILE", ("production", "demo"), "production") == "demo"
        key = reader.key("KABINET_CURSOR_KEY", required=not demo)
        only = reader.some(ONLY, PARTS)
        rings = {
            name: reader.keyring(name, required=not demo and (not only or store in {*only, "identity"}))
            for store, name in KEYS.items()
        }
        settings = cls(
            profile="demo" if demo else "production",
            host=reader.text("KABINET_HOST", "127.0.0.1"),
            port=reader.integer("KABINET_PORT", 8000, 0, 65_535),
            workers=reader.integer("KABINET_WORKERS", 1, 1, 64),
            only=only,
            routers=Routers(reader.router_secrets(ROUTER_SECRETS), reader.fingerprints(ROUTER_CERTIFICATES)),
            data=reader.folder("KABINET_DATA", DEFAULT_DATA),
            urls=MappingProxyType(reader.databases(STORES, required=not demo)),
            migrating=MappingProxyType(reader.databases(MIGRATING, required=False)),
            migrate=reader.choice("KABINET_MIGRATE", ("serve", "apart"), "serve") == "serve",
            pool=reader.integer("KABINET_POOL", 5, 2, 100),
            issuers=reader.issuers("KABINET_ISSUERS", refused=None if demo else DEMO_ISSUER, required=not demo),
            sign_in=reader.methods(SIGN_IN),
            portal_port=reader.integer("KABINET_PORTAL_PORT", 0, 0, 65_535),
            clients=reader.registered("KABINET_CLIENTS"),
            certificate_header=reader.header("KABINET_CERTIFICATE_HEADER"),
            trusted_proxies=reader.networks("KABINET_TRUSTED_PROXIES"),
            forwarded_header=reader.choice("KABINET_FORWARDED_HEADER", HEADERS, HEADERS[0]),
            cursor_key=key or b"",
            clinical_keys=rings[CLINICAL_KEYS] or Keyring(),
            identity_keys=rings[IDENTITY_KEYS] or Keyring(),
            documents_keys=rings[DOCUMENTS_KEYS] or Keyring(),
            files=reader.files(FILES),
            executor=reader.choice("KABINET_EXECUTOR", ("compiled", "reference"), "compiled"),
            get=reader.choice("KABINET_GET", ("off", "on"), "on" if demo else "off") == "on",
            status_profile=reader.choice("KABINET_STATUS_PROFILE", ("classic", "2026"), "classic"),
            log=reader.choice("KABINET_LOG", ("json", "console"), "json"),
            deadline=reader.seconds("KABINET_DEADLINE", 3.0),
            store_deadline=reader.seconds("KABINET_STORE_DEADLINE", 1.2),
            ages=Ages(recent=timedelta(hours=reader.integer("KABINET_FACTOR_HOURS", 12, 1, 24))),
            operations=reader.integer("KABINET_OPERATIONS", 100, 8, 10_000),
            body_limit=reader.integer("KABINET_BODY_LIMIT", BODY_LIMIT_OF_PARTS if only else 65_536, 1_024, 16_777_216),
            origins=reader.origins("KABINET_ORIGINS"),
            errors_each=reader.clients("KABINET_ERRORS_EACH"),
            streams=reader.integer("KABINET_STREAMS", 10_000, 1, 1_000_000),
            streams_per_viewer=reader.integer("KABINET_STREAMS_PER_VIEWER", 100, 1, 1_000_000),
            smtp=reader.smtp("KABINET_SMTP_URL", "KABINET_MAIL_FROM"),
            sms_command=reader.command("KABINET_SMS_COMMAND"),
            address=reader.address("KABINET_ADDRESS"),
            support=reader.support(SUPPORT),
            lasting=lasting(reader),
            journal_key=reader.file("KABINET_JOURNAL_KEY"),
            decision_key=reader.file("KABINET_DECISION_KEY"),
            trust=reader.trust(TRUST),
            list_hosts=reader.hosts(LIST_HOSTS),
            organization_keys=reader.organization_keys(ORGANIZATION_KEYS),
            exchange=reader.partners(EXCHANGE),
            services_register=reader.services_register(REGISTER_URL, REGISTER),
            external_services=reader.secrets(EXTERNAL_SERVICES),
            prescription_checker=reader.asked(PRESCRIPTION_CHECKER),
            sources=reader.sources("KABINET_SOURCES", STORES),
            joined=reader.joined(JOINED),
            crash_at=reader.choice("KABINET_CRASH_AT", ("off", *POINTS), "off"),
        )
        _check_together(settings, reader)
        reader.refuse_strangers()
        if reader.faults:
            raise SettingsInvalid(reader.faults)
        try:
            return replace(
                settings,
                routers=settings.routers or (kept_routers(settings.data) if demo and only else settings.routers),
                cursor_key=key or kept_key(settings.data),
                clinical_keys=_ring(rings[CLINICAL_KEYS], settings, "clinical.keys"),
                identity_keys=_ring(rings[IDENTITY_KEYS], settings, "identity.keys"),
                documents_keys=_ring(rings[DOCUMENTS_KEYS], settings, "documents.keys"),
                exchange=settings.exchange or (demo_exchange.partners(settings.data) if demo else settings.exchange),
                files=settings.files or str(settings.data / "files"),
            )
        except KeptUnusable as unusable:
            raise SettingsInvalid([str(unusable)]) from None

    def shown(self) -> dict[str, str]:
        """Every variable as it is in force, without the secrets, for a person to read."""
        return {
            "KABINET_PROFILE": self.profile,
            "KABINET_HOST": self.host,
            "KABINET_PORT": str(self.port),
            "KABINET_WORKERS": str(self.workers),
            ONLY: ", ".join(self.only) or "unset",
            ROUTER_SECRETS: f"({len(self.routers.secrets)} hidden)" if self.routers.secrets else "unset",
            ROUTER_CERTIFICATES: ", ".join(one.hex() for one in self.routers.certificates) or "unset",
            "KABINET_DATA": str(self.data),
            **{name: shown_url(self.urls.get(store)) for store, name in STORES.items()},
            "KABINET_MIGRATE": "serve" if self.migrate else "apart",
            **{name: shown_url(self.migrating.get(store), "unset") for store, name in MIGRATING.items()},
            "KABINET_POOL": str(self.pool),
            "KABINET_ISSUERS": ", ".join(map(shown, self.issuers)) or "unset",
            SIGN_IN: ", ".join(map(shown_method, self.sign_in)) or "unset",
            "KABINET_PORTAL_PORT": str(self.portal_port),
            "KABINET_CLIENTS": self.clients.shown(),
            "KABINET_CERTIFICATE_HEADER": self.certificate_header or "unset",
            "KABINET_TRUSTED_PROXIES": ", ".join(map(str, self.trusted_proxies)) or "unset",
            "KABINET_FORWARDED_HEADER": self.forwarded_header,
            "KABINET_CURSOR_KEY": "(hidden)",
            CLINICAL_KEYS: "(hidden)" if self.clinical_keys.wrapping else "unset",
            IDENTITY_KEYS: "(hidden)",
            DOCUMENTS_KEYS: "(hidden)" if self.documents_keys.wrapping else "unset",
            FILES: self.files,
            "KABINET_EXECUTOR": self.executor,
            "KABINET_GET": "on" if self.get else "off",
            "KABINET_STATUS_PROFILE": self.status_profile,
            "KABINET_LOG": self.log,
            "KABINET_DEADLINE": f"{self.deadline:g}",
            "KABINET_STORE_DEADLINE": f"{self.store_deadline:g}",
            "KABINET_FACTOR_HOURS": str(self.ages.recent // timedelta(hours=1)),
            "KABINET_OPERATIONS": str(self.operations),
            "KABINET_BODY_LIMIT": str(self.body_limit),
            "KABINET_ORIGINS": ", ".join(self.origins) or "unset",
            "KABINET_ERRORS_EACH": ", ".join(sorted(self.errors_each)) or "unset",
            "KABINET_STREAMS": str(self.streams),
            "KABINET_STREAMS_PER_VIEWER": str(self.streams_per_viewer),
            "KABINET_SMTP_URL": f"{self.smtp.host}:{self.smtp.port}" if self.smtp else "unset",
            "KABINET_MAIL_FROM": self.smtp.sender if self.smtp else "unset",
            "KABINET_SMS_COMMAND": self.sms_command[0] if self.sms_command else "unset",
            "KABINET_ADDRESS": self.address or "unset",
            **shown_lasting(self.lasting),
            **shown_support(self.support),
            "KABINET_JOURNAL_KEY": str(self.journal_key or "unset"),
            "KABINET_DECISION_KEY": str(self.decision_key or "unset"),
            TRUST: str(self.trust or "unset"),
            LIST_HOSTS: ", ".join(sorted(self.list_hosts)) or "unset",
            ORGANIZATION_KEYS: ", ".join(self.organization_keys.keys) or "unset",
            EXCHANGE: self.exchange.shown(),
            REGISTER_URL: "unset" if self.services_register is None else self.services_register.endpoint,
            REGISTER: "unset" if self.services_register is None else self.services_register.shown(),
            EXTERNAL_SERVICES: self.external_services.shown(),
            PRESCRIPTION_CHECKER: self.prescription_checker or "unset",
            "KABINET_SOURCES": ", ".join(one.name for one in self.sources) or "unset",
            JOINED: self.joined.shown(),
            "KABINET_CRASH_AT": self.crash_at,
        }


def _check_together(settings: Settings, reader: Reader) -> None:
    _check_sign_in(settings, reader)
    for fault in settings.joined.at_odds({*STORES, *(one.name for one in settings.sources)}, part=bool(settings.only)):
        reader.refuse(JOINED, fault)
    if settings.store_deadline > settings.deadline:
        longest = "expected no more than KABINET_DEADLINE, which holds for the whole operation"
        reader.refuse("KABINET_STORE_DEADLINE", longest)
    for store, name in MIGRATING.items():
        if store in settings.migrating and not same_place(settings.urls.get(store), settings.migrating[store]):
            reader.refuse(name, f"expected the database of {STORES[store]}, as another user")
    if not settings.migrate and settings.embedded:
        reader.refuse("KABINET_MIGRATE", "expected serve: nobody else migrates the embedded server")
    listening = LISTENERS if settings.embedded else 0
    wanted = settings.workers * (settings.pool * len(settings.embedded) + listening)
    if settings.certificate_header is None and any(one.certificate for one in settings.clients.services.values()):
        text = "is required where a client of KABINET_CLIENTS has a certificate: nothing else tells it"
        reader.refuse("KABINET_CERTIFICATE_HEADER", text)
    if settings.only and not settings.routers and not settings.demo:
        reader.refuse(ONLY, f"takes {ROUTER_SECRETS} or {ROUTER_CERTIFICATES}: a part answers to its router alone")
    if settings.routers.certificates and settings.certificate_header is None:
        reader.refuse("KABINET_CERTIFICATE_HEADER", f"is required with {ROUTER_CERTIFICATES}: nothing else tells them")
    if settings.crash_at != "off" and not settings.demo:
        reader.refuse("KABINET_CRASH_AT", "expected off; only the demo can be told to die")
    if settings.demo and wanted > EMBEDDED_CONNECTIONS:
        reader.refuse(
            "KABINET_POOL",
            f"times KABINET_WORKERS and the {len(settings.embedded)} embedded stores, with those that listen, "
            f"is {wanted} connections; "
            f"expected at most {EMBEDDED_CONNECTIONS}",
        )


def _check_sign_in(settings: Settings, reader: Reader) -> None:
    for fault in at_odds(settings.sign_in, settings.issuers):
        reader.refuse(SIGN_IN, fault)
    if settings.portal_port and not settings.demo:
        reader.refuse("KABINET_PORTAL_PORT", "is for the demo alone")
    if settings.sign_in and not settings.demo and not is_origin(settings.address or ""):
        reader.refuse("KABINET_ADDRESS", f"is required with {SIGN_IN}: an https address without a path")


def _ring(given: Keyring | None, settings: Settings, name: str) -> Keyring:
    return given or (kept_keyring(settings.data, name) if settings.demo else Keyring())
