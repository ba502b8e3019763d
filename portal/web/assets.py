"""Static addresses with the content's hash, so that browsers may keep files for good and still see every change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, url_for

from portal.web.row_parts import RowParts


class Assets:
    """Addresses of static files; hashes are read once, at start."""

    def __init__(self, folder: Path) -> None:
        self._hashes = {
            p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()[:12]
            for p in folder.rglob("*")
            if p.is_file()
        }
        self._urls: dict[str, str] = {}

    def url(self, name: str) -> str:
        """`/static/<name>?v=<hash>`; KeyError when there is no such file."""
        if name not in self._urls:
            self._urls[name] = url_for("static", filename=name, v=self._hashes[name])
        return self._urls[name]


def init_assets(app: Flask) -> None:
    """Give templates `static_url`, `icons_href` and the parts of rows that are made from it."""
    assets = Assets(Path(app.static_folder or ""))
    app.jinja_env.globals["static_url"] = assets.url
    with app.test_request_context():
        icons = assets.url("icons.svg")
    app.jinja_env.globals.update(icons_href=icons, row_parts=RowParts(icons))
