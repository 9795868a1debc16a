"""The rules of the house, each with its reason in docs or design: where things may stand, and where they may not."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import Migrate, upgrade

from app.models import db
from app.models.base import UtcDateTime
from app.sdk.forms import TaskForm
from app.sdk.services import ServiceTask
from forms import FORMS
from service_tasks import SERVICE_TASKS

ROOT = Path(__file__).resolve().parent.parent
WITH_A_REASON = re.compile(r"more than 300 lines because|longer than 300 lines because", re.I)
DULL = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services_", "common", "misc"}


def sources(*folders: str) -> list[Path]:
    """Python files of the house, without what tools wrote."""
    found = [p for f in folders for p in (ROOT / f).rglob("*.py") if "__pycache__" not in p.parts]
    assert found, folders
    return sorted(found)


HOUSE = sources("app", "forms", "service_tasks")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls(path: Path, attribute: str) -> Iterator[int]:
    """Lines on which `something.<attribute>(` is called."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute:
            yield node.lineno


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_only_flows_and_jobs_commit() -> None:
    """One verb, one transaction: whoever else commits cuts a use case in two."""
    allowed = ("app/flows/", "app/jobs/")
    found = [f"{name(p)}:{line}" for p in HOUSE for verb in ("commit", "begin_nested") for line in calls(p, verb)]
    assert [f for f in found if not f.startswith(allowed)] == []
    assert any(f.startswith("app/flows/") for f in found)


def test_only_flows_and_jobs_begin_a_transaction() -> None:
    found = [f"{name(p)}:{n}" for p in HOUSE for n, line in _lines(p) if re.search(r"engine\.begin\(", line)]
    assert [f for f in found if not f.startswith(("app/flows/", "app/jobs/"))] == [] and found


def test_only_service_tasks_open_a_passphrase() -> None:
    found = [name(p) for p in HOUSE for _ in calls(p, "reveal")]
    assert found and {Path(f).parts[0] for f in found} == {"service_tasks"}


def test_only_the_engine_knows_spiffworkflow() -> None:
    found = {name(p) for p in HOUSE for m in imports(p) if m.split(".")[0] == "SpiffWorkflow"}
    assert found and all(f.startswith("app/engine/") for f in found)


def test_nothing_on_the_storing_side_knows_the_type_of_a_passphrase() -> None:
    storing = sources("app/engine", "app/models", "app/flows", "app/documents")
    assert [name(p) for p in storing if "app.sdk.secrets" in set(imports(p))] == []


def test_imports_go_down_only() -> None:
    """The contracts of pyproject.toml, as CI runs them."""
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("folder", "longest"), [("app", 300), ("forms", 300), ("service_tasks", 300), ("tests", 500)])
def test_a_long_file_says_why(folder: str, longest: int) -> None:
    """Tests are read one at a time, so their files may be longer; migrations are written by a tool."""
    texts = {name(p): p.read_text() for p in sources(folder) if "versions" not in p.parts}
    long = {n: len(text.splitlines()) for n, text in texts.items() if not WITH_A_REASON.search(text)}
    assert {n: size for n, size in long.items() if size > longest} == {}


def test_no_module_is_named_after_nothing() -> None:
    assert [name(p) for p in sources("app", "forms", "service_tasks", "tests") if p.stem in DULL] == []


def test_every_module_says_what_it_is() -> None:
    """Every module says in its first line what it is for."""
    assert [name(p) for p in HOUSE if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))] == []


def test_the_tables_of_names_resolve() -> None:
    assert all(issubclass(form, TaskForm) for form in FORMS.values())
    assert all(isinstance(t, ServiceTask) and callable(t.call) and t.label for t in SERVICE_TASKS.values())


def test_the_tables_of_names_are_literal() -> None:
    """No scanning and no decorators: whoever looks for a name finds it written there."""
    for module, table in (("forms", "FORMS"), ("service_tasks", "SERVICE_TASKS")):
        tree = ast.parse((ROOT / module / "__init__.py").read_text())
        (value,) = [n.value for n in tree.body if isinstance(n, ast.AnnAssign) and n.target.id == table]  # type: ignore[union-attr]
        assert isinstance(value, ast.Dict) and all(isinstance(k, ast.Constant) for k in value.keys)


def test_one_form_is_one_file_of_its_name() -> None:
    assert {n: form.__module__ for n, form in FORMS.items()} == {n: f"forms.{n}" for n in FORMS}


def test_every_attended_task_says_what_an_unknown_outcome_is() -> None:
    for task in SERVICE_TASKS.values():
        if task.attended:
            assert task.unknown in task.errors and task.unsent in task.errors and task.secrets


def test_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    app = Flask("migrations")
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "app" / "migrations"), render_as_batch=True)
    with app.app_context():
        upgrade()
        with db.engine.connect() as conn:
            context = MigrationContext.configure(conn, opts={"compare_type": _same_type})
            assert compare_metadata(context, db.metadata) == []
        db.engine.dispose()


def _same_type(_context: object, _inspected: object, _metadata: object, known: object, model: object) -> bool | None:
    """None: compare as usual. False: the same."""
    return False if isinstance(model, UtcDateTime) else None


def test_no_path_of_a_machine() -> None:
    """What was true on somebody's machine is not true on the next one."""
    suspect = re.compile(r"(?<![\w.])/(home|Users|work|root)/[a-z]|[A-Z]:\\\\Users")
    files = [
        p for p in _tracked() if p.suffix in {".py", ".md", ".toml", ".html", ".bpmn", ".js", ".mjs", ".scss", ".yaml"}
    ]
    assert [f"{name(p)}:{n}" for p in files for n, line in _lines(p) if suspect.search(line)] == []


def test_the_clock_is_asked_in_one_place() -> None:
    """app/clock.py, so that tests can hold the time. The local provider is a program of its own; certificates are
    judged by the system's clock, as pyHanko does.
    """
    asking = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    known = ("app/clock.py", "app/documents/signatures.py")
    outside = [p for p in HOUSE if name(p) not in known and "provider" not in p.parts]
    assert [f"{name(p)}:{n}" for p in outside for n, line in _lines(p) if asking.search(line)] == []


def _tracked() -> list[Path]:
    """Files that git keeps; all of them where there is no git."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = done.stdout.splitlines() if done.returncode == 0 else [name(p) for p in sources("app", "tests")]
    return [ROOT / n for n in names if (ROOT / n).is_file() and n != name(Path(__file__))]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    return enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
