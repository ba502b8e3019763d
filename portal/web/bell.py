"""The bell in the masthead: how many notices wait unread. It is asked only when a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from portal.domain.access.actor import Actor
from portal.domain.notifications.queries import unread_text
from portal.web.addresses import address_of
from portal.web.context import runtime
from portal.web.db import db
from portal.web.transaction import SAFE_METHODS

log = structlog.get_logger("portal.bell")


@dataclass
class Bell:
    """What layouts/base.html reads of a person's notices."""

    actor: Actor

    @cached_property
    def unread(self) -> str:
        """ "", "7" or "99+" (one query). A page is shown without it when the database does not answer.

        Unless the request has written: then giving up the transaction for a number would lose that.
        """
        may_lose = request.method in SAFE_METHODS or not db.session().in_transaction()
        try:
            return unread_text(db.session(), self.actor, runtime().clock.today())
        except SQLAlchemyError as error:
            if not may_lose:
                raise
            db.session.rollback()
            log.warning("bell_not_counted", error=type(error).__name__)
            return ""

    @property
    def url(self) -> str:
        return address_of("notifications.list_notices")

    @property
    def count_url(self) -> str:
        return address_of("notifications.show_count")
