"""What the engine refuses. The docstring is the message."""

from __future__ import annotations

from app.errors import AlurError, Conflict


class TaskGone(Conflict):
    """Tugas ini sudah selesai atau sudah ditarik. Buka lagi daftar tugas untuk melihat keadaan terbaru."""


class NoErrorPath(AlurError):
    """No error boundary event catches this code at the service task. Make it an incident, or draw the event."""

    status_code = 422

    def __init__(self, code: str, element: str) -> None:
        self.code = code
        self.element = element
        super().__init__(f"Tidak ada kejadian di tepi yang menangkap kesalahan '{code}' pada '{element}'.")


class StateUnreadable(AlurError):
    """The stored state does not fit this diagram or this release. Open the case with the version it was stored with."""
