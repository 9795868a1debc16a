"""All routes of an application, and whether each of them guards itself. Used by the meta-tests."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.web.access import Access, access_of, is_static

_VALUES = {"IntegerConverter": 1, "RowNumber": 1, "FloatConverter": 1.0, "UUIDConverter": "0" * 32}


@dataclass(frozen=True)
class Route:
    """One address and method with invented arguments. `access` is None where the view forgot to declare it."""

    endpoint: str
    method: str
    url: str
    access: Access | None

    def __str__(self) -> str:
        return f"{self.method} {self.url} ({self.endpoint})"


def walk_routes(app: Flask) -> list[Route]:
    """Every route but static files, once per method that does something."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if is_static(rule.endpoint):
                continue
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                found.append(Route(rule.endpoint, method, _url(rule), access_of(app, rule.endpoint)))
    return found


def undeclared(app: Flask) -> list[str]:
    """Routes that declare no right."""
    return [str(r) for r in walk_routes(app) if r.access is None]


def open_to_anybody(app: Flask) -> list[str]:
    """Routes that are not public and answer an anonymous visitor with something else than the login."""
    wrong = []
    for route in walk_routes(app):
        if route.access is None or route.access.public:
            continue
        page = app.test_client().open(route.url, method=route.method)
        script = app.test_client().open(route.url, method=route.method, headers={"X-Requested-With": "fetch"})
        to_login = (
            page.status_code == 302 and "/masuk" in page.location if route.method == "GET" else page.status_code == 401
        )
        if not to_login or script.status_code != 401 or "login" not in (script.json or {}):
            wrong.append(f"{route}: {page.status_code}, {script.status_code}")
    return wrong


def open_without_role(app: Flask, nobody: FlaskClient) -> list[str]:
    """Routes for roles that answer `nobody`, a signed-in client without any role, with something else than 403."""
    wrong = []
    for route in walk_routes(app):
        if route.access and route.access.roles:
            answer = nobody.open(route.url, method=route.method)
            if answer.status_code != 403:
                wrong.append(f"{route}: {answer.status_code}")
    return wrong


def open_without_token(app: Flask, somebody: FlaskClient) -> list[str]:
    """Routes that `somebody`, who may call them, can be made to change something with from a foreign page."""
    wrong = []
    for route in walk_routes(app):
        if route.method != "GET" and route.access and not route.access.roles:
            answer = somebody.open(route.url, method=route.method)
            # the login's own routes lead on in words; what matters is that the view was not reached
            if answer.status_code not in (302, 400):
                wrong.append(f"{route}: {answer.status_code}")
    return wrong


def _url(rule: Rule) -> str:
    values = {name: _VALUES.get(type(c).__name__, "x") for name, c in rule._converters.items()}
    built = rule.build(values)
    assert built is not None, f"{rule} takes an argument that the walk can't invent: extend _VALUES"
    return built[1]
