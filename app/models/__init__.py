"""Tables and queries, no behaviour. One file a subject; `db` is bound to the application in `create_app`."""

from app.models.base import AnyRow, db, table
from app.models.cases import Definition, Draft, Event, Instance, Notice, Task
from app.models.documents import Document
from app.models.jobs import Attempt, Job
from app.models.login import Delay, Spent
from app.models.people import Assignment, Certificate, Person, Role, Satker, Unit, User
from app.models.prepared import Prepared

__all__ = [
    "AnyRow", "Assignment", "Attempt", "Certificate", "Definition", "Delay", "Document", "Draft", "Event", "Instance",
    "Job", "Notice", "Person", "Prepared", "Role", "Satker", "Spent", "Task", "Unit", "User", "db", "table",
]  # fmt: skip
