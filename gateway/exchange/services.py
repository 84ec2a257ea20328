"""The central register of medical services: how it is spoken to, what it is told of a procedure, what it answers.

Where it is, a setting says; how it is known, and we to it, a file:

    {"token": "register.token", "authority": "register.pem", "patient": "NONE"}

Files are named from its folder. `token` has what is shown as a bearer; in place of it, `certificate` and `key` are
shown when the connection is made. `authority` vouches for its server, `private` lets that have a private address, and
`patient` says whether the contract of the register asks for the number of insurance: NONE or INSURANCE_NUMBER.
"""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from engine.global_id import encode
from gateway.exchange.partners import is_endpoint
from gateway.exchange.transport import Answered, NotDelivered
from resolvers import prefixes
from resolvers.clinical.record import PROCEDURES
from resolvers.rules import meaning
from sources.clinical.procedures.message import RECORDED, ClaimedMessage

FORMAT: Final = "kabinet-service/1"
ANSWER: Final = "kabinet-service-answer/1"
MEDIA: Final = "application/json"
KEY: Final = "idempotency-key"
PATIENTS: Final = ("NONE", "INSURANCE_NUMBER")
VERDICTS: Final = frozenset({"ACCEPTED", "REJECTED"})
_MEMBERS: Final = frozenset({"token", "certificate", "key", "authority", "private", "patient"})
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_CODE: Final = re.compile("[A-Z][A-Z0-9_]{0,63}")
_NUMBER: Final = re.compile("[0-9A-Za-zА-Яа-яЁё№./-]{1,64}")
# What a decided message is answered with; any other status says that it is to be told again.
DECIDED: Final = frozenset({200, 201, 422})


class RegisterInvalid(Exception):
    """The settings name no register; each fault names the place and holds no value."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ServicesRegister:
    """The central register of services.

    Attributes:
        token: what is shown as a bearer; None where a certificate is shown.
        certificate, key: files with what is shown when the connection is made.
        authority: the file with whoever vouches for its server; None for those whom the system trusts.
        insured: whether it is told the number of insurance of a patient.
    """

    endpoint: str
    token: str | None = field(default=None, repr=False)
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    private: bool = False
    insured: bool = False

    def context(self) -> ssl.SSLContext:
        """How its server proves who it is, and how we do.

        Raises:
            OSError: a file cannot be read, or is none of its kind.
        """
        made = ssl.create_default_context(cafile=None if self.authority is None else str(self.authority))
        if self.certificate is not None:
            made.load_cert_chain(self.certificate, self.key)
        return made

    def headers(self, name: UUID) -> dict[str, str]:
        """What goes before a message of a name."""
        said = {"content-type": MEDIA, KEY: str(name)}
        return said if self.token is None else {**said, "authorization": f"Bearer {self.token}"}

    def shown(self) -> str:
        """How it is spoken to, for an operator to read."""
        by = "a token" if self.token is not None else "a certificate"
        return f"by {by}, patient {PATIENTS[self.insured]}"


@dataclass(frozen=True, slots=True)
class Place:
    """The organisation of a procedure, as the federal register knows it."""

    oid: str
    ogrn: str


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """What the register decided."""

    accepted: bool
    code: str | None
    number: str | None


def read_services_register(endpoint: str, file: Path) -> ServicesRegister:
    """The register at an address, spoken to as a file says.

    Raises:
        RegisterInvalid: something is wrong.
    """
    faults = [] if is_endpoint(endpoint) else ["endpoint: expected an address such as https://register.example.org/v1"]
    try:
        said: Any = json.loads(file.read_bytes())
    except (OSError, ValueError):
        raise RegisterInvalid([*faults, "expected a JSON file"]) from None
    if not isinstance(said, dict) or set(said) - _MEMBERS:
        raise RegisterInvalid([*faults, f"expected an object with {', '.join(sorted(_MEMBERS))}, and nothing else"])
    files = {name: _file(name, said, file.parent, faults) for name in ("token", "certificate", "key", "authority")}
    if (files["token"] is None) is (files["certificate"] is None) or (files["certificate"] is None) is not (
        files["key"] is None
    ):
        faults.append("expected a token, or a certificate with its key, and not both")
    private, patient = said.get("private", False), said.get("patient", PATIENTS[0])
    if not isinstance(private, bool):
        faults.append("private: expected true or false")
    if patient not in PATIENTS:
        faults.append(f"patient: expected {' or '.join(PATIENTS)}")
    token = None
    if files["token"] is not None and not faults:
        token = files["token"].read_text(encoding="ascii", errors="replace").strip()
        if not _TOKEN.fullmatch(token):
            faults.append("token: expected a file with a token of one line")
    if faults:
        raise RegisterInvalid(faults)
    made = ServicesRegister(
        endpoint, token, files["certificate"], files["key"], files["authority"], private, patient == PATIENTS[1]
    )
    try:
        made.context()
    except (OSError, ssl.SSLError):
        raise RegisterInvalid(["certificate, key, authority: expected PEM files that belong together"]) from None
    return made


def _file(name: str, said: Mapping[str, Any], folder: Path, faults: list[str]) -> Path | None:
    if name not in said:
        return None
    value = said[name]
    path = folder / value if isinstance(value, str) and value else folder
    if not path.is_file():
        faults.append(f"{name}: expected a file that is there")
    return path


def written(message: ClaimedMessage, place: Place, insurance_number: str | None) -> bytes:
    """A message as it is sent: what was done where and when, and nobody's name.

    The patient's number of insurance goes along where it is given; nothing else of him does.
    """
    said: dict[str, Any] = {
        "format": FORMAT,
        "message": str(message.name),
        "kind": message.kind,
        "recorded": str(message.recorded),
        "organization": {"oid": place.oid, "ogrn": place.ogrn},
    }
    if message.kind == RECORDED:
        said |= {
            "procedure": encode(PROCEDURES.prefix, message.procedure_id),
            "performer": encode(prefixes.PRACTITIONER, message.practitioner_id),
            "service": {"code": message.service, "bookVersion": message.book_version},
            "at": message.at.isoformat(),
            "endsAt": None if message.ends_at is None else message.ends_at.isoformat(),
            "count": message.count,
        }
        if insurance_number is not None:
            said["patient"] = {"insuranceNumber": insurance_number}
    return orjson.dumps(said)


def read_answer(answer: Answered, name: UUID, at: datetime) -> ServiceAnswer:
    """What the register decided of a message.

    Raises:
        NotDelivered: nothing yet, for a reason that is worth another attempt, or nothing that could be relied on.
    """
    answer.see_it_decided()
    if answer.status in {401, 403}:
        raise NotDelivered("ACCESS_DENIED")
    if answer.status == 202:
        raise NotDelivered("ASYNC_RESPONSE_TIMEOUT")
    try:
        said: Any = orjson.loads(answer.content)
        verdict, code, number = said["verdict"], said.get("code"), said.get("number")
        fits = said["format"] == ANSWER and UUID(said["message"]) == name and verdict in VERDICTS
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotDelivered("ANSWER_UNREADABLE") from None
    accepted = verdict == "ACCEPTED"
    fits = fits and answer.status in DECIDED and (answer.status != 422) is accepted
    fits = fits and (number is None or (isinstance(number, str) and bool(_NUMBER.fullmatch(number))))
    fits = fits and (code is None if accepted else isinstance(code, str) and bool(_CODE.fullmatch(code)))
    if not fits:
        raise NotDelivered("ANSWER_UNREADABLE")
    known = None if code is None else meaning(code, at)
    if known is not None and known.retryable:
        raise NotDelivered(code)
    return ServiceAnswer(accepted, code, number)
