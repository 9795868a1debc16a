"""The fields that forms are made of. Every message is a whole sentence that says what to type."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from wtforms import DateField, FieldList, Form, FormField, PasswordField, StringField
from wtforms.validators import StopValidation, ValidationError

from app.sdk.secrets import Passphrase


class SecretField(PasswordField):
    """A field whose content must never be kept: drafts, autosave and logs leave it out."""


class PassphraseField(SecretField):
    """Wraps what was typed into a Passphrase and empties every other place WTForms keeps it in."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = Passphrase(text) if text else None
        self.raw_data = []

    def _value(self) -> str:
        return ""


class Filled:
    """The field must hold something; the message names the field in words."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, _form: Form, field: Any) -> None:
        empty = not field.data or (isinstance(field.data, str) and not field.data.strip())
        if empty and field.data != 0 and not field.errors:
            raise StopValidation(self.message)


class AtMost:
    """Text of at most `limit` characters: longer cells are shrunk to unreadable letters in the PDF."""

    def __init__(self, limit: int, what: str) -> None:
        self.limit, self.what = limit, what
        self.field_flags = {"maxlength_hint": limit}

    def __call__(self, _form: Form, field: Any) -> None:
        size = len(field.data or "")
        if size > self.limit:
            raise ValidationError(
                f"{self.what} terlalu panjang: {_number(size)} huruf. Persingkat menjadi paling banyak {_number(self.limit)} huruf."
            )


class NikField(StringField):
    """16 digits: province 2, kab/kota 2, kecamatan 2, DDMMYY of birth (women DD + 40), sequence 4 from 0001.

    Only the form is checked: corrections leave old NIKs, so it is never compared with the person's data.
    """

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = re.sub(r"[ .\-]", "", valuelist[0].strip()) if valuelist else ""

    def pre_validate(self, _form: Any) -> None:
        if self.data:
            _check_nik(self.data)


def _check_nik(nik: str) -> None:
    if not re.fullmatch(r"[0-9]*", nik):
        raise StopValidation("NIK hanya berisi angka. Ketik 16 angka NIK seperti pada KTP.")
    if len(nik) != 16:
        raise StopValidation(f"NIK terdiri dari 16 angka, yang diketik {len(nik)} angka. Ketik 16 angka NIK seperti pada KTP.")
    day, month = int(nik[6:8]) % 40, int(nik[8:10])
    if not (1 <= day <= 31 and int(nik[6:8]) <= 71 and 1 <= month <= 12) or nik[12:] == "0000":
        raise StopValidation("Susunan NIK ini tidak mungkin. Periksa angka ke-7 sampai ke-16 dengan KTP.")


class NipField(StringField):
    """18 digits. PNS: birth YYYYMMDD, appointment YYYYMM, sex 1 or 2, sequence; PPPK numbers mean other things."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = re.sub(r"[ .\-]", "", valuelist[0].strip()) if valuelist else ""

    def pre_validate(self, _form: Any) -> None:
        if self.data and not re.fullmatch(r"[0-9]{18}", self.data):
            raise StopValidation(f"NIP terdiri dari 18 angka, yang diketik {len(self.data)}. Ketik 18 angka NIP tanpa spasi.")


class RupiahField(StringField):
    """Whole rupiah as an int, typed as people type it: 1250000000, 1.250.000.000, Rp 1.250.000.000,00."""

    LIMIT = 10**15

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.text = ""
        super().__init__(*args, **kw)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.text, self.data = (valuelist[0].strip() if valuelist else ""), None

    def pre_validate(self, _form: Any) -> None:
        if not self.text:
            return
        match = re.fullmatch(r"(?:Rp\.?\s*)?(\d{1,3}(?:[. ]\d{3})+|\d+)(?:,(?:00?|-))?", self.text, re.IGNORECASE)
        if not match:
            raise StopValidation("Anggaran ditulis dengan angka saja. Ketik misalnya 1.250.000.000.")
        self.data = int(re.sub(r"\D", "", match[1]))
        if self.data > self.LIMIT:
            raise StopValidation("Anggaran ini lebih dari seribu triliun rupiah. Periksa jumlah angkanya.")

    def _value(self) -> str:
        if self.text:
            return self.text
        return f"{self.data:,}".replace(",", ".") if isinstance(self.data, int) else ""


class TanggalField(DateField):
    """A date from the browser's date input; its data are ISO text, so that they may be stored."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.raw_data, self.data = [text], None  # type: ignore[assignment]
        if not text:
            return
        for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"):
            try:
                self.data = datetime.strptime(text, form).date().isoformat()  # type: ignore[assignment]
                return
            except ValueError:
                continue
        raise ValueError("Tanggal ini tidak ada. Pilih tanggal, atau ketik misalnya 31-01-2026.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if isinstance(self.data, date) else (self.data or "")


class RowsField(FieldList):
    """Rows that can be added, removed with undo, reordered and pasted from a spreadsheet.

    `row` is a wtforms Form class. `add_label` is the button's text, `noun` what one row is called,
    `paste` the fields of the row in the order of a spreadsheet's columns, `total` the field that is summed.
    """

    def __init__(
        self,
        label: str,
        row: type[Form],
        *,
        noun: str,
        add_label: str,
        paste: tuple[str, ...] = (),
        total: str | None = None,
        at_least: str | None = None,
        at_most: int = 200,
        **kw: Any,
    ) -> None:
        self.noun, self.add_label, self.paste, self.total = noun, add_label, paste, total
        self.at_least, self.at_most, self.row = at_least, at_most, row
        super().__init__(FormField(row), label, max_entries=None, **kw)

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        ok = bool(super().validate(form, extra_validators))
        own: list[str] = []
        if self.at_least and not self.entries:
            own.append(self.at_least)
        if len(self.entries) > self.at_most:
            own.append(f"Paling banyak {self.at_most} {self.noun}; sekarang ada {len(self.entries)}. Gabungkan atau hapus sebagian.")
        if own:
            self.errors = [*self.errors, *own]
        return ok and not own

    def blank(self) -> FormField:
        """An empty row with the index __N__, from which the page makes new ones."""
        entry = self.unbound_field.bind(
            form=None, name=f"{self.short_name}-__N__", prefix=self._prefix, _meta=self.meta, translations=self._translations
        )
        entry.process(None, {})
        return entry  # type: ignore[no-any-return]


def _number(n: int) -> str:
    return f"{n:,}".replace(",", ".")


__all__ = [
    "AtMost", "Filled", "NikField", "NipField", "PassphraseField", "RowsField", "RupiahField", "SecretField", "TanggalField",
]  # fmt: skip
