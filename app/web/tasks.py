"""Tugas saya, and the one page on which every user task is done, whatever its form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.errors import Conflict, InvalidInput, StepFailed, TooMuch
from app.flows import casefile, claim, drafts, incidents, personal, submit, tasks, worklist
from app.flows.rights import may_do
from app.flows.suspend import Suspended
from app.flows.tasks import OpenTask
from app.flows.worklist import Key
from app.models import Instance, db
from app.sdk.forms import TaskForm, Typed, typed_of, without_secrets
from app.web import reviews, taskpage
from app.web.access import signed_in
from app.web.cases import offers, with_etag
from app.web.expired import on_expired_post
from app.web.signing import forget, hand_over
from app.web.taskpage import in_its_zone
from app.web.typed import keep_expired, merged, page_number, restore_expired
from app.web.words import jam

bp = Blueprint("tasks", __name__)
# the fullest Penyusunan PK has 4,800; rows in rows multiply, and a page of 50,000 fields would hold a web worker 20 s
MOST_FIELDS = 8000


def init_tasks(app: Flask) -> None:
    """Register the blueprint, and what keeps a form that was posted into an ended session."""
    app.register_blueprint(bp)
    on_expired_post(app, "tasks.send", keep_expired, restore_expired)


# ---- the list ------------------------------------------------------------------------------------------------------


@bp.get("/tugas")
@signed_in
def index() -> ResponseReturnValue:
    """What waits for me, what my roles have, what I did; for admins also how many incidents wait."""
    failed = incidents.count() if "Admin" in g.actor.roles else 0
    return render_template(
        "tasks/index.html", **_listed(), may_start=bool(offers()), absences=taskpage.absences(), failed=failed
    )


@bp.get("/tugas/daftar")
@signed_in
def fresh() -> ResponseReturnValue:
    """The list alone: new tasks appear by themselves."""
    return with_etag(render_template("tasks/_list.html", **_listed()))


def _listed() -> dict[str, Any]:
    views = taskpage.views()
    view = request.args.get("lihat", "")
    view = view if view in views else next(iter(views))
    text, after = request.args.get("cari", "")[:100], Key.parse(request.args.get("sesudah"))
    if view == "selesai":
        page = worklist.done_tasks(g.actor, text=text, after=after)
    elif view == "telaah":
        page = worklist.to_review(g.actor, text=text, after=after)
    else:
        page = worklist.open_tasks(g.actor, mine=view == "saya", text=text, after=after)
    more = url_for("tasks.index", lihat=view, cari=text or None, sesudah=str(page.next)) if page.next else ""
    return {"page": page, "view": view, "views": views, "text": text, "more": more, "first": after is None} | (
        taskpage.beside(view, page.rows)
    )


# ---- one task ------------------------------------------------------------------------------------------------------


@bp.get("/tugas/<task_id>")
@signed_in
def show(task_id: str) -> ResponseReturnValue:
    """The form, as it was left; or who has done it, where it is done."""
    task = _find(task_id)
    if task.row.task_kind != "user" or task.row.task_state != "open":
        return _gone(task, {})
    if reviews.only_prepares(task):
        return reviews.page(task)
    context = tasks.context(task, g.actor)
    cls = tasks.form_class(task.element)
    draft = drafts.load(task_id, g.actor)
    form = cls.open(context, draft.typed if draft else None)
    return _page(
        task, form, page_number(cls, request.args.get("halaman"), default=_first_page(cls, context, draft)), draft=draft
    )


@bp.post("/tugas/<task_id>")
@signed_in
def send(task_id: str) -> ResponseReturnValue:
    """Go to another page of the form, keep it as it is, or send it. Nothing typed is lost on the way."""
    task = _mine(task_id)
    cls = tasks.form_class(task.element)
    sent = _posted()
    if task.row.task_state != "open":
        return _gone(task, without_secrets(cls, sent))
    at = page_number(cls, request.form.get("_halaman"))
    typed = merged(task_id, cls, sent, at, g.actor)
    form = cls.open(tasks.context(task, g.actor), typed | {k: v for k, v in sent.items() if k in cls.secret_names()})
    kept = without_secrets(cls, typed)
    try:
        return _carry_out(task, form, at, kept)
    except StepFailed:
        flash("Langkah ini belum dapat dihitung. Isian Anda tersimpan dan admin sudah diberi tahu.", "error")
        return _page(task, form, at), 422
    except InvalidInput as e:  # what only the masters know
        flash(str(e), "error")
        return _page(task, form, at), 422
    except Suspended as e:
        drafts.save(task_id, g.actor, kept, clock.now())
        flash(str(e), "warning")
        return _page(tasks.find(task_id, g.actor), form, at), 409
    except Conflict as e:
        return _gone(tasks.find(task_id, g.actor), kept, str(e))
    finally:
        forget(form)


def _carry_out(task: OpenTask, form: TaskForm, at: int, typed: Typed) -> ResponseReturnValue:
    wish, pages = request.form.get("_aksi", "kirim"), form.pages
    if wish == "simpan":
        drafts.save(task.row.task_id, g.actor, typed, clock.now())
        flash("Tersimpan. Anda dapat melanjutkan kapan saja.", "success")
        return redirect(_url(task, at))
    if wish == "kembali":
        drafts.save(task.row.task_id, g.actor, typed, clock.now())
        return redirect(_url(task, max(at - 1, 1)))
    if len(pages) > 1 and at <= len(pages):
        drafts.save(task.row.task_id, g.actor, typed, clock.now())
        form.validate()
        if form.error_list(pages[at - 1]):
            return _page(task, form, at, errors=True), 422
        return redirect(_url(task, at + 1))
    if not form.validate():
        # the last page shows what is wrong on any of them
        return _page(task, form, at, errors=True), 422
    submission = form.submission()
    done = submit.submit(task.row.task_id, g.actor, submission, clock.now(), typed)
    hand_over(done, submission)
    return redirect(url_for("cases.follow", instance_id=done.instance_id))


@bp.post("/tugas/<task_id>/draf")
@signed_in
def autosave(task_id: str) -> ResponseReturnValue:
    """Keep what is typed; the answer is the time for "Tersimpan 10.32"."""
    task = _mine(task_id)
    if task.row.task_state != "open":
        raise Conflict
    cls = tasks.form_class(task.element)
    sent = _posted()
    typed = without_secrets(cls, merged(task_id, cls, sent, page_number(cls, request.form.get("_halaman")), g.actor))
    drafts.save(task_id, g.actor, typed, clock.now())
    return jsonify(saved=jam(clock.now()))


@bp.post("/tugas/<task_id>/klaim")
@signed_in
def take(task_id: str) -> ResponseReturnValue:
    """Take the task for oneself."""
    claim.claim(task_id, g.actor)
    return redirect(
        (request.form.get("_dari") == "daftar" and url_for("tasks.index")) or url_for("tasks.show", task_id=task_id)
    )


@bp.post("/tugas/<task_id>/lepas")
@signed_in
def give_back(task_id: str) -> ResponseReturnValue:
    """Give the task back to everybody with the role."""
    claim.release(task_id, g.actor)
    flash("Tugas dilepas. Siapa pun dengan peran yang sama dapat mengambilnya.", "success")
    return redirect(url_for("tasks.index"))


@bp.post("/tugas/<task_id>/salin")
@signed_in
def copy(task_id: str) -> ResponseReturnValue:
    """Salin dari tahun lalu: what the same satker sent a year ago becomes the draft; the draft before it is named."""
    task = _mine(task_id)
    cls = tasks.form_class(task.element)
    previous = tasks.context(task, g.actor).previous
    typed = cls.copy_of(previous) if previous else None
    if typed is None:
        flash("Belum ada PK tahun lalu yang dapat disalin.", "warning")
    else:
        drafts.save(task_id, g.actor, typed, clock.now())
        flash(
            "Isian tahun lalu sudah disalin. Periksa dan sesuaikan, terutama tanggal, target, dan anggaran.", "success"
        )
    return redirect(_url(task, 1))


@bp.post("/tugas/<task_id>/ulang")
@signed_in
def reset(task_id: str) -> ResponseReturnValue:
    """Throw the draft away: the form opens with the case's data again."""
    task = _mine(task_id)
    drafts.drop(task_id, g.actor)
    flash("Draf dibuang. Formulir kembali ke data yang terakhir dikirim.", "success")
    return redirect(_url(task, 1))


# ---- their parts ---------------------------------------------------------------------------------------------------


def _mine(task_id: str) -> OpenTask:
    """The task, if it is the actor's to do: others may look at it, and write nothing."""
    return in_its_zone(tasks.find_to_do(task_id, g.actor))


def _find(task_id: str) -> OpenTask:
    return in_its_zone(tasks.find(task_id, g.actor))


def _posted() -> Typed:
    if len(request.form) > MOST_FIELDS:
        raise TooMuch
    return {k: v for k, v in request.form.lists() if not k.startswith("_") and k != "csrf_token"}


def _first_page(cls: type[TaskForm], context: Any, draft: Any) -> int:
    """A form whose data were sent once before and were not returned opens at "Periksa isian": one click sends it on."""
    if len(cls.pages) < 2 or draft or context.data.get("catatan_perbaikan"):
        return 1
    form = cls.open(context, typed_of(cls.open(context)))
    return len(cls.pages) + 1 if form.validate() else 1


def _url(task: OpenTask, at: int) -> str:
    # the first page by its number too: without one, a form that was sent before opens at "Periksa isian"
    return url_for("tasks.show", task_id=task.row.task_id, halaman=at)


def _page(task: OpenTask, form: TaskForm, at: int, *, draft: Any = None, errors: bool = False) -> str:
    pages = form.pages if len(form.pages) > 1 else ()
    checking = bool(pages) and at > len(pages)
    case = casefile.of(db.session.get(Instance, task.row.id))  # type: ignore[arg-type]
    if may_do(g.actor, task.row):
        personal.reveal_in(form, task.row.satker, g.actor, clock.now())
    if checking and not errors:
        form.validate()  # whoever checks their answers should see what is still missing
    return render_template(
        f"tugas/{form.template}",
        task=task,
        form=form,
        case=case,
        steps=casefile.steps(case),
        at=at,
        page=pages[at - 1] if pages and not checking else None,
        checking=checking,
        pages=[(p, _url(task, n)) for n, p in enumerate(pages, 1)],
        show_errors=errors,
        draft=draft or drafts.load(task.row.task_id, g.actor),
        allowed=may_do(g.actor, task.row)
        and task.row.claimed_by in (None, g.actor.user_id)
        and case.row.phase == "running",
        note=casefile.last_note(case),
        document=casefile.current_document(case),
        refusing=request.args.get("keputusan") not in (None, "setuju"),
        can_copy=bool(form.context.previous and type(form).copy_of(form.context.previous)),
        **taskpage.around(task, form),
    )


def _gone(task: OpenTask, typed: Typed, message: str = "") -> ResponseReturnValue:
    """Somebody was faster: who, and what was typed, so that it can be copied."""
    case = casefile.of(db.session.get(Instance, task.row.id))  # type: ignore[arg-type]
    page = render_template(
        "tasks/gone.html", task=task, case=case, typed=typed, message=message, steps=casefile.steps(case)
    )
    return page, (409 if request.method == "POST" else 200)
