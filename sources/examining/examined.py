"""What an examination of bytes found."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

PDF, PNG, JPEG, TIFF, CERTIFICATE = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/tiff",
    "application/pkix-cert",
)


class FaultCode(StrEnum):
    """Why a file is not taken, whatever it was to be."""

    EMPTY = "EMPTY"
    SIZE_DIFFERS = "SIZE_DIFFERS"
    TOO_LARGE = "TOO_LARGE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"
    DAMAGED = "DAMAGED"
    MIXED_FORMATS = "MIXED_FORMATS"
    ENCRYPTED = "ENCRYPTED"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    ATTACHED_FILES = "ATTACHED_FILES"
    EXPANDS_TOO_FAR = "EXPANDS_TOO_FAR"
    TAKES_TOO_LONG = "TAKES_TOO_LONG"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason.

    Attributes:
        page: where it is, from 1; None for the file as a whole.
        what: more of it in a word of ours, such as JAVASCRIPT; never a word of the file.
    """

    code: FaultCode
    page: int | None = None
    what: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of a signing key (сертификат ключа проверки подписи), as far as rules look at it.

    Attributes:
        snils: eleven digits of its subject; None for an organisation's.
        starts_at, ends_at: the first and the last instant of its term.
        algorithm: the key's: RSA, EC, GOST_2012_256, GOST_2012_512 or OTHER.
    """

    serial: str
    snils: str | None
    ogrn: str | None
    starts_at: datetime
    ends_at: datetime
    algorithm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a file is.

    Attributes:
        media_type: by its content; None where it is none of those that are taken.
        pages: how many; None where it has none.
        resolutions: of each page, the lowest effective resolution of what was scanned, dots per inch; None for a page
            that is no picture.
    """

    media_type: str | None = None
    pages: int | None = None
    resolutions: tuple[int | None, ...] = ()
    faults: tuple[Fault, ...] = ()
    certificate: Certificate | None = None

    @property
    def lowest_dpi(self) -> int | None:
        """The lowest resolution of all pages; None where none is a picture."""
        return min((one for one in self.resolutions if one is not None), default=None)

    @property
    def encrypted(self) -> bool:
        """Whether a password or a right stands in the way of its reader."""
        return any(fault.code is FaultCode.ENCRYPTED for fault in self.faults)

    @property
    def active(self) -> bool:
        """Whether it does anything when it is opened, or has files inside."""
        return any(fault.code in {FaultCode.ACTIVE_CONTENT, FaultCode.ATTACHED_FILES} for fault in self.faults)


def refused(code: FaultCode, media_type: str | None = None, what: str = "") -> Examined:
    """A file that is not taken for one reason."""
    return Examined(media_type=media_type, faults=(Fault(code, None, what),))


def as_data(examined: Examined) -> dict[str, Any]:
    """An examination as plain data."""
    data = asdict(examined)
    if examined.certificate is not None:
        for name in ("starts_at", "ends_at"):
            data["certificate"][name] = data["certificate"][name].isoformat()
    return data


def from_data(data: dict[str, Any]) -> Examined:
    """The examination that plain data tells."""
    certificate = data["certificate"]
    if certificate is not None:
        instants = {name: datetime.fromisoformat(certificate[name]) for name in ("starts_at", "ends_at")}
        certificate = Certificate(**{**certificate, **instants})
    faults = tuple(Fault(FaultCode(one["code"]), one["page"], one["what"]) for one in data["faults"])
    return Examined(
        media_type=data["media_type"],
        pages=data["pages"],
        resolutions=tuple(data["resolutions"]),
        faults=faults,
        certificate=certificate,
    )
