# ruff: noqa: F811  (fixtures are imported by name)
"""What the editor says that forms and services leave in a case is there once a case has gone through them."""

from __future__ import annotations

from typing import Any

from app.engine import steps
from app.engine.bpmn_xml import find, parse
from app.flows import definitions
from app.models import Definition, Instance, db
from forms import FORMS
from service_tasks import SERVICE_TASKS
from tests.stories.conftest import archived  # noqa: F401 - a fixture
from tests.world import World, provider, stages, world  # noqa: F401 - fixtures


def test_a_finished_case_holds_every_variable_that_is_offered_for_conditions(archived: World) -> None:
    version = archived.all(db.select(Definition))[0]
    case = archived.all(db.select(Instance))[0]
    with archived.app.app_context():
        definition = definitions.of(version.id)
        data = steps.read(definition, case.state).data
    root = parse(next(iter(version.files.values())).encode())
    operators = find(root, "//spiff:serviceTaskOperator")
    offered = [v.under(o.get("resultVariable")) for o in operators for v in SERVICE_TASKS[o.get("id")].result]
    used = {e.form for e in definition.elements.values() if e.form}
    offered += [v for name in used - {"periksa_registrasi"} for v in FORMS[name].variables()]
    assert len(offered) > 40
    assert [v.path for v in offered if not _there(data, v.path)] == []


def _there(value: Any, path: str) -> bool:
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
