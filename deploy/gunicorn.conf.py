"""gunicorn for the portal: `gunicorn -c deploy/gunicorn.conf.py` from the root of the project.

Every figure can be set from the environment; docs/vi describes the production start.
"""

import os
import runpy
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MEMORY = "/dev/shm"  # noqa: S108 (what is made there gets a random name)


def _number(name: str, default: int) -> int:
    """A whole number from the environment; the start fails with its name when it is something else."""
    value = os.environ.get(name, "").strip()
    if value and not value.isdecimal():
        raise ValueError(f"{name} must be a whole number")
    return int(value or default)


wsgi_app = "wsgi:app"
chdir = str(ROOT)
bind = os.environ.get("PORTAL_BIND") or f"127.0.0.1:{_number('PORT', 8000)}"

worker_class = "gthread"
workers = _number("PORTAL_WEB_WORKERS", os.cpu_count() or 2)
# More threads wait for one another: on two cores four answer a sixth more pages than eight.
threads = _number("PORTAL_WEB_THREADS", 4)
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
worker_tmp_dir = MEMORY if Path(MEMORY).is_dir() else None

# Only this proxy may speak for the client's address and scheme.
forwarded_allow_ips = os.environ.get("PORTAL_FORWARDED_ALLOW_IPS", "127.0.0.1")

# The portal logs each answer itself, structured and without personal data.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("PORTAL_LOG_LEVEL", "info").lower()
proc_name = "cong-noi-vu"
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Say what is missing once, before any worker starts, then make the folder in which workers share their figures.

    The settings are read without importing the portal: an import here would keep its code in the master, and a reload
    would go on with the old one.
    """
    settings = runpy.run_path(str(ROOT / "portal" / "config.py"))
    try:
        settings["Settings"].from_env()
    except settings["ConfigError"] as error:
        server.log.error(error.message)
        sys.exit(error.exit_code)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _figures_folder(Path(worker_tmp_dir or tempfile.gettempdir()))


def _figures_folder(place: Path) -> str:
    """A new folder named by this process; those of masters that were killed are removed."""
    for left in place.glob("cong-noi-vu-*-*"):
        try:
            os.kill(int(left.name.split("-")[3]), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (ValueError, OSError):
            continue  # somebody else's
    return tempfile.mkdtemp(prefix=f"cong-noi-vu-{os.getpid()}-", dir=place)


def on_exit(server: Any) -> None:  # noqa: ARG001 (gunicorn hands it over)
    """Leave nothing behind."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
