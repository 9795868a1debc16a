"""Admins put a case right: each page says first what will happen, takes a reason, and then does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from app import clock
from app.errors import Conflict, InvalidInput
from app.flows import cancel as cancelling
from app.flows import casefile, foresight, masters
from app.flows import reassign as reassigning
from app.flows import retry as retrying
from app.flows import suspend as suspending
from app.flows.casefile import Casefile, Entry
from app.flows.intervention import LONGEST, OVER, Intervention
from app.models import db
from app.sdk.fields import AtMost, LongTextField
from app.sdk.messages import IndonesianMeta
from app.web.access import needs
from app.web.words import ZONES

bp = Blueprint("interventions", __name__, url_prefix="/instans")
Act = Callable[[Intervention], object]


class ReasonForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why. What is wrong with it the verb says."""

    class Meta(IndonesianMeta, FlaskForm.Meta):  # type: ignore[misc]
        csrf = False  # the page's token is checked for the whole application

    alasan = LongTextField("Alasan", [AtMost(LONGEST, "Alasan")])


@bp.route("/<int:instance_id>/batalkan", methods=["GET", "POST"])
@needs("Admin")
def cancel(instance_id: int) -> ResponseReturnValue:
    """End the case where it stands."""
    return _intervene(
        "cancel",
        _find(instance_id),
        lambda what: cancelling.cancel(instance_id, what, clock.now()),
        "{title} dibatalkan. Satker dapat memulai yang baru.",
    )


@bp.route("/<int:instance_id>/tangguhkan", methods=["GET", "POST"])
@needs("Admin")
def suspend(instance_id: int) -> ResponseReturnValue:
    """Hold the case where it stands."""
    return _intervene(
        "suspend",
        _find(instance_id),
        lambda what: suspending.suspend(instance_id, what, clock.now()),
        "{title} ditangguhkan. Lanjutkan lagi dari halaman ini bila sudah waktunya.",
    )


@bp.route("/<int:instance_id>/lanjutkan", methods=["GET", "POST"])
@needs("Admin")
def resume(instance_id: int) -> ResponseReturnValue:
    """Let a suspended case go on."""
    return _intervene(
        "resume",
        _find(instance_id),
        lambda what: suspending.resume(instance_id, what, clock.now()),
        "{title} berjalan lagi.",
    )


@bp.route("/insiden/<job_id>/coba-lagi", methods=["GET", "POST"])
@needs("Admin")
def retry(job_id: str) -> ResponseReturnValue:
    """Set an incident going again."""
    again = foresight.of_job(job_id, g.actor)
    return _intervene(
        "retry",
        _find(again.job.instance_id),
        lambda what: retrying.retry(job_id, clock.now(), what),
        (again.job.name or again.job.element) + " dicoba lagi.",
        lambda: {"again": foresight.of_job(job_id, g.actor)},
    )


@bp.route("/tugas/<task_id>/alihkan", methods=["GET", "POST"])
@needs("Admin")
def reassign(task_id: str) -> ResponseReturnValue:
    """Give a task to somebody else, or free it."""
    task = reassigning.find(task_id)
    held, to = _id(request.form.get("pemegang", "")), request.form.get("kepada", "")

    def act(what: Intervention) -> None:
        if not to:
            raise InvalidInput("Pilih siapa yang mengerjakan tugas ini.")
        reassigning.reassign(task_id, held, None if to == "semua" else _id(to) or 0, what, clock.now())

    def about() -> dict[str, Any]:
        fresh = reassigning.find(task_id)
        return {
            "task": fresh,
            "waiting": foresight.of_task(fresh, clock.now()),
            "candidates": reassigning.candidates(fresh, clock.now()),
            "to": to,
        }

    return _intervene("reassign", _find(task.instance_id), act, f"{task.name} dialihkan.", about)


# ---- their parts ---------------------------------------------------------------------------------------------------


def _find(instance_id: int) -> Casefile:
    case = casefile.find(instance_id, g.actor)
    zona = masters.info_satker(case.row.satker)["zona"]
    g.zona = zona if zona in ZONES else "WIB"
    return case


def _intervene(
    verb: str, case: Casefile, act: Act, done: str, about: Callable[[], dict[str, Any]] = dict
) -> ResponseReturnValue:
    """Say what will happen; when it is sent, do it, or say why not with the reason still there."""
    form, status, refusal, seen = ReasonForm(), 200, "", None
    if request.method == "POST":
        seen = _id(request.form.get("versi", ""))
        try:
            act(Intervention(g.actor, form.alasan.data or "", -1 if seen is None else seen))
        except InvalidInput as e:
            status = 422
            form.alasan.errors = [str(e)]
        except Conflict as e:
            status, refusal = 409, str(e)
            db.session.rollback()  # whatever somebody else did meanwhile must be seen from here on
            case = _find(case.row.id)
        else:
            flash(done.format(title=case.row.title), "success")
            return redirect(_back(case))
    page = render_template(
        f"interventions/{verb}.html",
        case=case,
        plan=foresight.of_case(case, clock.now()),
        form=form,
        refusal=refusal,
        since=_since(case, seen) if refusal else (),
        over=OVER.get(case.row.phase, ""),
        back=_back(case),
        now=clock.now(),
        **about(),
    )
    return page, status


def _since(case: Casefile, seen: int | None) -> Sequence[Entry]:
    """What happened after the version that the admin saw, the newest first; at most twenty."""
    steps = min(case.row.version - seen, 20) if seen else 0
    return casefile.history(case, size=steps).entries if steps > 0 else ()


def _back(case: Casefile) -> str:
    page = "instances.show" if "instances.show" in current_app.view_functions else "cases.show"
    return url_for(page, instance_id=case.row.id)


def _id(text: str) -> int | None:
    """A number that a page of ours holds; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None
