"""flask audit verify, flask audit export-head."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from portal.cli import audit as command
from portal.core.keyring import KeyRing
from portal.core.runtime import Runtime
from portal.domain.audit.heads import BadHead, ChainHead, dump_head, load_head
from portal.web.transaction import PortalFlask
from tests.audit.tampering import unguarded, write_links
from tests.audit.test_verify import cut


def run(app: PortalFlask, *args: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", *args])


def test_says_that_all_is_well(app: PortalFlask, runtime: Runtime) -> None:
    last = write_links(runtime, 2) + 1
    done = run(app, "verify")
    assert done.exit_code == 0
    assert done.output == f"Nhật ký nguyên vẹn: {last} mắt xích.\n"


def test_names_the_faults_and_fails(app: PortalFlask, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_links(runtime, 3)
    with unguarded(runtime) as connection:
        connection.exec_driver_sql(f"UPDATE audit_entry SET action = 'x' WHERE link_seq > {first}")
    done = run(app, "verify")
    assert done.exit_code == 1
    assert f"Mắt xích {first + 1}: Nội dung, thứ tự hoặc thời điểm bị thay đổi." in done.output
    assert f"Mắt xích {first + 2}: " in done.output
    assert "Nhật ký có 2 sai lệch." in done.output
    monkeypatch.setattr(command, "MOST_SHOWN", 1)
    done = run(app, "verify")
    assert done.output.count("Mắt xích") == 1
    assert "Nhật ký có 2 sai lệch." in done.output


def test_an_exported_head_finds_a_cut_tail(app: PortalFlask, runtime: Runtime, tmp_path: Path) -> None:
    first = write_links(runtime, 3)
    file = tmp_path / "moc.json"
    done = run(app, "export-head", str(file))
    assert done.output == f"Đã xuất mốc ở mắt xích {first + 2} vào {file}.\n"
    assert list(tmp_path.iterdir()) == [file]
    assert run(app, "verify", "--head", str(file)).exit_code == 0
    cut(runtime, first)
    assert run(app, "verify").exit_code == 0
    done = run(app, "verify", "--head", str(file))
    assert done.exit_code == 1
    assert f"Mắt xích {first + 2}: Chuỗi bị cắt hoặc viết lại so với mốc đã xuất" in done.output


def test_a_head_gone_altogether_is_said(app: PortalFlask, runtime: Runtime) -> None:
    with unguarded(runtime) as connection:
        for table in ("audit_entry", "audit_link", "audit_head"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    done = run(app, "verify")
    assert done.exit_code == 1
    assert "không còn mốc cuối chuỗi" in done.output


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"signature": 1}', b"\xff\xfe", b'{"signature": "x", "key_id": 5}']
)
def test_a_file_that_is_no_head_is_refused(app: PortalFlask, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "moc.json"
    file.write_bytes(content)
    done = run(app, "verify", "--head", str(file))
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert str(file) in done.output


def test_no_such_file(app: PortalFlask, tmp_path: Path) -> None:
    assert run(app, "verify", "--head", str(tmp_path / "none")).exit_code == 2


def test_a_head_that_was_altered_is_refused(runtime: Runtime) -> None:
    text = dump_head(runtime.keyring, ChainHead(7, "a" * 64), runtime.clock.now())
    assert load_head(runtime.keyring, text) == ChainHead(7, "a" * 64)
    for field, value in (("seq", 6), ("hash", "b" * 64), ("at", "2024-01-01"), ("signature", "0" * 64)):
        with pytest.raises(BadHead):
            load_head(runtime.keyring, json.dumps({**json.loads(text), field: value}))


def test_a_head_outlives_a_change_of_keys(runtime: Runtime) -> None:
    old = KeyRing([("a", b"a" * 32)])
    text = dump_head(old, ChainHead(7, "a" * 64), runtime.clock.now())
    assert load_head(KeyRing([("b", b"b" * 32), ("a", b"a" * 32)]), text) == ChainHead(7, "a" * 64)
    with pytest.raises(BadHead):
        load_head(KeyRing([("b", b"b" * 32)]), text)
