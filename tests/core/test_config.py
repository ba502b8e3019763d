"""Settings: a demonstration starts by itself; production only when all is said, and it says what is not."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from portal.config import DEMO_KEYRING, DEMO_SECRET, ConfigError, MailServer, Settings

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(range(32, 64))).decode()
Env = dict[str, str]


@pytest.fixture
def whole(tmp_path: Path) -> Env:
    """The surroundings of a production that may start."""
    ring = tmp_path / "keys"
    ring.write_text(f"# the ring\nk2:{KEY}\nk1:{OTHER_KEY}\n", encoding="utf-8")
    return {
        "PORTAL_ENV": "production",
        "PORTAL_DATABASE_URL": "postgresql://portal_app@db.internal/portal",
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SECRET_KEY": "x7" * 16,
        "PORTAL_KEYRING_FILE": str(ring),
        "PORTAL_TRUSTED_PROXIES": "1",
    }


def faults_of(env: Env) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env(env)
    first, *faults = caught.value.message.splitlines()
    assert first == "The portal does not start:"
    return faults


def test_a_whole_production_starts(whole: Env, tmp_path: Path) -> None:
    settings = Settings.from_env(whole)
    assert settings.is_production
    assert not settings.is_demo
    assert not settings.is_sqlite
    assert settings.database_url == "postgresql+psycopg://portal_app@db.internal/portal"
    assert settings.secure_cookies
    assert settings.trusted_proxies == 1
    assert settings.keyring == (("k2", bytes(range(32))), ("k1", bytes(range(32, 64))))
    assert settings.files_dir == tmp_path / "files"
    assert settings.mail is None
    assert settings.metrics_from == ("127.0.0.0/8", "::1/128")


def test_secrets_stay_out_of_what_settings_print(whole: Env) -> None:
    mail = MailServer("mail", 587, "a@b", password="not-to-be-seen")
    assert "not-to-be-seen" not in repr(mail)


def unwritable(folder: Path) -> str:
    """A path that is no folder."""
    target = folder / "a-file"
    target.touch()
    return str(target)


FAULTS: dict[str, tuple[Env, str]] = {
    "no database": ({"PORTAL_DATABASE_URL": ""}, "PORTAL_DATABASE_URL is not set."),
    "no data folder": ({"PORTAL_DATA_DIR": ""}, "PORTAL_DATA_DIR is not set."),
    "data folder missing": ({"PORTAL_DATA_DIR": "/nowhere/at/all"}, "PORTAL_DATA_DIR is not a folder"),
    "no secret": ({"PORTAL_SECRET_KEY": ""}, "PORTAL_SECRET_KEY is not set."),
    "short secret": ({"PORTAL_SECRET_KEY": "short"}, "PORTAL_SECRET_KEY must be random and at least 32"),
    "demo secret": ({"PORTAL_SECRET_KEY": DEMO_SECRET}, "PORTAL_SECRET_KEY must be random and at least 32"),
    "no keys": ({"PORTAL_KEYRING_FILE": ""}, "PORTAL_KEYRING_FILE is not set: run `python -m portal.cli.keys new`"),
    "keys unreadable": ({"PORTAL_KEYRING_FILE": "/nowhere/keys"}, "PORTAL_KEYRING_FILE cannot be read"),
    "demo keys": ({"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": DEMO_KEYRING}, "The key ring holds the demo key."),
    "demo key renamed": (
        {"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": "k1" + DEMO_KEYRING.removeprefix("demo")},
        "The key ring holds the demo key.",
    ),
    "short key": ({"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": "k1:c2hvcnQ="}, "The key ring has a faulty line (k1)"),
    "nameless key": ({"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": f":{KEY}"}, "The key ring has a faulty line (no id"),
    "two keys of one name": (
        {"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": f"k1:{KEY},k1:{OTHER_KEY}"},
        "The key ring names k1 twice.",
    ),
    "plain cookies": ({"PORTAL_SECURE_COOKIES": "0"}, "PORTAL_SECURE_COOKIES=0 is not allowed in production"),
    "proxies not said": ({"PORTAL_TRUSTED_PROXIES": ""}, "PORTAL_TRUSTED_PROXIES is not set"),
    "frozen day": ({"PORTAL_TODAY": "15/03/2023"}, "PORTAL_TODAY is for demonstrations only."),
    "not a number": ({"PORTAL_IMPORT_ROWS": "many"}, "PORTAL_IMPORT_ROWS must be a whole number; it is 'many'."),
    "odd metrics": ({"PORTAL_METRICS_FROM": "::1,here"}, "PORTAL_METRICS_FROM must list addresses or networks"),
    "mail without sender": ({"PORTAL_SMTP_HOST": "mail"}, "PORTAL_SMTP_SENDER must be the address"),
    "odd mail tls": (
        {"PORTAL_SMTP_HOST": "mail", "PORTAL_SMTP_SENDER": "a@b", "PORTAL_SMTP_TLS": "ssl3"},
        "PORTAL_SMTP_TLS must be one of starttls, tls, none",
    ),
    "mail password in the clear": (
        {
            "PORTAL_SMTP_HOST": "mail",
            "PORTAL_SMTP_SENDER": "a@b",
            "PORTAL_SMTP_TLS": "none",
            "PORTAL_SMTP_PASSWORD": "secret",
        },
        "PORTAL_SMTP_TLS=none would send the mail server's password in the clear.",
    ),
    "mail password unreadable": (
        {"PORTAL_SMTP_HOST": "mail", "PORTAL_SMTP_SENDER": "a@b", "PORTAL_SMTP_PASSWORD_FILE": "/nowhere/password"},
        "PORTAL_SMTP_PASSWORD_FILE cannot be read",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_alone_stops_the_start_and_is_named(whole: Env, fault: str) -> None:
    changed, said = FAULTS[fault]
    (line,) = faults_of(whole | changed)
    assert line.startswith(f"- {said}")


def test_a_data_folder_that_is_a_file_stops_the_start(whole: Env, tmp_path: Path) -> None:
    (line,) = faults_of(whole | {"PORTAL_DATA_DIR": unwritable(tmp_path)})
    assert line == "- PORTAL_DATA_DIR is not a folder that the service can write to."


def test_all_faults_are_named_at_once() -> None:
    faults = faults_of(
        {
            "PORTAL_ENV": "production",
            "PORTAL_SECURE_COOKIES": "0",
            "PORTAL_TODAY": "15/03/2023",
            "PORTAL_SESSION_IDLE_MINUTES": "soon",
            "PORTAL_SMTP_HOST": "mail",
        }
    )
    named = [line.removeprefix("- ").split()[0].rstrip(".").split("=")[0] for line in faults]
    assert sorted(named) == [
        "PORTAL_DATABASE_URL",
        "PORTAL_DATA_DIR",
        "PORTAL_KEYRING_FILE",
        "PORTAL_SECRET_KEY",
        "PORTAL_SECURE_COOKIES",
        "PORTAL_SESSION_IDLE_MINUTES",
        "PORTAL_SMTP_SENDER",
        "PORTAL_TODAY",
        "PORTAL_TRUSTED_PROXIES",
    ]


@pytest.mark.parametrize("given", [{}, {"PORTAL_ENV": "staging"}])
def test_the_environment_must_be_named(given: Env) -> None:
    with pytest.raises(ConfigError, match="PORTAL_ENV must be one of demo, test, production"):
        Settings.from_env(given)


def test_a_demonstration_needs_nothing_but_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({"PORTAL_ENV": "demo"})
    assert settings.is_demo
    assert settings.is_sqlite
    assert settings.database_url == f"sqlite:///{tmp_path / 'instance' / 'portal.db'}"
    assert settings.secret_key == DEMO_SECRET
    assert [name for name, _ in settings.keyring] == ["demo"]
    assert not settings.secure_cookies


def test_a_demonstration_refuses_nonsense_too() -> None:
    assert faults_of({"PORTAL_ENV": "demo", "PORTAL_MAX_UPLOAD_MB": "-5"}) == [
        "- PORTAL_MAX_UPLOAD_MB must be a whole number; it is '-5'."
    ]


def test_every_figure_can_be_set(whole: Env, tmp_path: Path) -> None:
    password = tmp_path / "mail-password"
    password.write_text("hush\n", encoding="utf-8")
    settings = Settings.from_env(
        whole
        | {
            "PORTAL_SESSION_IDLE_MINUTES": "15",
            "PORTAL_SESSION_ABSOLUTE_HOURS": "8",
            "PORTAL_MAX_UPLOAD_MB": "20",
            "PORTAL_DIRECT_EXPORT_ROWS": "500",
            "PORTAL_IMPORT_ROWS": "700",
            "PORTAL_LOG_LEVEL": "DEBUG",
            "PORTAL_JOB_LEASE_SECONDS": "60",
            "PORTAL_JOB_POLL_SECONDS": "5",
            "PORTAL_JOB_KEEP_DAYS": "14",
            "PORTAL_REDIS_URL": "redis://cache",
            "PORTAL_METRICS_FROM": "10.20.0.0/24, 127.0.0.1",
            "PORTAL_SMTP_HOST": "mail",
            "PORTAL_SMTP_SENDER": "cong@tinh",
            "PORTAL_SMTP_TLS": "tls",
            "PORTAL_SMTP_USERNAME": "cong",
            "PORTAL_SMTP_PASSWORD_FILE": str(password),
        }
    )
    assert (settings.session_idle, settings.session_absolute) == (timedelta(minutes=15), timedelta(hours=8))
    assert settings.max_upload_bytes == 20 * 1024 * 1024
    assert (settings.direct_export_rows, settings.import_rows) == (500, 700)
    assert (settings.log_level, settings.redis_url) == ("DEBUG", "redis://cache")
    assert (settings.job_lease, settings.job_poll) == (timedelta(seconds=60), timedelta(seconds=5))
    assert settings.job_keep == timedelta(days=14)
    assert settings.metrics_from == ("10.20.0.0/24", "127.0.0.1/32")
    assert settings.mail == MailServer("mail", 465, "cong@tinh", "tls", "cong", "hush")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:////var/lib/portal.db", "sqlite:////var/lib/portal.db"),
    ],
)
def test_the_driver_of_the_lock_is_named(given: str, kept: str) -> None:
    assert Settings.from_env({"PORTAL_ENV": "test", "PORTAL_DATABASE_URL": given}).database_url == kept


@pytest.fixture
def run_flask() -> Callable[[Env, str], subprocess.CompletedProcess[str]]:
    """A command of the portal in surroundings that hold these PORTAL_ variables alone."""

    def run(env: Env, *words: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.run(command, cwd=ROOT, env=kept | env, capture_output=True, text=True, check=False)

    return run


def test_a_command_tells_the_faults_without_a_traceback(
    whole: Env, run_flask: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = run_flask(whole | {"PORTAL_SECRET_KEY": "", "PORTAL_DATABASE_URL": ""}, "db", "upgrade")
    assert done.returncode == ConfigError.exit_code == 78
    assert done.stderr.splitlines() == [
        "Error: The portal does not start:",
        "- PORTAL_DATABASE_URL is not set.",
        "- PORTAL_SECRET_KEY is not set.",
    ]
