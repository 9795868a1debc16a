"""Diagrams on their way to a version: drafts, their saves, replays of recorded cases, and moves of running ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, UtcDateTime
from app.models.cases import Definition


class DiagramDraft(Model):
    """Files that somebody works on. `process` is the id of the process in them, "" while it has none.

    `revision` counts the saves: every save says `WHERE revision = ?`, so nobody overwrites what they have not seen.
    `state`: open | waiting (for a second person's yes) | published | dropped. `origin`: browser | file | upload |
    version. `base_id` is the version it began from, None for a new process.
    """

    __table_args__ = (Index(None, "process", "state", "id"), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    originals: Mapped[dict[str, str] | None] = mapped_column(JSON)  # base64, of files that did not come as UTF-8
    sha256: Mapped[str] = mapped_column(String(64), index=True)  # of the files, as in `definition`
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default="open")
    origin: Mapped[str] = mapped_column(String(10), default="browser")
    report: Mapped[list[Any]] = mapped_column(JSON, default=list)  # of what was repaired when it came from elsewhere
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saver: Mapped[str] = mapped_column(String(200), default="")  # the name, as it was then
    note: Mapped[str] = mapped_column(Text, default="")  # why it is to be published
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reply: Mapped[str] = mapped_column(Text, default="")  # why the second person gave it back, with their name
    published_id: Mapped[int | None] = mapped_column(ForeignKey("definition.id"))
    base: Mapped[Definition | None] = relationship(foreign_keys=[base_id])


class DraftSave(Model):
    """One save of a draft, kept for a while: who saved what, to compare with and to go back to."""

    __table_args__ = (UniqueConstraint("draft_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    revision: Mapped[int] = mapped_column()
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saver: Mapped[str] = mapped_column(String(200), default="")


class Replay(Model):
    """Recorded cases run against a draft as it was at `revision`, in memory.

    `state`: waiting | running | done | stopped | failed. `stop` asks the worker to end it. `summary` has the counts
    by outcome and by element.
    """

    __table_args__ = (Index(None, "draft_id", "id"), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("diagram_draft.id"))
    revision: Mapped[int] = mapped_column()
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    stop: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # which cases: year, how many, ...
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    draft: Mapped[DiagramDraft] = relationship()


class ReplayCase(Model):
    """What came of one recorded case. `outcome`: same | other (another path) | stopped | failed."""

    __table_args__ = (Index(None, "replay_id", "outcome", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    replay_id: Mapped[int] = mapped_column(ForeignKey("replay.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    title: Mapped[str] = mapped_column(String(300), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    element: Mapped[str] = mapped_column(String(100), default="")  # where it left the recorded path
    reason: Mapped[str] = mapped_column(Text, default="")
    path: Mapped[list[Any]] = mapped_column(JSON, default=list)  # elements gone through, in order


class Migration(Model):
    """A move of running cases to another version. `mapping`: removed step -> the step that takes its place.

    `state`: waiting | checking | ready | moving | undoing | done | stopped | failed.
    """

    __table_args__ = (Index(None, "process", "id"), Index(None, "state", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(100))
    target_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    stop: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # which cases were chosen
    note: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    target: Mapped[Definition] = relationship()


class MigrationCase(Model):
    """One case of a move. `verdict`: green | amber | red, with `reasons` in words.

    `state`: chosen | checked | asked (for the worker to move) | moved | undo (for the worker to take back) | undone |
    skipped | failed. `seen` is the case's version at the check; `moved_seq` the
    event of the move, which is undone only while nothing came after it.
    """

    __table_args__ = (UniqueConstraint("migration_id", "instance_id"), Index(None, "migration_id", "verdict", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    migration_id: Mapped[int] = mapped_column(ForeignKey("migration.id"))
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    verdict: Mapped[str] = mapped_column(String(10), default="")
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10), default="chosen")
    seen: Mapped[int] = mapped_column(default=0)
    moved_seq: Mapped[int | None] = mapped_column()
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    message: Mapped[str] = mapped_column(Text, default="")
