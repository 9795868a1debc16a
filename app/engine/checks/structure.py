"""What the XML must be before it can be read as a graph: ids, known elements, lanes, activities that are whole."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from app.engine.bpmn_xml import (
    ACTIVITIES,
    BESIDE,
    NODES,
    SUBPROCESSES,
    Report,
    Tag,
    bpmn,
    find,
    has_nodes,
    line_of,
    local,
    nodes_of,
    scopes_of,
    text_of,
)
from app.engine.diagram import operator_of, parameters_of

MAX_NODES = 300  # in one scope: SpiffWorkflow reads by recursion, and about 390 in a row end in a RecursionError
MAX_FLOWS = 1_000  # in one scope
MAX_INSTANCES = 500  # of a multi-instance activity: each is a branch of the case's task tree
MAX_LOOPS = 100  # of a loop activity: the task tree grows with every round
MAX_ID, MAX_NAME = 100, 300  # letters, as the tables keep them

_DATA_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


# The id of these is a name in the data, which two tasks may share.
_VARIABLES = frozenset({"inputDataItem", "outputDataItem", "dataInput", "dataOutput"})


def check_structure(roots: Mapping[str, Tag], report: Report) -> None:
    for file, root in roots.items():
        _duplicate_ids(file, root, report)
        _lengths(file, root, report)
        _lanes(file, root, report)
        for scope in scopes_of(root):
            _scope(file, scope, report)
            for node in nodes_of(scope):
                _node(file, node, report)
        _data_objects(file, root, report)
    _calls(roots, report)


def _duplicate_ids(file: str, root: Tag, report: Report) -> None:
    seen: set[str] = set()
    for tag in root.iter():
        id_ = tag.get("id")
        if not id_ or not local(tag) or local(tag) in _VARIABLES:
            continue
        if id_ in seen:
            report.at(file, tag, f"Id '{id_}' dipakai dua kali. Ganti salah satunya.")
        seen.add(id_)


def _lengths(file: str, root: Tag, report: Report) -> None:
    for tag in root.iter():
        if not local(tag):
            continue
        for attribute, most in (("id", MAX_ID), ("name", MAX_NAME)):
            text = tag.get(attribute) or ""
            if len(text) > most:
                what = "Id" if attribute == "id" else "Nama"
                message = f"{what} '{text[:40]}...' lebih dari {most} huruf. Pendekkan."
                report.add(file, line_of(tag), (tag.get("id") or "")[:MAX_ID], text[:MAX_NAME], message)


def _lanes(file: str, root: Tag, report: Report) -> None:
    for lane in root.iter(bpmn("lane")):
        if not lane.get("name") and lane.find(bpmn("flowNodeRef")) is not None:
            report.at(file, lane, "Jalur ini tidak bernama. Beri nama peran yang mengerjakannya.")


def _scope(file: str, scope: Tag, report: Report) -> None:
    nodes = list(nodes_of(scope))
    if len(nodes) > MAX_NODES:
        report.at(file, scope, f"Lebih dari {MAX_NODES} elemen di satu proses. Pindahkan sebagian ke subproses.")
    if len(scope.findall(bpmn("sequenceFlow"))) > MAX_FLOWS:
        report.at(file, scope, f"Lebih dari {MAX_FLOWS} panah di satu proses. Pindahkan sebagian ke subproses.")
    for child in scope:
        if local(child) and local(child) not in NODES | BESIDE:
            report.at(
                file, child, f"Elemen {local(child)} tidak didukung. Ganti dengan gateway, tugas, atau event biasa."
            )
    for node in nodes:
        if not node.get("id"):
            report.at(file, node, f"Elemen {local(node)} tanpa id tidak dapat dijalankan. Beri id.")
    if not scope.get("id"):
        report.at(file, scope, "Proses tanpa id tidak dapat dijalankan. Beri id.")
    if local(scope) == "adHocSubProcess":
        if scope.get("ordering", "").lower() == "sequential" or scope.get("cancelRemainingInstances") == "false":
            report.at(
                file, scope, "Subproses ad hoc hanya dapat berjalan bersamaan dan berhenti bersama. Hapus aturannya."
            )
        return
    _starts(file, scope, nodes, report)


def _starts(file: str, scope: Tag, nodes: list[Tag], report: Report) -> None:
    if local(scope) == "process" and not nodes:
        return
    starts = [n for n in nodes if local(n) == "startEvent"]
    plain = [s for s in starts if not any(local(t).endswith("EventDefinition") for t in s)]
    if not starts:
        report.at(file, scope, "Tidak ada kejadian awal. Gambar satu dan sambungkan ke langkah pertama.")
    elif local(scope) in SUBPROCESSES and len(starts) > 1:
        report.at(file, scope, "Subproses hanya boleh punya satu kejadian awal. Hapus yang lain.")
    elif len(plain) > 1:
        report.at(file, scope, "Ada beberapa kejadian awal biasa. Sisakan satu.")
    if local(scope) in SUBPROCESSES and not any(local(n) == "endEvent" for n in nodes):
        report.at(file, scope, "Subproses tidak punya kejadian akhir. Gambar satu di akhir alurnya.")


def _node(file: str, node: Tag, report: Report) -> None:
    kind = local(node)
    if node.get("isForCompensation") == "true":
        report.at(file, node, "Kompensasi tidak didukung. Gambar pembatalannya sebagai alur biasa.")
    if kind == "subProcess" and node.get("triggeredByEvent") == "true":
        interrupting = [s for s in node.findall(bpmn("startEvent")) if s.get("isInterrupting", "true") != "false"]
        if interrupting:
            report.at(file, node, "Subproses event yang memotong tidak didukung. Pakai kejadian di tepi tugasnya.")
    if kind == "serviceTask":
        _service(file, node, report)
    if (
        kind in ("sendTask", "receiveTask")
        and not node.get("messageRef")
        and not find(node, ".//bpmn:messageEventDefinition")
    ):
        report.at(file, node, "Tugas pesan ini tidak menyebut pesannya. Pilih pesan (messageRef).")
    if kind == "scriptTask" and not any(text_of(t) for t in node.findall(bpmn("script"))):
        report.at(file, node, "Tugas skrip ini kosong. Isi skripnya, atau ganti dengan tugas biasa.")
    if kind not in ACTIVITIES and any(local(t).endswith("LoopCharacteristics") for t in node):
        report.at(file, node, "Pengulangan hanya berlaku pada tugas dan subproses. Hapus pengulangannya.")
    for loop in node.findall(bpmn("multiInstanceLoopCharacteristics")):
        _multi_instance(file, loop, report)
    for loop in node.findall(bpmn("standardLoopCharacteristics")):
        _loop(file, loop, report)


def _service(file: str, node: Tag, report: Report) -> None:
    operator = operator_of(node)
    if operator is None or not operator.get("id"):
        report.at(file, node, "Tugas layanan ini belum menyebut layanannya. Pilih serviceTaskOperator.")
        return
    names = [p.get("id") for p in parameters_of(operator)]
    if not all(names):
        report.at(file, operator, "Ada parameter layanan tanpa id. Beri nama parameternya.")
    for name in [n for n, times in Counter(names).items() if n and times > 1]:
        report.at(file, operator, f"Parameter '{name}' ditulis dua kali. Hapus salah satunya.")


def _multi_instance(file: str, loop: Tag, report: Report) -> None:
    counts = [text_of(t) for t in loop.findall(bpmn("loopCardinality"))]
    lists = loop.findall(bpmn("loopDataInputRef"))
    if len(counts) + len(lists) != 1:
        report.at(
            file, loop, "Tugas berulang harus menyebut jumlah, atau satu daftar (loopDataInputRef), tidak keduanya."
        )
    _names_of_data(file, loop, lists, report)
    for text in counts:
        try:
            number = int(text)
        except ValueError:
            continue  # an expression: its value is looked at when it runs
        if not 1 <= number <= MAX_INSTANCES:
            report.at(file, loop, f"Jumlah pengulangan {text[:20]} harus 1 sampai {MAX_INSTANCES}. Perbaiki angkanya.")


def _names_of_data(file: str, loop: Tag, lists: list[Tag], report: Report) -> None:
    """The list and its items are names of data (or data objects), never expressions."""
    objects = {t.get("id") for t in loop.getroottree().getroot().iter(bpmn("dataObject"), bpmn("dataObjectReference"))}
    names = [text_of(t) for t in (*lists, *loop.findall(bpmn("loopDataOutputRef")))]
    names += [t.get("id") or "" for t in (*loop.findall(bpmn("inputDataItem")), *loop.findall(bpmn("outputDataItem")))]
    for name in names:
        if not _DATA_NAME.match(name) and name not in objects:
            message = f"'{name[:60]}' bukan nama data. Salin dulu daftarnya ke satu nama dengan tugas skrip."
            report.at(file, loop, message)


def _loop(file: str, loop: Tag, report: Report) -> None:
    maximum = loop.get("loopMaximum")
    if maximum is None:
        if not any(text_of(t) for t in loop.findall(bpmn("loopCondition"))):
            report.at(file, loop, "Pengulangan ini tidak punya syarat atau batas. Isi loopCondition atau loopMaximum.")
    elif not (maximum.isascii() and maximum.isdigit() and 1 <= int(maximum[:9]) <= MAX_LOOPS):
        report.at(file, loop, f"Batas pengulangan {maximum[:20]} harus 1 sampai {MAX_LOOPS}. Perbaiki angkanya.")


def _data_objects(file: str, root: Tag, report: Report) -> None:
    """A data object used two levels below the one that declares it hangs SpiffWorkflow's parser."""
    objects = {t.get("id"): t for t in root.iter(bpmn("dataObject"))}
    references = {t.get("id"): t.get("dataObjectRef") for t in root.iter(bpmn("dataObjectReference"))}
    for kind, end in (("dataInputAssociation", "sourceRef"), ("dataOutputAssociation", "targetRef")):
        for association in root.iter(bpmn(kind)):
            for tag in association.findall(bpmn(end)):
                declared = objects.get(references.get(text_of(tag)))
                if declared is None:
                    report.at(
                        file,
                        association,
                        f"Objek data '{text_of(tag)}' tidak ada. Sambungkan ulang atau hapus panahnya.",
                    )
                    continue
                around = [a for a in association.iterancestors() if local(a) == "process" or local(a) in SUBPROCESSES]
                # the first of them may be the very subprocess that the association belongs to
                if around and association.getparent() is around[0]:
                    around = around[1:]
                if declared.getparent() not in around[:2]:
                    report.at(
                        file,
                        association,
                        "Objek data dipakai terlalu jauh di dalam subproses. Pindahkan objeknya ke dalam.",
                    )


def _calls(roots: Mapping[str, Tag], report: Report) -> None:
    processes = {p.get("id"): p for root in roots.values() for p in root.iter(bpmn("process")) if has_nodes(p)}
    calls = {id_: {c.get("calledElement") for c in p.iter(bpmn("callActivity"))} for id_, p in processes.items()}
    for file, root in roots.items():
        for call in root.iter(bpmn("callActivity")):
            target = call.get("calledElement")
            caller = next(call.iterancestors(bpmn("process")), None)
            if target not in processes:
                known = ", ".join(sorted(i for i in processes if i)[:5])
                report.at(
                    file,
                    call,
                    f"Proses yang dipanggil ({target or 'kosong'}) tidak ada di berkas ini. Yang ada: {known}.",
                )
            elif caller is not None and caller.get("id") in _reached(target, calls):
                report.at(file, call, "Proses ini akhirnya memanggil dirinya sendiri tanpa henti. Hapus panggilannya.")
    _unused(roots, calls, report)


def _reached(start: str, calls: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        process = todo.pop()
        if process not in found:
            found.add(process)
            todo.extend(calls.get(process, ()))
    return found


def _unused(roots: Mapping[str, Tag], calls: Mapping[str, set[str]], report: Report) -> None:
    called = set().union(*calls.values())
    free = [(file, p) for file, root in roots.items() for p in root.iter(bpmn("process")) if has_nodes(p)]
    free = [(file, p) for file, p in free if p.get("id") not in called]
    for file, process in free[1:]:
        report.at(file, process, "Proses ini tidak dipanggil proses utama, jadi tidak akan berjalan.", "warning")
