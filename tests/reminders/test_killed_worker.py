"""kill -9 half-way through reminders and digest: after a restart each effect is there once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.core.clock import SystemClock
from portal.core.job_queue import enqueue
from portal.core.jobs import Job, JobState, OutboxMessage
from portal.core.runtime import Runtime
from portal.domain.accounts.models import UserAccount
from portal.domain.notifications.models import Notice
from portal.domain.reminders.services import KIND as REMINDED
from portal.jobs import digest, reminders
from tests.reminders.dying import DAY

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", [reminders.KIND, digest.KIND])
def test_a_killed_worker_leaves_each_effect_once(kind: str, session: Session, runtime: Runtime, tmp_path: Path) -> None:
    session.execute(update(UserAccount).values(email="can.bo@hungyen.example"))
    people = session.scalar(select(func.count()).where(UserAccount.disabled_at.is_(None))) or 0
    enqueue(session, SystemClock(), kind=kind, payload={"day": f"{DAY:%Y-%m-%d}"}, unique_key=kind)
    session.commit()
    effect = select(Notice.receiver_id).where(Notice.kind == REMINDED)
    effects = effect if kind == reminders.KIND else select(OutboxMessage.message_id)

    def run(*argument: str) -> int:
        env = {
            **os.environ,
            "PORTAL_ENV": "demo",
            "PORTAL_DATABASE_URL": runtime.settings.database_url,
            "PORTAL_DATA_DIR": str(tmp_path),
            "PORTAL_TODAY": f"{DAY:%d/%m/%Y}",
            "PORTAL_JOB_LEASE_SECONDS": "1",
            "PORTAL_SMTP_HOST": "127.0.0.1",
            "PORTAL_SMTP_SENDER": "cong@noivu.example",
            "PORTAL_SMTP_TLS": "none",
        }
        command = [sys.executable, "-m", "tests.reminders.dying", *argument]
        return subprocess.run(command, cwd=ROOT, env=env, check=False, timeout=60).returncode

    assert run("6") == -9
    assert len(list(session.scalars(effects))) == 4  # two steps of two; the third was half done
    session.rollback()
    assert run() == 0
    assert len(list(session.scalars(effects))) == people
    assert session.scalars(select(Job.state).where(Job.unique_key == kind)).one() is JobState.DONE
    session.rollback()
