"""Settings, read once at start. NAME or NAME_FILE (the name of a file that holds the value) in the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.errors import InvalidConfig

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Config:
    """All settings with their units. A bad value fails loudly at start."""

    secret_key: str = field(repr=False, default="")
    database_url: str = ""  # default: SQLite in the folder `instance`
    data_dir: Path = ROOT / "instance"  # documents, keys of the local provider
    public_url: str = "http://127.0.0.1:8000"  # stands in the QR codes
    zone: str = "Asia/Jakarta"
    instansi: str = "Kementerian Pendidikan dan Kebudayaan"  # on the letterhead
    tte_url: str = "http://127.0.0.1:8100"
    tte_username: str = "alur"
    tte_password: str = field(repr=False, default="alur-lokal")
    tte_roots: str = ""  # PEM files of trusted roots, separated by ":"; default: the local provider's
    tte_timeout_status: float = 15.0  # seconds
    tte_timeout_sign: float = 60.0  # seconds
    signing_threads: int = 4
    signing_queue: int = 64
    secret_seconds: int = 300  # a passphrase waits no longer than this
    lease_seconds: int = 90  # a job that runs longer was lost; must exceed tte_timeout_sign
    session_hours: int = 8  # idle
    captcha: str = "on"  # on | off; off for load tests only
    environment: str = "production"  # production | development | test
    mail_server: str = ""  # host:port of the SMTP server; empty: mails wait
    mail_security: str = "starttls"  # none | starttls | tls
    mail_username: str = ""
    mail_password: str = field(repr=False, default="")
    mail_from: str = "Alur <alur@localhost>"
    mail_timeout: float = 20.0  # seconds
    proxies: int = 0  # how many of our own proxies stand before us and add X-Forwarded-For
    metrics_token: str = field(repr=False, default="")  # opens /metrics; empty: there is no such page
    log_format: str = "json"  # json: one object a line | text
    retention_days_mail: int = 90  # see flows/retention.py
    retention_days_notice: int = 400
    retention_days_login: int = 400
    publish_confirm: str = ""  # on | off: a second person confirms a new version; default: on in production

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """The settings from the environment; InvalidConfig names the first bad one."""
        env = os.environ if env is None else env
        values: dict[str, Any] = {}
        for f in fields(cls):
            text = _read(env, f.name.upper())
            if text is not None:
                values[f.name] = _convert(f.name, text, _KINDS.get(str(f.type), str))
        return cls(**values).checked()

    def checked(self) -> Config:
        """Itself, or InvalidConfig."""
        if len(self.secret_key) < 16:
            raise InvalidConfig("SECRET_KEY is missing or shorter than 16 characters: set 32 random bytes in hex.")
        for name in ("public_url", "tte_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme not in ("http", "https") or not parts.netloc:
                raise InvalidConfig(f"{name.upper()} must be an address such as https://alur.example.go.id.")
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise InvalidConfig(f"{name.upper()} must be {', '.join(allowed[:-1])} or {allowed[-1]}.")
        if self.mail_server and not re.fullmatch(r"[^:\s]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}", self.mail_server):
            raise InvalidConfig("MAIL_SERVER must be host:port, such as smtp.example.go.id:587.")
        if "@" not in self.mail_from:
            raise InvalidConfig("MAIL_FROM must hold an address, such as Alur <alur@example.go.id>.")
        self._check_days()
        if self.proxies < 0:
            raise InvalidConfig("PROXIES is the number of our own proxies: 0 or more.")
        if self.lease_seconds <= self.tte_timeout_sign:
            raise InvalidConfig("LEASE_SECONDS must exceed TTE_TIMEOUT_SIGN, or a slow signature would run twice.")
        return self

    def _check_days(self) -> None:
        for name in ("retention_days_mail", "retention_days_notice", "retention_days_login"):
            if getattr(self, name) < 7:
                raise InvalidConfig(f"{name.upper()} is a number of days: 7 or more, or what is needed goes at once.")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'alur.sqlite3'}"

    @property
    def two_publish(self) -> bool:
        """Must a second person confirm a new version of a process?"""
        return (self.publish_confirm or ("on" if self.environment == "production" else "off")) == "on"

    @property
    def documents(self) -> Path:
        return self.data_dir / "documents"

    @property
    def trust_roots(self) -> list[Path]:
        if self.tte_roots:
            return [Path(p) for p in self.tte_roots.split(os.pathsep)]
        return [self.data_dir / "tte" / "root.pem"]

    def service_settings(self) -> dict[str, str]:
        """What service tasks may see, as text by the setting's name."""
        return {
            "LEMBAR_INSTANSI": self.instansi,
            "TTE_URL": self.tte_url,
            "TTE_USERNAME": self.tte_username,
            "TTE_PASSWORD": self.tte_password,
            "TTE_TIMEOUT_STATUS": str(self.tte_timeout_status),
            "TTE_TIMEOUT_SIGN": str(self.tte_timeout_sign),
        }


_CHOICES = {
    "environment": ("production", "development", "test"),
    "captcha": ("on", "off"),
    "mail_security": ("none", "starttls", "tls"),
    "log_format": ("json", "text"),
    "publish_confirm": ("", "on", "off"),
}


def _read(env: Mapping[str, str], name: str) -> str | None:
    if name in env:
        return env[name]
    if f"{name}_FILE" in env:
        try:
            return Path(env[f"{name}_FILE"]).read_text().strip()
        except OSError as e:
            raise InvalidConfig(f"{name}_FILE can't be read: {e.strerror}") from e
    return None


def _convert(name: str, text: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(text)
    except ValueError as e:
        raise InvalidConfig(f"{name.upper()} is {text!r}: it takes a number.") from e


_KINDS: dict[str, Callable[[str], Any]] = {"int": int, "float": float, "Path": Path, "str": str}
