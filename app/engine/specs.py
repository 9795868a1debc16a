"""What each kind of element does in Alur beyond what SpiffWorkflow lets it do.

After parsing, every task spec gets a class of its own kind with our behaviour in front (`dress`). The library itself
stays untouched: in the same process, plain SpiffWorkflow runs as it always did.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins import (
    BoundaryEventMixin,
    ExclusiveGatewayMixin,
    InclusiveGatewayMixin,
    ParallelGatewayMixin,
    ServiceTaskMixin,
    StandardLoopTaskMixin,
    SubWorkflowTaskMixin,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import (
    MultiInstanceTask,
)
from SpiffWorkflow.dmn.specs import BusinessRuleTaskMixin
from SpiffWorkflow.util.task import TaskState

from app.engine.events import Boundary, Catching, dress_event
from app.engine.expressions import compile_expression
from app.engine.instances import Instances, Looping, SubProcess, WholeKeys
from app.engine.joins import BoundaryJoin, EndJoin, InclusiveJoin, ParallelJoin
from app.engine.script_engine import evaluate_at
from app.engine.types import Element
from app.errors import StepFailed


class Dressed:
    """Every element: no prediction, no tests at run time; children come into being when it runs."""

    element: Element | None = None
    status: str | None = None
    notice: str | None = None
    leaves_trace = True
    shares_data = False
    followers: tuple[Any, ...] = ()

    @property
    def outputs(self) -> list[Any]:
        # The library looks the names up again each time.
        return list(self.followers)

    def _predict(self, my_task: Any, *args: Any, **kwargs: Any) -> None:
        # Predicting the way ahead costs more than running it: 8 parallel pairs in a row predict 2,045 tasks.
        pass

    def test(self) -> None:
        pass

    def _run(self: Any, my_task: Any) -> Any:
        self._predict_hook(my_task)
        return self._run_hook(my_task)

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        """Work out once, at loading, what would otherwise be worked out at every step."""
        if getattr(self, "event_definition", None) is not None:
            dress_event(self)


class Parked:
    """A service task: the engine stops here and says what is to be called; `steps.finish` goes on."""

    result_key: str | None

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        operator = self.extensions.get("serviceTaskOperator") or {}
        self.result_key = operator.get("resultVariable") or None  # the library invents a name where there is none

    def _run(self, my_task: Any) -> None:
        return None

    def parameters(self: Any, my_task: Any) -> dict[str, Any]:
        """The evaluated parameters, as fresh JSON. At the moment of parking, so they stay what they were."""
        at = my_task.workflow.top_workflow.moment(my_task.last_state_change)
        return {
            name: evaluate_at(self.bpmn_id, param["value"], my_task.data, at)
            for name, param in self.operation_params.items()
        }


class Deciding:
    """A gateway with conditions: decides with the compiled expressions, and says why."""

    flows: list[str]  # ids of the flows, in the order of `cond_task_specs`
    names_read: dict[str, frozenset[str]]  # of each condition
    first_only: bool

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        texts = [condition.args[0] for condition, _ in self.cond_task_specs if condition is not None]
        self.names_read = {text: compile_expression(text).names for text in texts}

    def _run(self: Any, my_task: Any) -> bool:
        chosen = self.choose(my_task)
        specs = my_task.workflow.spec.task_specs
        my_task._sync_children([specs[name] for name in chosen], TaskState.FUTURE)
        return True

    def decided(self: Any, my_task: Any, taken: list[tuple[int, list[str]]]) -> list[str]:
        """Record each way taken (its index, the expressions that decided) and return the names it leads to."""
        case, data = my_task.workflow.top_workflow, my_task.data
        decisions = []
        for index, texts in taken:
            names = sorted({n for text in texts for n in self.names_read[text]})
            values = {name: data[name] for name in names if name in data}
            decisions.append((self.flows[index], "; ".join(texts) or None, values))
        case.decisions[my_task.id] = decisions
        return [self.cond_task_specs[index][1] for index, _ in taken]

    def matches(self: Any, my_task: Any) -> tuple[list[int], list[int], list[str]]:
        """Indexes of the flows whose condition holds, of those without a condition, and all conditions."""
        engine, true, bare, texts = my_task.workflow.script_engine, [], [], []
        objects = my_task.workflow.data_objects
        for index, (condition, _) in enumerate(self.cond_task_specs):
            if condition is None:
                bare.append(index)
                continue
            text = condition.args[0]
            texts.append(text)
            if engine.evaluate(my_task, text, external_context=objects):
                true.append(index)
                if self.first_only:
                    break
        return true, bare, texts

    def nowhere_to_go(self: Any, texts: list[str]) -> StepFailed:
        return StepFailed(
            f"Tidak ada cabang yang cocok di gateway '{self.bpmn_name or self.bpmn_id}'. "
            "Lengkapi syaratnya, atau tandai satu cabang sebagai default.",
            self.bpmn_id,
            "; ".join(texts),
        )


class Exclusive(Deciding):
    first_only = True

    def choose(self: Any, my_task: Any) -> list[str]:
        true, bare, texts = self.matches(my_task)
        if true:
            return self.decided(my_task, [(true[0], texts[-1:])])
        if not bare:
            raise self.nowhere_to_go(texts)
        return self.decided(my_task, [(bare[-1], texts)])


class Inclusive(Deciding, InclusiveJoin):
    first_only = False

    def prepare(self: Any, process: Any, subprocesses: Mapping[str, Any]) -> None:
        Deciding.prepare(self, process, subprocesses)
        InclusiveJoin.prepare(self, process, subprocesses)

    def _run(self: Any, my_task: Any) -> bool:
        self.merge(my_task)
        return super()._run(my_task)

    def choose(self: Any, my_task: Any) -> list[str]:
        true, bare, texts = self.matches(my_task)
        if true:
            return self.decided(my_task, [(i, [self.cond_task_specs[i][0].args[0]]) for i in true])
        if not bare:
            raise self.nowhere_to_go(texts)
        return self.decided(my_task, [(i, texts) for i in bare])


class Decision:
    """A business rule task: what the table gives replaces whole keys, as every other write does."""

    def _run_hook(self: Any, my_task: Any) -> bool:
        my_task.workflow.write(my_task, self.dmnEngine.result(my_task))
        return True


# In the order of the classes' method resolution: the first one listed comes first.
_BEHAVIOUR: tuple[tuple[type, type], ...] = (
    (ServiceTaskMixin, Parked),
    (ExclusiveGatewayMixin, Exclusive),
    (InclusiveGatewayMixin, Inclusive),
    (ParallelGatewayMixin, ParallelJoin),
    (_EndJoin, EndJoin),
    (BoundaryEventJoin, BoundaryJoin),
    (BusinessRuleTaskMixin, Decision),
    (SubWorkflowTaskMixin, SubProcess),
    (MultiInstanceTask, Instances),
    (StandardLoopTaskMixin, Looping),
    (BoundaryEventMixin, Boundary),
    (CatchingEvent, Catching),
)


@cache
def _dressed(kind: Any) -> Any:
    behaviour = [ours for theirs, ours in _BEHAVIOUR if issubclass(kind, theirs)]
    behind = [WholeKeys] if issubclass(kind, MultiInstanceTask) else []
    return type(kind.__name__, (*behaviour, Dressed, kind, *behind), {})


def dress(spec: Any, elements: Mapping[str, Element], subprocesses: Mapping[str, Any]) -> None:
    """Give every task spec of the process `spec` our behaviour and its element of the diagram."""
    for task_spec in spec.task_specs.values():
        task_spec.__class__ = _dressed(task_spec.__class__)
        element = elements.get(task_spec.bpmn_id) if task_spec.bpmn_id else None
        if element is not None:
            task_spec.element = element
            task_spec.status = element.properties.get("status")
            task_spec.notice = element.properties.get("notice")
    for task_spec in spec.task_specs.values():
        task_spec.followers = tuple(spec.task_specs[name] for name in task_spec._outputs)
        task_spec.prepare(spec, subprocesses)
