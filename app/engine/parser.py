"""The dialect Alur reads: SpiffWorkflow's own, from bytes, with the ids of the flows behind gateways kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser

from app.engine.bpmn_xml import bpmn, local, parse


class FlowKeepingParser(ConditionalGatewayParser):
    """A gateway with conditions whose spec knows the ids of its flows, in the order of `cond_task_specs`."""

    def create_task(self) -> Any:
        task = super().create_task()
        task.flows = []
        return task

    def connect_outgoing(self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool) -> None:
        super().connect_outgoing(outgoing_task, sequence_flow_node, is_default)
        self.task.flows.append(sequence_flow_node.get("id"))


class NodeParser(SpiffProcessParser):
    """Looks elements up by id among BPMN's own: a service's parameter may be called as a task is."""

    def _index_process_nodes(self) -> None:
        super()._index_process_nodes()
        self.nodes_by_id = {tag.get("id"): tag for tag in self.node.iterdescendants() if local(tag) and tag.get("id")}


class DiagramParser(SpiffBpmnParser):
    """Parses one set of files. Use a new one for each set: lanes are keyed by the address of the XML roots."""

    OVERRIDE_PARSER_CLASSES = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("exclusiveGateway"): (FlowKeepingParser, ExclusiveGateway),
        full_tag("inclusiveGateway"): (FlowKeepingParser, InclusiveGateway),
    }

    PROCESS_PARSER_CLASS = NodeParser

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self.roots: list[Any] = []  # kept alive for as long as the parser: see above
        for name, content in files.items():
            root = parse(content)
            self.roots.append(root)
            if root.tag == bpmn("definitions"):
                self.add_bpmn_xml(root, name)
            else:
                self.add_dmn_xml(root, name)
