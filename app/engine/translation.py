"""From the expressions of other engines (JUEL `${...}`, FEEL `=...`) to ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

MAX_TEXT = 1_000  # characters; longer ones are left as they are, for `check` to refuse

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<name>[A-Za-z_]\w*)
      | (?P<op>&&|\|\||===|!==|==|!=|<=|>=|<>|=|!)
      | (?P<space>\s+)
      | (?P<other>\d[\d.]*|.)""",
    re.X | re.S,
)
_WRAPPED = re.compile(r"\s*[$#]\{(?P<inner>[^{}]*)\}\s*\Z")
_VARIABLE = re.compile(r"""execution\.getVariable\(\s*(["'])(\w+)\1\s*\)""")

_OPERATORS = {"&&": "and", "||": "or", "!": "not", "===": "==", "!==": "!=", "<>": "!="}
_JUEL_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "empty": "not"}

_Token = tuple[str, str]  # (kind, text)


def translate(text: str) -> str:
    """`text` in our own notation; a text that is already in it comes back as it is.

    `${a && !b}` becomes `a and not b`; `=status = "ok"` becomes `status == "ok"`. What can't be translated is left
    for `check` to refuse with the reason.
    """
    if len(text) > MAX_TEXT:
        return text
    wrapped = _WRAPPED.match(text)
    if wrapped:
        return _spelled(_tokens(_VARIABLE.sub(r"\2", wrapped["inner"])), _JUEL_WORDS)
    stripped = text.strip()
    if stripped.startswith("=") and not stripped.startswith("=="):
        return _feel(_tokens(stripped[1:]))
    tokens = _tokens(text)
    if any(kind == "op" and piece in _OPERATORS for kind, piece in tokens):
        return _spelled(tokens, {})
    return text


def _tokens(text: str) -> list[_Token]:
    return [(token.lastgroup or "", token.group()) for token in _TOKEN.finditer(text)]


def _feel(tokens: list[_Token]) -> str:
    tokens = [(kind, "==" if (kind, piece) == ("op", "=") else piece) for kind, piece in tokens]
    words = [piece for kind, piece in tokens if kind == "name"]
    if words[:1] == ["if"] and words.count("then") == 1 and words.count("else") == 1:
        start, then, other = (tokens.index(("name", word)) for word in ("if", "then", "else"))
        if start < then < other:
            test, yes, no = tokens[start + 1 : then], tokens[then + 1 : other], tokens[other + 1 :]
            return " ".join((_spelled(yes, {}), "if", _spelled(test, {}), "else", _spelled(no, {})))
    return _spelled(tokens, {})


def _spelled(tokens: list[_Token], words: Mapping[str, str]) -> str:
    """The tokens put together, operators and `words` replaced, with one blank around each replaced word."""
    out = ""
    for kind, piece in tokens:
        new = words.get(piece, piece) if kind == "name" else _OPERATORS.get(piece, piece) if kind == "op" else piece
        if new != piece:
            out = out.rstrip(" ") + f" {new} "
        elif not (kind == "space" and out.endswith(" ")):
            out += piece
    return out.strip()
