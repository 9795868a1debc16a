"""The page of a task for who prepares its decision: the document and a recommendation, and nothing to sign with."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict
from app.flows import casefile, recommend, tasks
from app.flows.recommend import AGREE, RETURN, Refused
from app.flows.rights import may_do, prepares
from app.flows.tasks import OpenTask
from app.models import Instance, db
from app.sdk.fields import ChoiceField, ParagraphsField
from app.sdk.forms import TaskForm
from app.web.access import signed_in
from app.web.taskpage import in_its_zone

bp = Blueprint("reviews", __name__)


class Rekomendasi(TaskForm):
    """What is typed; the rules are those of `flows/recommend`."""

    title = "Rekomendasi"
    rekomendasi = ChoiceField("Rekomendasi")
    catatan = ParagraphsField(
        "Catatan telaah", description="Yang perlu diperhatikan sebelum memutuskan. Diisi bila PK disarankan kembali."
    )

    def adapt(self) -> None:
        self.rekomendasi.offer({AGREE: "Setujui", RETURN: "Kembalikan"})
        self.catatan.flags.maxlength_hint = recommend.LONGEST


def only_prepares(task: OpenTask) -> bool:
    """Whether this person may recommend here and not decide."""
    return prepares(g.actor, task.row) is not None and not may_do(g.actor, task.row)


def page(task: OpenTask, form: TaskForm | None = None) -> str:
    """The page; `form` is what was typed and refused."""
    case = casefile.of(db.session.get(Instance, task.row.id))  # type: ignore[arg-type]
    said = recommend.of_task(task.row.id, task.row.task_id)
    mine = next((r for r in said if r.user_id == g.actor.user_id), None)
    if form is None:
        known = {"rekomendasi": [mine.verdict], "catatan": [mine.note]} if mine else None
        form = Rekomendasi.open(tasks.context(task, g.actor), known)
    return render_template(
        "tugas/telaah.html",
        task=task,
        form=form,
        case=case,
        steps=casefile.steps(case),
        document=casefile.current_document(case),
        note=casefile.last_note(case),
        mine=mine,
        others=[r for r in said if r is not mine],
    )


@bp.post("/tugas/<task_id>/rekomendasi")
@signed_in
def send(task_id: str) -> ResponseReturnValue:
    """Keep the recommendation, or say what is wrong with it; what was typed stays."""
    task = in_its_zone(tasks.find(task_id, g.actor))
    typed = {k: v for k, v in request.form.lists() if k in ("rekomendasi", "catatan")}
    form = Rekomendasi.open(tasks.context(task, g.actor), typed) if only_prepares(task) else None
    try:
        recommend.recommend(task, g.actor, _typed(form, "rekomendasi"), _typed(form, "catatan"), clock.now())
    except Refused as e:
        assert form is not None  # noqa: S101  # others are refused before what they typed is looked at
        form[e.field].errors = [str(e)]
        return page(task, form), 422
    except Conflict as e:
        flash(str(e), "warning")
        return redirect(url_for("cases.show", instance_id=task.row.id))
    flash(
        f"Rekomendasi disampaikan kepada {task.row.role}. Masih dapat diubah sampai diputuskan.",
        "success",
    )
    return redirect(url_for("tasks.show", task_id=task_id))


def _typed(form: TaskForm | None, name: str) -> str:
    return (form[name].data or "") if form else ""
