"""In and out: Sari at her desk, Rini who signs at Sari's desk, and those who should stay outside."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, g

from app import clock
from app.flows import accounts
from app.web.access import signed_in
from tests.cast import (  # noqa: F401
    PASSWORD,
    RINI,
    SARI,
    app,
    client,
    fields,
    held,
    sign_in,
    token,
    type_login,
)


@pytest.fixture(autouse=True)
def pages(app: Flask) -> None:
    @app.get("/")
    @signed_in
    def home():
        return f"{g.actor.name}, {g.actor.year}"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": token(client), **data})


def test_the_page_asks_as_the_guide_does(client):
    page = client.get("/masuk").text
    for label in ("Tahun", "Username", "Password", "Kode captcha"):
        assert f">{label}</label>" in page


def test_sari_comes_in(client):
    assert sign_in(client, SARI).get("/").text == "Sari, operator 100101, 2026"


def test_she_chooses_among_four_years_and_the_last_one_is_remembered(client):
    page = client.get("/masuk").text
    assert [f'value="{y}"' in page for y in (2028, 2027, 2026, 2025, 2024, 2023)] == [False, *[True] * 4, False]
    assert 'selected value="2026"' in page
    sign_in(client, SARI, tahun="2025")
    assert client.get("/").text.endswith("2025")
    post(client, "/keluar")
    assert 'selected value="2025"' in client.get("/masuk").text


@pytest.mark.parametrize("tahun", ["1999", "2029", "", "tahun"])
def test_another_year_is_refused_in_words(client, tahun):
    answer = type_login(client, SARI, tahun=tahun)
    assert answer.status_code == 422


def test_what_is_missing_is_said_at_the_field_and_on_top(client):
    page = type_login(client, "", password="").text
    assert page.count("Ketik password.") == 2
    assert 'href="#username"' in page and 'id="username-salah"' in page
    assert 'aria-invalid="true"' in page and 'aria-describedby="username-petunjuk username-salah"' in page


def test_a_wrong_password_keeps_the_username_and_not_the_password(client):
    answer = type_login(client, SARI, password="bukan ini")
    assert answer.status_code == 422 and accounts.WRONG in answer.text
    assert f'value="{SARI}"' in answer.text and "bukan ini" not in answer.text


def test_guessing_is_slowed_down_in_words(client):
    for _ in range(4):
        answer = type_login(client, SARI, password="salah")
    assert "2 detik lagi" in answer.text
    assert "Tunggu 2 detik" in type_login(client, SARI).text


def test_strangers_can_not_slow_down_sari_s_own_browser(app, client):
    post(sign_in(client, SARI), "/keluar")
    for _ in range(6):
        stranger = app.test_client()
        type_login(stranger, SARI, password="salah")
    assert type_login(stranger, SARI).status_code == 422
    assert type_login(client, SARI).status_code == 302


def test_a_forged_device_cookie_is_no_device(app, client):
    for _ in range(4):
        type_login(app.test_client(), SARI, password="salah")
    client.set_cookie("alur-perangkat", "gAAAAABpalsu")
    assert type_login(client, SARI).status_code == 422


def test_the_session_is_a_new_one_after_the_login(client):
    page = client.get("/masuk")
    with client.session_transaction() as before:
        before["ditanam"] = "oleh orang lain"
        planted = before["csrf_token"]
    type_login(client, SARI, page)
    with client.session_transaction() as after:
        assert "ditanam" not in after and after.get("csrf_token") != planted


def test_whoever_is_in_is_led_on(client):
    assert sign_in(client, SARI).get("/masuk?next=/tugas/1").location == "/tugas/1"
    assert client.get("/masuk?next=/keluar").location == "/"


def test_leaving_is_a_button(client):
    sign_in(client, SARI)
    question = client.get("/keluar")
    assert "Sari" in question.text and client.get("/").status_code == 200
    assert post(client, "/keluar").location == "/masuk"
    assert client.get("/").status_code == 302
    assert client.get("/keluar").location == "/masuk"


def test_the_question_offers_another_person_and_another_year(client):
    sign_in(client, SARI)
    page = client.get("/keluar", headers={"Referer": "http://localhost/tugas/7"})
    assert "Ganti pengguna" in page.text and "<option selected>2026" in page.text
    assert fields(page)["next"] == "/tugas/7"
    assert post(client, "/ganti-pengguna", next="/tugas/7").location == "/masuk?next=/tugas/7"


def test_nobody_is_logged_out_by_a_link_or_a_foreign_page(client):
    sign_in(client, SARI)
    client.get("/keluar")
    client.post("/keluar")
    assert client.get("/").status_code == 200


def test_rini_signs_at_sari_s_desk(client):
    sign_in(client, SARI, tahun="2025")
    answer = post(client, "/ganti-pengguna", next="/tugas/7")
    page = client.get(answer.location)
    assert 'selected value="2025"' in page.text and SARI not in page.text
    assert type_login(client, RINI, page, tahun="2025").location == "/tugas/7"
    assert client.get("/").text == "Rini, kepala dua satker, 2025"


def test_the_year_can_be_changed_without_leaving(client):
    sign_in(client, SARI)
    assert post(client, "/tahun", tahun="2025", next="/tugas").location == "/tugas"
    assert client.get("/").text.endswith("2025")
    assert post(client, "/tahun", tahun="1999").status_code == 422


def test_a_login_page_that_was_open_for_days_is_no_error_page(client):
    page = client.get("/masuk?next=/tugas")
    client.delete_cookie("alur")
    answer = type_login(client, SARI, page)
    assert answer.status_code == 400 and "Masuk</h1>" in answer.text
    assert f'value="{SARI}"' in answer.text and PASSWORD not in answer.text
    assert type_login(client, SARI, answer).location == "/tugas"


def test_the_guide_s_password_opens_only_the_page_that_changes_it(app, client):
    with app.app_context():
        accounts.create_user("sim100102", "Wati")
    answer = type_login(client, "sim100102", client.get("/masuk?next=/tugas"), password="operator")
    assert answer.location == "/password?next=/tugas"
    assert client.get("/").location == "/password?next=/"
    typed = {"old": "operator", "new": "pilihan saya sendiri", "again": "pilihan saya sendiri"}
    assert "dibuatkan orang lain" in client.get(answer.location).text
    assert post(client, "/password", **typed, next="/tugas").location == "/tugas"
    assert client.get("/").text.startswith("Wati")
    assert type_login(app.test_client(), "sim100102", password="operator").status_code == 422


def test_she_may_leave_instead_of_changing_it(app, client):
    with app.app_context():
        accounts.create_user("sim100102", "Wati")
    sign_in(client, "sim100102", password="operator")
    assert post(client, "/keluar").location == "/masuk"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"old": "salah"}, "Password sekarang tidak cocok"),
        ({"again": "lain lagi saja"}, "tidak sama"),
        ({"new": "pendek", "again": "pendek"}, "terlalu pendek"),
        ({"old": ""}, "Ketik password yang dipakai sekarang"),
    ],
)
def test_a_password_is_not_changed_like_that(client, typed, words):
    sign_in(client, SARI)
    good = {"old": PASSWORD, "new": "pilihan saya sendiri", "again": "pilihan saya sendiri"}
    answer = post(client, "/password", **{**good, **typed})
    assert answer.status_code == 422 and words in answer.text
    assert "pilihan saya" not in answer.text


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app, client):
    other = sign_in(app.test_client(), SARI)
    sign_in(client, SARI)
    new = "pilihan saya sendiri"
    assert post(client, "/password", old=PASSWORD, new=new, again=new).status_code == 302
    assert client.get("/").status_code == 200 and other.get("/").status_code == 302


def test_guessing_at_the_old_password_is_slowed_down_too(client):
    sign_in(client, SARI)
    for _ in range(6):
        answer = post(client, "/password", old="salah", new="pilihan saya sendiri", again="pilihan saya sendiri")
    assert "2 detik lagi" in answer.text


def test_an_ended_session_is_told_so(client):
    sign_in(client, SARI)
    clock.advance(timedelta(hours=9))
    answer = client.get("/", follow_redirects=True)
    assert "Sesi sudah berakhir" in answer.text


def test_a_password_is_never_in_a_page_or_a_cookie(client):
    answers = [type_login(client, SARI, kode="00000"), type_login(client, SARI)]
    assert all(PASSWORD not in a.text + str(a.headers) for a in answers)
    with client.session_transaction() as kept:
        assert PASSWORD not in str(dict(kept))
