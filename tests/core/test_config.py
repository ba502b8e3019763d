"""Settings: a demonstration starts with nothing, production only when it is whole, and every fault is named at once."""

from __future__ import annotations

import base64
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.config import DEMO_KEYRING, DEMO_SECRET, ConfigError, MailServer, Settings

KEY = "2023:" + base64.urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, str]:
    """A production environment that may start."""
    ring = tmp_path / "keys"
    ring.write_text(f"# the ring\n{KEY}\n", encoding="utf-8")
    return {
        "PORTAL_ENV": "production",
        "PORTAL_DATABASE_URL": "postgresql://cong@127.0.0.1/cong",
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_SECRET_KEY": "s" * 40,
        "PORTAL_KEYRING_FILE": str(ring),
        "PORTAL_TRUSTED_PROXIES": "1",
    }


def faults_of(env: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Settings.from_env(env)
    first, *lines = str(caught.value).splitlines()
    assert first == "The portal does not start:"
    return [line.removeprefix("- ") for line in lines]


@pytest.mark.parametrize("env", [{}, {"PORTAL_ENV": ""}, {"PORTAL_ENV": "prod"}])
def test_the_environment_must_be_named(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="PORTAL_ENV must be one of demo, test, production"):
        Settings.from_env(env)


def test_a_demonstration_needs_nothing_more(tmp_path: Path) -> None:
    settings = Settings.from_env({"PORTAL_ENV": "demo", "PORTAL_DATA_DIR": str(tmp_path)})
    assert settings.is_demo
    assert not settings.is_production
    assert settings.is_sqlite
    assert settings.database_url == f"sqlite:///{tmp_path / 'portal.db'}"
    assert settings.files_dir == tmp_path / "files"
    assert settings.secret_key == DEMO_SECRET
    assert settings.keyring[0][0] == "demo"
    assert not settings.secure_cookies
    assert settings.mail is None


def test_a_whole_production_starts(whole: dict[str, str]) -> None:
    settings = Settings.from_env(whole)
    assert settings.is_production
    assert settings.secure_cookies
    assert settings.database_url == "postgresql+psycopg://cong@127.0.0.1/cong"
    assert settings.keyring == (("2023", b"k" * 32),)
    assert settings.trusted_proxies == 1


@pytest.mark.parametrize(
    "change",
    [
        {"PORTAL_DATABASE_URL": "postgresql://cong@db.internal/cong?sslmode=verify-full&sslrootcert=/etc/ca.pem"},
        {"PORTAL_DATABASE_URL": "postgresql:///cong?host=/run/postgresql"},
        {"PORTAL_DATABASE_URL": "postgresql://cong@localhost/cong"},
        {"PORTAL_REDIS_URL": "rediss://10.1.1.2:6379/0"},
        {"PORTAL_REDIS_URL": "redis://[::1]:6379/0"},
    ],
)
def test_what_stays_on_the_machine_or_is_encrypted_is_taken(whole: dict[str, str], change: dict[str, str]) -> None:
    assert Settings.from_env({**whole, **change}).is_production


def test_a_bare_production_names_all_that_is_missing() -> None:
    faults = faults_of({"PORTAL_ENV": "production"})
    for name in ("DATABASE_URL", "DATA_DIR", "SECRET_KEY", "KEYRING_FILE", "TRUSTED_PROXIES"):
        assert any(fault.startswith(f"PORTAL_{name} is not set") for fault in faults), name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"PORTAL_DATABASE_URL": ""}, "PORTAL_DATABASE_URL is not set."),
        ({"PORTAL_DATA_DIR": "/none/such"}, "PORTAL_DATA_DIR is not a folder"),
        ({"PORTAL_SECRET_KEY": "short"}, "PORTAL_SECRET_KEY must be random"),
        ({"PORTAL_SECRET_KEY": DEMO_SECRET}, "PORTAL_SECRET_KEY must be random"),
        ({"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": DEMO_KEYRING}, "The key ring holds the demo key."),
        (
            {"PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": DEMO_KEYRING.replace("demo:", "renamed:")},
            "The key ring holds the demo key.",
        ),
        ({"PORTAL_KEYRING_FILE": "/none/keys"}, "PORTAL_KEYRING_FILE cannot be read"),
        ({"PORTAL_SECURE_COOKIES": "0"}, "PORTAL_SECURE_COOKIES=0 is not allowed"),
        ({"PORTAL_TRUSTED_PROXIES": ""}, "PORTAL_TRUSTED_PROXIES is not set"),
        ({"PORTAL_DATABASE_URL": "postgresql://cong@db.internal/cong"}, "PORTAL_DATABASE_URL leads to another machine"),
        ({"PORTAL_DATABASE_URL": "postgresql://cong@10.1.1.2/cong?sslmode=require"}, "PORTAL_DATABASE_URL leads to"),
        ({"PORTAL_REDIS_URL": "redis://10.1.1.2:6379/0"}, "PORTAL_REDIS_URL leads to another machine"),
        ({"PORTAL_TODAY": "15/03/2023"}, "PORTAL_TODAY is for demonstrations only."),
        ({"PORTAL_MAX_UPLOAD_MB": "many"}, "PORTAL_MAX_UPLOAD_MB must be a whole number; it is 'many'."),
        ({"PORTAL_METRICS_FROM": "everywhere"}, "PORTAL_METRICS_FROM must list addresses"),
        ({"PORTAL_PUBLIC_URL": "http://cong.example"}, "PORTAL_PUBLIC_URL must begin with https:// and name a host"),
        ({"PORTAL_PUBLIC_URL": "https://"}, "PORTAL_PUBLIC_URL must begin with"),
        ({"PORTAL_PUBLIC_URL": "https://cong.example/?a=1"}, "PORTAL_PUBLIC_URL must begin with"),
        ({"PORTAL_PUBLIC_URL": "https://cong.example:x"}, "PORTAL_PUBLIC_URL must begin with"),
        ({"PORTAL_DIGEST_TIME": "7h30"}, "PORTAL_DIGEST_TIME must be a time of day, hh:mm; it is '7h30'."),
    ],
)
def test_each_fault_keeps_production_from_starting(whole: dict[str, str], change: dict[str, str], fault: str) -> None:
    assert [line for line in faults_of({**whole, **change}) if line.startswith(fault)]


@pytest.mark.parametrize(
    "ring",
    ["nokey", "a:***", "a:c2hvcnQ=", ":" + KEY.partition(":")[2], f"{KEY},{KEY}"],
    ids=["no colon", "not base64", "too short", "no id", "twice"],
)
def test_a_faulty_key_ring_is_named(whole: dict[str, str], ring: str) -> None:
    faults = faults_of({**whole, "PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": ring})
    assert any(fault.startswith("The key ring") for fault in faults)


def test_the_first_key_of_several_writes(whole: dict[str, str]) -> None:
    other = "2022:" + base64.urlsafe_b64encode(b"o" * 32).decode()
    settings = Settings.from_env({**whole, "PORTAL_KEYRING_FILE": "", "PORTAL_KEYRING": f"{KEY},{other}"})
    assert [name for name, _ in settings.keyring] == ["2023", "2022"]


@pytest.mark.parametrize("url", ["postgres://a/b", "postgresql://a/b", "postgresql+psycopg://a/b"])
def test_the_installed_driver_is_named(url: str) -> None:
    settings = Settings.from_env({"PORTAL_ENV": "demo", "PORTAL_DATABASE_URL": url})
    assert settings.database_url == "postgresql+psycopg://a/b"


def test_the_address_and_the_time_of_mails_are_read(whole: dict[str, str]) -> None:
    assert (Settings.from_env(whole).public_url, Settings.from_env(whole).digest_time) == ("", time(7, 30))
    given = {"PORTAL_PUBLIC_URL": "https://cong.example/noi-vu/", "PORTAL_DIGEST_TIME": "06:45"}
    settings = Settings.from_env({**whole, **given})
    assert (settings.public_url, settings.digest_time) == ("https://cong.example/noi-vu", time(6, 45))


def test_figures_are_read() -> None:
    env = {
        "PORTAL_ENV": "demo",
        "PORTAL_SESSION_IDLE_MINUTES": "15",
        "PORTAL_SESSION_ABSOLUTE_HOURS": "8",
        "PORTAL_MAX_UPLOAD_MB": "20",
        "PORTAL_DIRECT_EXPORT_ROWS": "500",
        "PORTAL_JOB_LEASE_SECONDS": "60",
        "PORTAL_JOB_POLL_SECONDS": "5",
        "PORTAL_JOB_KEEP_DAYS": "3",
        "PORTAL_REDIS_URL": "redis://cache.internal/0",
        "PORTAL_TODAY": "15/03/2023",
    }
    settings = Settings.from_env(env)
    assert (settings.session_idle, settings.session_absolute) == (timedelta(minutes=15), timedelta(hours=8))
    assert (settings.max_upload_bytes, settings.direct_export_rows) == (20 * 1024 * 1024, 500)
    assert (settings.job_lease, settings.job_poll) == (timedelta(minutes=1), timedelta(seconds=5))
    assert (settings.job_keep, settings.redis_url) == (timedelta(days=3), "redis://cache.internal/0")
    assert settings.today == "15/03/2023"


@pytest.mark.parametrize("name", ["PORTAL_JOB_LEASE_SECONDS", "PORTAL_JOB_POLL_SECONDS"])
def test_a_worker_without_pause_or_lease_is_refused(name: str) -> None:
    assert faults_of({"PORTAL_ENV": "demo", name: "0"}) == [f"{name} must be at least 1."]


@pytest.mark.parametrize("day", ["2023-03-15", "31/02/2023", "soon"])
def test_a_day_that_is_none_is_named(day: str) -> None:
    assert faults_of({"PORTAL_ENV": "demo", "PORTAL_TODAY": day}) == [
        f"PORTAL_TODAY must be a day, dd/mm/yyyy; it is {day!r}."
    ]


MAIL = {"PORTAL_ENV": "demo", "PORTAL_SMTP_HOST": "mail.internal", "PORTAL_SMTP_SENDER": "cong@noivu.example"}


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_mail_goes_to_the_usual_port(tls: str, port: int) -> None:
    settings = Settings.from_env({**MAIL, "PORTAL_SMTP_TLS": tls})
    assert settings.mail == MailServer("mail.internal", port, "cong@noivu.example", tls)


def test_a_mail_servers_password_may_lie_in_a_file_and_is_not_shown(tmp_path: Path) -> None:
    secret = tmp_path / "smtp"
    secret.write_text("mat-khau\n", encoding="utf-8")
    env = {"PORTAL_SMTP_USERNAME": "cong", "PORTAL_SMTP_PASSWORD_FILE": str(secret), "PORTAL_SMTP_PORT": "2525"}
    mail = Settings.from_env({**MAIL, **env}).mail
    assert mail is not None
    assert (mail.username, mail.password, mail.port) == ("cong", "mat-khau", 2525)
    assert "mat-khau" not in repr(mail)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"PORTAL_SMTP_SENDER": ""}, "PORTAL_SMTP_SENDER must be the address that mail is sent from."),
        ({"PORTAL_SMTP_TLS": "ssl"}, "PORTAL_SMTP_TLS must be one of starttls, tls, none; it is 'ssl'."),
        (
            {"PORTAL_SMTP_TLS": "none", "PORTAL_SMTP_PASSWORD": "x"},
            "PORTAL_SMTP_TLS=none would send the mail server's password in the clear.",
        ),
        (
            {"PORTAL_SMTP_PASSWORD_FILE": "/none"},
            "PORTAL_SMTP_PASSWORD_FILE cannot be read: No such file or directory.",
        ),
    ],
)
def test_a_faulty_mail_server_is_named(change: dict[str, Any], fault: str) -> None:
    assert faults_of({**MAIL, **change}) == [fault]


def test_secrets_are_not_shown_with_the_settings(whole: dict[str, str]) -> None:
    shown = repr(Settings.from_env(whole))
    assert "s" * 40 not in shown
    assert "kkkk" not in shown


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", ""),
        ("127.0.0.1:3310", "127.0.0.1:3310"),
        ("[::1]:3310", "[::1]:3310"),
        ("/run/clamd.ctl", "unix:/run/clamd.ctl"),
    ],
)
def test_the_scanner_has_an_address(tmp_path: Path, given: str, address: str) -> None:
    env = {"PORTAL_ENV": "demo", "PORTAL_DATA_DIR": str(tmp_path), "PORTAL_CLAMD": given}
    assert Settings.from_env(env).clamd == address


@pytest.mark.parametrize("given", ["clamd", "clamd:", "clamd:port", "clamd:99999", "unix:run"])
def test_a_scanner_without_an_address_is_a_fault(tmp_path: Path, given: str) -> None:
    env = {"PORTAL_ENV": "demo", "PORTAL_DATA_DIR": str(tmp_path), "PORTAL_CLAMD": given}
    assert faults_of(env) == [f"PORTAL_CLAMD must be host:port or unix:/path; it is {given!r}."]


def test_the_office_program_must_be_there(tmp_path: Path) -> None:
    env = {"PORTAL_ENV": "demo", "PORTAL_DATA_DIR": str(tmp_path)}
    assert Settings.from_env(env).soffice == ""
    assert Settings.from_env({**env, "PORTAL_SOFFICE": "off"}).soffice == "off"
    assert faults_of({**env, "PORTAL_SOFFICE": "/no/such/soffice"}) == [
        "PORTAL_SOFFICE names no program of this machine; it is '/no/such/soffice'."
    ]
