"""The command line: run the local provider, register people, change their status, order faults."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from service_tasks.tte.provider import faults, people
from service_tasks.tte.provider.authority import open_authority

HOST = "127.0.0.1"  # never reachable from outside: it is for trials


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 with a sentence on stderr."""
    args = _parser().parse_args(_with_command(list(sys.argv[1:] if argv is None else argv)))
    try:
        args.run(args)
    except people.NotPossible as e:
        print(e, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _with_command(argv: list[str]) -> list[str]:
    """Without a command, the options are those of `serve`."""
    commands = ("serve", "register", "status", "list", "fault")
    return argv if argv and (argv[0] in commands or argv[0] in ("-h", "--help")) else ["serve", *argv]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service_tasks.tte.provider", description=__doc__)
    commands = parser.add_subparsers(required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, required=True, help="the provider's folder")

    serve = commands.add_parser("serve", parents=[common], help="answer on 127.0.0.1 (the default command)")
    serve.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    serve.add_argument("--username", default=os.environ.get("TTE_USERNAME", "alur"))
    serve.add_argument("--dialect", choices=("code", "text"), default="code", help="of the API's errors")
    serve.set_defaults(run=_serve)

    register = commands.add_parser("register", parents=[common], help="register one person, or many from a file")
    for name in ("--nik", "--name", "--org"):
        register.add_argument(name)
    register.add_argument("--passphrase", help="asked for if left out")
    register.add_argument("--status", choices=people.STATUSES, default="ISSUE")
    register.add_argument("--until", type=_day, help="last day of the certificate, YYYY-MM-DD")
    register.add_argument("--renew", action="store_true", help="a new key and a new certificate")
    register.add_argument("--file", type=Path, help="JSON list of objects with nik, name, org, passphrase, status")
    register.set_defaults(run=_register)

    status = commands.add_parser("status", parents=[common], help="change the status of a person")
    status.add_argument("--nik", required=True)
    status.add_argument("--status", choices=people.STATUSES, required=True)
    status.set_defaults(run=_status)

    listing = commands.add_parser("list", parents=[common], help="the registered people, NIK masked")
    listing.set_defaults(run=_list)

    fault = commands.add_parser("fault", parents=[common], help="order a fault, to see what the callers do")
    fault.add_argument("--kind", choices=faults.KINDS, required=True)
    fault.add_argument("--seconds", type=float, default=5, help="for slow")
    fault.set_defaults(run=lambda args: faults.order(args.data, args.kind, args.seconds))
    return parser


def _serve(args: Any) -> None:
    from werkzeug.serving import WSGIRequestHandler, make_server

    from service_tasks.tte.provider.web import Account, create_provider

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:
            """No request line in any log: the status call carries a NIK in its path."""

    password = os.environ.get("TTE_PASSWORD", "alur-lokal")
    app = create_provider(args.data, Account(args.username, password), args.dialect)
    try:
        server = make_server(HOST, args.port, app, threaded=True, request_handler=Quiet)
    except (OSError, SystemExit):
        # werkzeug ends the process itself if the port is taken
        raise people.NotPossible(f"Port {args.port} is in use: is the provider running already?") from None
    print(f"Penyedia TTE lokal: http://{HOST}:{server.server_port}", flush=True)
    threading.Thread(target=app.extensions["desk"].warm, daemon=True).start()
    server.serve_forever()


def _register(args: Any) -> None:
    if args.file:
        entries = json.loads(args.file.read_text())
    else:
        missing = [name for name in ("nik", "name", "org") if not getattr(args, name)]
        if missing:
            raise people.NotPossible(f"Missing: {', '.join('--' + name for name in missing)} (or give --file).")
        passphrase = args.passphrase or getpass.getpass("Passphrase: ")
        entries = [{"nik": args.nik, "name": args.name, "org": args.org, "passphrase": passphrase}]
    for entry in entries:
        entry.setdefault("status", args.status)
        until = datetime.fromisoformat(entry.pop("until")).replace(tzinfo=UTC) if "until" in entry else args.until
        person = people.register(args.data, **entry, until=until, renew=args.renew)
        print(f"{people.masked(person.nik)}  {person.name}  {person.status}")


def _status(args: Any) -> None:
    person = people.set_status(args.data, args.nik, args.status)
    print(f"{people.masked(person.nik)}  {person.name}  {person.status}")


def _list(args: Any) -> None:
    open_authority(args.data)
    for person in people.everyone(args.data):
        print(f"{people.masked(person.nik)}  {person.name}  {person.status_at(datetime.now(UTC))}")


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=23, minute=59, tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
