"""GET /quan-tri/nhat-ky: who did what to what, when and for whom. Reading it is not logged; a refusal is."""

from __future__ import annotations

from flask import Response

from portal.blueprints.audit import bp
from portal.blueprints.audit.lists import ENTRIES
from portal.domain.access.enums import Permission
from portal.web.access import requires
from portal.web.lists import list_page


@bp.get("/quan-tri/nhat-ky")
@requires(Permission.AUDIT_VIEW)
def list_entries() -> Response:
    """Entries in reach, the newest first."""
    return list_page(ENTRIES, "audit/list_entries.html")
