"""The pages of lists ask as many questions of the database at 20 rows as at 2."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core.runtime import Runtime
from tests.emulation.lists.conftest import Arrange
from tests.emulation.lists.test_list_registrations import LIST
from tests.emulation.lists.world import L, S, register

MOST = 24


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """The statements that run inside."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(runtime.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(runtime.engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "address",
    [
        LIST,
        f"{LIST}/don-vi",
        f"{LIST}/don-vi?trang_thai=sent",
        f"{LIST}/tong-hop",
        f"{LIST}/in",
        f"{LIST}/in?loai=theo-don-vi",
        f"{LIST}/xuat.xlsx",
        f"{LIST}/don-vi/xuat.xlsx",
    ],
)
def test_equal_at_two_and_at_twenty_rows(
    address: str, client_of: Callable[[str], FlaskClient], runtime: Runtime, arrange: Arrange
) -> None:
    def fill(session: Session, codes: tuple[str, ...], rows: int) -> None:
        for code in codes:
            lines = [L(f"Người {code} {number}", "LDTT", "Chuyên viên") for number in range(rows)]
            register(session, code, S.SENT, [*lines, L(f"Tập thể {code}", "CTDT")])

    browser = client_of("thidua")
    arrange(lambda session: fill(session, ("326",), 1))
    browser.get(address).close()
    with counted(runtime) as few:
        browser.get(address).close()
    arrange(lambda session: fill(session, ("330", "STC", "SYT", "323", "325", "327"), 3))
    with counted(runtime) as many:
        browser.get(address).close()
    assert len(many) == len(few), "\n".join(many)
    assert len(few) <= MOST
