"""HTTP to the provider, watched: how far a call came, a limit for all of it, and nothing of it in any log.

`requests` alone can't say whether a failed call reached the other side, and its timeouts count from one byte to the
next, so that an answer of one byte a second would go on for ever. The connections here tell a `Watch`.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CONNECT_SECONDS = 5.0
MAX_ANSWER = 60_000_000  # bytes


class Stage(Enum):
    """How far a call came."""

    CONNECTING = "connecting"  # name, connection, TLS: no byte of the request has left
    SENDING = "sending"  # at least one byte of the request never left, so it can't have been carried out
    SENT = "sent"  # all of it left: the other side may have acted on it


@dataclass(frozen=True)
class Reply:
    """An HTTP answer, all of it read. `complete` is False if the body broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    complete: bool = True


@dataclass(frozen=True)
class NoReply:
    """No HTTP answer: the stage that was reached, and whether the time was up."""

    stage: Stage
    timed_out: bool


@dataclass(frozen=True)
class Endpoint:
    """Where the provider is and how the agency identifies itself. `ca` is a file of CAs, or True for the system's."""

    url: str
    username: str
    password: str = field(repr=False)
    ca: str | bool = True


class Watch:
    """Follows one call; after `seconds` it cuts the connection, whatever is going on there."""

    def __init__(self, seconds: float) -> None:
        self.stage = Stage.CONNECTING
        self.expired = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        self._token = _WATCH.set(self)
        self._timer.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._timer.cancel()
        self._socket = None
        _WATCH.reset(self._token)

    def connected(self, sock: socket.socket) -> None:
        self._socket = sock
        self.stage = Stage.SENDING
        if self.expired:
            self._cut(sock)

    def _expire(self) -> None:
        self.expired = True
        if self._socket is not None:
            self._cut(self._socket)

    @staticmethod
    def _cut(sock: socket.socket) -> None:
        try:
            # below TLS: its own shutdown must not be called while another thread is reading
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            pass  # closed already


_WATCH: ContextVar[Watch | None] = ContextVar("tte_watch", default=None)


def exchange(endpoint: Endpoint, method: str, path: str, seconds: float, **content: Any) -> Reply | NoReply:
    """One request, never repeated, no redirect followed; `content` is `data` and `files` as requests takes them.

    Nothing is raised: an exception of `requests` carries the request, and with it NIK and passphrase.
    """
    with Watch(seconds) as watch, requests.Session() as session:
        session.trust_env = False  # proxies, .netrc and CA bundles come from our settings or not at all
        session.mount("http://", _Adapter())
        session.mount("https://", _Adapter())
        try:
            response = session.request(
                method,
                endpoint.url.rstrip("/") + path,
                auth=HTTPBasicAuth(endpoint.username.encode(), endpoint.password.encode()),
                timeout=(min(CONNECT_SECONDS, seconds), seconds),
                verify=endpoint.ca,
                allow_redirects=False,
                stream=True,
                **content,
            )
        except Exception as e:  # see the docstring: whatever it is, it must not travel on
            return NoReply(watch.stage, watch.expired or isinstance(e, requests.Timeout))
        return _read(response, watch)


def _read(response: requests.Response, watch: Watch) -> Reply | NoReply:
    parts: list[bytes] = []
    complete, size = True, 0
    try:
        for part in response.raw.stream(65536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MAX_ANSWER:
                complete = False
                break
    except Exception:  # as above
        complete = False
    finally:
        response.close()
    if watch.expired:
        return NoReply(watch.stage, True)
    return Reply(response.status_code, dict(response.headers.lower_items()), b"".join(parts), complete)


class _Watched:
    """A connection that tells the watch how far it came."""

    debuglevel = 0  # http.client prints everything it sends if somebody raises its own
    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        watch = _WATCH.get()
        if watch is not None and self.sock is not None:
            watch.connected(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        super().request(*args, **kwargs)  # type: ignore[misc]
        watch = _WATCH.get()
        if watch is not None:
            watch.stage = Stage.SENT


class _Http(_Watched, HTTPConnection):
    pass


class _Https(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class _Adapter(HTTPAdapter):
    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


def _only_others(_record: logging.LogRecord) -> bool:
    """Drop what urllib3 would log of our calls: addresses with a NIK, headers with whatever the provider sent."""
    return _WATCH.get() is None


for _name in ("connectionpool", "connection", "response", "poolmanager", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_only_others)
