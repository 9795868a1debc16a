"""/metrics for Prometheus: what requests take, and what waits. Opened by METRICS_TOKEN; without one there is no page.

Requests are counted by this process alone (run one web process, as docs/running.md says). What the database says is
read at most every `CALM` seconds, however often somebody asks.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.errors import NotFound
from app.flows import backup
from app.flows.house import house
from app.models import Instance, Job, Mail, Mark, Task, db, table
from app.web.access import is_static, public

bp = Blueprint("metrics", __name__)
access_log = logging.getLogger("alur.access")

CALM = 10.0  # seconds
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUIET = ("health.health", "health.ready", "metrics.show")  # asked every few seconds; not worth a line
_INSTANCE, _TASK, _JOB, _MAIL, _MARK = table(Instance), table(Task), table(Job), table(Mail), table(Mark)


@bp.get("/metrics")
@public
def show() -> ResponseReturnValue:
    """The figures, for whoever holds the token."""
    token = house().config.metrics_token
    if not token:
        raise NotFound
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return Response("METRICS_TOKEN", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    figures = generate_latest(current_app.extensions["metrics"])
    return Response(figures, content_type=CONTENT_TYPE_LATEST)


def init_metrics(app: Flask) -> None:
    """Count and log every request but those for static files."""
    registry = app.extensions["metrics"] = CollectorRegistry()
    requests = Counter("alur_requests", "Requests", ("endpoint", "method", "status"), registry=registry)
    seconds = Histogram("alur_request_seconds", "What they took", ("endpoint",), registry=registry, buckets=_BUCKETS)
    registry.register(_House(app))

    def begin() -> None:
        g.began = time.perf_counter()

    def end(response: Response) -> Response:
        if is_static(request.endpoint):
            return response
        endpoint, took = request.endpoint or "none", time.perf_counter() - g.get("began", time.perf_counter())
        requests.labels(endpoint, request.method if request.method in _METHODS else "other", response.status_code).inc()
        seconds.labels(endpoint).observe(took)
        if endpoint not in _QUIET:
            extra = {"method": request.method, "status": response.status_code, "ms": round(took * 1000, 1)}
            access_log.info("request", extra=extra)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)
    app.register_blueprint(bp)


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _House(Collector):
    """What the database and the signing pool say."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock = app, threading.Lock()
        self._kept: list[Metric] = []
        self._until = 0.0

    def describe(self) -> Iterable[Metric]:
        return []  # or registering would ask the database

    def collect(self) -> Iterable[Metric]:
        pool = self._app.extensions["signing"]
        yield _gauge("alur_signing_queue", "Signatures that wait in this process", [((), pool.waiting)])
        with self._lock:
            if time.monotonic() >= self._until:
                self._kept = self._look()
                self._until = time.monotonic() + CALM
            yield from self._kept

    def _look(self) -> list[Metric]:
        try:
            with self._app.app_context(), db.engine.connect() as conn:
                return [_gauge("alur_database_up", "It answers", [((), 1)]), *_figures(conn, clock.now())]
        except SQLAlchemyError:
            return [_gauge("alur_database_up", "It answers", [((), 0)])]


def _figures(conn: Connection, now: datetime) -> Iterator[Metric]:
    open_tasks = select(_TASK.c.role, func.count()).where(_TASK.c.state == "open", _TASK.c.kind == "user")
    yield _counted(conn, "alur_tasks_open", "Tasks that wait for people", open_tasks.group_by(_TASK.c.role), "role")
    for name, about, column in (
        ("alur_cases", "Cases", _INSTANCE.c.phase), ("alur_jobs", "Calls", _JOB.c.state),
        ("alur_mails", "Mails", _MAIL.c.state),
    ):  # fmt: skip
        yield _counted(conn, name, about, select(column, func.count()).group_by(column), column.name)
    incidents = select(func.count()).where(_JOB.c.state == "incident")
    yield _gauge("alur_incidents", "Calls that wait for an admin", [((), conn.execute(incidents).scalar_one())])
    stuck = select(func.count()).where(_INSTANCE.c.stuck != "")
    yield _gauge("alur_stuck_cases", "Cases that nothing will move", [((), conn.execute(stuck).scalar_one())])
    oldest = conn.execute(
        select(_JOB.c.run_at).where(_JOB.c.state == "ready", ~_JOB.c.attended).order_by(_JOB.c.run_at).limit(1)
    ).scalar()
    late = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    yield _gauge("alur_oldest_ready_job_seconds", "Since when the call that waits longest could run", [((), late)])
    marks = {row.name: row.at for row in conn.execute(select(_MARK.c.name, _MARK.c.at))}
    for mark, name in (("worker.beat", "alur_worker_beat_age_seconds"), (backup.MARK, "alur_last_backup_age_seconds")):
        if mark in marks:
            yield _gauge(name, f"Since the mark {mark}", [((), (now - marks[mark]).total_seconds())])
    yield _gauge("alur_database_bytes", "Size of the database", [((), _size(conn))])


def _size(conn: Connection) -> int:
    sqlite = conn.dialect.name == "sqlite"
    query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size" if sqlite else _PG_SIZE
    return int(conn.execute(text(query)).scalar_one())


_PG_SIZE = "SELECT pg_database_size(current_database())"


def _counted(conn: Connection, name: str, about: str, query: Any, label: str) -> Metric:
    return _gauge(name, about, [((str(key),), n) for key, n in conn.execute(query)], (label,))


def _gauge(
    name: str, about: str, values: Iterable[tuple[tuple[str, ...], float]], labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=labels)
    for where, value in values:
        family.add_metric(list(where), value)
    return family
