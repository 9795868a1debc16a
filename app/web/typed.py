"""What was typed into a task's form, page by page: merged into the draft, and kept when the session ends meanwhile."""

from __future__ import annotations

from typing import Any

from app import clock
from app.flows import definitions, drafts, tasks
from app.flows.rights import Actor, may_do
from app.models import Task, db
from app.sdk.forms import TaskForm, Typed, belongs, of_page, typed_of, without_secrets

PAGE = "_halaman"  # the hidden field that says which page of the form was sent


def merged(task_id: str, cls: type[TaskForm], sent: Typed, at: int, actor: Actor) -> Typed:
    """What was typed on this page in place of what the draft has of it; the other pages stay."""
    if len(cls.pages) < 2:
        return sent
    draft = drafts.load(task_id, actor)
    typed = dict(draft.typed) if draft else untouched(task_id, cls, actor)
    if at > len(cls.pages):  # "Periksa isian": only what belongs to no page is asked there
        return {k: v for k, v in typed.items() if _has_page(cls, k)} | {
            k: v for k, v in sent.items() if not _has_page(cls, k)
        }
    page = cls.pages[at - 1]
    return {k: v for k, v in typed.items() if not belongs(k, page)} | of_page(sent, page)


def untouched(task_id: str, cls: type[TaskForm], actor: Actor) -> Typed:
    """The form as it opens, as if it had been typed."""
    return typed_of(cls.open(tasks.context(tasks.find(task_id, actor), actor)))


def page_number(cls: type[TaskForm], text: str | None, default: int = 1) -> int:
    """The page's number: 1 to the number of pages, and one more for "Periksa isian" where there are several."""
    last = len(cls.pages) + 1 if len(cls.pages) > 1 else 1
    return min(max(int(text), 1), last) if text and text.isdecimal() and len(text) < 4 else min(default, last)


def keep_expired(args: dict[str, Any], typed: Typed) -> Typed | None:
    """What of a post into an ended session may travel through the login (see `expired.py`)."""
    task = db.session.get(Task, args["task_id"])
    if task is None or task.state != "open":
        return None
    element = definitions.of(task.instance.definition_id).elements[task.element]
    kept = without_secrets(tasks.form_class(element), typed)
    return kept | ({PAGE: typed[PAGE]} if PAGE in typed else {})


def restore_expired(actor: Actor, args: dict[str, Any], typed: Typed) -> None:
    """Put it into the draft after the login, as if it had been sent in time."""
    task = tasks.find(args["task_id"], actor)
    if not may_do(actor, task.row):
        return
    cls = tasks.form_class(task.element)
    at = page_number(cls, (typed.pop(PAGE, None) or [""])[0])
    drafts.save(args["task_id"], actor, merged(args["task_id"], cls, typed, at, actor), clock.now())


def _has_page(cls: type[TaskForm], name: str) -> bool:
    return any(belongs(name, page) for page in cls.pages)
