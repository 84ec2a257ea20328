"""A mail server of the tests, in their loop: it takes mail, refuses it, or hangs up, as it is told."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

OK = "250 taken"


@dataclass
class Post:
    """What came, and what is answered next: to a recipient, to the text of a mail."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    recipient: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    sessions: int = 0
    private: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        answer = self.recipient.pop(0) if self.recipient else OK
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.text.pop(0) if self.text else OK
        if answer == "hang up":
            server.transport.abort()
            return OK
        if answer.startswith("2") or answer == "take and hang up":
            self.private.append(session.ssl is not None)
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        if answer == "take and hang up":
            server.transport.abort()
        return answer


@asynccontextmanager
async def post(tls: ssl.SSLContext | None = None) -> AsyncIterator[Post]:
    """A mail server on loopback; with a context it wants STARTTLS."""
    made = Post()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        made.sessions += 1
        return SMTP(made, tls_context=tls, require_starttls=tls is not None, hostname="post.test")

    server = await loop.create_server(session, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
