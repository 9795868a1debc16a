"""Every view declares its right; who declares nothing is refused.

    @bp.get("/masuk")
    @public
    def masuk(): ...

    @bp.get("/penyusunan")
    @needs("Operator Satker")
    def penyusunan(): ...

The decorator only writes `view.access`; one `before_request` reads it. `g.actor` is the `Actor` of the request or
None. It is loaded once, by one query, together with the account's epoch: raising the epoch ends every session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, jsonify, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFProtect

from app import clock
from app.errors import NotAllowed
from app.flows import rights, sessions
from app.flows.rights import Actor
from app.models import User
from app.web import expired
from app.web.addresses import here, is_fetch, page_behind

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])

# the cookie outlives the idle time, so that an expired session still tells whose it was (see expired.py)
COOKIE_LIFE = timedelta(days=7)
LONGEST = timedelta(hours=24)  # however busy: a copied cookie must not live for ever
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True)
class Access:
    """What a view asks for: nothing (`public`), any signed-in person, or one of `roles`."""

    public: bool = False
    roles: frozenset[str] = frozenset()


def public(view: View) -> View:
    """Anybody may call the view; `g.actor` may be None."""
    return _declare(view, Access(public=True))


def signed_in(view: View) -> View:
    """Every signed-in person may call the view. What they see in it is the view's matter (`rights.sees`)."""
    return _declare(view, Access())


def needs(*roles: str) -> Callable[[View], View]:
    """Only people who hold one of `roles` somewhere. Whether the place fits is the view's matter (`rights.may_do`)."""
    if not roles:
        raise TypeError("needs() takes at least one role; for any signed-in person use @signed_in")
    return lambda view: _declare(view, Access(roles=frozenset(roles)))


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(app: Flask, endpoint: str) -> Access | None:
    """The declared right of an endpoint, or None where the view forgot it. Static files are public."""
    if is_static(endpoint):
        return Access(public=True)
    found = getattr(app.view_functions[endpoint], "access", None)
    return found if isinstance(found, Access) else None


def is_static(endpoint: str | None) -> bool:
    return endpoint == "static" or (endpoint or "").endswith(".static")


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login calls the user: the actor, by the account's id."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = actor.user_id


def init_access(app: Flask) -> None:
    """Bind Flask-Login, CSRF and the check of rights. Called by `init_security`."""
    login = LoginManager(app)
    login.session_protection = None  # it only marks sessions as not fresh, which nothing here reads
    login.user_loader(_load)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # _guard calls it, after it knows whose request this is
    csrf.init_app(app)
    app.before_request(_guard)
    app.context_processor(lambda: {"actor": g.get("actor")})


def begin_session(user: User, tahun: int) -> None:
    """A new session for `user`. Nothing of the one before is kept, so a planted cookie or token is worth nothing."""
    session.clear()
    g.pop("csrf_token", None)
    stamp = clock.now().timestamp()
    session.update(tahun=tahun, epoch=user.epoch, since=stamp, seen=stamp, sid=sessions.new_id())
    session.permanent = True
    login_user(SignedIn(rights.actor_of(user.id, tahun, rights.local_day(clock.now()))))
    g.actor = current_user.actor


def idle_limit() -> timedelta:
    return timedelta(hours=current_app.config["SESSION_HOURS"])


def _load(user_id: str) -> SignedIn | None:
    """Flask-Login's loader: the actor behind the session, if it has not ended."""
    if _ended():
        return None
    key = sessions.key(session.get("sid", ""))
    found = rights.standing(int(user_id), int(session["tahun"]), rights.local_day(clock.now()), key)
    if found is None or found[1] != session["epoch"]:
        return None
    return SignedIn(found[0])


def _ended() -> bool:
    now = clock.now().timestamp()
    try:
        idle, age = now - session["seen"], now - session["since"]
    except KeyError:
        return True
    return bool(idle > idle_limit().total_seconds() or age > LONGEST.total_seconds())


def _guard() -> ResponseReturnValue | None:
    """Right first, then CSRF: a post of an ended session leads to the login, not to "400"."""
    g.actor = None
    if is_static(request.endpoint):
        return None
    g.actor = current_user.actor if current_user.is_authenticated else None
    if request.endpoint is None:  # no such page: the error page only wants to know who asks
        return None
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise LookupError(
            f"The view {request.endpoint} declares no access: give it @public, @signed_in or @needs(...)."
        )
    if not access.public:
        if g.actor is None:
            return to_login()
        if access.roles and not rights.holds(g.actor, *access.roles):
            raise NotAllowed
    if current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect(apply_exemptions=True)
    if g.actor is not None:
        _touch()
        if session.get("first_password") and not access.public and request.endpoint != "auth.password":
            return redirect(url_for("auth.password", next=here()))
    return None


def _touch() -> None:
    """Note that somebody is there. Polling in the background is nobody; and not every request sets a cookie."""
    now = clock.now().timestamp()
    if request.method == "GET" and is_fetch():
        return
    if now - session["seen"] > _SEEN_EVERY.total_seconds():
        session["seen"] = now


def to_login() -> ResponseReturnValue:
    """The answer to a request that nobody is signed in for: a page for people, 401 for scripts."""
    if is_fetch():
        return jsonify(login=url_for("auth.login", next=page_behind())), 401
    if request.method != "POST":
        return redirect(url_for("auth.login", next=here()))
    # a redirect would drop what was posted: the login page stands in its place and carries it along
    g.back, g.deposit = page_behind(), expired.deposit()
    return make_response(current_app.view_functions["auth.login"](), 401)
