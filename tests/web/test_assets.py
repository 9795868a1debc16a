"""The bundle: served packed and for ever, loud when it is missing, free of addresses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from app.web.assets import MissingBundle, init_assets

ROOT = Path(__file__).parents[2]
WEB = ROOT / "app" / "web"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-1.js"}))
    (tmp_path / "app-1.js").write_text("let a = 1;")
    (tmp_path / "app-1.js.gz").write_bytes(b"packed")
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Flask:
    app = Flask(__name__, static_folder=None)
    init_assets(app, folder)
    return app


def test_pages_name_the_file_of_the_last_build(app, folder):
    with app.test_request_context():
        assert render_template_string("{{ asset('app.js') }}") == "/static/build/app-1.js"


def test_a_browser_that_can_gets_it_packed(app):
    with app.test_client().get("/static/build/app-1.js", headers={"Accept-Encoding": "gzip, br"}) as got:
        data = got.data
    assert data == b"packed"
    assert got.headers["Content-Encoding"] == "gzip"
    assert got.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in got.headers["Cache-Control"]
    assert got.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("encodings", ["", "gzip;q=0", "br"])
def test_others_get_it_plain(app, encodings):
    with app.test_client().get("/static/build/app-1.js", headers={"Accept-Encoding": encodings}) as got:
        data = got.data
    assert data == b"let a = 1;"
    assert "Content-Encoding" not in got.headers


@pytest.mark.parametrize("name", ["nothing.js", "../assets.py", "%2e%2e/assets.py"])
def test_nothing_else_is_served(app, name):
    assert app.test_client().get(f"/static/build/{name}").status_code == 404


def test_a_missing_bundle_says_what_to_run(app, folder):
    (folder / "manifest.json").unlink()
    with app.test_request_context(), pytest.raises(MissingBundle, match=r"ensure\.py"):
        render_template_string("{{ asset('app.js') }}")


def test_a_wrong_name_is_named_with_the_right_ones(app):
    with app.test_request_context(), pytest.raises(MissingBundle, match=r"'ap\.js'.*app\.js"):
        render_template_string("{{ asset('ap.js') }}")


def test_links_to_pages_that_do_not_exist_are_empty(app):
    with app.test_request_context():
        assert render_template_string("{{ link('help.book') }}") == ""


def test_every_icon_that_pages_name_is_in_the_list():
    have = set((WEB / "assets" / "icons.txt").read_text().split("\n"))
    pages = "\n".join(p.read_text() for p in (WEB / "templates").rglob("*.html"))
    assert set(re.findall(r"""icon\(["']([a-z0-9-]+)["']""", pages)) - have == set()


def test_pages_have_no_inline_scripts_or_styles():
    for page in (WEB / "templates").rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", page.read_text(), flags=re.DOTALL)
        inline = re.findall(r"""<style|\sstyle=|\son[a-z]+=|<script(?![^>]*(?:src=|application/json))""", text)
        assert inline == [], f"{page.name}: the policy of all pages refuses {inline}"


def test_the_lock_names_no_registry():
    lock = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert "registry" not in lock
