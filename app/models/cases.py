"""Definitions, running cases, their open tasks, and what happened. Nothing here scans states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, UtcDateTime


class Definition(Model):
    """One published, immutable version of a process. `files` are the BPMN and DMN files by name, as text.

    `origin`: file (from processes/) | browser. `publisher` and `confirmer` are names, as they were then.
    """

    __table_args__ = (UniqueConstraint("process", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(100), index=True)
    version: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(200))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    originals: Mapped[dict[str, str] | None] = mapped_column(JSON)  # base64, of files that did not come as UTF-8
    sha256: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    origin: Mapped[str] = mapped_column(String(10), default="file")
    note: Mapped[str] = mapped_column(Text, default="")  # why this version was published
    # accounts, without a foreign key: SQLite would have to rebuild a table that cases refer to
    published_by: Mapped[int | None] = mapped_column()
    publisher: Mapped[str] = mapped_column(String(200), default="")
    confirmed_by: Mapped[int | None] = mapped_column()
    confirmer: Mapped[str] = mapped_column(String(200), default="")
    restored_from: Mapped[int | None] = mapped_column()  # the number of the older version whose files these are


class Instance(Model):
    """A case. `version` counts its steps: every write says `WHERE version = ?`.

    `key` is unique per process where the diagram declares one (property `unik`), e.g. "2026/100101"; a cancelled case
    gives it back. `phase`: running | suspended | ended | cancelled. `stuck` says why nothing will move the case, as
    the worker found out last; "" where something will.
    """

    __table_args__ = (
        UniqueConstraint("process", "key"),
        Index(None, "tahun", "satker", "id"),
        Index(None, "tahun", "unit", "id"),
        Index(None, "process", "tahun", "satker"),
        Index(None, "next_timer"),
        Index(None, "phase", "id"),
        Index("ix_instance_stuck", "stuck", sqlite_where=text("stuck != ''"), postgresql_where=text("stuck != ''")),
        # all that /instans filters by, without the states: see flows/instances.py
        Index(
            "ix_instance_list", "id", "phase", "tahun", "satker", "unit", "definition_id", "status", "changed_at",
            "created_at", "stuck", "title",
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(100))
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    key: Mapped[str | None] = mapped_column(String(200))
    tahun: Mapped[int] = mapped_column()
    satker: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(6))
    title: Mapped[str] = mapped_column(String(300))
    status: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_timer: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_hash: Mapped[str] = mapped_column(String(64), default="")  # of the newest event
    phase: Mapped[str] = mapped_column(String(10), default="running")
    stuck: Mapped[str] = mapped_column(String(30), default="")
    definition: Mapped[Definition] = relationship()


class Task(Model):
    """A user task or a message a person may send (`kind` "action"). The id is the engine's."""

    __table_args__ = (
        Index("ix_task_satker_list", "role", "satker", "tahun", "state", "created_at", "id"),
        Index("ix_task_unit_list", "role", "unit", "tahun", "state", "created_at", "id"),
        Index("ix_task_all_list", "role", "tahun", "state", "created_at", "id"),
        Index("ix_task_done", "done_by", "done_at", "id"),
        Index("ix_task_due", "state", "remind_at"),
        Index(None, "instance_id", "state"),
        Index(
            # where cases stand. Written so that no planner takes the index of states for it
            "ix_task_step", "element", "kind", "instance_id",
            sqlite_where=text("coalesce(state, '') = 'open'"), postgresql_where=text("coalesce(state, '') = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # at an event gateway more than 32 digits
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    kind: Mapped[str] = mapped_column(String(10), default="user")  # user | action
    element: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(60))
    satker: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(6))
    tahun: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default="open")  # open | done | gone
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminders: Mapped[int] = mapped_column(default=0)  # how many were sent
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    done_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    instance: Mapped[Instance] = relationship()


class Draft(Model):
    """What somebody typed and has not sent. Never holds a secret field."""

    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    typed: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Event(Model):
    """What happened, append-only, hash-chained per case (`hash` covers all columns and the hash before)."""

    __table_args__ = (UniqueConstraint("instance_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    seq: Mapped[int] = mapped_column()  # the instance's version after it
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # start submit action result error timer | retry cancel suspend resume reassign recommend: by people, see amend.py
    # migrate migrate_undo: to another version, see moves/carry.py
    kind: Mapped[str] = mapped_column(String(20))
    element: Mapped[str] = mapped_column(String(100), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    actor: Mapped[str] = mapped_column(String(200), default="")  # name and role at that time
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    status: Mapped[str] = mapped_column(String(200), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    passed: Mapped[list[Any]] = mapped_column(JSON)
    state: Mapped[bytes | None] = mapped_column(LargeBinary)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Notice(Model):
    """Something that people of a role in a scope, or one person, should know. Shown at the bell."""

    __table_args__ = (
        Index(None, "role", "satker", "created_at", "id"),
        Index(None, "role", "unit", "created_at", "id"),
        Index(None, "role", "created_at", "id"),
        Index(None, "user_id", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # one person; `role` is "" then
    role: Mapped[str] = mapped_column(String(60))
    satker: Mapped[str] = mapped_column(String(6))
    unit: Mapped[str] = mapped_column(String(6))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    key: Mapped[str | None] = mapped_column(String(160), unique=True, index=True)  # what the worker must not say twice
