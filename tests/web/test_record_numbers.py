"""A number in an address that no record can have leads nowhere, on either engine."""

from __future__ import annotations

from collections.abc import Callable

from flask import url_for
from flask.testing import FlaskClient

from portal.web.record_numbers import MOST, RecordNumber
from portal.web.transaction import PortalFlask


def test_numbers_beyond_what_ids_hold_are_not_found(app: PortalFlask, client_of: Callable[[str], FlaskClient]) -> None:
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.arguments
        and all(isinstance(rule._converters[name], RecordNumber) for name in rule.arguments)
    ]
    assert len(rules) > 20
    browser = client_of("vanphong")
    for number, allowed in ((MOST, {403, 404}), (MOST + 1, {404}), (10**30, {404})):
        for rule in rules:
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<int:{name}>", str(number))
            assert browser.get(path).status_code in allowed, path
    with app.test_request_context():
        assert url_for("calendar.edit_day", day_id=7) == "/lich/ngay-nghi/ngay/7/sua"
