"""What stands above a paper's preview: the ways to take it away, as `components/papers.html` draws them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from portal.core.errors import NotAllowed, RuleBroken
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.exports.office import MISSING, find_office
from portal.jobs.papers import request_pdf
from portal.web.context import runtime
from portal.web.htmx import see_other

ONCE = "lan"


class NoOffice(RuleBroken):
    """LibreOffice is not installed here."""

    message = MISSING


@dataclass(frozen=True, slots=True)
class PaperFiles:
    """A paper's files: addresses, "" where there is no such file. `pdf_missing`: why the PDF cannot be made here."""

    docx_url: str = ""
    xlsx_url: str = ""
    pdf_url: str = ""
    pdf_missing: str = ""
    once: str = ""


def paper_files(work: Work, *, docx: str = "", xlsx: str = "", pdf: str = "") -> PaperFiles:
    """What the actor may take away of a paper that they see; the PDF only when they may have jobs of their own."""
    if not work.actor.can(Permission.JOB_VIEW):
        return PaperFiles(docx, xlsx)
    missing = "" if find_office(runtime().settings.soffice) else MISSING
    return PaperFiles(docx, xlsx, pdf, missing if pdf else "", secrets.token_hex(8))


def queue_pdf(work: Work, kind: str, payload: Mapping[str, Any]) -> Response:
    """Ask the worker for the PDF of a paper that the actor was found to see; leads to the job's page.

    Raises NotAllowed for who has no jobs of their own, NoOffice where nothing can make it.
    """
    if not work.actor.can(Permission.JOB_VIEW):
        raise NotAllowed
    if find_office(runtime().settings.soffice) is None:
        raise NoOffice
    token = request.form.get(ONCE, "")[:40] or secrets.token_hex(8)
    return see_other(url_for("jobs.show_job", job_id=request_pdf(work, kind, payload, token)))
