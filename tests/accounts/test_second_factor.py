"""/dang-nhap/xac-thuc and /tai-khoan/xac-thuc."""

from __future__ import annotations

import re
from datetime import timedelta

from portal.domain.accounts import totp


def begin(client):
    answer = client.post("/tai-khoan/xac-thuc/bat-dau", data={"current": "HungYen@2023"})
    assert answer.status_code == 303, answer.text
    shown = client.get("/tai-khoan/xac-thuc").text
    return re.search(r'secret-key">([A-Z2-7 ]+)<', shown).group(1).replace(" ", "")


def test_set_up_then_sign_in_with_a_code(client, clock):
    client.post("/dang-nhap", data={"username": "vangiang", "password": "HungYen@2023"})
    secret = begin(client)
    image = client.get("/tai-khoan/xac-thuc/ma-qr.svg")
    assert image.mimetype == "image/svg+xml"
    done = client.post("/tai-khoan/xac-thuc/xac-nhan", data={"code": totp.code_at(secret, clock.now())})
    assert done.status_code == 303
    codes = re.findall(r"<code>([a-z0-9-]+)</code>", client.get(done.location).text)
    assert len(codes) == 10
    assert "chỉ hiện một lần" in client.get(done.location).text
    client.post("/dang-xuat")
    client.post("/dang-nhap", data={"username": "vangiang", "password": "HungYen@2023"})
    assert client.get("/").location == "/dang-nhap/xac-thuc"
    same = client.post("/dang-nhap/xac-thuc", data={"code": totp.code_at(secret, clock.now())})
    assert same.status_code == 422
    clock.advance(timedelta(seconds=30))
    assert client.post("/dang-nhap/xac-thuc", data={"code": totp.code_at(secret, clock.now())}).status_code == 303
    assert client.get("/").status_code == 200
    assert client.get("/tai-khoan").status_code == 200
    assert client.get("/tai-khoan/phien").status_code == 200
