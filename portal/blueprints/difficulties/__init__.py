"""Difficulties and proposals: what a unit raises, the way to its answer, the answers that are open to every unit."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("difficulties", __name__, url_prefix="/vuong-mac-kien-nghi")
floor(bp, Permission.PORTAL_USE)

for _module in pkgutil.iter_modules(__path__):  # every module of views here hangs itself on `bp`
    importlib.import_module(f"{__name__}.{_module.name}")
