"""Emulation pages: registrations, the lists over units, movements and the catalogue."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("emulation", __name__, url_prefix="/thi-dua")
floor(bp, Permission.REGISTRATION_VIEW)

for _module in pkgutil.iter_modules(__path__):  # every module of views here hangs itself on `bp`
    importlib.import_module(f"{__name__}.{_module.name}")
