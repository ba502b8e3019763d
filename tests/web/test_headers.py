"""What every answer says to the browser: nothing foreign, nothing inline, no frame, no guessing, nothing kept."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    ("address", "status", "kept"),
    [
        ("/dang-nhap", 200, "no-store"),
        ("/tai-khoan", 303, "no-store"),
        ("/khong-co-trang-nay", 404, "no-store"),
        ("/suc-khoe", 200, "no-store"),
        ("/static/portal.js?v=1", 200, "public, max-age=31536000, immutable"),
        ("/static/../wsgi.py", 404, "no-store"),
        ("/static/missing.js?v=1", 404, "no-store"),
    ],
)
def test_every_answer_is_bound(client: FlaskClient, address: str, status: int, kept: str) -> None:
    with client.get(address) as answer:
        assert answer.status_code == status
        policy = {
            name: value for name, _, value in (part.partition(" ") for part in answer.headers[POLICY].split("; "))
        }
        assert {policy[name] for name in ("default-src", "object-src", "base-uri", "frame-ancestors")} == {"'none'"}
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == kept
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_methods_that_no_page_has_are_refused(client: FlaskClient, method: str) -> None:
    assert client.open("/dang-nhap", method=method).status_code in (400, 405)  # 400: a write without its token
