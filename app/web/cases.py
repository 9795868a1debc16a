"""A case: status in words, whom it waits for, steps, documents, history, diagram; and following it after a submit."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from lxml import etree
from sqlalchemy import select

from app import clock
from app.engine.definition import Definition
from app.errors import NotFound
from app.flows import act, behalf, casefile, definitions, start
from app.flows.casefile import Casefile
from app.flows.diagrams.replay_view import main_file
from app.flows.rights import may_do
from app.flows.start import AlreadyStarted
from app.models import Satker, db
from app.web.access import signed_in
from app.web.addresses import row_number
from app.web.words import ZONES

bp = Blueprint("cases", __name__)


def find_case(instance_id: int) -> Casefile:
    """The case of this page, in the zone of its satker; NotFound for those who may not see it."""
    case = casefile.find(instance_id, g.actor)
    g.zona = _zone(case)
    return case


def _zone(case: Casefile) -> str:
    zona = db.session.scalar(select(Satker.zona).where(Satker.kode == case.row.satker))
    return zona if zona in ZONES else "WIB"


@bp.get("/perkara/<int:instance_id>")
@signed_in
def show(instance_id: int) -> ResponseReturnValue:
    """The case page."""
    case = find_case(instance_id)
    before = request.args.get("sebelum", type=row_number)
    documents = casefile.documents(case)
    marks = marks_of(casefile.current_elements(case), casefile.passed_elements(case))
    return render_template(
        "cases/show.html",
        **_about(case),
        documents=documents,
        signed_for=behalf.signed_for(instance_id, documents),
        history=casefile.history(case, before),
        before=before,
        marks=marks,
        table=table_of(case.definition, marks),
    )


@bp.get("/perkara/<int:instance_id>/keadaan")
@signed_in
def state(instance_id: int) -> ResponseReturnValue:
    """The part of the case page that renews itself."""
    return with_etag(render_template("cases/_state.html", **_about(find_case(instance_id))))


@bp.get("/perkara/<int:instance_id>/ikuti")
@signed_in
def follow(instance_id: int) -> ResponseReturnValue:
    """After a submit: straight on to the next task of the same person, or what happens now and who has it."""
    case = find_case(instance_id)
    onward = _onward(case)
    if onward:
        return redirect(onward)
    return render_template("cases/follow.html", **_about(case))


@bp.get("/perkara/<int:instance_id>/ikuti/isi")
@signed_in
def followed(instance_id: int) -> ResponseReturnValue:
    """What the page that follows asks for: its new content, or where to go (header X-Location)."""
    case = find_case(instance_id)
    onward = _onward(case)
    if onward:
        answer = make_response("", 200)
        answer.headers["X-Location"] = onward
        return answer
    return with_etag(render_template("cases/_follow.html", **_about(case)))


@bp.get("/perkara/<int:instance_id>/diagram.bpmn")
@signed_in
def diagram(instance_id: int) -> ResponseReturnValue:
    """The diagram of the version on which the case runs, or ran (?langkah=12), without its author's notes."""
    case = find_case(instance_id)
    seq = request.args.get("langkah", type=row_number)
    files = casefile.files(case, seq)
    drawn = main_file(files, case.row.process)
    if not drawn:
        raise NotFound
    return Response(without_notes(drawn), mimetype="application/xml")


@bp.post("/perkara/mulai")
@signed_in
def begin() -> ResponseReturnValue:
    """Start a process for a satker; where there is one already, go there."""
    process, satker = request.form.get("proses", ""), request.form.get("satker", "")
    try:
        instance_id = start.start(process, satker, g.actor, clock.now())
    except AlreadyStarted as e:
        flash(str(e), "info")
        instance_id = e.instance_id
    return redirect(url_for("cases.follow", instance_id=instance_id))


@bp.post("/tindakan/<action_id>")
@signed_in
def perform(action_id: str) -> ResponseReturnValue:
    """Send a message that the case waits for: "Tarik kembali"."""
    instance_id = act.act(action_id, g.actor, clock.now())
    return redirect(url_for("cases.follow", instance_id=instance_id))


@bp.get("/mulai")
@signed_in
def startable() -> ResponseReturnValue:
    """Every process that somebody with these roles may begin, for each of their places."""
    return render_template("cases/startable.html", offers=offers())


def offers() -> list[tuple[Definition, str]]:
    """(process, satker) of all that the person may begin."""
    return [
        (p.definition, h.scope)
        for p in definitions.processes()
        for h in g.actor.holdings
        if h.role == start.start_role(p.definition) and h.kind == "satker"
    ]


def _onward(case: Casefile) -> str:
    """The page of the next task of this person, once nothing moves by itself any more."""
    if case.busy:
        return ""
    tasks = casefile.mine(case, g.actor)
    return url_for("tasks.show", task_id=tasks[0].id) if tasks else ""


def _about(case: Casefile) -> dict[str, object]:
    return {
        "case": case,
        "steps": casefile.steps(case),
        "mine": casefile.mine(case, g.actor),
        "waits": casefile.waits_for(case),
        "actions": [a for a in case.actions if may_do(g.actor, a)],
    }


def marks_of(current: list[str], done: list[str]) -> dict[str, list[str]]:
    """What the diagram shows: where the case stands, and what it has gone through."""
    return {"current": current, "done": done}


def table_of(definition: Definition, marks: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    """The diagram's facts as rows: step, role, state; for phones and for people who listen.

    Events and gateways only where the case stands at one.
    """
    done, now = set(marks["done"]), set(marks["current"])
    return [
        (e.name or e.id, e.lane or "", "current" if e.id in now else "done" if e.id in done else "todo")
        for e in definition.elements.values()
        if e.kind.lower().endswith("task") or e.id in now
    ]


def without_notes(bpmn: str) -> str:
    """The diagram without text annotations and their lines: those are for whoever edits it."""
    root = etree.fromstring(bpmn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    notes = root.findall(".//{*}textAnnotation") + root.findall(".//{*}association")
    ids = {note.get("id") for note in notes}
    drawn = [e for e in root.iter("{*}BPMNShape", "{*}BPMNEdge") if e.get("bpmnElement") in ids]
    for element in (*notes, *drawn):
        element.getparent().remove(element)
    return str(etree.tostring(root, encoding="unicode"))


def with_etag(html: str) -> Response:
    """The fragment, or 304 where the browser has it already."""
    response = make_response(html)
    response.set_etag(hashlib.sha256(html.encode()).hexdigest()[:24])
    response.make_conditional(request)
    return response
