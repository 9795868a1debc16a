"""Alur. `create_app` is the only place where everything is wired.

What it wires is imported inside it: plug-ins and the local provider import `app.sdk`, and must neither load the whole
house with it nor meet themselves half-loaded in the tables of names.
"""

from __future__ import annotations

import atexit
import hmac
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Config

ROOT = Path(__file__).resolve().parent.parent
FONTS = ROOT / "app" / "web" / "static" / "build" / "fonts-pdf"


def create_app(config: Config | None = None, **more: Any) -> Flask:
    """The application. `more` are Flask settings on top, for tests."""
    from flask import Flask

    from app import cli, logs, web
    from app.config import Config
    from app.documents.render import Renderer
    from app.documents.store import DocumentStore
    from app.flows.house import KEY, House
    from app.jobs.signing import SigningPool
    from app.models import db
    from forms import FORMS
    from service_tasks import SERVICE_TASKS
    from service_tasks.tte import check_registration

    config = config or Config.from_env()
    if config.environment != "test":  # tests listen in their own way
        logs.init_logs(config.log_format)
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # NIKs and password hashes lie in it
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config.from_mapping(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config.database),
        PUBLIC_URL=config.public_url,
        ZONE=config.zone,
        CAPTCHA=config.captcha,
        SESSION_HOURS=config.session_hours,
        ENVIRONMENT=config.environment,
        TESTING=config.environment == "test",
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,  # a draft of 50 sasaran with 30 indikator each is one form
    )
    app.config.from_mapping(more)
    db.init_app(app)
    _init_sqlite()
    _init_migrations(app)
    app.extensions[KEY] = House(config, FORMS, SERVICE_TASKS, DocumentStore(config.documents), Renderer(FONTS))
    grace = config.tte_timeout_sign + 10
    pool = SigningPool(app, config.signing_threads, config.signing_queue, config.secret_seconds, grace)
    app.extensions["signing"] = pool
    atexit.register(pool.close)
    app.extensions["cek_tte"] = partial(check_registration, config.service_settings())
    # the same on every machine of one house, and of no use for finding the key
    app.extensions["fingerprint"] = hmac.new(config.secret_key.encode(), b"alur health", "sha256").hexdigest()[:16]
    _behind_proxies(app, config.proxies)
    web.init_web(app)
    cli.init_cli(app)
    return app


def _behind_proxies(app: Flask, proxies: int) -> None:
    """Believe as many entries of X-Forwarded-For as proxies of our own wrote; with none the header is anybody's."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=1, x_host=0)  # type: ignore[method-assign]


def _init_migrations(app: Flask) -> None:
    from flask_migrate import Migrate

    from app.models import db

    Migrate(app, db, directory=str(ROOT / "app" / "migrations"), render_as_batch=True)


def _engine_options(url: str) -> dict[str, Any]:
    import orjson

    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    # the text of a failed statement goes into the log: without its values, a NIK among them
    common: dict[str, Any] = {"hide_parameters": True, **json}
    if not url.startswith("sqlite"):
        return {"pool_pre_ping": True, **common}
    return {"connect_args": {"timeout": 15, "check_same_thread": False}, **common}


def _init_sqlite() -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    if not event.contains(Engine, "connect", _sqlite_pragmas):
        event.listen(Engine, "connect", _sqlite_pragmas)


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    """WAL, so that readers don't wait; FULL, because NORMAL may lose the last commits at a power cut."""
    if type(connection).__module__.startswith("sqlite3"):
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
