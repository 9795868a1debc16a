"""/proses/draf/<id>: a draft on the canvas, its saves, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.engine.difference import compare
from app.errors import InvalidInput
from app.flows.diagrams import drafts
from app.flows.diagrams.examine import examine
from app.flows.diagrams.examine import soundness as explore
from app.flows.diagrams.files import as_bytes
from app.flows.diagrams.fork import fork as fork_draft
from app.flows.rights import holds
from app.models import DiagramDraft
from app.web import examined
from app.web.access import needs
from app.web.security import allow_style_attributes
from app.web.words import jam

bp = Blueprint("editor", __name__, url_prefix="/proses/draf")
BIRO, ADMIN = "Biro Perencanaan", "Admin"
TOLD = 40  # sentences of the difference, when two have drawn; more is no longer read in a dialog
STATES = {
    "waiting": "Draf ini menunggu persetujuan orang kedua, jadi tidak dapat diubah.",
    "published": "Draf ini sudah terbit, jadi tidak dapat diubah. Buat draf baru dari versi yang berlaku.",
    "dropped": "Draf ini sudah dibuang, jadi tidak dapat diubah.",
}


@bp.get("/<int:id>")
@needs(BIRO, ADMIN)
def edit(id: int) -> ResponseReturnValue:
    """The canvas. Admins read, and so does everybody once the draft is closed."""
    draft = drafts.read(id)
    allow_style_attributes()
    may_edit = holds(g.actor, BIRO) and draft.state == "open"
    return render_template(
        "editor/edit.html",
        draft=draft,
        may_edit=may_edit,
        closed=STATES.get(draft.state, ""),
        page=_page(draft, may_edit),
        vocabulary=_vocabulary() if may_edit else {},
        saved=jam(draft.saved_at),
    )


@bp.post("/<int:id>/simpan")
@needs(BIRO)
def save(id: int) -> ResponseReturnValue:
    """Keep what is drawn: the new revision, or 409 with who saved meanwhile."""
    draft = drafts.read(id)
    sent = request.get_json(silent=True)
    seen = sent.get("revision") if isinstance(sent, dict) else None
    if type(seen) is not int or not 0 <= seen < 2**31:  # a larger number fits no column
        raise InvalidInput("Nomor simpanan tidak ikut terkirim. Muat ulang halaman ini, lalu simpan lagi.")
    files = {**draft.files, **_files(draft)}
    try:
        drafts.save(id, seen, files, g.actor, clock.now())
    except drafts.Overtaken as e:
        if e.draft.files == files:  # sent again, since the answer to the first time was lost
            return jsonify(_saved(e.draft))
        url = url_for("differences.saves", id=id, a=seen, b=e.draft.revision)
        words = compare(e.draft.files, files).words[:TOLD]  # from theirs to what was sent
        return jsonify(message=str(e), difference_url=url, words=words, **_saved(e.draft)), 409
    return jsonify(_saved(drafts.read(id)))


@bp.get("/<int:id>/keadaan")
@needs(BIRO, ADMIN)
def state(id: int) -> ResponseReturnValue:
    """Whether somebody else has saved, for a page that looks now and then; with `isi` the files as well."""
    draft = drafts.read(id)
    now = {**_saved(draft), "state": draft.state, "words": STATES.get(draft.state, "")}
    if "isi" in request.args:
        return jsonify({**now, "files": draft.files})
    response: Response = jsonify(now)
    response.set_etag(f"{draft.revision}-{draft.state}")
    return response.make_conditional(request)


@bp.post("/<int:id>/periksa")
@needs(BIRO, ADMIN)
def check(id: int) -> ResponseReturnValue:
    """All problems of what is drawn now, saved or not, and what would be executed."""
    draft = drafts.read(id)
    return jsonify(examined.as_json(examine(as_bytes({**draft.files, **_files(draft)}))))


@bp.post("/<int:id>/alur")
@needs(BIRO, ADMIN)
def soundness(id: int) -> ResponseReturnValue:
    """Where cases can go in what is drawn now: whether each can end, and whether a step is never reached."""
    draft = drafts.read(id)
    found = explore(as_bytes({**draft.files, **_files(draft)}))
    return jsonify(problems=[examined.problem(p) for p in found.problems], facts=examined.facts(found))


@bp.get("/<int:id>/periksa")
@needs(BIRO, ADMIN)
def check_page(id: int) -> ResponseReturnValue:
    """The same for the saved draft, as a page that needs no script; with `alur`, where cases can go as well."""
    draft = drafts.read(id)
    found = examine(as_bytes(draft.files))
    ways = explore(as_bytes(draft.files)) if "alur" in request.args and found.ok else None
    return render_template(
        "editor/check.html",
        draft=draft,
        ok=found.ok and (ways is None or ways.ok),
        problems=[*(ways.problems if ways else ()), *found.problems],
        facts=examined.facts(ways) if ways else [],
        walked=ways is not None,
        executed=examined.by_kind(examined.executed(found)),
        levels=examined.LEVELS,
        names={e.id: e.name or e.id for e in found.elements.values()},
    )


@bp.post("/<int:id>/salin")
@needs(BIRO)
def fork(id: int) -> ResponseReturnValue:
    """What is drawn becomes a draft of its own."""
    draft = drafts.read(id)
    made = fork_draft(id, {**draft.files, **_files(draft)}, g.actor, clock.now())
    return jsonify(url=url_for("editor.edit", id=made.id))


# ---- helpers -------------------------------------------------------------------------------------------------------


def _files(draft: DiagramDraft) -> dict[str, str]:
    """The files that were sent: names of the draft's own, texts that can be stored."""
    sent = request.get_json(silent=True)
    files = sent.get("files", {}) if isinstance(sent, dict) else None
    if not isinstance(files, dict) or not set(files) <= set(draft.files):
        raise InvalidInput("Berkas yang dikirim bukan bagian draf ini. Muat ulang halaman ini, lalu coba lagi.")
    for name, text in files.items():
        if not isinstance(text, str) or not text.strip() or not _storable(text):
            raise InvalidInput(f"Isi berkas {name} tidak terbaca. Muat ulang halaman ini, lalu coba lagi.")
    return dict(files)


def _storable(text: str) -> bool:
    """Not with half a surrogate, nor with a zero byte: no database takes them."""
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _saved(draft: DiagramDraft) -> dict[str, Any]:
    return {
        "revision": draft.revision, "saver": draft.saver, "saved_at": draft.saved_at.isoformat(),
        "saved": jam(draft.saved_at), "mine": draft.saved_by == g.actor.user_id,
    }  # fmt: skip


def _page(draft: DiagramDraft, may_edit: bool) -> dict[str, Any]:
    """What the script of the page begins with."""
    urls = {name: url_for(f"editor.{name}", id=draft.id) for name in ("save", "state", "check", "soundness", "fork")}
    urls["difference"] = url_for("differences.saves", id=draft.id)
    return {
        **_saved(draft), "id": draft.id, "process": draft.process, "name": draft.name, "files": draft.files,
        "main": main_file(draft.process, draft.files), "mode": "edit" if may_edit else "read",
        "user": g.actor.user_id, "element": request.args.get("elemen", "")[:200], "urls": urls,
    }  # fmt: skip


def main_file(process: str, files: Mapping[str, str]) -> str:
    """The file that holds the process itself, else the first diagram."""
    diagrams = [name for name in sorted(files) if not name.lower().endswith(".dmn")]
    holding = [name for name in diagrams if process and f'id="{process}"' in files[name]]
    return next(iter([*holding, *diagrams, *sorted(files)]), "")


def _vocabulary() -> dict[str, Any]:
    """The names that a diagram may use, for panel and rules."""
    from app.web import editor_forms  # it adds its routes to this blueprint, so it comes after

    return dict(getattr(editor_forms, "vocabulary_json", dict)())
