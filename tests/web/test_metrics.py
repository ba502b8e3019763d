"""GET /metrics: what was answered, how fast, what waits; for those that may read it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.core.clock import FixedClock
from portal.core.job_queue import enqueue
from portal.core.jobs import Job, JobState, OutboxMessage
from portal.core.runtime import Runtime
from portal.jobs.depth import queue_depth
from portal.web import metrics
from portal.web.transaction import PortalFlask
from tests.conftest import runtime_of

ROOT = Path(__file__).resolve().parents[2]
Labels = dict[str, str]
# Each of two processes answers /suc-khoe once; the second tells the figures.
ANSWER = """
import sys
from portal import create_app
client = create_app().test_client()
client.get("/suc-khoe")
if sys.argv[1:] == ["tell"]:
    sys.stdout.buffer.write(client.get("/metrics").get_data())
"""


def value_of(text: str, name: str, labels: Labels | None = None) -> float | None:
    """A figure of the exposition, None when it is not there."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and sample.labels == (labels or {}):
                return sample.value
    return None


def figures(client: FlaskClient, **kwargs: object) -> str:
    answer = client.get("/metrics", **kwargs)
    assert answer.status_code == 200
    assert answer.content_type == metrics.CONTENT_TYPE
    return answer.get_data(as_text=True)


def test_answers_are_counted_by_endpoint_method_and_status(client: FlaskClient) -> None:
    names: Labels = {"endpoint": "health.show_health", "method": "GET", "status": "200"}
    before = value_of(figures(client), "portal_answers_total", names) or 0
    client.get("/suc-khoe")
    after = figures(client)
    assert value_of(after, "portal_answers_total", names) == before + 1
    timed = value_of(after, "portal_answer_seconds_count", {"endpoint": "health.show_health"})
    assert timed is not None
    assert timed >= 1


def test_what_is_no_address_or_no_method_makes_no_new_names(client: FlaskClient) -> None:
    client.get("/khong-co-gi-o-day")
    client.open("/suc-khoe", method="BREW")
    told = figures(client)
    assert "khong-co-gi" not in told
    assert "BREW" not in told
    assert value_of(told, "portal_answers_total", {"endpoint": "none", "method": "GET", "status": "404"})


def test_what_waits_is_told(client: FlaskClient, session: Session, runtime: Runtime, clock: FixedClock) -> None:
    for key in ("one", "two", "three"):
        enqueue(session, runtime.clock, kind="nothing", payload={}, unique_key=key)
    session.execute(update(Job).where(Job.unique_key == "two").values(state=JobState.DONE))
    session.execute(update(Job).where(Job.unique_key == "three").values(state=JobState.FAILED))
    now = clock.now()
    session.add(OutboxMessage(kind="mail", message_id="m", payload={}, next_at=now, created_at=now))
    session.commit()
    clock.advance(timedelta(seconds=90))
    told = figures(client)
    numbers = {state: value_of(told, "portal_jobs", {"state": state}) for state in ("queued", "running", "failed")}
    assert numbers == {"queued": 1, "running": 0, "failed": 1}
    assert value_of(told, "portal_jobs", {"state": "done"}) is None
    assert value_of(told, "portal_job_longest_wait_seconds") == 90
    assert value_of(told, "portal_mail_waiting") == 1


def test_an_idle_worker_waits_for_nothing(session: Session, runtime: Runtime) -> None:
    depth = queue_depth(session, runtime.clock.now())
    assert (sum(depth.jobs.values()), depth.longest_wait, depth.mail) == (0, 0, 0)


def test_figures_are_told_while_the_database_is_away(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(metrics, "queue_depth", away)
    told = figures(client)
    assert value_of(told, "portal_jobs", {"state": "queued"}) is None
    assert "portal_answers_total" in told


@pytest.mark.parametrize("address", ["10.0.0.9", "192.168.1.1", "2001:db8::1", "", "not an address"])
def test_strangers_find_nothing(client: FlaskClient, address: str) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_proxy_that_is_not_configured_lets_nobody_in(client: FlaskClient, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


@pytest.fixture
def behind_proxy(tmp_path: Path, runtime: Runtime) -> PortalFlask:
    env = {
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": runtime.settings.database_url,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_TRUSTED_PROXIES": "1",
        "PORTAL_METRICS_FROM": "127.0.0.1, 10.20.0.0/24",
    }
    return create_app(Settings.from_env(env))


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("10.20.0.7", 200), ("127.0.0.1", 200), ("10.20.1.7", 404), ("127.0.0.1, 10.9.9.9", 404)],
)
def test_behind_a_proxy_its_client_counts(behind_proxy: PortalFlask, forwarded: str, status: int) -> None:
    client = behind_proxy.test_client()
    assert client.get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code == status
    assert client.get("/metrics").status_code == 200  # asked on the machine itself, past the proxy
    runtime_of(behind_proxy).engine.dispose()


@pytest.fixture
def answer_in_process(tmp_path: Path, runtime: Runtime) -> Callable[..., str]:
    env = {
        **os.environ,
        "PORTAL_ENV": "test",
        "PORTAL_DATABASE_URL": runtime.settings.database_url,
        "PORTAL_DATA_DIR": str(tmp_path),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }

    def run(*words: str) -> str:
        command = [sys.executable, "-c", ANSWER, *words]
        return subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout

    return run


def test_several_processes_tell_one_figure(answer_in_process: Callable[..., str]) -> None:
    answer_in_process()
    told = answer_in_process("tell")
    names = {"endpoint": "health.show_health", "method": "GET", "status": "200"}
    assert value_of(told, "portal_answers_total", names) == 2
    assert value_of(told, "portal_answer_seconds_count", {"endpoint": "health.show_health"}) == 2
