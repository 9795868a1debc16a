"""What every request and every answer goes through: reference number, rights, CSRF, headers, error pages.

`init_security(app)` is all that `create_app` calls. It reads PUBLIC_URL (https there makes cookies Secure and adds
HSTS) and SESSION_HOURS (idle time, 8 by default). The address of a request is `request.remote_addr`: behind a proxy
`create_app` must put ProxyFix around the application.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider

from app.web.access import COOKIE_LIFE, init_access, is_static
from app.web.error_pages import init_error_pages
from app.web.expired import on_expired_post

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_security(app: Flask) -> None:
    """Bind all of it, in the order in which a request meets it."""
    _set_cookies(app)
    app.json = Json(app)
    app.before_request(_number)
    init_access(app)
    app.after_request(_head)
    init_error_pages(app)


class Json(DefaultJSONProvider):
    """Flask's, for which a text that is nested too deeply is no JSON either."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as e:  # a few thousand brackets; `get_json(silent=True)` takes a ValueError for an answer
            raise ValueError("nested too deeply") from e


def allow_style_attributes() -> None:
    """For the view of the diagram editor alone: bpmn-js moves its shapes by style attributes."""
    g.style_attributes = True


def is_https(app: Flask) -> bool:
    return urlsplit(str(app.config.get("PUBLIC_URL", ""))).scheme == "https"


def _set_cookies(app: Flask) -> None:
    https = is_https(app)
    at_root = urlsplit(app.config.get("PUBLIC_URL", "")).path in ("", "/")
    app.config.setdefault("SESSION_HOURS", 8)
    app.config.update(
        # __Host- makes the browser refuse a session that a sister host (x.example.go.id) tries to plant
        SESSION_COOKIE_NAME="__Host-alur" if https and at_root else "alur",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=https,
        PERMANENT_SESSION_LIFETIME=COOKIE_LIFE,
        # only when something changed: an answer that was on its way during a login must not bring the old one back
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session: a form left over lunch keeps its text
    )


def _number() -> None:
    """The number that error pages and the log share; short enough to be read out on the phone."""
    code = secrets.token_hex(4).upper()
    g.reference = f"{code[:4]}-{code[4:]}"


def _head(response: Response) -> Response:
    response.headers.update(HEADERS)
    relaxed = "; style-src-attr 'unsafe-inline'" if g.get("style_attributes") else ""
    response.headers["Content-Security-Policy"] = CSP + relaxed
    if is_https(current_app):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "reference" in g:
        response.headers["X-Reference"] = g.reference
    if not is_static(request.endpoint) or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    return response


__all__ = ["allow_style_attributes", "init_security", "on_expired_post"]
