"""Addresses that are put together fast equal those of `url_for`."""

from __future__ import annotations

from typing import Any

import pytest
from flask import url_for
from werkzeug.routing import BuildError

from portal.web.addresses import address_of, with_query
from portal.web.transaction import PortalFlask

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("home.show_home", {}),
    ("emulation.list_registrations", {}),
    ("emulation.list_registrations", {"tu": "nguyễn thị hoà", "nam": 2023, "ky": None}),
    ("emulation.list_registrations", {"tu": "a/b?c&d=e+f%g#h ~ “x”", "sau": "WzEsMl0@3"}),
    ("emulation.show_registration", {"registration_id": 12, "trang": 2}),
    ("lists.choose_columns", {"list_name": "dong-dang-ky", "ve": "nam=2023&tu=lan"}),
)


@pytest.mark.parametrize(("endpoint", "values"), CASES)
@pytest.mark.parametrize("root", ["", "/cong"])
def test_it_equals_url_for(app: PortalFlask, endpoint: str, values: dict[str, Any], root: str) -> None:
    with app.test_request_context("/", base_url=f"http://localhost{root}"):
        assert with_query(endpoint, values) == url_for(endpoint, **values)
        assert with_query(endpoint, values) == url_for(endpoint, **values)


def test_an_address_without_its_values_is_refused(app: PortalFlask) -> None:
    with app.test_request_context("/"):
        assert address_of("home.show_home") == "/"
        with pytest.raises(BuildError):
            address_of("emulation.show_registration")
