"""What `DocumentPort.render` may refuse: a service task catches it and lets the diagram answer."""

from __future__ import annotations

from app.errors import InvalidInput


class CannotRender(InvalidInput):
    """Lembar tidak dapat dibuat dari isian ini. Perbaiki bagian yang disebut, lalu buat lagi."""
