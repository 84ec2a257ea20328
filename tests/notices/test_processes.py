"""The whole way with real processes: an event in the store, a message in the cabinet, a mail at a server."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.jobs.mailing import Mailer
from gateway.jobs.relay import Relay
from gateway.smtp import SmtpSettings
from tests.notices.conftest import Village
from tests.notices.post import post
from tests.served.process import serving

PATIENCE = 120
# The scan for ending terms sends mail of its own meanwhile.
SENT = "SELECT count(*) FROM mail JOIN message m ON m.id = message_id WHERE state = 'SENT' AND event_id IS NOT NULL"
ARRIVED = "SELECT count(*) FROM arrived_audit_entry"


async def test_two_server_processes_tell_everything_once(village: Village, tmp_path: Path) -> None:
    async with post() as office:
        mail = {"SMTP_URL": f"smtp://127.0.0.1:{office.port}", "MAIL_FROM": "cabinet@kabinet.example"}
        # The loop stands still while the processes start, and nobody needs it then.
        with serving(tmp_path, village.urls, WORKERS="2", **mail):
            for _ in range(40):
                await village.step("ADVANCED")
                await village.entry()
            async with asyncio.timeout(PATIENCE):
                while await village.value("journal", SENT) < 40 or await village.value("journal", ARRIVED) < 40:
                    await asyncio.sleep(0.05)
    told = [row for row in await village.messages() if row["event_id"] is not None]
    assert len(told) == 40
    assert {(row["state"], row["attempts"]) for row in told} == {("SENT", 1)}
    assert len({letter["Message-ID"] for letter in office.taken}) == len(office.taken)


async def test_mail_goes_out_in_private_where_that_is_wanted(
    village: Village, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, context = _private(tmp_path)
    await village.step("ADVANCED")
    while await Relay(village.stores).events():
        pass
    async with post(context) as office:
        smtp = SmtpSettings("127.0.0.1", office.port, "starttls", None, None, "cabinet@kabinet.example")
        mailer = Mailer(village.stores, smtp, first_pause=0)
        assert await mailer.run() == 1
        assert office.taken == []  # nobody vouches for the server yet
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert await mailer.run() == 1
    assert office.private == [True]
    assert [row["state"] for row in await village.messages()] == ["SENT"]


def _private(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 that signs itself, and the means to serve with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return certificate, context
