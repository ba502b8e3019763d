"""A small mail server for the tests: real SMTP on a free port, with TLS and sign-in when asked."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(slots=True)
class MailBox:
    """What the server took, and how it behaves: recipients that it refuses, a hang-up before its answer, its answer."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refuse: str = ""
    hang_up: bool = False
    answer: str = "250 taken"
    connections: int = 0


class _Talk:
    """One connection."""

    def __init__(
        self, box: MailBox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext | None
    ) -> None:
        self.box, self.reader, self.writer, self.context = box, reader, writer, context
        self.encrypted = writer.get_extra_info("ssl_object") is not None
        self.to: list[str] = []
        box.connections += 1

    async def say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())
        await self.writer.drain()

    async def run(self) -> None:
        await self.say("220 thu.example ESMTP")
        while raw := await self.reader.readline():
            line = raw.decode().strip()
            word = line.split(" ")[0].upper()
            if word == "QUIT":
                await self.say("221 bye")
                return
            if word == "DATA":
                if not await self.data():
                    return
            else:
                await self.command(word, line)

    async def command(self, word: str, line: str) -> None:
        if word == "EHLO":
            starttls = self.context is not None and not self.encrypted
            await self.say("250-thu.example")
            await self.say("250-STARTTLS" if starttls else "250-8BITMIME")
            await self.say("250 AUTH PLAIN")
        elif word == "STARTTLS" and self.context is not None:
            await self.say("220 go")
            await self.writer.start_tls(self.context)
            self.encrypted = True
        elif word == "AUTH":
            _, name, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
            self.box.signed_in.append(f"{name}:{password}")
            await self.say("235 ok")
        elif word == "RCPT":
            address = line.partition("<")[2].partition(">")[0]
            refused = bool(self.box.refuse) and address == self.box.refuse
            if not refused:
                self.to.append(address)
            await self.say("550 no such person" if refused else "250 ok")
        else:
            if word in ("MAIL", "RSET"):
                self.to = []
            await self.say("250 ok")

    async def data(self) -> bool:
        await self.say("354 go on")
        lines = []
        while (line := await self.reader.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if not self.box.answer.startswith("2"):
            await self.say(self.box.answer)
            return True
        self.box.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.box.recipients.append(self.to)
        self.box.encrypted.append(self.encrypted)
        if self.box.hang_up:
            return False
        await self.say(self.box.answer)
        return True


@contextmanager
def mail_server(
    context: ssl.SSLContext | None = None, from_first_byte: bool = False, port: int = 0
) -> Iterator[MailBox]:
    """A server in a thread of its own; with `context` it offers STARTTLS, or speaks TLS from the first byte."""
    box, loop = MailBox(), asyncio.new_event_loop()
    ready = threading.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _Talk(box, reader, writer, context).run()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def serve() -> asyncio.Server:
        server = await asyncio.start_server(talk, "127.0.0.1", port, ssl=context if from_first_byte else None)
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        return server

    async def hang_up() -> None:
        talks = asyncio.all_tasks(loop) - {asyncio.current_task()}
        for one in talks:
            one.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    def run() -> None:
        server = loop.run_until_complete(serve())
        loop.run_forever()
        server.close()
        loop.run_until_complete(hang_up())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    yield box
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS settings for 127.0.0.1, and the file by which a client trusts them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate is checked against the machine's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "server.pem", folder / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem
