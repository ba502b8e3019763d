"""The way of a workbook from the choice of its columns to the decision, whatever it holds.

Who may see a batch is the word of its kind: for anyone else there is no such batch.
"""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("imports", __name__, url_prefix="/nhap-tep")
floor(bp, Permission.PORTAL_USE)

from portal.blueprints.imports import columns as columns  # noqa: E402 - the views hang themselves on `bp`
from portal.blueprints.imports import views as views  # noqa: E402
