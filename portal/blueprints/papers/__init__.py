"""Mẫu văn bản: the Word templates of official papers that the office may change."""

from __future__ import annotations

from flask import Blueprint

from portal.domain.access.enums import Permission
from portal.web.access import floor

bp = Blueprint("papers", __name__, url_prefix="/quan-tri/mau-van-ban")
floor(bp, Permission.PAPER_TEMPLATE_MANAGE)

from portal.blueprints.papers import templates as templates  # noqa: E402 - the views hang themselves on `bp`
