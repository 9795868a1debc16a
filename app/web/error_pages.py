"""Refusals and failures as pages: what happened, what to do now, and a number to name on the phone."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from app import clock
from app.errors import AlurError
from app.flows import refusals
from app.models import db
from app.web.addresses import is_fetch

log = logging.getLogger(__name__)

# title, and the words where the one who raised gave none
WORDS = {
    400: ("Permintaan tidak lengkap", "Kembali ke halaman sebelumnya, muat ulang, lalu coba lagi."),
    401: ("Belum masuk", "Masuk dulu untuk membuka halaman ini."),
    403: ("Bukan wewenang akun ini", "Peran Anda tidak mencakup halaman ini. Bila seharusnya bisa, hubungi admin."),
    404: ("Halaman tidak ditemukan", "Periksa alamatnya, atau mulai dari Tugas saya."),
    405: ("Alamat ini tidak dibuka langsung", "Halaman ini dibuka lewat tombolnya. Mulai dari Tugas saya."),
    409: ("Sudah berubah", "Data ini sudah diubah orang lain. Buka lagi halamannya untuk melihat yang terbaru."),
    413: ("Kiriman terlalu besar", "Satu kiriman paling besar 4 MB. Perkecil berkas atau isiannya, lalu kirim lagi."),
    422: ("Belum dapat diterima", "Perbaiki isiannya, lalu kirim lagi."),
    429: ("Terlalu sering", "Tunggu satu menit, lalu coba lagi."),
    503: ("Sedang sibuk", "Tunggu beberapa detik, lalu coba lagi."),
    500: ("Ada yang salah di sini", "Kesalahan ini sudah dicatat. Coba lagi; bila berulang, sebutkan nomor rujukan."),
}
STALE = (
    "Halaman ini dibuka sebelum pergantian pengguna atau sebelum masuk lagi. Kembali ke halaman sebelumnya, "
    "salin isian yang penting, muat ulang, lalu kirim lagi."
)


def init_error_pages(app: Flask) -> None:
    app.register_error_handler(AlurError, _refused)
    app.register_error_handler(HTTPException, _http)


def error_page(code: int, message: str = "") -> Response:
    """The page for `code`, or JSON {"error", "reference"} for a script."""
    title, words = WORDS.get(code, (WORDS[500] if code >= 500 else WORDS[400]))
    reference = g.get("reference", "")
    if is_fetch():
        response = jsonify(error=message or words, reference=reference)
    else:
        response = make_response(_page(code, title, message, words, reference))
    response.status_code = code
    return response


def _refused(error: AlurError) -> Response:
    code = error.status_code
    if code == 403 and g.get("actor"):
        refusals.note(g.actor, request.endpoint or "", f"{request.method} {request.path}", clock.now())
    if code < 500 or code == 503:
        return error_page(code, str(error))
    # its words are for whoever runs the system
    log.error("%s: %s", g.get("reference"), error, exc_info=error)
    return error_page(code)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None:  # abort(response): somebody knew what to answer
        return error.get_response()
    if error.code >= 500:
        log.error("%s: %s", g.get("reference"), getattr(error, "original_exception", None) or error)
        db.session.rollback()  # the frame may want to read, and can't within a transaction that failed
    # Werkzeug's own descriptions are English; what a view passes to abort() is ours
    own = error.description if error.description != type(error).description else ""
    response = error_page(error.code, STALE if isinstance(error, CSRFError) else _ours(error, own))
    for name, value in error.get_headers():
        if name in ("Retry-After", "Allow"):
            response.headers[name] = value
    return response


def _ours(error: HTTPException, text: str | None) -> str:
    return text or "" if error.code in (404, 409, 422, 429) else ""


def _page(code: int, title: str, message: str, words: str, reference: str) -> str:
    values = {"code": code, "title": title, "message": message, "words": words, "reference": reference}
    try:
        return render_template([f"errors/{code}.html", "errors/error.html"], **values)
    except Exception:
        # whatever broke the page may break its frame too, and then this is all that can still be said
        log.exception("%s: the error page could not be rendered", reference)
        return (
            f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(title)} · Alur</title>'
            f"<h1>{escape(title)}</h1><p>{escape(message or words)}</p><p>Nomor rujukan {escape(reference)}</p>"
            '<p><a href="/">Mulai dari Tugas saya</a></p></html>'
        )
