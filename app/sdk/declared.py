"""A form for fields that the diagram declares itself (`camunda:formData`): no Python needed for a small question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Protocol

from wtforms import BooleanField, Field, StringField

from app.sdk.fields import (
    AtMost,
    ChoiceField,
    Filled,
    ListField,
    ParagraphsField,
    TanggalField,
    TextField,
    YesNoField,
)
from app.sdk.forms import FormContext, Submission, TaskForm, variable_of
from app.sdk.json import JsonObject
from app.sdk.numbers import grouped, parse_number
from app.sdk.variables import Variable

TEXT_MAX, LINE_MAX = 5000, 500
RADIO_MAX = 5  # more choices than these are a list that opens
WHOLE_MAX = 2**53  # the largest whole number that every reader of JSON keeps exactly


class FieldLike(Protocol):
    """What `app.engine.types.Field` looks like from here."""

    @property
    def id(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...  # string | text | long | boolean | date | enum
    @property
    def required(self) -> bool: ...
    @property
    def choices(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def default(self) -> str | None: ...
    @property
    def help(self) -> str: ...


class WholeNumberField(StringField):
    """A whole number in Indonesian form; its data are an int or None."""

    data: Any
    text = ""
    json_kind = "long"

    def process_data(self, value: Any) -> None:
        whole = _whole(value) if isinstance(value, str) else value  # the diagram's default is text
        self.text, self.data = "", whole if type(whole) is int else None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.text = valuelist[0].strip() if valuelist else ""
        self.data = _whole(self.text)
        if self.text and self.data is None:
            raise ValueError("Isian ini hanya berisi angka bulat. Ketik misalnya 1.250.")
        if self.data is not None and abs(self.data) > WHOLE_MAX:
            self.data = None
            raise ValueError("Angka ini terlalu besar. Periksa jumlah angkanya, lalu ketik ulang.")

    def _value(self) -> str:
        return self.text if self.data is None else grouped(self.data)


def _whole(text: str) -> int | None:
    number = parse_number(text)
    return int(number) if number is not None and number == number.to_integral_value() else None


class DeclaredForm(TaskForm):
    """Base of the forms that `declared_form` makes: the data are {id of the field: value}.

    The Python names of the fields are numbered, because an id may be any word, also one that a form uses itself
    ("data", "validate"). In the page each field has its id as its name.
    """

    ids: ClassVar[dict[str, str]] = {}  # Python name -> id

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return {name: context.data[key] for name, key in cls.ids.items() if context.data.get(key) is not None}

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset(cls.ids.values())

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        blank = cls(formdata=None)
        return tuple(variable_of(blank[name], key) for name, key in cls.ids.items())

    def submission(self) -> Submission:
        return Submission({key: _value_of(self[name]) for name, key in self.ids.items()})


def declared_form(fields: Iterable[FieldLike]) -> type[TaskForm]:
    """A TaskForm class for these fields, in their order. ValueError names an id that can't be the name of a field."""
    declared = list(fields)
    ids = {f"isian_{number}": f.id for number, f in enumerate(declared)}
    _check_ids(list(ids.values()))
    made: dict[str, Any] = {name: _field(f) for name, f in zip(ids, declared, strict=True)}
    return type("DeclaredForm", (DeclaredForm,), {**made, "ids": ids})


def _check_ids(ids: list[str]) -> None:
    seen: set[str] = set()
    for key in ids:
        if not key or key.startswith("_") or key in ("csrf_token", "submit"):
            raise ValueError(f"a form field can't have the id {key!r}: give it another id in the diagram")
        if key in seen:
            raise ValueError(f"two form fields have the id {key!r}: give one of them another id in the diagram")
        seen.add(key)


def _field(f: FieldLike) -> Any:
    """The field for one declaration; an unknown type is a line of text, as in Camunda's own form."""
    label = f.label or f.id
    common: dict[str, Any] = {"name": f.id, "default": f.default, "description": f.help}
    if f.type == "boolean":
        return _boolean(f, label)
    if f.type == "enum":
        kind = ChoiceField if len(f.choices) <= RADIO_MAX else ListField
        ask = f"{label} belum dipilih. Pilih salah satu." if f.required else ""
        return kind(label, choices=f.choices, ask=ask, **common)
    must = [Filled(f"{label} belum diisi. {_HOW.get(f.type, _HOW['string'])}")] if f.required else []
    if f.type == "long":
        return WholeNumberField(label, must, render_kw={"inputmode": "numeric"}, **common)
    if f.type == "date":
        return TanggalField(label, must, **common)
    if f.type == "text":
        return ParagraphsField(label, [*must, AtMost(TEXT_MAX, label)], **common)
    return TextField(label, [*must, AtMost(LINE_MAX, label)], **common)


_HOW = {
    "string": "Ketik isinya pada satu baris.",
    "text": "Ketik isinya, boleh beberapa baris.",
    "long": "Ketik angka bulat, misalnya 1.250.",
    "date": "Pilih tanggal, atau ketik misalnya 31-01-2026.",
}


def _boolean(f: FieldLike, label: str) -> Any:
    """A check box; a required one is a question with two answers, so that No is an answer too."""
    yes = (f.default or "").strip().lower() == "true"
    if not f.required:
        return BooleanField(label, name=f.id, default=yes, description=f.help)
    ask = f"{label} belum dijawab. Pilih Ya atau Tidak."
    default = None if f.default is None else yes
    return YesNoField(label, ask=ask, name=f.id, default=default, description=f.help)


def _value_of(field: Field) -> Any:
    if isinstance(field, YesNoField):
        return field.answer
    if isinstance(field, (ChoiceField, ListField)):
        return field.data or None
    return field.data
