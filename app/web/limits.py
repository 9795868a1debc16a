"""How often something costly may be asked for. Counted in memory, by each web process for itself."""

from __future__ import annotations

import threading
from collections import OrderedDict

from werkzeug.exceptions import TooManyRequests

from app import clock

_KEYS = 20_000  # the oldest ones are forgotten first


class Limit:
    """At most `times` within `seconds` for each key; after that 429 with Retry-After."""

    def __init__(self, times: int, seconds: int) -> None:
        self.times, self.seconds = times, seconds
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()  # start of the window, how often since
        self._lock = threading.Lock()

    def take(self, key: str) -> None:
        now = clock.now().timestamp()
        with self._lock:
            start, count = self._counts.pop(key, (now, 0))
            if now - start >= self.seconds:
                start, count = now, 0
            self._counts[key] = (start, count + 1)
            if len(self._counts) > _KEYS:
                self._counts.popitem(last=False)
        if count >= self.times:
            raise TooManyRequests(
                "Permintaan terlalu sering. Tunggu sebentar, lalu coba lagi.",
                retry_after=max(1, int(start + self.seconds - now)),
            )
