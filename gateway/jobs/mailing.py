"""Sends the mail that waits: by SMTP, at least once, with the same Message-ID each time.

Mail is claimed before it is sent. A server that took it may still be unknown to us when the connection breaks or the
process dies; then it is sent again, and the Message-ID tells the reader's program that it is the same.
"""

import asyncio
import ssl
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import aiosmtplib

from gateway.smtp import SmtpSettings
from resolvers.telling.texts import CABINET, FOOTER, render_stored
from resolvers.telling.wishes import DEFAULT_LANGUAGE
from sources import contacts, mailing
from sources.mailing import ClaimedMail
from sources.notification import languages_of
from sources.stores import Stores

AT_ONCE: Final = 10
CLAIM_SECONDS: Final = 120.0
COMMAND_SECONDS: Final = 20.0
MOST_ATTEMPTS: Final = 12
FIRST_PAUSE: Final = 30.0
LONGEST_PAUSE: Final = 6 * 3_600.0
PERMANENT: Final = 500


class Mailer:
    """Sends what is due; several processes share the work."""

    def __init__(
        self, stores: Stores, smtp: SmtpSettings, first_pause: float = FIRST_PAUSE, cabinet: str | None = None
    ) -> None:
        self._stores = stores
        self._smtp = smtp
        self._first_pause = first_pause
        self._cabinet = cabinet

    async def run(self) -> int:
        """Try ten at most; how many.

        Raises:
            SourceFailure: a store is lost; what was claimed is tried again when the claim ends.
        """
        claimed = await mailing.claim(self._stores.journal, AT_ONCE, CLAIM_SECONDS)
        if not claimed:
            return 0
        subjects = sorted({mail.subject for mail in claimed})
        addresses = await contacts.addresses(self._stores.registry, subjects)
        languages = await languages_of(self._stores.journal, subjects)
        waiting = {mail.id: mail for mail in claimed}
        code = "UNREACHABLE"
        try:
            # Before the claims end all of it must be over.
            async with asyncio.timeout(CLAIM_SECONDS * 0.8), _server(self._smtp) as server:
                for mail in claimed:
                    await self._send(server, mail, addresses, languages)
                    del waiting[mail.id]
        except (TimeoutError, aiosmtplib.SMTPTimeoutError):
            code = "TIMED_OUT"
        except aiosmtplib.SMTPServerDisconnected:
            code = "CONNECTION_LOST"
        except aiosmtplib.SMTPAuthenticationError as refused:
            code = f"SIGN_IN_REFUSED_{refused.code}"
        except (OSError, aiosmtplib.SMTPException):
            pass
        for mail in waiting.values():
            await self._later(mail, code)
        return len(claimed)

    async def _send(
        self, server: aiosmtplib.SMTP, mail: ClaimedMail, addresses: Mapping[str, str], languages: Mapping[str, str]
    ) -> None:
        """Send one, and settle it unless it is the connection that failed."""
        journal = self._stores.journal
        address = addresses.get(mail.subject)
        if address is None:
            await mailing.given_up(journal, mail.id, "NO_VERIFIED_ADDRESS")
            return
        try:
            language = languages.get(mail.subject, DEFAULT_LANGUAGE)
            letter = written(mail, address, self._smtp.sender, language, self._cabinet)
        except ValueError:
            await mailing.given_up(journal, mail.id, "ADDRESS_MALFORMED")
            return
        try:
            await server.send_message(letter)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            await self._refused(mail, "RECIPIENT_REFUSED", refused.recipients[0].code)
        except aiosmtplib.SMTPSenderRefused as refused:
            await self._refused(mail, "SENDER_REFUSED", refused.code)
        except aiosmtplib.SMTPDataError as refused:
            await self._refused(mail, "CONTENT_REFUSED", refused.code)
        else:
            await mailing.sent(journal, mail.id)

    async def _refused(self, mail: ClaimedMail, word: str, status: int) -> None:
        code = f"{word}_{status}"
        if status >= PERMANENT:
            await mailing.given_up(self._stores.journal, mail.id, code)
        else:
            await self._later(mail, code)

    async def _later(self, mail: ClaimedMail, code: str) -> None:
        if mail.attempts >= MOST_ATTEMPTS:
            await mailing.given_up(self._stores.journal, mail.id, code)
            return
        pause = min(self._first_pause * 2 ** (mail.attempts - 1), LONGEST_PAUSE)
        await mailing.later(self._stores.journal, mail.id, pause, code)


async def carried(smtp: SmtpSettings, letter: EmailMessage) -> str | None:
    """Hand one letter to the server, now or never; None where it took it, else why it did not."""
    try:
        async with asyncio.timeout(COMMAND_SECONDS), _server(smtp) as server:
            await server.send_message(letter)
    except (TimeoutError, aiosmtplib.SMTPTimeoutError):
        return "TIMED_OUT"
    except aiosmtplib.SMTPResponseException as refused:
        return f"REFUSED_{refused.code}"
    except (OSError, aiosmtplib.SMTPException):
        return "UNREACHABLE"
    return None


def _server(smtp: SmtpSettings) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        username=smtp.user,
        password=smtp.password,
        use_tls=smtp.security == "tls",
        start_tls=smtp.security == "starttls",
        tls_context=ssl.create_default_context() if smtp.security != "none" else None,
        timeout=COMMAND_SECONDS,
    )


def written(mail: ClaimedMail, address: str, sender: str, language: str, cabinet: str | None) -> EmailMessage:
    """The mail of a message; with the address of the cabinet where it is known.

    Raises:
        ValueError: the address is none.
    """
    said = render_stored(mail.template, mail.parameters, language)
    letter = EmailMessage()
    letter["Message-ID"] = f"<kabinet-mail-{mail.id}@{sender.rpartition('@')[2]}>"
    letter["Date"] = format_datetime(mail.at)
    letter["From"] = Address("Kabinet", addr_spec=sender)
    letter["To"] = Address(addr_spec=address)
    letter["Subject"] = said.title
    letter["Auto-Submitted"] = "auto-generated"
    where = "" if cabinet is None else CABINET[language].format(address=cabinet) + "\n"
    letter.set_content(f"{said.body}\n\n{FOOTER[language]}\n{where}")
    letter["Content-Language"] = language  # the content brings headers of its own, and takes others away
    return letter
