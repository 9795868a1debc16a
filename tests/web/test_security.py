"""What every answer carries, how refusals look, and that an ended session costs nobody their text."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from flask import Flask, abort, g, request
from jinja2 import DictLoader

from app import clock
from app.errors import Conflict, InvalidConfig, InvalidInput, NotAllowed, NotFound
from app.web.access import needs, public, signed_in
from app.web.expired import FIELD
from app.web.security import CSP, allow_style_attributes, on_expired_post
from tests.cast import (  # noqa: F401
    PASSWORD,
    SARI,
    TONO,
    app,
    as_json,
    client,
    fields,
    held,
    sign_in,
    small_app,
    token,
    type_login,
)

FAILURES = {
    "notfound": NotFound(), "notallowed": NotAllowed(), "conflict": Conflict("Sudah dikirim Rini."),
    "invalid": InvalidInput("Baris 3: target kosong."), "config": InvalidConfig("RAHASIA=1 is wrong"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def pages(app: Flask) -> None:
    add_pages(app)


def add_pages(app: Flask) -> None:
    @app.get("/")
    @public
    def home():
        return "halo"

    @app.get("/gagal/<what>")
    @public
    def gagal(what):
        if what == "rusak":
            raise ZeroDivisionError("RAHASIA")
        if what.isdigit():
            abort(int(what))
        raise FAILURES[what]

    @app.get("/editor")
    @public
    def editor():
        allow_style_attributes()
        return "editor"

    @app.post("/besar")
    @public
    def besar():
        return str(len(request.form))


def live(app: Flask) -> Flask:
    """As in production: failures become pages."""
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    return app


def test_every_answer_carries_the_policy(client):
    headers = client.get("/").headers
    assert headers["Content-Security-Policy"] == CSP
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_nothing_may_run_inline(client):
    assert "unsafe" not in CSP and "frame-ancestors 'none'" in CSP and "object-src 'none'" in CSP
    assert client.get("/editor").headers["Content-Security-Policy"] == CSP + "; style-src-attr 'unsafe-inline'"


def test_error_answers_carry_it_too(client):
    headers = client.get("/tidak-ada").headers
    assert headers["Content-Security-Policy"] == CSP and headers["Cache-Control"] == "no-store"


def test_a_missing_static_file_is_not_kept(client):
    assert client.get("/static/tidak-ada.js").headers["Cache-Control"] == "no-store"


def test_behind_https_cookies_are_secure_and_the_host_s_own(tmp_path, held):
    (tmp_path / "https").mkdir()
    app = small_app(tmp_path / "https", PUBLIC_URL="https://alur.example.go.id")
    answer = app.test_client().get("/masuk", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-alur=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_without_https_there_is_one_cookie_all_the_same(client):
    cookie = client.get("/masuk").headers["Set-Cookie"]
    assert cookie.startswith("alur=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Secure" not in cookie


def test_the_cookie_is_set_when_something_changed_only(client):
    sign_in(client, SARI)
    assert "Set-Cookie" not in client.get("/").headers


@pytest.mark.parametrize(
    ("what", "code", "words"),
    [
        ("notfound", 404, "Halaman atau data ini tidak ada"),
        ("notallowed", 403, "Peran Anda tidak mencakup"),
        ("conflict", 409, "Sudah dikirim Rini."),
        ("invalid", 422, "Baris 3: target kosong."),
        ("404", 404, "Periksa alamatnya"),
        ("429", 429, "Tunggu satu menit"),
        ("403", 403, "hubungi admin"),
    ],
)
def test_a_refusal_is_a_page_in_words_with_a_number(client, what, code, words):
    answer = client.get(f"/gagal/{what}")
    assert answer.status_code == code and words in answer.text
    assert answer.headers["X-Reference"] in answer.text


def test_a_script_gets_the_same_as_json(client):
    answer = client.get("/gagal/conflict", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 409
    assert as_json(answer) == {"error": "Sudah dikirim Rini.", "reference": answer.headers["X-Reference"]}


@pytest.mark.parametrize("what", ["rusak", "config"])
def test_a_failure_says_nothing_of_its_cause_but_the_log_does(app, caplog, what):
    with caplog.at_level(logging.ERROR):
        answer = live(app).test_client().get(f"/gagal/{what}")
    assert answer.status_code == 500 and "RAHASIA" not in answer.text
    assert answer.headers["X-Reference"] in answer.text and answer.headers["X-Reference"] in caplog.text
    assert "RAHASIA" in caplog.text


def test_in_tests_a_failure_is_loud(client):
    with pytest.raises(ZeroDivisionError):
        client.get("/gagal/rusak")


def test_the_page_of_a_code_is_taken_from_its_template(app, client):
    app.jinja_loader = DictLoader({"errors/404.html": "{{ code }}|{{ reference }}|{{ message }}|{{ actor.name }}"})
    sign = client.get("/tidak-ada")
    assert sign.text.startswith(f"404|{sign.headers['X-Reference']}|")


def test_a_page_that_breaks_falls_back_to_plain_words(app, client, caplog):
    app.jinja_loader = DictLoader({"errors/404.html": "{{ 1 / 0 }}"})
    assert "Halaman tidak ditemukan" in client.get("/tidak-ada").text
    assert "could not be rendered" in caplog.text


def test_the_wrong_method_says_how_it_is_opened(client):
    answer = client.get("/besar")
    assert answer.status_code == 405 and "lewat tombolnya" in answer.text and "POST" in answer.headers["Allow"]


def test_too_much_is_said_in_words(app, client):
    app.config["MAX_CONTENT_LENGTH"] = 100
    answer = client.post("/besar", data={"csrf_token": "x" * 200})
    assert answer.status_code == 413 and "Perkecil" in answer.text


def test_a_form_of_the_session_before_is_explained(client):
    sign_in(client, SARI)
    answer = client.post("/besar", data={"csrf_token": "lama"})
    assert answer.status_code == 400 and "sebelum pergantian pengguna" in answer.text


def test_a_form_left_over_lunch_still_counts(client):
    sign_in(client, SARI)
    early = token(client)
    clock.advance(timedelta(hours=7))
    assert client.post("/besar", data={"csrf_token": early}).status_code == 200


# An ended session and what was posted into it


@pytest.fixture
def drafts(app: Flask) -> dict[str, dict[str, list[str]]]:
    """A form at /tugas/<id> whose drafts are kept by the name of their owner."""
    kept: dict[str, dict[str, list[str]]] = {}

    @app.route("/tugas/<int:number>", methods=["GET", "POST"])
    @needs("Operator Satker")
    def tugas(number):
        return f"tugas {number}"

    @app.post("/tugas/<int:number>/lain")
    @signed_in
    def lain(number):
        return "lain"

    def keep(args, typed):
        if args["number"] == 404:
            raise NotFound
        return {k: v for k, v in typed.items() if k != "pin"}

    def restore(actor, args, typed):
        if args["number"] == 409:
            raise Conflict
        kept[f"{actor.name[:4]} {args['number']}"] = typed

    on_expired_post(app, "tugas", keep, restore)
    return kept


def post_too_late(client, url="/tugas/7", **typed):
    """Sari comes back from a long meeting and presses the button."""
    sign_in(client, SARI)
    seen = token(client)
    clock.advance(timedelta(hours=9))
    return client.post(url, data={"csrf_token": seen, **typed})


def test_what_sari_posted_too_late_is_in_her_draft_after_the_login(client, drafts):
    page = post_too_late(client, **{"sasaran-0-nama": "Mutu naik", "anggaran": ["1", "2"]})
    assert page.status_code == 401 and "ikut tersimpan" in page.text
    answer = type_login(client, SARI, page)
    assert answer.location == "/tugas/7"
    assert drafts == {"Sari 7": {"sasaran-0-nama": ["Mutu naik"], "anggaran": ["1", "2"]}}


def test_a_typing_error_at_the_login_loses_nothing(client, drafts):
    page = post_too_late(client, sasaran="Mutu naik")
    page = type_login(client, SARI, page, password="salah")
    page = type_login(client, SARI, page, baru="1")
    type_login(client, SARI, page)
    assert drafts == {"Sari 7": {"sasaran": ["Mutu naik"]}}


def test_somebody_else_does_not_get_it(client, drafts):
    page = post_too_late(client, sasaran="Mutu naik")
    type_login(client, TONO, page)
    assert drafts == {}


def test_nobody_can_read_it_in_the_page(client, drafts):
    page = post_too_late(client, sasaran="Mutu naik")
    assert FIELD in fields(page) and "Mutu" not in page.text


def test_secrets_are_not_in_it(app, client, drafts):
    page = post_too_late(client, sasaran="x", pin="1234", passphrase="kucing hitam", **{"a-password": PASSWORD})
    type_login(client, SARI, page)
    assert drafts == {"Sari 7": {"sasaran": ["x"]}}


def test_a_foreign_page_can_not_plant_text_in_a_draft(client, drafts):
    sign_in(client, SARI)
    clock.advance(timedelta(hours=9))
    page = client.post("/tugas/7", data={"sasaran": "dari luar"})
    assert page.status_code == 401 and FIELD not in fields(page)
    type_login(client, SARI, page)
    assert drafts == {}


@pytest.mark.parametrize("forged", ["palsu", "gAAAAABn" * 20])
def test_a_forged_deposit_is_nothing(client, drafts, forged):
    page = post_too_late(client, sasaran="x")
    assert type_login(client, SARI, page, **{FIELD: forged}).status_code == 302
    assert drafts == {}


def test_half_a_day_later_it_is_too_old(client, drafts):
    page = post_too_late(client, sasaran="x")
    clock.advance(timedelta(hours=12, seconds=1))
    page = type_login(client, SARI, page)  # its picture is too old as well
    type_login(client, SARI, page)
    assert drafts == {}


@pytest.mark.parametrize("number", [404, 409])
def test_a_task_that_is_gone_leads_to_its_page_in_peace(client, drafts, number):
    page = post_too_late(client, f"/tugas/{number}", sasaran="x")
    assert type_login(client, SARI, page).location == f"/tugas/{number}"
    assert drafts == {}


def test_other_posts_lead_back_to_the_page_they_came_from(client, drafts):
    sign_in(client, SARI)
    seen = token(client)
    clock.advance(timedelta(hours=9))
    answer = client.post(
        "/tugas/7/lain", data={"csrf_token": seen}, headers={"Referer": "http://localhost/tugas/7?hal=2"}
    )
    assert fields(answer)["next"] == "/tugas/7?hal=2"
    away = client.post("/tugas/7/lain", data={"csrf_token": seen}, headers={"Referer": "http://evil.example/x"})
    assert fields(away)["next"] == "/"


def test_a_script_keeps_its_text_itself(client, drafts):
    sign_in(client, SARI)
    seen = token(client)
    clock.advance(timedelta(hours=9))
    headers = {"X-Requested-With": "fetch", "Referer": "http://localhost/tugas/7", "X-CSRFToken": seen}
    answer = client.post("/tugas/7", data={"sasaran": "x"}, headers=headers)
    assert (answer.status_code, as_json(answer)) == (401, {"login": "/masuk?next=/tugas/7"})


def test_a_large_draft_fits_through_the_login(client, drafts):
    many = {f"sasaran-{n}-nama": f"Meningkatnya mutu layanan nomor {n}" for n in range(2000)}
    page = post_too_late(client, **many)
    type_login(client, SARI, page)
    assert len(drafts["Sari 7"]) == 2000


def test_the_actor_is_there_for_pages_that_do_not_exist(app, client):
    names = []
    app.after_request(lambda r: names.append(g.actor and g.actor.name) or r)
    client.get("/tidak-ada")
    sign_in(client, SARI).get("/tidak-ada")
    assert names[0] is None and names[-1].startswith("Sari")
