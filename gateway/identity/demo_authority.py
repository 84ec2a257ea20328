"""The demo's own authority for signatures: whom the demo alone believes, and keys for its hospitals and its people.

By GOST where OpenSSL has its engine, else by ECDSA, which no kind of document takes from a person.
"""

import json
import subprocess
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from gateway.identity.kept import kept
from sources.signing.openssl import COMMAND, CONFIGURATION, environment

FOLDER: Final = "authority"
TRUST: Final = "trust"
KEYS: Final = "keys.json"
TITLE: Final = "Удостоверяющий центр демонстрации"
_DAYS: Final = "3650"
_DEADLINE: Final = 10.0
_GOST: Final = ("-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA")
_ECDSA: Final = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
_OF_SIGNERS: Final = (
    "basicConstraints=CA:FALSE",
    "keyUsage=critical,digitalSignature,nonRepudiation",
    "certificatePolicies=1.2.643.100.113.1",
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
)
_OF_AUTHORITIES: Final = (
    "basicConstraints=critical,CA:TRUE",
    "keyUsage=critical,keyCertSign,cRLSign",
    "subjectKeyIdentifier=hash",
)
# The list of who is revoked: nobody, and not soon.
_LISTS: Final = """
[ca]
default_ca = demo
[demo]
database = revoked.txt
crlnumber = number.txt
default_md = default
default_crl_days = 3650
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
"""


class NoAuthority(Exception):
    """OpenSSL is not here, or makes no keys."""


def folder_of(data: Path) -> Path:
    """The folder of the authority, with its own key, and the folder of trust in it.

    Raises:
        NoAuthority: it cannot be made here.
    """
    folder = data / FOLDER
    trust = folder / TRUST
    kept(folder / "authority.key", _new_key)
    kept(trust / "authority.crt", partial(_authority, folder))
    kept(trust / "authority.crl", partial(_list, folder))
    kept(trust / "authorities.json", _trusted)
    return folder


def organization_keys(data: Path, organizations: Mapping[str, tuple[str, str]]) -> Path:
    """The file with the keys of organisations; `organizations` has title and ОГРН of each by its global id.

    Raises:
        NoAuthority: it cannot be made here.
    """
    folder = folder_of(data)
    entries = []
    for owner, (title, ogrn) in organizations.items():
        subject = {"C": "RU", "O": title, "CN": title, **({"OGRN": ogrn} if ogrn else {})}
        entries.append({"owner": owner, **_pair(folder, f"{owner}-{ogrn}" if ogrn else owner, subject)})
    file = folder / KEYS
    file.write_text(json.dumps({"keys": entries}, indent=1), "utf-8")
    return file


def person_key(data: Path, name: str, snils: str, family_name: str, given_names: str) -> tuple[Path, Path]:
    """Key and certificate of a person of the demo, made when there are none yet.

    Raises:
        NoAuthority: they cannot be made here.
    """
    folder = folder_of(data)
    subject = {"C": "RU", "SN": family_name, "GN": given_names, "CN": f"{family_name} {given_names}", "SNILS": snils}
    made = _pair(folder, f"person-{name}", subject)
    return folder / made["key"], folder / made["certificate"]


def _pair(folder: Path, name: str, subject: Mapping[str, str]) -> dict[str, str]:
    key, certificate = f"{name}.key", f"{name}.crt"
    kept(folder / key, _new_key)
    kept(folder / certificate, partial(_issued, folder, folder / key, subject))
    return {"certificate": certificate, "key": key}


def _new_key() -> bytes:
    try:
        return _openssl("genpkey", *_GOST)
    except NoAuthority:
        return _openssl("genpkey", *_ECDSA)


def _authority(folder: Path) -> bytes:
    key = str(folder / "authority.key")
    return _openssl("req", "-new", "-x509", "-key", key, *_named({"C": "RU", "CN": TITLE}), *_said(_OF_AUTHORITIES))


def _issued(folder: Path, key: Path, subject: Mapping[str, str]) -> bytes:
    authority = ("-CA", str(folder / TRUST / "authority.crt"), "-CAkey", str(folder / "authority.key"))
    return _openssl("req", "-new", "-x509", *authority, "-key", str(key), *_named(subject), *_said(_OF_SIGNERS))


def _list(folder: Path) -> bytes:
    (folder / "ca.cnf").write_text(CONFIGURATION.read_text("ascii") + _LISTS, "ascii")
    (folder / "revoked.txt").write_text("", "ascii")
    (folder / "number.txt").write_text("01\n", "ascii")
    signed_by = ("-cert", f"{TRUST}/authority.crt", "-keyfile", "authority.key")
    return _openssl("ca", "-config", "ca.cnf", "-gencrl", *signed_by, folder=folder)


def _trusted() -> bytes:
    authority = {
        "title": TITLE,
        "certificates": ["authority.crt"],
        "lists": ["authority.crl"],
        "accredited": [{"from": "2000-01-01", "until": None}],
    }
    return json.dumps({"dated": "2000-01-01", "authorities": [authority]}, ensure_ascii=False, indent=1).encode()


def _named(subject: Mapping[str, str]) -> tuple[str, ...]:
    parts = "".join(f"/{name}={_escaped(value)}" for name, value in subject.items())
    return "-utf8", "-subj", parts, "-days", _DAYS


def _escaped(value: str) -> str:
    return "".join(f"\\{one}" if one in "\\/+=" else one for one in value)


def _said(extensions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for one in extensions for part in ("-addext", one))


def _openssl(*argv: str, folder: Path | None = None) -> bytes:
    try:
        made = subprocess.run(
            (COMMAND, *argv), capture_output=True, check=True, timeout=_DEADLINE, env=environment(), cwd=folder
        )
    except (subprocess.SubprocessError, OSError):
        raise NoAuthority from None
    return made.stdout
