"""The corridor of the passphrase: a value that can be handed on, and nothing else.

Only `service_tasks` may call `.reveal()`; `tests/test_house.py` checks it. Everything that would store,
print, copy or compare the text by accident fails instead.
"""

from __future__ import annotations

from typing import Any, NoReturn


class Passphrase:
    """A secret typed by a person. Not a `str`, has no hash, hides its repr, refuses copy, pickle and JSON."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]  # a secret must not become a key of a cache

    def __init__(self, text: str) -> None:
        self._text: bytearray | None = bytearray(text.encode())

    def reveal(self) -> str:
        """The text, for the one call that needs it. ValueError after `wipe()`."""
        if self._text is None:
            raise ValueError("the passphrase was wiped: ask the signer to type it again")
        return self._text.decode()

    def wipe(self) -> None:
        """Overwrite the text in memory. May be called more than once."""
        if self._text is not None:
            for i in range(len(self._text)):
                self._text[i] = 0
            self._text = None

    @property
    def wiped(self) -> bool:
        return self._text is None

    def is_in(self, haystack: str | bytes) -> bool:
        """Whether `haystack` contains the secret; the guard at the doors of everything that is stored."""
        if not self._text:
            return False
        return bytes(self._text) in (haystack.encode() if isinstance(haystack, str) else haystack)

    def __len__(self) -> int:
        return len(self._text.decode()) if self._text is not None else 0

    def __bool__(self) -> bool:
        return self._text is not None and len(self._text) > 0

    def __repr__(self) -> str:
        return "Passphrase(***)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def _refuse(self, *_args: Any) -> NoReturn:
        raise TypeError("a passphrase can't be copied, pickled or stored")

    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = __getstate__ = _refuse
    __iter__ = _refuse
