"""`make run`: prepare everything that is missing, then keep web, worker, local provider and mail catcher together.

For one machine and for trying out. How to run Alur for real stands in docs/.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA_DIR", ROOT / "instance"))
PORT = int(os.environ.get("PORT", "8000"))
STOPPED = 130  # honcho's code for Ctrl-C, which is how it is meant to end
TTE_PORT = int(os.environ.get("TTE_PORT", "8100"))
MAIL_PORT = int(os.environ.get("MAIL_PORT", "1025"))
CATCHER_PORT = int(os.environ.get("CATCHER_PORT", "8025"))  # the page on which caught mails are read
CATCHES = not {"MAIL_SERVER", "MAIL_SERVER_FILE"} & set(os.environ)  # a mail server of one's own is used instead


def main() -> None:
    """Run until Ctrl-C; exit status 1 with a sentence where something is in the way."""
    os.umask(0o077)  # database, documents and their folders hold NIKs: for this account only
    catcher = ((MAIL_PORT, "MAIL_PORT"), (CATCHER_PORT, "CATCHER_PORT")) if CATCHES else ()
    for port, name in ((PORT, "PORT"), (TTE_PORT, "TTE_PORT"), *catcher):
        if _taken(port):
            sys.exit(f"Port {port} sudah dipakai program lain. Hentikan program itu, atau pakai `{name}=... make run`.")
    env = _environment()
    os.environ.update(env)
    _prepare()
    print(_banner(), flush=True)
    sys.exit(_serve(env))


def _taken(port: int) -> bool:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _environment() -> dict[str, str]:
    DATA.mkdir(parents=True, exist_ok=True)
    key = DATA / "secret_key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as f:
            f.write(secrets.token_hex(32))
    defaults = {
        "SECRET_KEY_FILE": str(key),
        "DATA_DIR": str(DATA),
        "PUBLIC_URL": f"http://127.0.0.1:{PORT}",
        "TTE_URL": f"http://127.0.0.1:{TTE_PORT}",
        "ENVIRONMENT": "development",
        "LOG_FORMAT": "text",
        "FLASK_APP": "app",
        "PYTHONUNBUFFERED": "1",
    }
    if CATCHES:
        server = f"127.0.0.1:{MAIL_PORT}"
        defaults |= {"MAIL_SERVER": server, "MAIL_SECURITY": "none", "MAIL_FROM": "Alur <alur@contoh.example>"}
    return {k: os.environ.get(k, v) for k, v in defaults.items()}


def _prepare() -> None:
    """Database, roles, sample ministry, published processes, keys at the local provider; quick when all is there."""
    from flask_migrate import upgrade

    from app import clock, create_app
    from app.cli import deploy_all
    from app.flows import sample

    with create_app().app_context():
        upgrade()
        sample.load(clock.now())
        deploy_all(print)
        _register(sample.heads())


def _register(heads: list[Any]) -> None:
    """Give the invented heads their keys at the local provider, as an authority would after seeing them."""
    folder = DATA / "tte"
    folder.mkdir(exist_ok=True)
    people = [
        {"nik": h.nik, "name": h.nama, "org": "Kementerian Contoh", "passphrase": h.passphrase}
        for h in heads
        if h.passphrase
    ]
    file = folder / "contoh.json"
    file.write_text(json.dumps(people))
    provider = [sys.executable, "-m", "service_tasks.tte.provider"]
    subprocess.run([*provider, "register", "--data", str(folder), "--file", str(file)], check=True)  # noqa: S603  # our own
    file.unlink()


def _banner() -> str:
    from app.flows import sample

    caught = f"  Surat        http://127.0.0.1:{CATCHER_PORT}\n" if CATCHES else ""
    return (
        f"\n{sample.table()}\n\n  Alur         http://127.0.0.1:{PORT}\n"
        f"  Penyedia TTE http://127.0.0.1:{TTE_PORT}\n{caught}\n  Ctrl-C menghentikan semuanya.\n"
    )


def _serve(env: dict[str, str]) -> int:
    manager = Manager()
    python = sys.executable
    full = os.environ | env
    manager.add_process(
        "tte", f"{python} -m service_tasks.tte.provider --port {TTE_PORT} --data {DATA / 'tte'}", env=full
    )
    manager.add_process(
        "web",
        f"{python} -m gunicorn -k gthread -w 1 --threads 8 -b 127.0.0.1:{PORT} --log-level warning 'app:create_app()'",
        env=full,
    )
    if CATCHES:
        ports = f"--port {MAIL_PORT} --page {CATCHER_PORT}"
        manager.add_process("surat", f"{python} -m app.catcher {ports} --folder {DATA / 'surat'}", env=full)
    manager.add_process("worker", f"{python} -m flask work", env=full)
    manager.loop()
    code = int(manager.returncode or 0)
    return 0 if code == STOPPED else code


if __name__ == "__main__":
    main()
