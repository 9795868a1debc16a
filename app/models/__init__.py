"""Tables and queries, no behaviour. One file a subject; `db` is bound to the application in `create_app`."""

from app.models.base import AnyRow, db, table
from app.models.cases import Definition, Draft, Event, Instance, Notice, Task
from app.models.diagrams import DiagramDraft, DraftSave, Migration, MigrationCase, Replay, ReplayCase
from app.models.documents import Document
from app.models.jobs import Attempt, Job
from app.models.login import Delay, Spent
from app.models.mail import Mail, PasswordLink
from app.models.people import (
    Assignment,
    Certificate,
    Headship,
    Person,
    Role,
    Satker,
    Substitution,
    Unit,
    User,
)  # fmt: skip
from app.models.prepared import Prepared
from app.models.upkeep import Audit, AuditHead, ImportRun, Mark

__all__ = [
    "AnyRow", "Assignment", "Attempt", "Audit", "AuditHead", "Certificate", "Definition", "Delay", "DiagramDraft",
    "Document", "Draft", "DraftSave", "Event", "Headship", "ImportRun", "Instance", "Job", "Mail", "Mark", "Migration",
    "MigrationCase", "Notice", "PasswordLink", "Person", "Prepared", "Replay", "ReplayCase", "Role", "Satker", "Spent",
    "Substitution", "Task", "Unit", "User", "db", "table",
]  # fmt: skip
