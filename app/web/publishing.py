"""A draft becomes a version: what is checked before, the note, the second person. Continues processes.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField
from wtforms.widgets import HiddenInput

from app import clock
from app.errors import Conflict, InvalidInput
from app.flows.diagrams import confirm, drafts, ready, versions
from app.flows.diagrams import publish as publishing
from app.flows.diagrams.publish import LONGEST, AlreadyPublished, Wanted
from app.flows.diagrams.ready import Look
from app.flows.house import house
from app.models import Definition, Replay, db
from app.sdk.fields import AtMost, ParagraphsField
from app.web.access import needs
from app.web.adminform import AdminForm
from app.web.examined import LEVELS
from app.web.processes import ADMIN, BIRO, WORDS, bp

__all__ = ["bp"]
SHOWN = 40  # problems and sentences of the difference on this page; all of them stand on pages of their own


class PublishForm(AdminForm):
    """What was seen (`revision`, `newest`), why it is published, and whether it goes past another version."""

    note = ParagraphsField("Apa yang berubah, dan mengapa", [AtMost(LONGEST, "Alasan")])
    over = BooleanField()
    revision = IntegerField(widget=HiddenInput())
    newest = IntegerField(widget=HiddenInput())

    def wanted(self) -> Wanted:
        """As it was sent; a page that somebody tampered with has seen nothing."""
        seen = [n if isinstance(n, int) and 0 <= n < 2**31 else -1 for n in (self.revision.data, self.newest.data)]
        return Wanted(seen[0], seen[1], (self.note.data or "").strip(), bool(self.over.data))


class BackForm(AdminForm):
    """Why a draft is given back."""

    reason = ParagraphsField("Alasan", [AtMost(LONGEST, "Alasan")])


@bp.get("/draf/<int:id>/terbitkan")
@needs(BIRO, ADMIN)
def publish(id: int) -> ResponseReturnValue:
    """What would be published, and what stands in the way."""
    look = ready.look(id)
    if look.draft.state == versions.OPEN:
        return _page(look, PublishForm(data={"note": look.draft.note}))
    return _page(look, PublishForm())


@bp.post("/draf/<int:id>/terbitkan")
@needs(BIRO)
def publish_now(id: int) -> ResponseReturnValue:
    """Publish, or ask the second person."""
    form, now = PublishForm(request.form), clock.now()

    def decide() -> str:
        if house().config.two_publish:
            confirm.ask(id, form.wanted(), g.actor, now)
            return "Persetujuan diminta. Orang lain dari Biro Perencanaan melihatnya di halaman Proses."
        return _published(publishing.publish(id, form.wanted(), g.actor, now))

    return _decided(id, form, decide)


@bp.post("/draf/<int:id>/setujui")
@needs(BIRO)
def approve(id: int) -> ResponseReturnValue:
    """The second person agrees."""
    form = PublishForm(request.form)
    return _decided(id, form, lambda: _published(confirm.approve(id, form.wanted(), g.actor, clock.now())))


@bp.post("/draf/<int:id>/kembalikan")
@needs(BIRO)
def send_back(id: int) -> ResponseReturnValue:
    """The second person does not agree."""
    form = BackForm(request.form)

    def decide() -> str:
        confirm.send_back(id, form.reason.data or "", g.actor, clock.now())
        return "Draf dikembalikan dengan alasan Anda."

    return _decided(id, form, decide)


@bp.post("/draf/<int:id>/tarik")
@needs(BIRO)
def withdraw(id: int) -> ResponseReturnValue:
    """The one who asked thinks again."""
    confirm.withdraw(id, g.actor, clock.now())
    flash("Permintaan ditarik. Draf dapat diubah lagi.", "success")
    return redirect(url_for("processes.publish", id=id))


def _published(number: int) -> str:
    return f"Versi {number} terbit. Perkara baru memakainya; yang sedang berjalan tetap di versinya."


def _decided(id: int, form: AdminForm, decide: Callable[[], str]) -> ResponseReturnValue:
    """Do it and go on; where it is refused, the page as it is now, with what was typed."""
    try:
        flash(decide(), "success")
    except AlreadyPublished as e:
        flash(str(e), "info")
        return redirect(url_for("processes.version", process=e.process, number=e.number))
    except (Conflict, InvalidInput) as e:
        form.refused(e)
        page = form if isinstance(form, PublishForm) else PublishForm()
        back = form if isinstance(form, BackForm) else None
        return _page(ready.look(id), page, back, e)
    return redirect(_onward(id))


def _onward(id: int) -> str:
    draft = drafts.read(id)
    if draft.state == versions.PUBLISHED:
        return url_for("processes.show", process=draft.process)
    return url_for("processes.publish", id=id)


def _page(look: Look, form: PublishForm, back: BackForm | None = None, error: Any = None) -> ResponseReturnValue:
    draft = look.draft
    # what is decided on is what this page shows
    for hidden, now in ((form.revision, draft.revision), (form.newest, look.number)):
        hidden.data, hidden.raw_data = now, None
    base = draft.base.version if draft.base else 0
    before = look.newest.files if look.newest else None
    differs = ready.words(before, draft.files) if look.found.ok else []
    page = render_template(
        "processes/publish.html",
        draft=draft,
        look=look,
        form=form,
        back=back or BackForm(),
        error=error if isinstance(error, Conflict) else None,
        base=base,
        problems=look.found.problems[:SHOWN],
        left=max(0, len(look.found.problems) - SHOWN),
        differs=differs[:SHOWN],
        differs_left=max(0, len(differs) - SHOWN),
        running=versions.running_on(look.process).get(look.process, []) if look.process else [],
        replay=_replay(draft.id),
        two=house().config.two_publish,
        asker=publishing.name_of(draft.asked_by),
        own=draft.asked_by == g.actor.user_id,
        edits=BIRO in g.actor.roles,
        published=db.session.get(Definition, draft.published_id) if draft.published_id else None,
        levels=LEVELS,
        level_colours={"error": "danger", "warning": "warning", "repair": "secondary"},
        **WORDS,
    )
    return page, getattr(error, "status_code", 200)


def _replay(draft_id: int) -> Replay | None:
    """The last replay of the draft."""
    last = db.select(Replay).where(Replay.draft_id == draft_id).order_by(Replay.id.desc())
    found: Replay | None = db.session.scalar(last.limit(1))
    return found
