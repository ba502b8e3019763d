"""Static addresses with the content's hash, so that browsers may keep files for good and still see every change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import Flask, Response, url_for
from flask.typing import ResponseReturnValue

from portal.web.row_parts import RowParts

# Own files that every page needs travel as one: a first load asks for few things. Each bundle stands in the folder of
# its parts, so that addresses inside a stylesheet keep their meaning.
BUNDLES: Mapping[str, Sequence[str]] = {
    "css/portal.css": ("vendor/bootstrap-reboot.min.css", "css/base.css", "css/components.css"),
    "all.js": ("portal.js", "keys.js", "lists.js", "bell.js"),
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Assets:
    """Addresses of static files and bundles; both are read once, at start."""

    def __init__(self, folder: Path) -> None:
        self.bundles = {
            name: b"\n".join((folder / part).read_bytes() for part in parts) for name, parts in BUNDLES.items()
        }
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        content = {**files, **self.bundles}
        self._hashes = {name: hashlib.sha256(raw).hexdigest()[:12] for name, raw in content.items()}
        self._urls: dict[str, str] = {}

    def url(self, name: str) -> str:
        """`/static/<name>?v=<hash>`; KeyError when there is no such file."""
        if name not in self._urls:
            self._urls[name] = url_for("static", filename=name, v=self._hashes[name])
        return self._urls[name]


def init_assets(app: Flask) -> None:
    """Give templates `static_url`, `icons_href` and the parts of rows that are made from it."""
    assets = Assets(Path(app.static_folder or ""))
    files = app.view_functions["static"]

    def static(filename: str) -> ResponseReturnValue:
        bundle = assets.bundles.get(filename)
        if bundle is None:
            return app.ensure_sync(files)(filename=filename)  # type: ignore[no-any-return]
        return Response(bundle, content_type=TYPES[Path(filename).suffix])

    app.view_functions["static"] = static
    app.jinja_env.globals["static_url"] = assets.url
    with app.test_request_context():
        icons = assets.url("icons.svg")
    app.jinja_env.globals.update(icons_href=icons, row_parts=RowParts(icons))
