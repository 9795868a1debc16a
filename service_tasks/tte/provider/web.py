"""Version 1 of the API over HTTP, and one page for people. Nothing here logs a NIK or a passphrase."""

from __future__ import annotations

import hmac
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TypeAlias

from flask import Flask, Request, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from service_tasks.tte.provider import faults, people
from service_tasks.tte.provider.desk import Desk, Refused
from service_tasks.tte.provider.request import BadRequest, read_wish

Answer: TypeAlias = Response | tuple[Response, int]
MAX_BYTES = 50_000_000
STATUS_CODES = {"ISSUE": 1111, people.NOT_REGISTERED: 1110}
OTHER_STATUS = 1112  # the manual has no number for the other words; a client has to go by the word
MESSAGES = {
    "ISSUE": "User memiliki sertifikat aktif",
    people.NOT_REGISTERED: "User belum terdaftar",
}


@dataclass(frozen=True)
class Account:
    """The agency's credentials for HTTP Basic."""

    username: str
    password: str

    def admits(self, caller: Request) -> bool:
        given = caller.authorization
        if given is None or given.type != "basic":
            return False
        same_name = hmac.compare_digest((given.username or "").encode(), self.username.encode())
        return hmac.compare_digest((given.password or "").encode(), self.password.encode()) and same_name


def create_provider(folder: Path, account: Account, dialect: str = "code") -> Flask:
    """The provider's WSGI application on this folder. `dialect` of errors: "code" or "text" (the older one)."""
    app = Flask("provider", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    desk = Desk(folder)

    @app.before_request
    def check() -> Answer | None:
        if request.path == "/":
            return None
        if not account.admits(request):
            request.get_data()  # a caller that is still sending would see a reset in place of the answer
            return spring(401, "Unauthorized")
        return faults.before(folder, request)

    @app.after_request
    def spoil(response: Response) -> Response:
        return faults.after(folder, request, response)

    app.add_url_rule("/", view_func=lambda: _page(folder), endpoint="page")
    app.add_url_rule("/api/user/status/<nik>", view_func=lambda nik: _status(folder, nik), endpoint="status")
    app.add_url_rule("/api/sign/pdf", view_func=lambda: _sign(desk, dialect), endpoint="sign", methods=["POST"])
    app.add_url_rule("/api/sign/download/<key>", view_func=lambda key: _download(desk, key), endpoint="download")
    app.add_url_rule("/api/sign/verify", view_func=lambda: _verify(desk), endpoint="verify", methods=["POST"])
    app.register_error_handler(HTTPException, lambda e: spring(e.code or 500, e.name))
    app.register_error_handler(Exception, _unforeseen)
    app.extensions["desk"] = desk
    return app


def spring(code: int, message: str) -> Answer:
    """An error in the style of the Spring framework, as the real gateway answers when it stumbles."""
    body = {"timestamp": datetime.now(UTC).isoformat(), "status": code, "message": message, "path": request.path}
    return jsonify(body), code


def refusal(text: str, code: int, dialect: str) -> Answer:
    """An error of the API: the code in its own field, or (dialect "text") at the end of the sentence."""
    if dialect == "code":
        return jsonify(error=text, status_code=code), 400
    number = f" {code}" if code != 400 else ""
    return jsonify(error=f"Proses signing gagal : {text}{number}", status_code=400), 400


def _unforeseen(error: Exception) -> Answer:
    # the type only: its text may carry what was sent
    print(f"unforeseen {type(error).__name__} at {request.endpoint}", file=sys.stderr, flush=True)
    return spring(500, "Internal Server Error")


def _status(folder: Path, nik: str) -> Answer:
    person = people.find(folder, nik)
    status = person.status_at(datetime.now(UTC)) if person else people.NOT_REGISTERED
    message = MESSAGES.get(status, f"Sertifikat user berstatus {status}")
    return jsonify(status_code=STATUS_CODES.get(status, OTHER_STATUS), status=status, message=message)


def _sign(desk: Desk, dialect: str) -> Answer:
    started = time.perf_counter()
    missing = [name for name in ("nik", "passphrase") if not request.form.get(name)]
    missing += [] if "file" in request.files else ["file"]
    if missing:
        return refusal(f"Parameter {', '.join(missing)} wajib diisi", 400, dialect)
    image = request.files.get("imageTTD")
    try:
        wish = read_wish(request.form, image.read() if image else None)
        signed, key = desk.sign(request.files["file"].read(), request.form["nik"], request.form["passphrase"], wish)
    except BadRequest as e:
        return refusal(str(e), 400, dialect)
    except Refused as e:
        return refusal(e.text, e.code, dialect)
    response = Response(signed, mimetype="application/pdf")
    response.headers["id_dokumen"] = key
    response.headers["Server-Timing"] = f"sign;dur={(time.perf_counter() - started) * 1000:.0f}"
    return response


def _download(desk: Desk, key: str) -> Answer:
    content = desk.take(key)
    if content is None:
        return spring(404, "Dokumen tidak ditemukan")
    return Response(content, mimetype="application/pdf")


def _verify(desk: Desk) -> Answer:
    upload = request.files.get("signed_file")
    if upload is None:
        return refusal("Parameter signed_file wajib diisi", 400, "code")
    try:
        return jsonify(desk.examine(upload.read(), upload.filename or "dokumen.pdf"))
    except Refused as e:
        return refusal(e.text, e.code, "code")


def _page(folder: Path) -> Response:
    rows, now = [], datetime.now(UTC)
    everyone = people.everyone(folder)
    for person in everyone:
        until = person.x509.not_valid_after_utc.date().isoformat()
        cells = (person.name, person.org, people.masked(person.nik), person.status_at(now), until)
        rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    counts = Counter(person.status_at(now) for person in everyone)
    summary = ", ".join(f"{number} {status}" for status, number in sorted(counts.items())) or "belum ada"
    return Response(PAGE.format(rows="\n".join(rows), summary=summary), mimetype="text/html")


PAGE = """<!doctype html>
<html lang="id">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Penyedia TTE lokal</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8886; }}
</style></head>
<body><main>
<h1>Penyedia TTE lokal untuk uji coba</h1>
<p><strong>Ini bukan BSrE.</strong> Tanda tangan yang dibuat di sini sah secara kriptografi, tetapi sertifikatnya
diterbitkan oleh otoritas lokal dan tidak memiliki kekuatan hukum.</p>
<p>Terdaftar: {summary}.</p>
<table><thead><tr><th scope="col">Nama</th><th scope="col">Instansi</th><th scope="col">NIK</th>
<th scope="col">Status</th><th scope="col">Berlaku sampai</th></tr></thead>
<tbody>
{rows}
</tbody></table>
</main></body></html>
"""
