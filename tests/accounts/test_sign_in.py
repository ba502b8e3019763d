"""POST /dang-nhap."""

from __future__ import annotations

from flask.testing import FlaskClient


def test_a_person_signs_in_and_works(client: FlaskClient) -> None:
    answer = client.post("/dang-nhap", data={"username": "vangiang", "password": "HungYen@2023"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    gone = client.post("/dang-xuat")
    assert (gone.status_code, gone.location) == (303, "/dang-nhap")
    assert client.get("/").location.startswith("/dang-nhap")
