"""Info Satker: the data of the satker and of its head, on which the signature depends (guide: INFO SATKER)."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from app.sdk.fields import AtMost, Filled, NikField, NipField, TextField
from app.sdk.forms import FormContext, Submission, TaskForm, variable_of
from app.sdk.json import JsonObject
from app.sdk.variables import Variable

NIK_NOTE = "Tanda Tangan Elektronik (TTE) tidak dapat diaplikasikan apabila NIK yang diinput tidak sesuai"

# of the master, not typed here; they go into the case so that it can be read without the master
OF_THE_SATKER = {
    "kode": "Kode satker",
    "nama": "Nama Satker",
    "unit": "Unit Utama",
    "kota": "Kota",
    "zona": "Zona waktu",
}


class Phone:
    """An Indonesian number with 8 to 15 digits, written as people write it."""

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data and not (
            re.fullmatch(r"\+?[0-9 ().\-]+", field.data) and 8 <= len(re.sub(r"[^0-9]", "", field.data)) <= 15
        ):
            raise ValidationError("No Hp Satker terdiri dari 8 sampai 15 angka. Ketik misalnya 0812-3456-7890.")


class Email:
    """Something before the @, a domain with a point after it."""

    def __call__(self, _form: Form, field: Any) -> None:
        if field.data and not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+", field.data):
            raise ValidationError("Email Satker belum lengkap. Ketik satu alamat, misalnya satker@contoh.go.id.")


class EditSatker(TaskForm):
    """What is typed goes to the master; the case gets a copy without the NIK."""

    title = "Info Satker"
    submit_label = "Simpan dan lanjutkan"

    nik_pimpinan = NikField(
        "NIK Pimpinan",
        [Filled("NIK Pimpinan belum diisi. Ketik 16 angka NIK seperti pada KTP.")],
        description=NIK_NOTE,
    )
    nip_pimpinan = NipField("NIP Pimpinan", [Filled("NIP Pimpinan belum diisi. Ketik 18 angka NIP.")])
    nama_pimpinan = TextField(
        "Nama Pimpinan",
        [Filled("Nama Pimpinan belum diisi. Ketik nama lengkap dengan gelar."), AtMost(200, "Nama Pimpinan")],
        description="Ketik nama lengkap dengan gelar, seperti yang akan tercetak pada Lembar PK.",
    )
    jabatan_pimpinan = TextField(
        "Jabatan Pimpinan",
        [
            Filled("Jabatan Pimpinan belum diisi. Ketik jabatan lengkap, misalnya Kepala Biro Perencanaan."),
            AtMost(200, "Jabatan Pimpinan"),
        ],
        description="Awali dengan Plt. atau Plh. bila pimpinan adalah pelaksana tugas atau pelaksana harian.",
    )
    alamat = TextField("Alamat Kantor", [AtMost(500, "Alamat Kantor")])
    nama_operator = TextField("Nama Operator", [AtMost(200, "Nama Operator")])
    hp = TextField("No Hp Satker", [AtMost(30, "No Hp Satker"), Phone()], render_kw={"inputmode": "tel"})
    email = TextField("Email Satker", [AtMost(200, "Email Satker"), Email()], render_kw={"inputmode": "email"})

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return context.satker

    def validate(self, extra_validators: Any = None) -> bool:
        ok = super().validate(extra_validators)
        return self._nik_stands_alone() and ok

    def _nik_stands_alone(self) -> bool:
        """The other fields go into the case and onto documents: a NIK typed there would go with them."""
        nik = self.nik_pimpinan.data
        copies = [f for f in self if f is not self.nik_pimpinan and nik and nik in re.sub(r"\W", "", f.data or "")]
        for f in copies:
            f.errors = [*f.errors, "Isian ini memuat NIK. Hapus NIK dari sini; NIK hanya diketik pada NIK Pimpinan."]
        return not copies

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset({"info_satker"})

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        typed = [variable_of(f).under("info_satker") for f in cls(formdata=None) if f.name != "nik_pimpinan"]
        known = [Variable(key, label).under("info_satker") for key, label in OF_THE_SATKER.items()]
        return (*known, *typed)

    def submission(self) -> Submission:
        typed = {f.name: f.data or "" for f in self}
        satker = {key: self.context.satker.get(key, "") for key in OF_THE_SATKER}
        public = {name: value for name, value in typed.items() if name != "nik_pimpinan"}
        return Submission(
            data={"info_satker": {**public, **satker}},
            masters={"info_satker": {**typed, "kode": satker["kode"]}},
        )
