"""Notices: the list behind the bell, how each kind is received, when due days are reminded of."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("notifications", __name__, url_prefix="/thong-bao")
floor(bp, Permission.PORTAL_USE)

for _module in pkgutil.iter_modules(__path__):  # every module of views here hangs itself on `bp`
    importlib.import_module(f"{__name__}.{_module.name}")
