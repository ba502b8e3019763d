"""Papers by the office's templates: for pages and for the worker alike."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from portal.core.filestore import FileStore
from portal.domain.access.actor import Work
from portal.domain.papers.queries import current_template
from portal.exports._word_fields import Context, WordPaper
from portal.exports._word_syntax import TemplateRefused
from portal.exports.word_template import fill_template

log = structlog.get_logger("portal.papers")


def filled(work: Work, files: FileStore, paper: WordPaper, context: Callable[[], Context]) -> bytes | None:
    """The paper by the template that holds now; None while none does, or when it cannot be used any more.

    What cannot be used (its content is lost, a field is no longer known) is logged: the built-in layout stands in.
    """
    held = work.session.scalars(current_template(paper.code)).one_or_none()
    if held is None:
        return None
    try:
        with files.open(held.sha256) as stream:
            return fill_template(stream.read(), paper.fields, context())
    except (FileNotFoundError, TemplateRefused) as error:
        log.warning("template_not_used", paper=paper.code, edition=held.edition, error=str(error)[:300])
        return None
