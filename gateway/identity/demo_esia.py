"""The demo's own ЕСИА as a method of sign-in: its keys lie in the data folder, and nobody else believes it."""

import hashlib
import shutil
import subprocess
import sys
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from auth.claims_map import ESIA, ClaimsMap, Shown
from gateway.identity.kept import kept
from gateway.identity.methods import ESIA_SCOPES, GOST, EsiaMethod, IdKey
from gateway.identity.providers.commands import GOST_DIGEST

ID: Final = "esia"
CLIENT: Final = "KABINET"
TITLE: Final = "Госуслуги"
FOLDER: Final = "portal"
_DEADLINE: Final = 10.0
# It says of a code beside the password what the real one keeps to itself.
CLAIMS: Final = ClaimsMap(
    confirmed=ESIA.confirmed,
    factor=(*ESIA.factor, (Shown(("urn:esia:amd",), frozenset({"OTP"})),)),
    methods=ESIA.methods,
)


def method(data: Path, address: str) -> EsiaMethod:
    """The method for the portal at an address; what its folder lacks is made."""
    folder, address = folder_of(data), address.rstrip("/")
    gost = (folder / "gost.key").is_file()
    keys = (IdKey("RS256", folder / "rsa.pub"), *((IdKey(GOST, folder / "gost.pub"),) if gost else ()))
    by_python = (sys.executable, "-m", "gateway.identity.demo_signer")
    return EsiaMethod(
        id=ID,
        title=TITLE,
        title_en="Gosuslugi",
        issuer=f"{address}/",
        client_id=CLIENT,
        scopes=(*ESIA_SCOPES, "email", "mobile"),
        claims=CLAIMS,
        address=address,
        signer=(*((*GOST_DIGEST, "-sign") if gost else by_python), str(folder / "client.key")),
        certificate=None,
        certificate_hash=(folder / "client.hash").read_text("ascii"),
        keys=keys,
    )


@lru_cache(maxsize=4)
def folder_of(data: Path) -> Path:
    """The portal's folder with every key in it: by GOST where OpenSSL can, else by what Python can."""
    folder = data / FOLDER
    made_by_gost = (folder / "gost.key").is_file() or (not (folder / "client.key").is_file() and speaks_gost())
    kept(folder / "rsa.key", lambda: _pem(rsa.generate_private_key(public_exponent=65_537, key_size=2048)))
    kept(folder / "rsa.pub", lambda: _public(folder / "rsa.key"))
    if made_by_gost:
        for name in ("gost", "client"):
            kept(folder / f"{name}.key", _gost_key)
            kept(folder / f"{name}.pub", partial(_openssl, "pkey", "-in", str(folder / f"{name}.key"), "-pubout"))
        kept(folder / "client.hash", lambda: _gost_hash(folder / "client.pub"))
    else:
        kept(folder / "client.key", lambda: _pem(ec.generate_private_key(ec.SECP256R1())))
        kept(folder / "client.pub", lambda: _public(folder / "client.key"))
        kept(folder / "client.hash", lambda: hashlib.sha256((folder / "client.pub").read_bytes()).hexdigest().encode())
    return folder


def speaks_gost() -> bool:
    """Whether OpenSSL is here, with its engine for GOST."""
    if shutil.which("openssl") is None:
        return False
    try:
        return len(_gost_key()) > 0
    except (subprocess.SubprocessError, OSError):
        return False


def _gost_key() -> bytes:
    return _openssl("genpkey", "-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA")


def _gost_hash(file: Path) -> bytes:
    found = subprocess.run(
        (*GOST_DIGEST, "-r"), input=file.read_bytes(), capture_output=True, check=True, timeout=_DEADLINE
    )
    return found.stdout.split(b" ", 1)[0]


def _openssl(command: str, *more: str) -> bytes:
    argv = (GOST_DIGEST[0], command, "-engine", "gost", *more)
    return subprocess.run(argv, capture_output=True, check=True, timeout=_DEADLINE).stdout


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public(file: Path) -> bytes:
    key = load_pem_private_key(file.read_bytes(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
