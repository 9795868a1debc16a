"""The parts of pages without the house around them: the real templates and forms, no database, no login.

Run it to look: .venv/bin/python -m tests.browser.components.app
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect

from app import clock
from app.sdk.forms import FormContext
from app.web.assets import init_assets
from app.web.words import init_words
from forms.draft_pk import DraftPk
from tests.browser.components import samples

ROOT = Path(__file__).resolve().parents[3]
FRAME = {
    "satker": "100101 Balai Besar Guru Penggerak Jawa Barat",
    "unit": "Direktorat Jenderal Guru dan Tenaga Kependidikan",
    "notices": 3,
}
BPMN = ROOT / "processes" / "perjanjian_kinerja" / "perjanjian_kinerja.bpmn"
# pages of other blueprints, so that menus have entries
STAND_INS = (
    "tasks.index", "kinerja.info_satker", "kinerja.penyusunan", "kinerja.pk", "kinerja.progres", "kinerja.cek_tte",
    "dokumentasi.index", "help.book", "auth.login", "auth.logout", "notices.index", "auth.password",
)  # fmt: skip
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'"


@dataclass
class Person:
    name: str = "Dra. Siti Rahmawati, M.Pd."
    year: int = 2026
    roles: frozenset[str] = frozenset({"Operator Satker"})


@dataclass
class Seen:
    """What the server saw, for the tests to look at; and how it should behave."""

    saved: list[dict[str, list[str]]] = field(default_factory=list)
    posted: list[dict[str, list[str]]] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    expired: bool = False
    step: int = 0
    claimed: bool = False


def create_app() -> Flask:
    web = ROOT / "app" / "web"
    app = Flask(__name__, template_folder=str(web / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="komponen-komponen", TEMPLATES_AUTO_RELOAD=False)
    app.jinja_loader = _loaders(web / "templates", Path(__file__).parent / "templates")
    CSRFProtect(app)
    init_assets(app)
    init_words(app)
    app.extensions["seen"] = Seen()
    app.context_processor(lambda: {"actor": Person(), "frame": FRAME})

    @app.before_request
    def reference() -> None:
        g.reference = "7f3a-19c2"

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    _pages(app)
    _fetched(app)
    for name in STAND_INS:
        app.add_url_rule(f"/x/{name}", name, lambda: "", methods=["GET", "POST"])
    return app


def _loaders(*folders: Path) -> Any:
    from jinja2 import ChoiceLoader, FileSystemLoader

    return ChoiceLoader([FileSystemLoader(f) for f in folders])


def open_draft(typed: Any = None) -> DraftPk:
    satker = {"kota": "Bandung", "nama_pimpinan": "Dr. Asep Suryana", "jabatan_pimpinan": "Kepala Balai Besar"}
    data = {"pk": samples.pk(int(request.args.get("rows", 3)))} if "rows" in request.args else {}
    return DraftPk.open(FormContext({"id": "t1"}, data, satker, {"name": "Siti"}, 2026), typed)


def _pages(app: Flask) -> None:
    seen: Seen = app.extensions["seen"]

    @app.get("/bagian")
    def parts() -> str:
        return render_template("c_parts.html", now=clock.now(), day=timedelta(days=1))

    @app.route("/isian", methods=["GET", "POST"])
    def fields() -> Any:
        form = samples.Everything(request.form if request.method == "POST" else None)
        if request.method == "POST":
            seen.posted.append(request.form.to_dict(flat=False))
            if form.validate():
                flash("Isian tersimpan.", "success")
                return redirect(url_for("fields"))
        return render_template("c_fields.html", form=form)

    @app.route("/penyusunan/<int:nomor>", methods=["GET", "POST"])
    def draft(nomor: int) -> Any:
        form = open_draft(request.form.to_dict(flat=False) if request.method == "POST" else None)
        page = DraftPk.pages[nomor - 1]
        if request.method == "POST":
            seen.posted.append(request.form.to_dict(flat=False))
            form.validate()
        return render_template("c_draft.html", form=form, page=page, nomor=nomor)

    @app.get("/periksa")
    def check() -> str:
        pages = [(p, f"/penyusunan/{i}") for i, p in enumerate(DraftPk.pages, 1)]
        return render_template("c_check.html", form=open_draft(), pages=pages)

    @app.get("/tanda-tangan")
    def sign() -> str:
        return render_template("c_sign.html", form=samples.Sign())

    @app.get("/diagram")
    def diagram() -> str:
        return render_template("c_diagram.html")

    @app.get("/ikuti")
    def following() -> str:
        return render_template("c_follow.html", seen=seen)

    @app.get("/salah/<int:code>")
    def wrong(code: int) -> Any:
        return render_template(f"errors/{code}.html", message=""), code


def _fetched(app: Flask) -> None:
    seen: Seen = app.extensions["seen"]

    @app.post("/simpan")
    def save() -> Any:
        if seen.expired:
            return jsonify(login="/masuk?next=/isian"), 401
        seen.saved.append(request.form.to_dict(flat=False))
        return jsonify(saved="10.32")

    @app.post("/diam")
    def silent() -> Any:
        seen.posted.append(request.form.to_dict(flat=False))
        return "", 204  # the page stays

    @app.get("/dokumen.pdf")
    def pdf() -> Response:
        return Response(samples.pdf(), mimetype="application/pdf")

    @app.get("/rusak.pdf")
    def broken() -> None:
        abort(404)

    @app.get("/proses.bpmn")
    def bpmn() -> Response:
        return Response(BPMN.read_bytes(), mimetype="text/xml")

    @app.get("/bagian-ikut")
    def fragment() -> Any:
        seen.polls.append(request.headers.get("If-None-Match", ""))
        if seen.step >= 2:
            return Response(headers={"X-Location": "/bagian"})
        response = Response(render_template("c_fragment.html", seen=seen))
        response.set_etag(f"langkah-{seen.step}")
        return response.make_conditional(request)

    @app.post("/ambil")
    def claim() -> Any:
        seen.claimed = True
        return render_template("c_fragment.html", seen=seen)


def serving(app: Flask) -> Iterator[str]:
    """The address of the app on a free port while the generator is held."""
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


if __name__ == "__main__":
    create_app().run(port=8123)
