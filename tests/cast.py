"""The people of the stories, and the smallest application in which they can log in.

Unit A has the satkers 100101 and 100102, unit B has 200201. All passwords are `PASSWORD`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import DictLoader
from werkzeug.test import TestResponse

from app import clock
from app.flows import rights
from app.flows.accounts import hash_password
from app.models import Assignment, Role, Satker, Unit, User, db
from app.web.auth import init_auth
from app.web.security import init_security

PASSWORD = "kopi tubruk pagi hari"
HASH = hash_password(PASSWORD)
CODE = "48291"
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # 10.00 WIB
TODAY = date(2026, 11, 21)

SATKERS = {"100101": "A00000", "100102": "A00000", "200201": "B00000"}
ROLES = {
    "Operator Satker": "satker", "Kepala Satker": "satker", "Eselon 1": "unit", "Biro Perencanaan": "all",
    "Admin": "all", "Sistem": "none",
}  # fmt: skip
PEOPLE = {
    # username: (name, what they hold)
    "sim100101": ("Sari, operator 100101", [("Operator Satker", "100101")]),
    "sim200201": ("Tono, operator 200201", [("Operator Satker", "200201")]),
    "198001012005012001": ("Rini, kepala dua satker", [("Kepala Satker", "100101"), ("Kepala Satker", "100102")]),
    "197001011995011001": ("Adi, eselon 1 unit A", [("Eselon 1", "A00000")]),
    "biro": ("Bima, Biro Perencanaan", [("Biro Perencanaan", "")]),
    "admin": ("Ayu, admin", [("Admin", "")]),
    "tamu": ("Tamu tanpa peran", []),
}
SARI, TONO, RINI, ADI, BIMA, AYU, TAMU = PEOPLE


def settle() -> None:
    """Units, satkers, roles and people, into an empty database."""
    db.session.add_all(Unit(kode=u, nama=f"Unit {u}") for u in sorted(set(SATKERS.values())))
    db.session.add_all(Role(name=r, scope=kind) for r, kind in ROLES.items())
    db.session.flush()
    db.session.add_all(Satker(kode=k, nama=f"Satker {k}", unit_kode=u) for k, u in SATKERS.items())
    for username, (nama, held) in PEOPLE.items():
        user = User(username=username, nama=nama, password_hash=HASH)
        db.session.add(user)
        db.session.flush()
        db.session.add_all(Assignment(user_id=user.id, role=r, scope=s, since=date(2026, 1, 1)) for r, s in held)
    db.session.commit()


def account(username: str) -> User:
    return db.session.execute(db.select(User).filter_by(username=username)).scalar_one()


def actor(username: str, year: int = 2026) -> rights.Actor:
    return rights.actor_of(account(username).id, year, TODAY)


def small_app(folder: Path, **config: Any) -> Flask:
    """Login and security without the rest of the house; the bundle is a manifest of empty names."""
    app = Flask("app")
    app.config.update(
        TESTING=True,
        SECRET_KEY="k" * 32,
        CAPTCHA_FIXED=CODE,
        PUBLIC_URL="http://localhost",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder / 'alur.sqlite3'}",
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
    )
    app.config.update(config)
    db.init_app(app)
    app.jinja_loader = _templates()
    app.jinja_env.globals.update(asset=lambda name: f"/static/build/{name}", link=lambda *_a, **_k: "")
    init_security(app)
    init_auth(app)
    with app.app_context():
        db.create_all()
        settle()
    return app


def _templates() -> Any:
    """The login's own templates in a frame of three lines: the real frame has tests of its own."""
    root = Path(__file__).parent.parent / "app" / "web" / "templates"
    files = {f"auth/{p.name}": p.read_text("utf-8") for p in (root / "auth").glob("*.html")}
    frame = (
        "<title>{% block title %}{% endblock %}</title>"
        "{% for c, m in get_flashed_messages(with_categories=true) %}<p class=flash>{{ m }}</p>{% endfor %}"
        "{% block content %}{% endblock %}"
    )
    return DictLoader({"base.html": frame, **files})


@pytest.fixture
def held() -> Iterator[None]:
    with clock.held(NOW):
        yield


@pytest.fixture
def app(tmp_path: Path, held: None) -> Iterator[Flask]:
    app = small_app(tmp_path)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def fields(page: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    found: dict[str, str] = {}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page.text):
        name = re.search(r'name="([^"]*)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found


def type_login(client: FlaskClient, username: str, page: TestResponse | None = None, **typed: str) -> TestResponse:
    """Open the login (or take `page`) and send it as a person would."""
    page = page or client.get("/masuk")
    data = {**fields(page), "tahun": "2026", "username": username, "password": PASSWORD, "kode": CODE, **typed}
    return client.post("/masuk", data=data)


def sign_in(client: FlaskClient, username: str, **typed: str) -> FlaskClient:
    answer = type_login(client, username, **typed)
    assert answer.status_code == 302, answer.text
    return client


def token(client: FlaskClient) -> str:
    """A CSRF token of the client's session."""
    return fields(client.get("/password" if _is_in(client) else "/masuk"))["csrf_token"]


def _is_in(client: FlaskClient) -> bool:
    with client.session_transaction() as session:
        return "_user_id" in session


def as_json(answer: TestResponse) -> Any:
    return json.loads(answer.text)
