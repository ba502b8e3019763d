"""Settings: read from the environment once, checked at start, passed on as one frozen object."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from click import ClickException

ENVIRONMENTS = ("demo", "test", "production")
DEMO_SECRET = "demo-only-secret-not-for-production"  # noqa: S105 - refused in production, see _production_faults
DEMO_PASSWORD = "HungYen@2023"  # noqa: S105 - of the demo accounts; nobody signs in with it in production
DEMO_KEYRING = "demo:" + base64.urlsafe_b64encode(b"demo-only-key-not-for-production").decode()
MIN_SECRET_LENGTH = 32
KEY_BYTES = 32
THIS_MACHINE = "127.0.0.0/8,::1"
MAIL_TLS = {"starttls": 587, "tls": 465, "none": 25}  # ways of handing mail over, each with its usual port


class ConfigError(ClickException):
    """The environment does not allow a start; the message lists every fault found, one a line.

    Commands show it alone, without a traceback, and end with EX_CONFIG: a supervisor need not try again.
    """

    exit_code = 78


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `tls`: starttls, tls (from the first byte) or none."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the program takes from its surroundings.

    Durations are timedeltas, sizes bytes. `keyring` maps key ids to 32-byte keys; the first is the one that new data
    is written with.
    """

    environment: str
    database_url: str
    data_dir: Path
    secret_key: str = field(repr=False)
    keyring: tuple[tuple[str, bytes], ...] = field(repr=False)
    keyring_file: Path | None = None
    redis_url: str | None = None
    trusted_proxies: int = 0
    secure_cookies: bool = False
    second_factor_for_all: bool = False  # everybody signs in with it, not only whose role asks for it
    session_idle: timedelta = timedelta(minutes=30)
    session_absolute: timedelta = timedelta(hours=12)
    max_upload_bytes: int = 10 * 1024 * 1024
    direct_export_rows: int = 10_000
    import_rows: int = 20_000
    page_size: int = 50
    comment_edit: timedelta = timedelta(minutes=15)  # how long one's own comment can be mended
    difficulty_days: int = 10  # working days to answer a difficulty, offered when it is given out
    clamd: str = ""  # the virus scanner: host:port or unix:/path; empty: files stay unscanned
    soffice: str = ""  # LibreOffice's program; empty: the one on the path; "off": none
    log_level: str = "INFO"
    mail: MailServer | None = None  # without it nobody is mailed, and what waits in the outbox stays there
    public_url: str = ""  # where people open the portal, without a slash at its end; empty: mails hold no links
    digest_time: time = time(7, 30)  # from when on working days the digest is mailed
    job_lease: timedelta = timedelta(seconds=30)
    job_poll: timedelta = timedelta(seconds=2)
    job_keep: timedelta = timedelta(days=7)
    backup_dir: Path | None = None  # where the daily backup is kept; the doctor looks for it there
    backup_recipient: str = ""  # age1…: backups are encrypted for it
    metrics_from: tuple[str, ...] = tuple(THIS_MACHINE.split(","))  # networks that may read /metrics
    today: str | None = None  # dd/mm/yyyy: freezes the portal's "today" for a demonstration; refused in production
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def is_demo(self) -> bool:
        return self.environment == "demo"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def files_dir(self) -> Path:
        """Where the content-addressed file store lives (outside the web root)."""
        return self.data_dir / "files"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read and check PORTAL_* variables.

        Raises ConfigError with every fault when production is half configured.
        """
        source = dict(os.environ if env is None else env)
        environment = _environment(source)
        faults: list[str] = []
        data_dir = Path(source.get("PORTAL_DATA_DIR", "instance")).resolve()
        default_url = f"sqlite:///{data_dir / 'portal.db'}"
        production = environment == "production"
        settings = cls(
            environment=environment,
            database_url=_database_url(source.get("PORTAL_DATABASE_URL") or ("" if production else default_url)),
            data_dir=data_dir,
            secret_key=source.get("PORTAL_SECRET_KEY") or ("" if production else DEMO_SECRET),
            keyring=_keyring(source, production, faults),
            keyring_file=Path(source["PORTAL_KEYRING_FILE"]) if source.get("PORTAL_KEYRING_FILE") else None,
            redis_url=source.get("PORTAL_REDIS_URL") or None,
            trusted_proxies=_integer(source, "PORTAL_TRUSTED_PROXIES", 0, faults),
            secure_cookies=source.get("PORTAL_SECURE_COOKIES", "1" if production else "0") == "1",
            second_factor_for_all=source.get("PORTAL_SECOND_FACTOR_FOR_ALL", "0") == "1",
            session_idle=timedelta(minutes=_integer(source, "PORTAL_SESSION_IDLE_MINUTES", 30, faults)),
            session_absolute=timedelta(hours=_integer(source, "PORTAL_SESSION_ABSOLUTE_HOURS", 12, faults)),
            max_upload_bytes=_integer(source, "PORTAL_MAX_UPLOAD_MB", 10, faults) * 1024 * 1024,
            direct_export_rows=_integer(source, "PORTAL_DIRECT_EXPORT_ROWS", 10_000, faults),
            import_rows=_integer(source, "PORTAL_IMPORT_ROWS", 20_000, faults),
            comment_edit=timedelta(minutes=_integer(source, "PORTAL_COMMENT_EDIT_MINUTES", 15, faults)),
            difficulty_days=_integer(source, "PORTAL_DIFFICULTY_DAYS", 10, faults, 1),
            clamd=_scanner(source, faults),
            soffice=_program(source, "PORTAL_SOFFICE", faults),
            log_level=source.get("PORTAL_LOG_LEVEL", "INFO"),
            mail=_mail_server(source, faults),
            public_url=_public_url(source, production, faults),
            digest_time=_time_of_day(source, "PORTAL_DIGEST_TIME", time(7, 30), faults),
            job_lease=timedelta(seconds=_integer(source, "PORTAL_JOB_LEASE_SECONDS", 30, faults, 1)),
            job_poll=timedelta(seconds=_integer(source, "PORTAL_JOB_POLL_SECONDS", 2, faults, 1)),
            job_keep=timedelta(days=_integer(source, "PORTAL_JOB_KEEP_DAYS", 7, faults)),
            backup_dir=Path(source["PORTAL_BACKUP_DIR"]).resolve() if source.get("PORTAL_BACKUP_DIR") else None,
            backup_recipient=source.get("PORTAL_BACKUP_RECIPIENT", "").strip(),
            metrics_from=_networks(source, "PORTAL_METRICS_FROM", THIS_MACHINE, faults),
            today=_day(source, "PORTAL_TODAY", faults),
        )
        if production:
            faults.extend(_production_faults(settings, source))
        if faults:
            raise ConfigError("The portal does not start:\n" + "\n".join(f"- {fault}" for fault in faults))
        return settings


def _environment(source: Mapping[str, str]) -> str:
    found = source.get("PORTAL_ENV", "")
    if found not in ENVIRONMENTS:
        raise ConfigError(f"PORTAL_ENV must be one of {', '.join(ENVIRONMENTS)}; it is {found or 'not set'}.")
    return found


def _database_url(url: str) -> str:
    """Name the driver that the lock file installs."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _integer(source: Mapping[str, str], name: str, default: int, faults: list[str], least: int = 0) -> int:
    raw = source.get(name, "").strip()
    if not raw:
        return default
    if not raw.isdecimal():
        faults.append(f"{name} must be a whole number; it is {raw!r}.")
        return default
    if int(raw) < least:
        faults.append(f"{name} must be at least {least}.")
    return int(raw)


def _day(source: Mapping[str, str], name: str, faults: list[str]) -> str | None:
    raw = source.get(name, "").strip()
    if not raw:
        return None
    try:
        datetime.strptime(raw, "%d/%m/%Y")  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        faults.append(f"{name} must be a day, dd/mm/yyyy; it is {raw!r}.")
    return raw


def _time_of_day(source: Mapping[str, str], name: str, default: time, faults: list[str]) -> time:
    raw = source.get(name, "").strip()
    if not raw:
        return default
    try:
        return datetime.strptime(raw, "%H:%M").time()  # noqa: DTZ007 - a time of day in Vietnam
    except ValueError:
        faults.append(f"{name} must be a time of day, hh:mm; it is {raw!r}.")
        return default


def _public_url(source: Mapping[str, str], production: bool, faults: list[str]) -> str:
    """The address that links in mails begin with: https, a host, perhaps a path; nothing behind it."""
    raw = source.get("PORTAL_PUBLIC_URL", "").strip().rstrip("/")
    if not raw:
        return ""
    try:
        address = urlsplit(raw)
        sound = bool(address.hostname) and address.port != 0 and not any(c.isspace() for c in raw)
    except ValueError:
        address, sound = SplitResult("", "", "", "", ""), False
    schemes = ("https",) if production else ("https", "http")
    extra = address.query or address.fragment or address.username is not None
    if not sound or extra or address.scheme not in schemes:
        ways = " or ".join(f"{scheme}://" for scheme in schemes)
        faults.append(f"PORTAL_PUBLIC_URL must begin with {ways} and name a host, without a query; it is {raw!r}.")
        return ""
    return raw


def _scanner(source: Mapping[str, str], faults: list[str]) -> str:
    """The address of clamd: host:port, unix:/path or a bare absolute path."""
    raw = source.get("PORTAL_CLAMD", "").strip()
    if raw.startswith("/"):
        return f"unix:{raw}"
    port = raw.rpartition(":")[2]
    if raw and not raw.startswith("unix:/") and not (":" in raw and port.isdecimal() and 0 < int(port) < 65536):
        faults.append(f"PORTAL_CLAMD must be host:port or unix:/path; it is {raw!r}.")
    return raw


def _program(source: Mapping[str, str], name: str, faults: list[str]) -> str:
    """A program of this machine, or "off"."""
    raw = source.get(name, "").strip()
    if raw and raw != "off" and shutil.which(raw) is None:
        faults.append(f"{name} names no program of this machine; it is {raw!r}.")
    return raw


def _networks(source: Mapping[str, str], name: str, default: str, faults: list[str]) -> tuple[str, ...]:
    """Addresses and networks separated by commas, e.g. 127.0.0.1,10.20.0.0/24."""
    found = []
    for part in (source.get(name, "").strip() or default).split(","):
        try:
            found.append(str(ipaddress.ip_network(part.strip())))
        except ValueError:
            faults.append(f"{name} must list addresses or networks separated by commas; {part.strip()!r} is neither.")
    return tuple(found)


def _keyring(source: Mapping[str, str], production: bool, faults: list[str]) -> tuple[tuple[str, bytes], ...]:
    """Parse `id:base64key` lines from PORTAL_KEYRING_FILE, or from PORTAL_KEYRING separated by commas."""
    text = source.get("PORTAL_KEYRING", "")
    path = source.get("PORTAL_KEYRING_FILE", "")
    if path:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as error:
            faults.append(f"PORTAL_KEYRING_FILE cannot be read: {error.strerror}.")
            return ()
    if not text.strip():
        if production:
            faults.append(
                "PORTAL_KEYRING_FILE is not set: run `python -m portal.cli.keys new` and keep the file outside the "
                "database server."
            )
            return ()
        text = DEMO_KEYRING
    keys: list[tuple[str, bytes]] = []
    for line in text.replace(",", "\n").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, _, encoded = line.strip().partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            key = b""
        if not name or len(key) != KEY_BYTES:
            faults.append(
                f"The key ring has a faulty line ({name or 'no id'}): it must read id:base64 of {KEY_BYTES} bytes."
            )
            continue
        if name in dict(keys):
            faults.append(f"The key ring names {name} twice.")
        keys.append((name, key))
    return tuple(keys)


def _mail_server(source: Mapping[str, str], faults: list[str]) -> MailServer | None:
    """The mail server of PORTAL_SMTP_*, or None: mail is sent only when a host is named."""
    host = source.get("PORTAL_SMTP_HOST", "").strip()
    if not host:
        return None
    tls = source.get("PORTAL_SMTP_TLS", "starttls")
    sender = source.get("PORTAL_SMTP_SENDER", "").strip()
    password = source.get("PORTAL_SMTP_PASSWORD", "")
    path = source.get("PORTAL_SMTP_PASSWORD_FILE", "")
    if path:
        try:
            password = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            faults.append(f"PORTAL_SMTP_PASSWORD_FILE cannot be read: {error.strerror}.")
    if tls not in MAIL_TLS:
        faults.append(f"PORTAL_SMTP_TLS must be one of {', '.join(MAIL_TLS)}; it is {tls!r}.")
    if "@" not in sender:
        faults.append("PORTAL_SMTP_SENDER must be the address that mail is sent from.")
    if password and tls == "none":
        faults.append("PORTAL_SMTP_TLS=none would send the mail server's password in the clear.")
    port = _integer(source, "PORTAL_SMTP_PORT", MAIL_TLS.get(tls, 587), faults)
    return MailServer(host, port, sender, tls, source.get("PORTAL_SMTP_USERNAME", ""), password)


def _production_faults(settings: Settings, source: Mapping[str, str]) -> list[str]:
    faults: list[str] = []
    if not settings.database_url:
        faults.append("PORTAL_DATABASE_URL is not set.")
    if not source.get("PORTAL_DATA_DIR"):
        faults.append("PORTAL_DATA_DIR is not set.")
    elif not settings.data_dir.is_dir() or not os.access(settings.data_dir, os.W_OK):
        faults.append("PORTAL_DATA_DIR is not a folder that the service can write to.")
    if not settings.secret_key:
        faults.append("PORTAL_SECRET_KEY is not set.")
    elif len(settings.secret_key) < MIN_SECRET_LENGTH or settings.secret_key == DEMO_SECRET:
        faults.append(f"PORTAL_SECRET_KEY must be random and at least {MIN_SECRET_LENGTH} characters long.")
    demo_key = base64.urlsafe_b64decode(DEMO_KEYRING.partition(":")[2])
    if any(name == "demo" or key == demo_key for name, key in settings.keyring):
        faults.append("The key ring holds the demo key.")
    if not settings.secure_cookies:
        faults.append("PORTAL_SECURE_COOKIES=0 is not allowed in production: serve the portal over TLS.")
    if not source.get("PORTAL_TRUSTED_PROXIES", "").strip():
        faults.append("PORTAL_TRUSTED_PROXIES is not set: how many proxies stand before the portal? (0 when none)")
    faults.extend(_open_lines(settings))
    if settings.today:
        faults.append("PORTAL_TODAY is for demonstrations only.")
    return faults


def _open_lines(settings: Settings) -> list[str]:
    """Ways to other machines on which what is said could be read or forged."""
    faults = []
    database = urlsplit(settings.database_url)
    if _is_elsewhere(database) and parse_qs(database.query).get("sslmode") not in (["verify-full"], ["verify-ca"]):
        faults.append(
            "PORTAL_DATABASE_URL leads to another machine: end it with ?sslmode=verify-full&sslrootcert=… so that the "
            "way there is encrypted and the server is known."
        )
    redis = urlsplit(settings.redis_url or "")
    if _is_elsewhere(redis) and redis.scheme != "rediss":
        faults.append("PORTAL_REDIS_URL leads to another machine: it must begin with rediss://.")
    return faults


def _is_elsewhere(address: SplitResult) -> bool:
    """Whether a server's address names another machine; a socket, a file or nothing is this one."""
    host = address.hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host not in ("", "localhost")
