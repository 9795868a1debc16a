"""The button 'Membuat Lembar PK' (guide: PERJANJIAN KINERJA -> PK (DRAFT PK))."""

from __future__ import annotations

from wtforms import BooleanField

from app.sdk.fields import ChoiceField
from app.sdk.forms import Fact, FormContext, Page, Submission, TaskForm, variable_of
from app.sdk.json import JsonObject
from app.sdk.variables import Variable
from forms import info_satker, kesalahan


class MembuatLembarPk(TaskForm):
    """Everything that will stand on the sheet, to be checked; then the sheet is made, or drafting goes on.

    The template shows `context.data["pk"]`. Name and title of the head come from the master: the parties of the sheet
    are whoever Info Satker names when it is made, because it is their NIK that the signature is asked for with.
    """

    title = "Membuat Lembar PK"
    submit_label = "Membuat Lembar PK"
    template = "lembar.html"
    decision = "langkah"

    langkah = ChoiceField(
        "Langkah berikutnya",
        choices={"buat": "Membuat Lembar PK", "ubah": "Ubah Penyusunan PK"},
        ask="Belum ada yang dipilih. Klik Membuat Lembar PK, atau Ubah Penyusunan PK.",
    )

    ambil_info = BooleanField(info_satker.LABEL)

    def adapt(self) -> None:
        if not info_satker.differs(self.context):
            del self.ambil_info

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return {}  # a decision is taken anew each time

    def notice(self) -> str:
        return "Pastikan kembali bahwa seluruh data pada penyusunan sudah sesuai."

    def facts(self, page: Page | None = None) -> list[Fact]:
        info = self.context.satker
        pk = self.context.data.get("pk") or {}
        return [
            Fact("Nama Pimpinan", info.get("nama_pimpinan") or "", "Info Satker"),
            Fact("NIP Pimpinan", info.get("nip_pimpinan") or "", "Info Satker"),
            Fact("Jabatan Pimpinan", info.get("jabatan_pimpinan") or "", "Info Satker"),
            Fact("Tempat", pk.get("tempat") or "", "Penyusunan PK"),
            Fact("Tanggal", pk.get("tanggal") or "", "Penyusunan PK"),
        ]

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset({"langkah_lembar"})

    @classmethod
    def may_write(cls) -> frozenset[str]:
        return frozenset({"kesalahan", "info_satker"})

    @classmethod
    def reads(cls) -> frozenset[str]:
        return frozenset({"pk"})

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        return (variable_of(cls(formdata=None).langkah, "langkah_lembar"),)

    def submission(self) -> Submission:
        data: JsonObject = {"langkah_lembar": self.langkah.data, **kesalahan.settled(self.context)}
        asked = self.ambil_info and self.ambil_info.data
        return Submission(data | info_satker.taken(self.context) if asked else data)
