"""Drafts of the PK's diagram as owners make them, by small changes of its text."""

from __future__ import annotations

from lxml import etree

from app import clock
from app.cli import ROOT
from app.flows import rights
from app.flows.diagrams import drafts
from app.flows.rights import Actor
from app.models import Definition, User, db
from tests.world import World

NAME = "perjanjian_kinerja.bpmn"
PK = (ROOT / "processes/perjanjian_kinerja" / NAME).read_text()

FIELDS = (
    '<extensionElements><formData xmlns="http://camunda.org/schema/1.0/bpmn">'
    '<formField id="hasil_reviu" label="Hasil reviu" type="enum"><value id="lanjut" name="Lanjut"/>'
    '<value id="perbaiki" name="Perbaiki"/><validation><constraint name="required"/></validation></formField>'
    "</formData></extensionElements>"
)

DRAWN = (
    '<bpmndi:BPMNShape id="reviu_biro_di" bpmnElement="reviu_biro">'
    '<dc:Bounds x="1540" y="620" width="120" height="80" />'
    '</bpmndi:BPMNShape><bpmndi:BPMNEdge id="f_reviu_di" bpmnElement="f_reviu"><di:waypoint x="1660" y="660"/>'
    '<di:waypoint x="1730" y="660"/></bpmndi:BPMNEdge>'
)


def changed(*pairs: tuple[str, str]) -> str:
    """The PK's diagram with these texts replaced, each of which stands in it."""
    text = PK
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after)
    return text


def with_review() -> str:
    """Reviu Biro Perencanaan, with a form of its own, between Kepala Satker and Eselon 1."""
    step = f'<userTask id="reviu_biro" name="Reviu Biro Perencanaan">{FIELDS}</userTask>'
    return changed(
        ('sourceRef="tte_kepala" targetRef="review_eselon_1" />',
         'sourceRef="tte_kepala" targetRef="reviu_biro" />'
         '<sequenceFlow id="f_reviu" sourceRef="reviu_biro" targetRef="review_eselon_1" />'),
        ('<userTask id="review_eselon_1"', step + '<userTask id="review_eselon_1"'),
        ("<flowNodeRef>review_eselon_1</flowNodeRef>",
         "<flowNodeRef>review_eselon_1</flowNodeRef><flowNodeRef>reviu_biro</flowNodeRef>"),
        ("<outgoing>f_ke_eselon</outgoing>", ""), ("<incoming>f_ke_eselon</incoming>", ""),
        ("</bpmndi:BPMNPlane>", DRAWN + "</bpmndi:BPMNPlane>"),
    )  # fmt: skip


def with_other_condition() -> str:
    """Eselon 1's approval is not recognised any more: all are returned."""
    return changed(("eselon_1.keputusan == 'setuju'", "eselon_1.keputusan == 'iya'"))


def with_failing_condition() -> str:
    return changed(("eselon_1.keputusan == 'setuju'", "eselon_1.bidang_baru == 'setuju'"))


def without_check() -> str:
    """Cek registrasi TTE is gone: drafting leads to the sheet."""
    text = changed(
        ('<sequenceFlow id="f_susun" sourceRef="penyusunan_pk" targetRef="cek_tte" />',
         '<sequenceFlow id="f_susun" sourceRef="penyusunan_pk" targetRef="membuat_lembar" />'),
    )  # fmt: skip
    gone = ("cek_tte", "cek_gagal", "gw_terdaftar", "perbaiki_registrasi", "gw_langkah_registrasi")
    return without(text, *gone)


def without(text: str, *ids: str) -> str:
    """`text` without these elements, and without the flows at them."""
    root = etree.fromstring(text.encode())
    flows = [f for f in root.iter("{*}sequenceFlow") if {f.get("sourceRef"), f.get("targetRef")} & set(ids)]
    out = {*ids, *(f.get("id") for f in flows)}
    for element in list(root.iter()):
        if element.get("id") in out or element.get("bpmnElement") in out or (element.text or "") in out:
            element.getparent().remove(element)
    return etree.tostring(root, encoding="unicode")


def biro(world: World) -> Actor:
    """Somebody of Biro Perencanaan; inside an application context."""
    user = db.session.scalar(db.select(User.id).where(User.username == "biro"))
    return rights.actor_of(user, 2026, rights.local_day(clock.now()))


def draft_of(world: World, text: str = PK) -> int:
    """The id of a draft from the newest version, with `text` as its diagram."""
    with world.app.app_context():
        by = biro(world)
        version = db.session.scalar(db.select(Definition.id).order_by(Definition.id.desc()))
        draft = drafts.begin_from(version, by, clock.now())
        if text != PK:
            drafts.save(draft.id, draft.revision, {NAME: text}, by, clock.now())
        return int(draft.id)
