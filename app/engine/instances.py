"""Activities inside activities, and activities that run several times: how their data come back.

The library's own ways mix the data of instances; here whole top-level keys count, as at joins.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import (
    MultiInstanceTask,
    SequentialMultiInstanceTask,
)

from app.engine.checks.structure import MAX_INSTANCES
from app.errors import StepFailed

MAX_TASKS = 10_000  # of one case at once: about a fifth of a second, and 400 kB of state


class SubProcess:
    """A subprocess shares its data with the process around it, unless inputs and outputs are declared."""

    shares_data = True

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        inside = subprocesses.get(self.spec)
        declared = inside is not None and inside.io_specification is not None
        self.shares_data = self.io_specification is None and not declared

    def update_data(self: Any, my_task: Any, subworkflow: Any) -> None:
        if self.shares_data:
            my_task.data = dict(subworkflow.latest)
        else:
            super().update_data(my_task, subworkflow)  # type: ignore[misc]
            _wrote_what_differs(my_task)


class Looping:
    """An activity that runs several times: each instance is in the history, the whole is not."""

    leaves_trace = False

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        # The library connects this at the first instance, on a spec that all cases share: two threads would connect
        # it twice, and each instance would be merged twice.
        process.task_specs[self.task_spec].completed_event.connect(self.merge_child)

    def _on_complete_hook(self: Any, my_task: Any) -> None:
        super()._on_complete_hook(my_task)  # type: ignore[misc]
        _wrote_what_differs(my_task)


class Instances(Looping):
    """A multi-instance activity; its output begins anew each time it runs."""

    def _update_hook(self: Any, my_task: Any) -> Any:
        my_task._inherit_data()
        self.count(my_task)
        output = self.data_output
        if output is not None and output.exists(my_task):
            # The library appends in place, to a list that is also in the finished tasks before, and refuses a list
            # that a round before has filled.
            value = output.get(my_task)
            in_place = self.data_input is not None and self.data_input.bpmn_id == output.bpmn_id
            if isinstance(value, list) and not in_place:
                del my_task.data[output.bpmn_id]
            elif isinstance(value, (list, dict)):
                output.set(my_task, value.copy())
        return super()._update_hook(my_task)  # type: ignore[misc]

    def count(self: Any, my_task: Any) -> None:
        """Refuse more instances than a case can carry: each is a task of its own in the state."""
        given: Any = None
        if self.data_input is None:
            given = my_task.workflow.script_engine.evaluate(my_task, self.cardinality)
        elif self.data_input.exists(my_task):
            value = self.data_input.get(my_task)
            given = len(value) if isinstance(value, (list, dict)) else None
        if type(given) is not int or not 0 <= given <= MAX_INSTANCES:
            raise StepFailed(
                f"'{self.bpmn_name or self.bpmn_id}' harus diulang 0 sampai {MAX_INSTANCES} kali, menurut sebuah "
                "daftar atau bilangan bulat. Periksa isinya.",
                self.bpmn_id,
                self.cardinality or self.data_input.bpmn_id,
            )
        # each level may be within its bounds, and all together be a quarter of a million tasks
        if (
            not my_task.children
            and given + sum(len(s.tasks) for s in my_task.workflow.top_workflow.scopes()) > MAX_TASKS
        ):
            raise StepFailed(
                f"'{self.bpmn_name or self.bpmn_id}' membuat lebih dari {MAX_TASKS} langkah sekaligus dalam satu "
                "perkara. Kurangi pengulangan di dalam pengulangan.",
                self.bpmn_id,
                self.cardinality or self.data_input.bpmn_id,
            )


class WholeKeys(MultiInstanceTask):
    """Stands behind the library's kinds of multi-instance, before what they have in common: how instances merge."""

    def merge_child(self: Any, workflow: Any, child: Any) -> None:
        if self.data_output is not None and self.output_item is not None:
            super().merge_child(workflow, child)
            return
        # The library merges deeply: instances' lists mix, stale copies come back, the item stays in the data.
        my_task = child.parent
        item = self.input_item.bpmn_id if self.input_item is not None else None
        before = my_task.data if isinstance(self, SequentialMultiInstanceTask) else my_task.parent.data
        changed = {k: v for k, v in child.data.items() if k != item and (k not in before or before[k] != v)}
        my_task.data.update(changed)
        my_task.internal_data["merged"].append(child.id)


def _wrote_what_differs(my_task: Any) -> None:
    before = my_task.parent.data
    changed = {k: v for k, v in my_task.data.items() if k not in before or before[k] != v}
    my_task.workflow.wrote(my_task, changed)
