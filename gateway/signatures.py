"""What this process verifies and signs with: what the settings name, and in the demo keys of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from gateway.identity import demo_authority
from gateway.identity.fetching import NotFetched, fetched
from gateway.settings import Settings
from gateway.world import numbers
from gateway.world.cast import CAST, MAIN_HOSPITAL, OTHER_HOSPITAL
from gateway.world.citizens import citizens
from sources.signing import Signing
from sources.signing.certificate import read_certificate
from sources.signing.distributed import Distributed
from sources.signing.making import AUTHORITY, OrganizationKey, read_keys
from sources.signing.trust import TrustFolder

_HOSPITALS: Final[Mapping[int, str]] = {MAIN_HOSPITAL: "Главная больница", OTHER_HOSPITAL: "Другая больница"}
_COMMISSION: Final = "Центральная аккредитационная комиссия"


def signing_of(settings: Settings) -> Signing:
    """Whom the settings believe, and the keys that they name; the demo makes its own where they say nothing."""
    trust, keys = settings.trust, settings.organization_keys
    if settings.demo:
        try:
            if trust is None:
                trust = demo_authority.folder_of(settings.data) / demo_authority.TRUST
            if not keys.keys:
                keys = read_keys(demo_authority.organization_keys(settings.data, _organizations()))
        except demo_authority.NoAuthority:
            # Without OpenSSL nothing is signed and nothing verified; the rest of the demo is as it was.
            pass
    hosts = settings.list_hosts
    return Signing(TrustFolder(trust, Distributed(hosts, list_at) if hosts else None), keys)


async def list_at(url: str, largest: int, deadline: float) -> bytes | None:
    """What lies at a URL, at most so many bytes within so many seconds; None where it does not come."""
    try:
        status, content = await fetched("GET", url, headers={"accept": "*/*"}, largest=largest, deadline=deadline)
    except NotFetched:
        return None
    return content if status == HTTPStatus.OK else None


def _organizations() -> dict[str, tuple[str, str]]:
    year = datetime.now(UTC).year
    found = {f"org_{key}": (title, numbers.ogrn(key, year - 5 - key % 20)) for key, title in _HOSPITALS.items()}
    return {**found, AUTHORITY: (_COMMISSION, "")}


def demo_key(settings: Settings, persona: str | None, organization: str | None) -> OrganizationKey | None:
    """The key of one of the cast or of a hospital of the demo, made when there is none yet; None for anybody else."""
    if organization is not None:
        return signing_of(settings).keys.of(organization)
    known = CAST.get(persona or "")
    people = {one["oid"]: one for one in citizens(datetime.now(UTC).date())}
    who = people.get(int(known.subject)) if known is not None and known.subject.isdigit() else None
    if who is None or known is None:
        return None
    names = f"{who['given_name']} {who['patronymic']}".strip()
    try:
        key, certificate = demo_authority.person_key(settings.data, known.name, who["snils"], who["family_name"], names)
    except demo_authority.NoAuthority:
        return None
    return OrganizationKey(known.name, read_certificate(certificate.read_bytes()), key)
