"""gunicorn for the portal: `gunicorn -c deploy/gunicorn.conf.py` from the root of the project.

Every figure can be set from the environment; docs/vi describes the production start.
"""

import os
from pathlib import Path


def _number(name: str, default: int) -> int:
    """A whole number from the environment; the start fails with its name when it is something else."""
    value = os.environ.get(name, "").strip()
    if value and not value.isdecimal():
        raise ValueError(f"{name} must be a whole number")
    return int(value or default)


wsgi_app = "wsgi:app"
chdir = str(Path(__file__).resolve().parent.parent)
bind = os.environ.get("PORTAL_BIND") or f"127.0.0.1:{_number('PORT', 8000)}"

worker_class = "gthread"
workers = _number("PORTAL_WEB_WORKERS", os.cpu_count() or 2)
threads = _number("PORTAL_WEB_THREADS", 8)
# Without a cap, keep-alive lets one worker take every connection while the others idle.
worker_connections = threads + 6

timeout = _number("PORTAL_WEB_TIMEOUT", 60)
graceful_timeout = 30
keepalive = 5
# Workers are renewed now and then, not all at once.
max_requests = 20_000
max_requests_jitter = 2_000
preload_app = False
# The heartbeat file on a disk can stall a worker; memory cannot.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (gunicorn opens it by mkstemp)

# Only this proxy may speak for the client's address and scheme.
forwarded_allow_ips = os.environ.get("PORTAL_FORWARDED_ALLOW_IPS", "127.0.0.1")

# The portal logs each answer itself, structured and without personal data.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL", "info").lower()
proc_name = "cong-noi-vu"
control_socket_disable = True
