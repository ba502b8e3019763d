"""Trình ký: the papers that wait for one, that one sent, that one may see; and the chains that the office keeps."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("approvals", __name__)
floor(bp, Permission.PORTAL_USE)

for _module in pkgutil.iter_modules(__path__):  # every module of views here hangs itself on `bp`
    importlib.import_module(f"{__name__}.{_module.name}")
