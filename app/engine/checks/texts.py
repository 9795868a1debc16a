"""Every text of a diagram that is evaluated: conditions, scripts, timers, parameters, due dates."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from app.engine.bpmn_xml import Report, Tag, bpmn, find, local, nodes_of, properties_of, scopes_of, spiff, text_of
from app.engine.calendar import is_duration, parse_duration
from app.engine.expressions import ExpressionError, check, compile_script
from app.engine.repairs import TIMER_TAGS, expression_places

MIN_CYCLE = 60  # seconds between two rounds of a repeating timer
MAX_CYCLES = 1000
MAX_RETRIES = 20
MAX_PAUSE = 86_400  # seconds

_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?P<parts>.+)\Z", re.ASCII)


def check_texts(roots: Mapping[str, Tag], report: Report) -> None:
    for file, root in roots.items():
        for tag in expression_places(root):
            _expression(file, tag, text_of(tag), report)
        for parameter in root.iter(spiff("parameter")):
            _expression(file, parameter, parameter.get("value", ""), report)
        for script in [*root.iter(bpmn("script")), *root.iter(spiff("preScript")), *root.iter(spiff("postScript"))]:
            _script(file, script, report)
        for definition in root.iter(bpmn("timerEventDefinition")):
            for tag in definition:
                if local(tag) in TIMER_TAGS:
                    _timer(file, tag, report)
        for scope in scopes_of(root):
            for node in nodes_of(scope):
                _properties(file, node, report)


def _expression(file: str, tag: Tag, text: str, report: Report) -> None:
    try:
        check(text)
    except ExpressionError as e:
        report.at(file, tag, f"Ekspresi '{text[:80]}': {e}")


def _script(file: str, tag: Tag, report: Report) -> None:
    text = tag.text or ""
    if not text.strip():
        return  # an empty script task is reported as such
    try:
        compile_script(text)
    except ExpressionError as e:
        report.at(file, tag, f"Skrip belum dapat dijalankan: {e}")


def _timer(file: str, tag: Tag, report: Report) -> None:
    text = text_of(tag)
    try:
        check(text)
        value = ast.literal_eval(text) if text[:1] in "'\"" else None
        if type(value) is str:
            literal_time(local(tag), value)
    except ExpressionError as e:
        report.at(file, tag, f"Waktu '{text[:60]}': {e}")
    except (ValueError, SyntaxError):
        return  # an expression that begins with a quote; it is looked at when it runs


def literal_time(kind: str, value: str) -> None:
    """Raises ExpressionError if `value` is no sensible time for this kind of timer."""
    if kind == "timeDuration":
        parse_duration(value)
    elif kind == "timeDate":
        _date(value)
    else:
        _cycle(value)


def _date(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ExpressionError("Bukan tanggal. Tulis seperti 2025-03-31 atau 2025-03-31T17:00:00+07:00.") from None
    if not 2000 <= moment.year <= 2099:
        raise ExpressionError("Tahunnya tidak masuk akal. Periksa tanggalnya.")
    return moment


def _cycle(value: str) -> None:
    found = _CYCLE.match(value.strip().upper())
    if found is None:
        raise ExpressionError("Bukan pengulangan ISO 8601. Tulis misalnya R3/P7D.")
    if not 1 <= int(found["times"] or MAX_CYCLES + 1) <= MAX_CYCLES:
        raise ExpressionError(f"Banyaknya pengulangan harus disebut, 1 sampai {MAX_CYCLES}, misalnya R3/P7D.")
    start = datetime(2025, 1, 1, tzinfo=UTC)
    durations = 0
    for part in found["parts"].split("/"):
        if is_duration(part):
            durations += 1
            if (parse_duration(part).after(start) - start).total_seconds() < MIN_CYCLE:
                raise ExpressionError(f"Jarak pengulangan paling singkat {MIN_CYCLE} detik. Perpanjang jaraknya.")
        else:
            _date(part)
    if durations != 1:
        raise ExpressionError("Pengulangan memerlukan tepat satu lama waktu, misalnya R3/P7D.")


def _properties(file: str, node: Tag, report: Report) -> None:
    properties = properties_of(node)
    due = properties.get("due", "").strip()
    if due:
        try:
            if is_duration(due):
                parse_duration(due)
            else:
                check(due)
        except ExpressionError as e:
            report.at(file, node, f"Tenggat (due) '{due[:60]}': {e}")
    retries = properties.get("retries", "0")
    if not (retries.isascii() and retries.isdigit() and int(retries[:9]) <= MAX_RETRIES):
        report.at(file, node, f"Percobaan ulang (retries) harus angka 0 sampai {MAX_RETRIES}. Perbaiki isinya.")
    pause = properties.get("backoff", "30")
    if not (pause.isascii() and pause.isdigit() and 1 <= int(pause[:9]) <= MAX_PAUSE):
        report.at(file, node, f"Jeda percobaan ulang (backoff) harus 1 sampai {MAX_PAUSE} detik. Perbaiki angkanya.")
    for tag in find(node, "./bpmn:extensionElements/spiff:serviceTaskOperator//spiff:retry"):
        for name in ("retries", "backoff_base"):
            value = tag.get(name, "0")
            if not (value.isascii() and value.isdigit() and int(value[:9]) <= 86_400):
                report.at(file, node, f"{name} pada retry harus angka. Perbaiki isinya.")
