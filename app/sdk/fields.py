"""The fields that forms are made of. Every message is a whole sentence that says what to type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from wtforms import DateField, Form, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextArea

from app.sdk.numbers import grouped, parse_rupiah, spaces
from app.sdk.rows import Row, RowsField
from app.sdk.secrets import Passphrase
from app.sdk.text import one_line, paragraphs


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
    """Text of at most `limit` characters: longer cells are shrunk to unreadable letters in the PDF.

    The limit is no `maxlength` in the page, which would cut what is pasted without a word; the flag
    `maxlength_hint` is there for a counter.
    """

    def __init__(self, limit: int, what: str) -> None:
        self.limit, self.what = limit, what
        self.field_flags = {"maxlength_hint": limit}

    def __call__(self, _form: Form, field: Any) -> None:
        size = len(field.data or "")
        if size > self.limit:
            raise ValidationError(
                f"{self.what} ini {grouped(size)} huruf, padahal paling banyak {grouped(self.limit)} huruf. "
                f"Persingkat {grouped(size - self.limit)} huruf."
            )


class TextField(StringField):
    """Text on one line. Line breaks become spaces; what can't be seen is taken out."""

    clean = staticmethod(one_line)

    def __init__(self, label: str | None = None, validators: Any = None, filters: Any = (), **kw: Any) -> None:
        super().__init__(label, validators, filters=(self.clean, *filters), **kw)


class LongTextField(TextField):
    """One sentence or paragraph that needs several lines on the screen, e.g. an indikator."""

    widget = TextArea()


class ParagraphsField(LongTextField):
    """Text whose line breaks are kept, e.g. Tugas dan Fungsi."""

    clean = staticmethod(paragraphs)


class SecretField(PasswordField):
    """A field whose content must never be kept: drafts, autosave and logs leave it out."""


class PassphraseField(SecretField):
    """Wraps what was typed into a Passphrase and empties every other place WTForms keeps it in."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0] if valuelist else ""
        self.data = None
        self.raw_data = []
        try:
            self.data = Passphrase(text) if text else None  # type: ignore[assignment]
        except UnicodeEncodeError:
            # that error carries the text, and its parts would be shown as the field's message
            raise ValueError("Passphrase ini memuat tanda yang tidak dikenal. Ketik ulang passphrase.") from None

    def process_data(self, _value: Any) -> None:
        self.data = None  # a secret comes from a person's keyboard, never from stored data

    def _value(self) -> str:
        return ""


class _DigitsField(TextField):
    """Digits typed in groups or not."""

    def __init__(self, label: str | None = None, validators: Any = None, **kw: Any) -> None:
        kw.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(label, validators, filters=(lambda text: re.sub(r"[ .\-]", "", text),), **kw)


class NikField(_DigitsField):
    """16 digits: province 2, kab/kota 2, kecamatan 2, DDMMYY of birth (women DD + 40), sequence 4 from 0001.

    Only the form is checked: corrections leave old NIKs, so it is never compared with the person's data.
    """

    def pre_validate(self, _form: Any) -> None:
        if self.data:
            _check_nik(self.data)


def _check_nik(nik: str) -> None:
    if not re.fullmatch(r"[0-9]*", nik):
        raise StopValidation("NIK hanya berisi angka. Ketik 16 angka NIK seperti pada KTP.")
    if len(nik) != 16:
        raise StopValidation(
            f"NIK terdiri dari 16 angka, yang diketik {len(nik)} angka. Ketik 16 angka NIK seperti pada KTP."
        )
    day, month = int(nik[6:8]), int(nik[8:10])
    if not (1 <= day <= 31 or 41 <= day <= 71) or not 1 <= month <= 12 or nik[12:] == "0000":
        raise StopValidation("Susunan NIK ini tidak mungkin. Cocokkan dengan KTP, lalu ketik ulang.")


class NipField(_DigitsField):
    """18 digits. PNS: birth YYYYMMDD, appointment YYYYMM, sex 1 or 2, sequence; PPPK numbers mean other things."""

    def pre_validate(self, _form: Any) -> None:
        nip = self.data
        if nip and not re.fullmatch(r"[0-9]*", nip):
            raise StopValidation("NIP hanya berisi angka. Ketik 18 angka NIP.")
        if nip and len(nip) != 18:
            raise StopValidation(f"NIP terdiri dari 18 angka, yang diketik {len(nip)} angka. Ketik 18 angka NIP.")


class RupiahField(StringField):
    """Whole rupiah as an int, typed as people type it: 1250000000, 1.250.000.000, Rp 1.250.000.000,00."""

    data: Any  # int or None; StringField says text
    LIMIT = 10**15

    def __init__(self, *args: Any, **kw: Any) -> None:
        self.text = ""
        kw.setdefault("render_kw", {"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(*args, **kw)

    def process_data(self, value: Any) -> None:
        self.text, self.data = "", value if type(value) is int else None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.text, self.data = (spaces(valuelist[0]) if valuelist else ""), None
        if not self.text:
            return
        amount = parse_rupiah(self.text)
        if amount is None:
            raise ValueError("Anggaran ditulis dalam rupiah bulat dengan angka saja. Ketik misalnya 1.250.000.000.")
        if amount > self.LIMIT:
            raise ValueError("Anggaran ini lebih dari seribu triliun rupiah. Periksa jumlah nolnya, lalu ketik ulang.")
        self.data = amount

    def _value(self) -> str:
        if self.data is None:
            return self.text
        return grouped(self.data)


_MONTHS = (
    "januari", "februari", "maret", "april", "mei", "juni",
    "juli", "agustus", "september", "oktober", "november", "desember",
)  # fmt: skip


class TanggalField(DateField):
    """A date from the browser's date input; its data are ISO text, so that they may be stored."""

    def process_data(self, value: Any) -> None:
        text = value.isoformat() if isinstance(value, date) else value
        self.data = _iso(text) if isinstance(text, str) else None  # type: ignore[assignment]

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.raw_data, self.data = [text], None
        if not text:
            return
        self.data = _iso(text)  # type: ignore[assignment]
        if not self.data:
            raise ValueError("Tanggal ini tidak ada. Pilih tanggal, atau ketik misalnya 31-01-2026.")

    def _value(self) -> str:
        # a date input shows ISO only, so what was understood comes back as ISO, and the rest as it was typed
        return str(self.data or (self.raw_data[0] if self.raw_data else ""))


def _iso(text: str) -> str | None:
    """ISO text of 2026-01-31, 31-01-2026, 31/1/2026, 31.1.2026 or 31 Januari 2026."""
    words = text.lower().split()
    if len(words) == 3 and words[1] in _MONTHS:
        text = f"{words[0]}-{_MONTHS.index(words[1]) + 1}-{words[2]}"
    for form in ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  a date has no zone
        except ValueError:
            continue
    return None


class _OneOf(SelectField):
    """What choices have in common: our messages, and choices as plain pairs."""

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        *,
        choices: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        ask: str = "Belum ada yang dipilih. Pilih salah satu.",
        **kw: Any,
    ) -> None:
        self.ask = ask  # what to say where nothing was chosen; "" allows that
        super().__init__(label, validators, **kw)
        self.flags.required = bool(ask)
        self.offer(choices)

    def offer(self, choices: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """Take these choices, (value, label) pairs or a dict; for `TaskForm.adapt` too."""
        self.words = dict(choices)
        # a dict is the one form of pairs that WTForms goes on taking (3.3 warns of tuples)
        self.choices = self.words

    def pre_validate(self, _form: Any) -> None:
        if not self.data:
            self.data = None
            if self.ask:
                raise StopValidation(self.ask)
        elif self.data not in self.words:
            raise StopValidation(f"Pilihan ini tidak ada. Pilih salah satu: {', '.join(self.words.values())}.")


class ChoiceField(_OneOf, RadioField):
    """A few choices, all of them in sight."""


class ListField(_OneOf):
    """Many choices in a list that opens."""


class YesNoField(ChoiceField):
    """A question that must be answered; its data are True, False or None."""

    def __init__(self, label: str | None = None, validators: Any = None, **kw: Any) -> None:
        super().__init__(label, validators, choices={"ya": "Ya", "tidak": "Tidak"}, **kw)

    def process_data(self, value: Any) -> None:
        super().process_data({True: "ya", False: "tidak"}[value] if isinstance(value, bool) else value)

    @property
    def answer(self) -> bool | None:
        return {"ya": True, "tidak": False}.get(str(self.data))


__all__ = [
    "AtMost", "ChoiceField", "Filled", "ListField", "LongTextField", "NikField", "NipField", "ParagraphsField",
    "PassphraseField", "Row", "RowsField", "RupiahField", "SecretField", "TanggalField", "TextField", "YesNoField",
]  # fmt: skip
