"""What forms and services leave in the data of a case, in words for whoever draws a diagram."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Variable:
    """A value that an expression can read. `path` has dots between keys: "kepala.keputusan".

    `kind` is one of KINDS; `choices` are (value, label) where only these can be.
    """

    path: str
    label: str
    kind: str = "string"
    choices: tuple[tuple[str, str], ...] = ()

    def under(self, name: str) -> Variable:
        """The same value where it stands under the key `name`."""
        return replace(self, path=f"{name}.{self.path}")


KINDS = frozenset({"string", "text", "long", "boolean", "date", "enum", "list", "object"})


@dataclass(frozen=True)
class Param:
    """A parameter of a service, whose value is an expression of the diagram. `example` is one that often fits."""

    name: str
    meaning: str  # what it is, in Indonesian
    required: bool = False
    example: str = ""
