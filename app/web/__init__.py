"""The pages. One blueprint a file; every view declares its right (`access.py`)."""

from __future__ import annotations

from flask import Flask

from app.web import (
    account,
    assets,
    audit,
    auth,
    cases,
    differences,
    documents,
    dokumentasi,
    editor,
    frame,
    heads,
    health,
    help,
    imports,
    instances,
    intake,
    interventions,
    kinerja,
    mails,
    metrics,
    moves,
    notices,
    passwords,
    privacy,
    publishing,
    replays,
    reviews,
    satkers,
    security,
    settings,
    substitutes,
    tasks,
    units,
    users,
    verification,
    words,
)
from app.web import editor_forms as _editor_forms  # noqa: F401 - its routes belong to editor's blueprint
from app.web.addresses import RowNumber


def init_web(app: Flask) -> None:
    """Bind everything that answers requests."""
    app.url_map.converters["int"] = RowNumber
    security.init_security(app)
    metrics.init_metrics(app)
    assets.init_assets(app)
    words.init_words(app)
    auth.init_auth(app)
    frame.init_frame(app)
    tasks.init_tasks(app)
    for module in (
        account,
        audit,
        cases,
        differences,
        documents,
        dokumentasi,
        editor,
        heads,
        health,
        help,
        imports,
        instances,
        intake,
        interventions,
        kinerja,
        mails,
        moves,
        notices,
        passwords,
        privacy,
        publishing,  # with processes.py, whose blueprint it continues
        replays,
        reviews,
        satkers,
        settings,
        substitutes,
        units,
        users,
        verification,
    ):
        app.register_blueprint(module.bp)
