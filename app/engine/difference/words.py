"""The vocabulary of differences: what a path of facts is called, and how its values read, in Indonesian."""

from __future__ import annotations

import re

from app.engine.bpmn_xml import NODES
from app.engine.difference.facts import Side, Subject
from app.engine.difference.steps import DRAWN, EMPTY, FILE, LANE, PLACE, Path

KINDS = {
    "file": "berkas", "process": "proses", "collaboration": "kolaborasi", "participant": "kolam", "lane": "jalur",
    "sequenceFlow": "panah", "messageFlow": "panah pesan", "association": "garis catatan", "textAnnotation": "catatan",
    "group": "kelompok", "message": "pesan", "error": "kesalahan", "signal": "sinyal", "escalation": "eskalasi",
    "dataObject": "data", "dataObjectReference": "data", "dataStore": "penyimpanan",
    "dataStoreReference": "penyimpanan", "task": "tugas", "userTask": "tugas", "manualTask": "tugas",
    "serviceTask": "layanan", "scriptTask": "hitungan",
    "sendTask": "pengiriman pesan", "receiveTask": "penerimaan pesan", "businessRuleTask": "langkah keputusan",
    "subProcess": "subproses", "transaction": "subproses", "adHocSubProcess": "subproses",
    "callActivity": "proses lain",
    "startEvent": "awal", "endEvent": "akhir", "intermediateCatchEvent": "kejadian",
    "intermediateThrowEvent": "kejadian",
    "boundaryEvent": "kejadian tepi", "exclusiveGateway": "percabangan", "parallelGateway": "percabangan serentak",
    "inclusiveGateway": "percabangan ganda", "eventBasedGateway": "percabangan kejadian", "decision": "tabel keputusan",
    "inputData": "data masukan",
}  # fmt: skip
PROPERTIES = {
    "form": "formulir", "status": "kata status", "tahap": "tahap", "due": "tenggat", "tanda_tangan": "tanda tangan",
    "peran": "peran pengirim", "dokumen": "nasib dokumen", "notice": "pemberitahuan", "unik": "kunci perkara",
    "notice_lane": "penerima pemberitahuan", "retries": "banyaknya percobaan ulang", "backoff": "jeda percobaan ulang",
    "judul": "judul perkara", "tahapan": "daftar tahap",
}  # fmt: skip
ELEMENTS = {
    "conditionExpression": "syarat", "documentation": "dokumentasi", "script": "skrip", "text": "teks",
    "timerEventDefinition": "waktu", "timeDuration": "lama waktu", "timeDate": "waktu",
    "timeCycle": "pengulangan waktu",
    "messageEventDefinition": "pesan", "signalEventDefinition": "sinyal", "errorEventDefinition": "kesalahan",
    "escalationEventDefinition": "eskalasi", "conditionalEventDefinition": "kejadian bersyarat", "condition": "syarat",
    "terminateEventDefinition": "penghentian seluruh proses", "linkEventDefinition": "tautan",
    "compensateEventDefinition": "kompensasi", "cancelEventDefinition": "pembatalan",
    "multiInstanceLoopCharacteristics": "pengulangan untuk setiap isi daftar",
    "standardLoopCharacteristics": "pengulangan", "loopCardinality": "banyaknya pengulangan",
    "completionCondition": "syarat berhenti mengulang", "loopCondition": "syarat mengulang",
    "loopDataInputRef": "daftar yang diulang", "loopDataOutputRef": "daftar hasil", "inputDataItem": "nama isi daftar",
    "outputDataItem": "nama hasil tiap isi", "spiff.preScript": "skrip sebelum langkah",
    "spiff.postScript": "skrip sesudah langkah", "spiff.calledDecisionId": "tabel keputusan yang dipakai",
    "spiff.messagePayload": "isi pesan", "spiff.messageVariable": "tempat isi pesan", "spiff.retry": "percobaan ulang",
    "spiff.serviceTaskOperator": "layanan", "spiff.instructionsForEndUser": "petunjuk", "decisionTable": "tabel",
    "camunda.formData": "formulir", "inputExpression": "ekspresi kolom", "laneSet": "susunan jalur",
    "childLaneSet": "susunan jalur", "flowNodeRef": "anggota yang tidak ada", "incoming": "catatan panah masuk",
    "outgoing": "catatan panah keluar", "description": "keterangan",
}  # fmt: skip
ATTRIBUTES = {
    "@name": "nama", "@id": "id", "@default": "panah bawaan", "@attachedToRef": "tempat menempel",
    "@cancelActivity": "menghentikan langkahnya", "@isInterrupting": "menghentikan yang lain",
    "@triggeredByEvent": "dipicu kejadian", "@calledElement": "proses yang dipanggil", "@sourceRef": "asal",
    "@targetRef": "tujuan", "@isExecutable": "dapat dijalankan", "@processRef": "proses", "@errorCode": "kode",
    "@escalationCode": "kode", "@scriptFormat": "bahasa skrip", "@isSequential": "satu per satu", "@label": "label",
    "@type": "jenis", "@defaultValue": "isi awal", "@resultVariable": "tempat hasil", "@retries": "banyaknya",
    "@backoff_base": "jeda", "@hitPolicy": "aturan pilih baris", "@xsi.type": "jenis ekspresi", "@typeRef": "jenis",
    "@errorRef": "kesalahan", "@messageRef": "pesan", "@signalRef": "sinyal", "@value": "isi", "@config": "isi",
    "@exporter": "program penulis", "@exporterVersion": "versi program penulis", "@camunda.formKey": "formulir",
    "@camunda.topic": "layanan", "@camunda.candidateGroups": "peran", "@camunda.assignee": "orang",
}  # fmt: skip
# The attribute that an element is there for: its label is the element's.
MAIN = {
    "spiff.property": "@value", "spiff.parameter": "@value", "spiff.serviceTaskOperator": "@id",
    "camunda.constraint": "@config", "camunda.value": "@name", "camunda.property": "@value",
    "errorEventDefinition": "@errorRef", "messageEventDefinition": "@messageRef", "inputDataItem": "@name",
    "signalEventDefinition": "@signalRef", "escalationEventDefinition": "@escalationRef", "outputDataItem": "@name",
}  # fmt: skip
SKIPPED = frozenset(
    {"extensionElements", "spiff.properties", "spiff.parameters", "camunda.formData", "camunda.properties", "laneSet",
     "childLaneSet", "decisionTable", "camunda.validation"}
)  # fmt: skip
_SILENT = frozenset({"text", "spiff.serviceTaskOperator", "timerEventDefinition", "multiInstanceLoopCharacteristics",
                     "standardLoopCharacteristics", "conditionalEventDefinition", "decisionTable"})  # fmt: skip
TYPES = {"string": "teks", "long": "angka", "boolean": "ya atau tidak", "date": "tanggal", "enum": "pilihan",
          "text": "teks panjang"}  # fmt: skip
YES_NO = frozenset({"@cancelActivity", "@isInterrupting", "@isExecutable", "@isSequential", "@triggeredByEvent"})
TITLE = {"camunda.formField": "@label", "camunda.value": "@name"}  # what the label of an element is made of
LONGEST = 300  # characters of a value in a sentence

GROUPS = {
    "alur": "Alur", "formulir": "Formulir", "peran": "Peran", "layanan": "Layanan", "keputusan": "Tabel keputusan",
    "proses": "Proses dan berkas", "letak": "Tata letak",
}  # fmt: skip
_GROUP_OF_KIND = {"lane": "peran", "participant": "peran", "decision": "keputusan", "file": "proses",
                  "process": "proses",
                  "collaboration": "proses", "message": "proses", "error": "proses", "signal": "proses",
                  "escalation": "proses"}  # fmt: skip
_FORM_PROPERTIES, _ROLE_PROPERTIES = {"form"}, {"peran", "notice_lane"}
_SERVICE_PROPERTIES = {"retries", "backoff"}


_AGAIN = re.compile(r" \(\d+\)\Z")  # what comes again under one path has a number


def split(step: str) -> tuple[str, str]:
    tag, _, key = _AGAIN.sub("", step).partition(":")
    return tag, key


def group_of(subject: Subject, path: Path) -> str:
    tags = {split(step)[0] for step in path}
    name = next((split(s)[1] for s in path if s.startswith("spiff.property:")), "")
    if path[0] in (LANE,) or name in _ROLE_PROPERTIES or path[0].endswith(("candidateGroups", "assignee")):
        return "peran"
    if "camunda.formField" in tags or name in _FORM_PROPERTIES or path[0] == "@camunda.formKey":
        return "formulir"
    if {"spiff.serviceTaskOperator", "@camunda.topic"} & tags or name in _SERVICE_PROPERTIES:
        return "layanan"
    return _GROUP_OF_KIND.get(subject.kind, "alur")


def short(subject: Subject, side: Side) -> str:
    """How a subject is called inside a sentence: nodes by their name alone, what is no node with its kind."""
    if subject.kind in NODES:
        return f"'{subject.name}'" if subject.name else f"{KINDS[subject.kind]} '{subject.key}'"
    return who(subject, side)


def who(subject: Subject, side: Side) -> str:
    kind = KINDS.get(subject.kind, f"elemen {subject.kind}")
    if subject.kind in ("sequenceFlow", "messageFlow", "association"):
        ends = (named(subject.facts.get((ref,), ""), side, ends=False) for ref in ("@sourceRef", "@targetRef"))
        of = f" '{subject.name}'" if subject.name else ""
        return f"{kind}{of} dari {' ke '.join(ends)}"
    if subject.kind == "textAnnotation":
        text = next((v for p, v in subject.facts.items() if p[0].startswith("text")), "")
        return f"{kind} '{cut(text, 60) or subject.key}'"
    return f"{kind} '{subject.name or subject.key}'"


def named(key: str, side: Side, ends: bool = True) -> str:
    """What a reference points to; a flow by its two ends, unless it is itself an end (of a flow of flows, for ever)."""
    found = side.subjects.get(key)
    if found is None:
        return f"'{key}'" if key else "(kosong)"
    if found.kind in ("error", "escalation"):
        code = found.facts.get((f"@{found.kind}Code",), "")
        return f"'{code or found.name or key}'"
    if found.kind in ("sequenceFlow", "messageFlow") and ends:
        return who(found, side)
    return f"'{found.name}'" if found.name else f"{KINDS.get(found.kind, found.kind)} '{found.key}'"


def label(path: Path, subject: Subject, side: Side) -> str:
    """The field in words, e.g. "tenggat", "pilihan 'ditolak' pada isian 'Putusan'"."""
    if path[0] in _OWN:
        return _OWN[path[0]]
    if path[0] == DRAWN:
        return drawn_label(path)
    last = path[-1]
    elements = path[:-1] if last[0] in "@#" or last == EMPTY else path
    parts = []
    for i, step in enumerate(elements):
        if split(step)[0] in SKIPPED and i < len(elements) - 1:
            continue
        if split(step)[0] in _SILENT and i < len(elements) - 1:
            continue
        parts.append(_element(elements[: i + 1], subject))
    if parts and elements and split(elements[-1])[0] == "text" and len(parts) > 1:
        parts.pop()
    if last[0] == "@" and (not elements or MAIN.get(split(elements[-1])[0]) != last):
        parts.append(ATTRIBUTES.get(last, f"atribut '{last[1:]}'"))
    if not parts:
        return "isi"
    return " pada ".join(reversed(parts)) if len(parts) > 1 and "'" in parts[0] else " ".join(reversed(parts))


_OWN = {
    LANE: "jalur",
    PLACE: "tempat",
    FILE: "berkas",
    "@@root": "jenis XML",
    "#": "isi",
    "outgoing": "urutan panah",
}


def _element(prefix: Path, subject: Subject) -> str:
    tag, key = split(prefix[-1])
    if tag == "spiff.property":
        if key.startswith("janji"):
            return f"janji {key[5:].lstrip('._')}".rstrip()
        return PROPERTIES.get(key, f"properti '{key}'")
    if tag == "spiff.parameter":
        return f"parameter '{key}'"
    if tag == "camunda.formField":
        return f"isian '{subject.facts.get((*prefix, '@label')) or key}'"
    if tag == "camunda.value":
        return f"pilihan '{subject.facts.get((*prefix, '@name')) or key}'"
    if tag == "camunda.constraint":
        return "wajib diisi" if key == "required" else f"batasan '{key}'"
    if tag == "camunda.property":
        return "bantuan" if key == "help" else f"properti '{key}'"
    if tag == "rule":
        return f"baris {_row(prefix, subject)}"
    if tag in ("input", "output", "inputEntry", "outputEntry"):
        return f"kolom '{_column(prefix, subject)}'"
    return ELEMENTS.get(tag) or f"elemen '{tag}'"


def _row(prefix: Path, subject: Subject) -> int:
    if subject.rows is None:
        here = slice(len(prefix))
        deep = (p[here] for p in subject.facts if len(p) > len(prefix))
        found = dict.fromkeys(p for p in deep if p[-1].startswith("rule:"))
        subject.rows = {row: n for n, row in enumerate(found, 1)}
    return subject.rows.get(prefix, 0)


def _column(prefix: Path, subject: Subject) -> str:
    tag, key = split(prefix[-1])
    column = (*prefix[:-2], key) if tag.endswith("Entry") else prefix
    for rest in (("@label",), ("@name",), ("inputExpression:1", "text:1", "#")):
        if subject.facts.get((*column, *rest)):
            return subject.facts[(*column, *rest)]
    return key


def drawn_label(path: Path) -> str:
    tags = [split(step)[0] for step in path[1:]]
    if "BPMNLabel" in tags:
        return "letak nama"
    if "Bounds" in tags:
        return "letak"
    if "waypoint" in tags:
        return "jalur garis"
    return "warna" if "color" in path[-1] or "bioc" in path[-1] else f"gambar: {path[-1].lstrip('@')}"


def cut(text: str, most: int = LONGEST) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
