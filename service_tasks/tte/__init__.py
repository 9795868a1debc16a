"""The TTE provider (BSrE, eSign Client Service): its API over HTTP, and the service tasks that sign with it."""

from service_tasks.tte.tasks import TASKS, check_registration

__all__ = ["TASKS", "check_registration"]
