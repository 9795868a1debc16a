"""The names an expression can't do without. What `ada(x)` or `isi(x, y)` guards may be missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.engine.expression_functions import OTHERWISE, PRESENT
from app.engine.expression_tree import CONSTANT_NAMES
from app.engine.expressions import ExpressionError, compile_expression, compile_script

Path = tuple[str, ...]  # ("kepala", "keputusan"): a top-level name and the keys below it


def needs_of(text: str) -> frozenset[Path]:
    """Of an expression; nothing for one that can't be read, which is a problem of its own."""
    try:
        compile_expression(text)
        return frozenset(_unguarded(ast.parse(text.replace("\n", " ").strip(), mode="eval").body))
    except (ExpressionError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()


def needs_of_script(text: str) -> frozenset[Path]:
    """What the assignments read before they have set it themselves."""
    try:
        compile_script(text)
        body = ast.parse(text).body
    except (ExpressionError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    found: set[Path] = set()
    own: set[str] = set()
    for statement in body:
        if not isinstance(statement, ast.Assign | ast.AugAssign):
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        read = set(_unguarded(statement.value))
        if not isinstance(target, ast.Name):
            read |= {path[:1] for path in _unguarded(target)}  # a key is set in something that is there
        elif isinstance(statement, ast.AugAssign):
            read.add((target.id,))
        found |= {path for path in read if path[0] not in own}
        if isinstance(target, ast.Name):
            own.add(target.id)
    return frozenset(found)


def targets_of(text: str) -> frozenset[str]:
    """The top-level names that a script sets."""
    try:
        return compile_script(text).targets
    except ExpressionError:
        return frozenset()


def _unguarded(tree: ast.expr) -> Iterator[Path]:
    asked = {
        path[0]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == PRESENT
        for argument in call.args
        for path in _paths(argument)
    }
    return (path for path in _paths(tree) if path[0] not in asked)


def _paths(node: ast.AST) -> Iterator[Path]:
    path = _chain(node)
    if path is not None:
        yield from [path] if path[0] not in CONSTANT_NAMES else []
        return
    children = ast.iter_child_nodes(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        guarded = node.func.id in (PRESENT, OTHERWISE)
        # `ada` is asked about below, through its arguments; the first one of `isi` may be missing
        children = iter(node.args[1:] if guarded and node.func.id == OTHERWISE else node.args)
    for child in children:
        yield from _paths(child)


def _chain(node: ast.AST) -> Path | None:
    """`a.b["c"]` as ("a", "b", "c"), None for anything else."""
    keys: list[str] = []
    while True:
        if isinstance(node, ast.Name):
            return (node.id, *reversed(keys))
        if isinstance(node, ast.Attribute):
            keys.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is str:
            keys.append(node.slice.value)
            node = node.value
        else:
            return None
