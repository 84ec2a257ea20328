"""An authority for signatures, made by OpenSSL alone: keys by GOST and others, certificates, lists, time stamps."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import cms

CONFIGURATION = """
openssl_conf = all
[all]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = named
string_mask = utf8only
[named]
[ca]
default_ca = own
[own]
database = {name}.txt
crlnumber = {name}.number
default_md = default
default_crl_days = 30
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
[tsa]
default_tsa = clock
[clock]
serial = clock.number
signer_digest = md_gost12_256
default_policy = 1.2.3.4.1
digests = md_gost12_256, sha256
ess_cert_id_alg = sha256
"""
KEYS = {
    "gost256": ("-algorithm", "gost2012_256", "-pkeyopt", "paramset:TCA"),
    "gost512": ("-algorithm", "gost2012_512", "-pkeyopt", "paramset:A"),
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "short": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
}
DIGESTS = {"gost256": "md_gost12_256", "gost512": "md_gost12_512", "rsa": "sha256", "short": "sha256", "ec": "sha256"}
SIGNS = ("basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature,nonRepudiation")
STAMPS = ("basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping")
ISSUES = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
KNOWN = ("subjectKeyIdentifier=hash",)


@dataclass(frozen=True)
class Signer:
    """Somebody with a key and a certificate."""

    key: Path
    certificate: Path
    kind: str


@dataclass
class Authority:
    """One authority, in a folder of its own."""

    folder: Path
    name: str = "uc"
    kind: str = "gost256"
    signers: dict[str, Signer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration = self.folder / f"{self.name}.cnf"
        self.configuration.write_text(CONFIGURATION.format(name=self.name))
        for file, content in ((f"{self.name}.txt", ""), (f"{self.name}.number", "01\n"), ("clock.number", "01\n")):
            (self.folder / file).write_text(content)
        self.key, self.certificate = self.folder / f"{self.name}.key", self.folder / f"{self.name}.crt"
        self.key.write_bytes(self.run("genpkey", *KEYS[self.kind]))
        subject = f"/C=RU/CN=Удостоверяющий центр {self.name}"
        named = ("-utf8", "-subj", subject, "-days", "3650", *extended(*ISSUES, *KNOWN))
        self.run("req", "-new", "-x509", "-key", str(self.key), *named, "-out", str(self.certificate))

    def run(self, *argv: str, given: bytes = b"") -> bytes:
        environment = {"PATH": os.environ["PATH"], "OPENSSL_CONF": str(self.configuration)}
        done = subprocess.run(
            ("openssl", *argv), input=given, capture_output=True, check=False, cwd=self.folder, env=environment
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def signer(
        self,
        name: str,
        subject: Mapping[str, str],
        *,
        kind: str = "gost256",
        extensions: Sequence[str] = SIGNS,
        days: int = 365,
    ) -> Signer:
        """Somebody with a certificate of this authority."""
        if name in self.signers:
            return self.signers[name]
        key, certificate = self.folder / f"{name}.key", self.folder / f"{name}.crt"
        key.write_bytes(self.run("genpkey", *KEYS[kind]))
        said = "".join(f"/{part}={value}" for part, value in {"C": "RU", **subject}.items())
        self.run(
            "req", "-new", "-x509", "-CA", str(self.certificate), "-CAkey", str(self.key), "-key", str(key), "-utf8",
            "-subj", said, "-days", str(days), *extended(*extensions, *KNOWN, "authorityKeyIdentifier=keyid"),
            "-out", str(certificate),
        )  # fmt: skip
        self.signers[name] = Signer(key, certificate, kind)
        return self.signers[name]

    def revoke(self, who: Signer) -> None:
        """Put a certificate on the list of those that are revoked."""
        self._ca("-revoke", str(who.certificate))

    def listed(self, days: int = 30) -> bytes:
        """The list of who is revoked."""
        return self._ca("-gencrl", "-crldays", str(days))

    def _ca(self, *argv: str) -> bytes:
        by = ("-cert", str(self.certificate), "-keyfile", str(self.key))
        return self.run("ca", "-config", str(self.configuration), *by, *argv)

    def signed(self, content: bytes, who: Signer, *more: str) -> bytes:
        """A detached CAdES-BES."""
        by = ("-signer", str(who.certificate), "-inkey", str(who.key), "-md", DIGESTS[who.kind])
        asked = more or ("-cades",)
        return self.run("cms", "-sign", "-binary", *asked, *by, "-outform", "DER", given=content)

    def stamped(self, signature: bytes, clock: Signer, over: bytes | None = None) -> bytes:
        """The same with a time stamp of `clock`, over its signature or over other bytes."""
        info = cms.ContentInfo.load(signature)
        signer = info["content"]["signer_infos"][0]
        (self.folder / "value").write_bytes(signer["signature"].native if over is None else over)
        self.run("ts", "-query", "-data", "value", "-md_gost12_256", "-cert", "-no_nonce", "-out", "query")
        made = ("-signer", str(clock.certificate), "-inkey", str(clock.key), "-token_out")
        token = self.run("ts", "-reply", "-config", str(self.configuration), "-queryfile", "query", *made)
        values = [cms.ContentInfo.load(token)]
        signer["unsigned_attrs"] = [{"type": "signature_time_stamp_token", "values": values}]
        made_so: bytes = info.dump()
        return made_so


def extended(*extensions: str) -> tuple[str, ...]:
    return tuple(part for one in extensions for part in ("-addext", one))


def trust_folder(
    folder: Path,
    *authorities: tuple[Authority, bytes | None],
    since: str = "2020-01-01",
    until: str | None = None,
) -> Path:
    """A folder of trust in authorities, each with a list of who is revoked, or none."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    entries = []
    for authority, listed in authorities:
        shutil.copy(authority.certificate, folder)
        if listed is not None:
            (folder / f"{authority.name}.crl").write_bytes(listed)
        entries.append(
            {
                "title": authority.name,
                "certificates": [authority.certificate.name],
                "lists": [] if listed is None else [f"{authority.name}.crl"],
                "accredited": [{"from": since, "until": until}],
            }
        )
    said = {"dated": datetime.now(UTC).date().isoformat(), "authorities": entries}
    (folder / "authorities.json").write_text(json.dumps(said))
    return folder


def person(name: str, snils: str) -> dict[str, str]:
    """The subject of a person's certificate."""
    family, _, given = name.partition(" ")
    return {"SN": family, "GN": given, "CN": name, "SNILS": snils}
