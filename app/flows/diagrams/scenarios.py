"""Scenarios of a process: those that lie beside its diagram in the deployment, and recorded cases made into one."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from app.engine.plain_yaml import MAX_BYTES
from app.engine.quarantine import ChildFailed, run_in_child
from app.engine.recording import ACTION, ERROR, RESULT, START, SUBMIT, TIMER, Input, Recording
from app.engine.scenario.run import MOST_SCENARIOS
from app.errors import NotFound
from app.flows import audit
from app.flows.diagrams import recordings

FOLDER = Path(__file__).resolve().parents[3] / "processes"
_RUN_ALL = "app.engine.scenario.run:run_all"
SECONDS = 15.0

_PERSONAL = re.compile(
    r"nama|name|nik|nip|jabatan|alamat|hp\b|telepon|mail|surel|oleh|atas_nama|catatan|pesan|kota|serial|finger|sha|token"
    r"|serti",
    re.I,
)
_LONGEST = 80  # letters of a text that is kept as it is


def of_process(process: str, folder: Path = FOLDER) -> dict[str, str]:
    """{file name: text} of `processes/<process>/scenarios/*.yaml`, by name; none for an unknown process."""
    # compared with what is there, so that no name of a process can lead elsewhere
    place = next((p for p in folder.iterdir() if p.is_dir() and p.name == process), None) if process else None
    return from_folder(place) if place else {}


def from_folder(place: Path) -> dict[str, str]:
    """The same of one folder of `processes/`."""
    found = sorted((place / "scenarios").glob("*.yaml"))[:MOST_SCENARIOS]
    return {p.name: p.read_bytes()[: MAX_BYTES + 1].decode("utf-8", "replace") for p in found}


def run(files: Mapping[str, bytes], process: str, scenarios: Mapping[str, str]) -> dict[str, Any]:
    """Run them on `files` in a child: {"refused": sentence or "", "ran": [see `run_one`], "names": {id: name}}."""
    if not scenarios:
        return {"refused": "", "ran": [], "names": {}}
    question = {
        "files": {name: b64encode(data).decode() for name, data in files.items()},
        "process": process,
        "scenarios": dict(scenarios),
    }
    try:
        return dict(run_in_child(_RUN_ALL, question, seconds=SECONDS))
    except ChildFailed as e:
        return {"refused": str(e), "ran": [], "names": {}}


# --- a recorded case as a scenario


def from_case(instance_id: int) -> str:
    """The YAML of a recorded case, with personal data left out. NotFound if there is no such case."""
    found = recordings.read([instance_id])
    if instance_id not in found:
        raise NotFound
    return as_yaml(f"Seperti perkara {instance_id}", found[instance_id][1])


def as_yaml(name: str, recording: Recording) -> str:
    """What was recorded, in the words of a scenario."""
    first = recording.inputs[0]
    expected: dict[str, Any] = {"jalan": list(recording.path), "status": recording.status}
    if recording.ended:
        expected["akhir"] = recording.path[-1] if recording.path else ""
    else:
        expected["menunggu"] = list(recording.open)
    scenario = {
        "nama": name,
        "mulai": _moment(first.at),
        "data": masked(first.data if first.kind == START else {}),
        "langkah": _moves(recording),
        "harapan": expected,
    }
    text: str = yaml.safe_dump(scenario, allow_unicode=True, sort_keys=False, width=110)
    return f"# Dibuat dari perkara yang terekam. Nama, nomor, dan catatan disamarkan: periksa sebelum dipakai.\n{text}"


def _moves(recording: Recording) -> list[dict[str, Any]]:
    """The inputs; time goes by only to where a timer fired."""
    found: list[dict[str, Any]] = []
    clock = recording.inputs[0].at
    for one in recording.inputs[1:]:
        if one.kind == TIMER:
            minutes = max(int((one.at - clock).total_seconds() // 60) + 1, 1)
            found.append({"waktu": f"PT{minutes}M"})
            clock = one.at
        elif (move := _move(one)) is not None:
            found.append(move)
    return found


def _move(one: Input) -> dict[str, Any] | None:
    if one.kind == SUBMIT:
        return {"kerjakan": one.element, "isi": masked(one.data or {})}
    if one.kind == RESULT:
        return {"layanan": one.element, "hasil": masked(one.data)}
    if one.kind == ERROR:
        return {"layanan": one.element, "gagal": one.data.get("kode", "")}
    return {"tindakan": one.element} if one.kind == ACTION else None


def masked(value: Any, key: str = "") -> Any:
    """The value without what may tell of a person: texts under such names, long texts, long numbers."""
    if isinstance(value, dict):
        return {k: masked(v, str(k)) for k, v in value.items()}
    if isinstance(value, list):
        return [masked(v, key) for v in value]
    if not isinstance(value, str) or not value:
        return value
    if _PERSONAL.search(key) or len(value) > _LONGEST:
        return "disamarkan"
    return re.sub(r"\d{8,}", "0", audit.mask(value))


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
