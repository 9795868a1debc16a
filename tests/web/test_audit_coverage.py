# ruff: noqa: F811  (fixtures are imported by name)
"""Whatever changes the house is in the audit list: every POST route is listed here with the kind that it writes.

A route that nobody listed fails. For those that are, the code is read: from the view, through everything that it names
in app/web, app/flows and app/jobs, an `audit.write` of that kind must be within reach.
"""

from __future__ import annotations

import ast
import inspect
from collections import deque
from functools import cache
from pathlib import Path

from app.flows import audit
from app.models import Audit, db
from tests.visitor import CODE, Visitor
from tests.web import walk
from tests.world import SATU, World, provider, stages, world  # noqa: F401 - fixtures

HANDED_ON = "?"
ROOT = Path(__file__).resolve().parents[2]
WRITES = {
    "account.email": "akun", "account.mode": "akun",
    "auth.enter": "masuk", "auth.logout": "keluar", "auth.password": "password", "auth.switch": "keluar",
    "editor.fork": "proses",
    "heads.appoint": "pejabat", "heads.drop": "pejabat", "heads.end": "pejabat", "heads.give_access": "pejabat",
    "heads.person": "master",
    "intake.begin": "proses",
    "interventions.cancel": "perkara", "interventions.reassign": "perkara", "interventions.resume": "perkara",
    "interventions.retry": "perkara", "interventions.suspend": "perkara",
    "kinerja.cek_tte": "nik", "kinerja.edit_info": "master",
    "mails.drop": "surat", "mails.retry": "surat", "mails.test": "surat",
    "moves.confirm": "proses", "moves.create": "proses", "moves.recheck": "proses", "moves.stop": "proses",
    "moves.undo": "proses", "moves.undo_all": "proses",
    "passwords.ask": "password_tautan", "passwords.choose": "password_tautan",
    "privacy.remove": "data_pribadi", "privacy.sign_out_everywhere": "keluar",
    "processes.begin": "proses", "processes.drop_draft": "proses", "processes.new": "proses",
    "processes.approve": "proses", "processes.publish_now": "proses", "processes.restore": "proses",
    "processes.send_back": "proses", "processes.take_back": "proses", "processes.withdraw": "proses",
    "replays.begin": "proses", "replays.stop": "proses",
    "satkers.create": "master", "satkers.remove": "master", "satkers.show": "master",
    "substitutes.appoint": "pengganti", "substitutes.end": "pengganti",
    "units.create": "master", "units.remove": "master", "units.show": "master",
    "users.close": "akun", "users.create": "akun", "users.drop_role": "peran", "users.edit": "akun",
    "users.end_role": "peran", "users.give_role": "peran", "users.reopen": "akun", "users.reset": "password_admin",
    "users.send_link": "password_admin",
}  # fmt: skip
WITHOUT = {
    "cases.begin": "the history of the case", "cases.perform": "the history of the case",
    "tasks.send": "the history of the case", "reviews.send": "the history of the case",
    "tasks.take": "who has a task stands at the task", "tasks.give_back": "who has a task stands at the task",
    "tasks.autosave": "a draft", "tasks.copy": "a draft", "tasks.reset": "a draft",
    "intake.look": "changes nothing: the page carries the files",
    "imports.upload": "changes nothing before it is confirmed", "imports.drop": "a file that changed nothing",
    "imports.confirm": "the worker carries it out, and writes the entries (see below)",
    "auth.year": "a choice of the session", "verification.show": "changes nothing",
    "audit.check": "changes nothing", "settings.check": "changes nothing",
    "editor.check": "changes nothing", "editor.soundness": "changes nothing",
    "editor.save": "who saved what is kept with the draft (DraftSave)",
    "replays.try_scenario": "changes nothing",
    "editor.preview": "changes nothing", "editor.expression": "changes nothing",
}  # fmt: skip


def test_every_route_that_changes_something_is_listed(world: World) -> None:
    posts = {r.endpoint for r in walk.walk_routes(world.app) if r.method == "POST"}
    assert posts - set(WRITES) - set(WITHOUT) == set(), "list it with the kind of entry that it writes"
    assert (set(WRITES) | set(WITHOUT)) - posts == set()
    assert set(WRITES.values()) <= set(audit.KINDS)


def test_every_listed_route_reaches_an_entry_of_its_kind(world: World) -> None:
    missing = []
    for endpoint, kind in WRITES.items():
        view = inspect.unwrap(world.app.view_functions[endpoint])
        found = kinds_from(view.__module__, view.__name__)
        if kind not in found:
            missing.append(f"{endpoint}: no {kind!r} among {sorted(found)}")
    assert missing == []


def test_the_worker_notes_what_it_loads(world: World) -> None:
    """One entry for the file, and one for each person, role and master that it changed (tests/web/test_imports.py)."""
    assert {"muat", "pejabat"} <= kinds_from("app.flows.importing.apply", "work")


def test_what_is_exported_is_noted(world: World) -> None:
    """Lists of people and of what they do, as a file."""
    for endpoint in ("audit.index", "instances.index", "users.index"):
        view = inspect.unwrap(world.app.view_functions[endpoint])
        assert "ekspor" in kinds_from(view.__module__, view.__name__), endpoint


def test_the_reader_of_code_sees_what_is_there_and_nothing_else() -> None:
    assert kinds_from("app.web.privacy", "sign_out_everywhere") == {"keluar"}
    assert kinds_from("app.web.audit", "check") == set()


# ---- stories: who, when, from where, what, before and after --------------------------------------------------------


def last(world: World, kind: str) -> Audit:
    return world.all(db.select(Audit).where(Audit.kind == kind).order_by(Audit.seq.desc()).limit(1))[0]


def test_coming_in_going_out_and_failing_to_come_in_are_noted(world: World) -> None:
    visitor = Visitor(world.app, f"sim{SATU.kode}", "operator-contoh")
    entry = last(world, "masuk")
    assert (entry.actor, entry.subject, entry.address) == (SATU.operator, f"akun sim{SATU.kode}", "127.0.0.1")
    visitor.post("/keluar")
    assert (last(world, "keluar").actor, last(world, "keluar").subject) == (SATU.operator, f"akun sim{SATU.kode}")
    page = visitor.open("/masuk").form("/masuk")
    page.fill(tahun="2026", username=f"sim{SATU.kode}", password="bukan ini", kode=CODE).press()
    entry = last(world, "masuk_ditolak")
    assert (entry.actor, entry.subject, entry.address) == ("", f"akun sim{SATU.kode}", "127.0.0.1")
    assert "bukan ini" not in str([e.after for e in world.all(db.select(Audit))])


def test_what_somebody_types_as_a_username_can_not_carry_a_password_or_a_nik_into_the_list(world: World) -> None:
    visitor = Visitor(world.app, f"sim{SATU.kode}", "operator-contoh")
    visitor.post("/keluar")
    for typed in ("rahasia-saya-123", SATU.head.nik):
        form = visitor.open("/masuk").form("/masuk")
        form.fill(tahun="2026", username=typed, password="x", kode=CODE).press()
        entry = last(world, "masuk_ditolak")
        assert typed not in entry.subject


def test_a_refusal_is_noted(world: World) -> None:
    assert world.operator().open("/audit").status == 403
    entry = last(world, "ditolak")
    assert entry.actor == SATU.operator and "/audit" in entry.subject + entry.note + str(entry.after)


def test_an_info_satker_that_changes_says_what_it_was(world: World) -> None:
    page = world.operator().open(f"/kinerja/info-satker/{SATU.kode}/edit")
    page.form("/edit").fill(alamat="Jl. Baru No. 9").press()
    entry = last(world, "master")
    assert entry.actor == SATU.operator and SATU.kode in entry.subject
    assert entry.before == {"alamat": SATU.alamat} and entry.after == {"alamat": "Jl. Baru No. 9"}
    assert SATU.head.nik not in str([entry.before, entry.after])


# ---- reading the code ----------------------------------------------------------------------------------------------


@cache
def tree_of(module: str) -> ast.Module | None:
    path = ROOT / Path(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return ast.parse(file.read_text()) if module.startswith("app.") and file.is_file() else None


@cache
def names_of(module: str) -> dict[str, tuple[str, str]]:
    """What a name means in a module: (module, name in it), or (module, "") for a module."""
    found: dict[str, tuple[str, str]] = {}
    tree = tree_of(module)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("app"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                target = (inner, "") if tree_of(inner) else (node.module, alias.name)
                found[alias.asname or alias.name] = target
    return found


@cache
def body_of(module: str, name: str) -> ast.AST | None:
    tree = tree_of(module)
    for node in tree.body if tree else ():
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            return node
    return None


def kinds_from(module: str, name: str) -> set[str]:
    """The kinds of entries that a function may write, itself or through whatever it names."""
    kinds: set[str] = set()
    offered: set[str] = set()  # kinds that are handed on as `kind`, for a writer that takes it from its caller
    waiting, known = deque([(module, name)]), {(module, name)}
    while waiting:
        where, what = waiting.popleft()
        body = body_of(where, what)
        if body is None:
            continue
        for node in ast.walk(body):
            kinds |= _written(where, node)
            offered |= _offered(node)
            target = _meant(where, node)
            if target and target not in known and target[0] != "app.flows.audit":
                known.add(target)
                waiting.append(target)
    return kinds - {HANDED_ON} | (offered if HANDED_ON in kinds else set())


def _meant(module: str, node: ast.AST) -> tuple[str, str] | None:
    if isinstance(node, ast.Name):
        if body_of(module, node.id) is not None:
            return module, node.id
        found = names_of(module).get(node.id)
        return found if found and found[1] else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found = names_of(module).get(node.value.id)
        return (found[0], node.attr) if found and not found[1] else None
    return None


def _written(module: str, node: ast.AST) -> set[str]:
    """The kinds that this call writes, by its first argument; `note_once` and lines of `write_many` too."""
    if not isinstance(node, ast.Call):
        return set()
    target = _meant(module, node.func)
    writers = {("app.flows.audit", "write"), ("app.flows.audit", "Line"), ("app.flows.personal", "note_once")}
    first = node.args[0] if node.args else None
    if target not in writers or first is None:
        return set()
    if isinstance(first, ast.Name):
        return {HANDED_ON}
    return {c.value for c in ast.walk(first) if isinstance(c, ast.Constant) and c.value in audit.KINDS}


def _offered(node: ast.AST) -> set[str]:
    """Kinds that are given as `kind=...`, or that are the default of a parameter of this name."""
    if isinstance(node, ast.keyword) and node.arg == "kind":
        values = [node.value]
    elif isinstance(node, ast.arguments):
        values = [v for a, v in zip(node.kwonlyargs, node.kw_defaults, strict=True) if a.arg == "kind" and v]
    else:
        return set()
    return {str(v.value) for v in values if isinstance(v, ast.Constant) and v.value in audit.KINDS}
