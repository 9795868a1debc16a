"""Every view declares its right, and the declaration holds."""

# ruff: noqa: F811  (fixtures are imported by name)
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, g
from sqlalchemy import event

from app import clock
from app.flows import accounts
from app.models import Assignment, db
from app.web.access import needs, public, signed_in
from app.web.addresses import safe_next
from tests.cast import (  # noqa: F401
    ADI,
    RINI,
    SARI,
    TAMU,
    account,
    app,
    as_json,
    client,
    fields,
    held,
    sign_in,
    token,
    type_login,
)
from tests.web import walk


@pytest.fixture(autouse=True)
def pages(app: Flask) -> None:
    """Four pages, one of which forgot to declare who may see it."""

    @app.get("/umum")
    @public
    def umum():
        return "siapa saja"

    @app.get("/tugas")
    @signed_in
    def tugas():
        return f"tugas {g.actor.name} {g.actor.year}"

    @app.route("/penyusunan/<int:number>", methods=["GET", "POST"])
    @needs("Operator Satker", "Admin")
    def penyusunan(number):
        return f"penyusunan {number}"

    @app.get("/lupa")
    def lupa():
        return "rahasia"


def test_a_view_that_declares_nothing_is_refused_loudly(client):
    with pytest.raises(LookupError, match="lupa declares no access"):
        client.get("/lupa")


def test_in_production_it_is_refused_too(app, client):
    app.config.update(TESTING=False, PROPAGATE_EXCEPTIONS=False)
    app.testing = False
    answer = client.get("/lupa")
    assert answer.status_code == 500 and "rahasia" not in answer.text


def test_needs_without_a_role_is_a_mistake():
    with pytest.raises(TypeError, match="signed_in"):
        needs()


def test_anybody_sees_what_is_public(client):
    assert client.get("/umum").text == "siapa saja"


def test_a_visitor_is_led_to_the_login_and_back(client):
    answer = client.get("/penyusunan/7?halaman=2")
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert type_login(client, SARI, page).location == "/penyusunan/7?halaman=2"


def test_sari_may_draft_and_rini_may_not(app):
    assert sign_in(app.test_client(), SARI).get("/penyusunan/7").status_code == 200
    refused = sign_in(app.test_client(), RINI).get("/penyusunan/7")
    assert refused.status_code == 403 and refused.headers["X-Reference"] in refused.text


def test_a_role_that_ended_is_refused_at_once(app, client):
    sign_in(client, SARI)
    with app.app_context():
        row = db.session.execute(db.select(Assignment).filter_by(user_id=account(SARI).id)).scalar_one()
        row.until = clock.now().date() - timedelta(days=1)
        db.session.commit()
    assert client.get("/penyusunan/7").status_code == 403
    assert client.get("/tugas").status_code == 200


def test_the_actor_costs_one_query(app, client):
    sign_in(client, RINI)
    seen = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    assert "Rini" in client.get("/tugas").text
    assert len(seen) == 1


def test_static_files_cost_none(app, client):
    sign_in(client, RINI)
    seen = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    client.get("/static/tidak-ada.css")
    assert seen == []


def test_a_script_of_a_visitor_gets_an_address_instead_of_a_page(client):
    headers = {"X-Requested-With": "fetch", "Referer": "http://localhost/penyusunan/7?halaman=2"}
    answer = client.post("/penyusunan/7", headers=headers)
    assert answer.status_code == 401
    assert as_json(answer) == {"login": "/masuk?next=/penyusunan/7?halaman%3D2"}


def test_accept_json_is_a_script_too(client):
    assert client.get("/tugas", headers={"Accept": "application/json"}).status_code == 401
    assert client.get("/tugas", headers={"Accept": "text/html,*/*"}).status_code == 302


def test_raising_the_epoch_ends_every_session(app, client):
    other = sign_in(app.test_client(), SARI)
    sign_in(client, SARI)
    with app.app_context():
        accounts.set_password(account(SARI).id, "pilihan saya sendiri")
    assert client.get("/tugas").status_code == other.get("/tugas").status_code == 302


def test_closing_the_account_ends_its_sessions(app, client):
    sign_in(client, SARI)
    with app.app_context():
        account(SARI).active = False
        db.session.commit()
    assert client.get("/tugas").status_code == 302


def test_eight_idle_hours_end_a_session(client):
    sign_in(client, SARI)
    clock.advance(timedelta(hours=7, minutes=59))
    assert client.get("/tugas").status_code == 200
    clock.advance(timedelta(hours=8, minutes=1))
    assert client.get("/tugas").status_code == 302


def test_a_page_that_polls_keeps_no_session_alive(client):
    sign_in(client, SARI)
    for _ in range(9):
        clock.advance(timedelta(hours=1))
        answer = client.get("/tugas", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401


def test_a_copied_cookie_is_worth_a_day_at_most(client):
    sign_in(client, SARI)
    answers = []
    for _ in range(25):
        clock.advance(timedelta(hours=1))
        answers.append(client.get("/tugas").status_code)
    assert answers == [200] * 24 + [302]


@pytest.mark.parametrize(
    "target",
    [
        *["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "\\\\evil", "evil"],
        *["javascript:alert(1)", "/a\nSet-Cookie:x", "/" + "a" * 2001, "", None],
    ],
)
def test_the_login_leads_to_no_other_host(target):
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/tugas/1?x=1#a", "/a//b", "/pk?next=https://x"])
def test_paths_of_this_host_are_kept(target):
    assert safe_next(target) == target


def test_next_does_not_lead_away_after_the_login(client):
    page = client.get("/masuk?next=//evil.example/x")
    assert fields(page)["next"] == "/"
    assert type_login(client, SARI, page, next="https://evil.example").location == "/"


def test_the_walk_finds_what_is_open(app):
    assert walk.undeclared(app) == ["GET /lupa (lupa)"]
    assert walk.open_to_anybody(app) == []
    assert walk.open_without_role(app, sign_in(app.test_client(), TAMU)) == []
    assert walk.open_without_token(app, sign_in(app.test_client(), TAMU)) == []


def test_the_walk_tells_holders_of_a_role_from_others(app):
    open_to_sari = walk.open_without_role(app, sign_in(app.test_client(), SARI))
    assert open_to_sari == ["GET /penyusunan/1 (penyusunan): 200", "POST /penyusunan/1 (penyusunan): 400"]


def test_a_post_needs_the_token_of_the_session(app, client):
    sign_in(client, SARI)
    other = token(sign_in(app.test_client(), ADI))
    assert client.post("/penyusunan/7").status_code == 400
    assert client.post("/penyusunan/7", data={"csrf_token": other}).status_code == 400
    assert client.post("/penyusunan/7", data={"csrf_token": token(client)}).status_code == 200
    assert client.post("/penyusunan/7", headers={"X-CSRFToken": token(client)}).status_code == 200
