"""What all lists share: the columns that a person looks at, filters under a name, actions on many rows."""

from __future__ import annotations

import importlib
import pkgutil

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("lists", __name__, url_prefix="/danh-sach")
floor(bp, Permission.PORTAL_USE)

for _module in pkgutil.iter_modules(__path__):  # every module of views here hangs itself on `bp`
    importlib.import_module(f"{__name__}.{_module.name}")
