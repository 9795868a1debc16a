"""What a form of a user task is made of: `TaskForm`, what it is opened with, and what comes out of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeAlias

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField

from app.sdk.fields import SecretField
from app.sdk.json import JsonObject
from app.sdk.secrets import Passphrase

Typed: TypeAlias = dict[str, list[str]]  # what was typed, by field name, as the browser sent it


@dataclass(frozen=True)
class FormContext:
    """What a form may know: the task, the case's data, the masters, and the person who opens it.

    `satker` is the master as a plain dict (keys as in the form `edit_satker`, and `kode`, `nama`, `unit`),
    `previous` the data of the same satker's case of the year before or None, `person` the one who opened it.
    """

    task: JsonObject  # {"id", "element", "name", "properties": {...}}
    data: JsonObject
    satker: JsonObject
    person: JsonObject  # {"name", "nip", "title", "certificate"}
    year: int
    previous: JsonObject | None = None
    choices: Mapping[str, list[tuple[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """What a form hands over.

    `data` goes to the engine and is stored. `secrets` go to the execution of the job only. `masters` are changes
    of masters by kind (`{"info_satker": {...}}`) which are written in the same transaction and never enter the
    case's data: the place for a NIK.
    """

    data: JsonObject
    secrets: Mapping[str, Passphrase] = field(default_factory=dict, repr=False)
    masters: Mapping[str, JsonObject] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Page:
    """One page of a form with several: `fields` are top-level field names."""

    title: str
    fields: tuple[str, ...]
    hint: str = ""


class TaskForm(FlaskForm):
    """The form of one user task. Subclasses declare fields; what is not overridden works by itself.

    `pages` splits it; a last page "Periksa isian" is added by the web layer where there is more than one.
    `template` names a template of the web layer's folder `tugas/` where the plain one does not do.
    """

    title: ClassVar[str] = ""
    submit_label: ClassVar[str] = "Kirim"
    pages: ClassVar[tuple[Page, ...]] = ()
    template: ClassVar[str] = "form.html"
    context: FormContext

    @classmethod
    def open(cls, context: FormContext, typed: Typed | None = None) -> Self:
        """The form filled with what was typed, or with `prefill(context)` where nothing was."""
        if typed is None:
            form = cls(formdata=None, data=cls.prefill(context))
        else:
            form = cls(formdata=MultiDict([(k, v) for k, vs in typed.items() for v in vs]))
        form.context = context
        form.adapt()
        return form

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        """Values by field name for a form nobody has typed in yet; by default the case's data."""
        return context.data

    def adapt(self) -> None:
        """Change the form to its context (choices, fields that fall away); called once after opening."""

    def submission(self) -> Submission:
        """What goes on, after `validate()` was true."""
        values = {f.name: f.data for f in self if f.name not in ("csrf_token", "submit")}
        secrets = {k: v for k, v in values.items() if isinstance(v, Passphrase)}
        return Submission({k: v for k, v in values.items() if k not in secrets}, secrets)

    @classmethod
    def secret_names(cls) -> frozenset[str]:
        """Names of fields that must never be kept in a draft."""
        return frozenset(f.name for f in cls(formdata=None, meta={"csrf": False}) if isinstance(f, SecretField))

    def error_list(self) -> list[tuple[str, str]]:
        """(id of the input, message) of every error, in the order of the page, for the summary."""
        return [(where, message) for f in self for where, message in _errors(f)]


def _errors(f: Field) -> Iterable[tuple[str, str]]:
    if isinstance(f, FieldList):
        for entry in f.entries:
            yield from _errors(entry)
        # a FieldList's own errors are plain strings; those of its entries are nested
        yield from ((f.id, str(e)) for e in f.errors if isinstance(e, str))
    elif isinstance(f, FormField):
        for sub in f.form:
            yield from _errors(sub)
    else:
        yield from ((f.id, str(e)) for e in f.errors)


def without_secrets(form: type[TaskForm], typed: Typed) -> Typed:
    """What may be kept of what was typed: no secret, no token of the page."""
    hidden = form.secret_names() | {"csrf_token"}
    return {k: v for k, v in typed.items() if k not in hidden and not k.startswith("_")}


def of_page(typed: Typed, page: Page) -> Typed:
    """The part of what was typed that belongs to `page`, rows inside fields included."""
    return {k: v for k, v in typed.items() if belongs(k, page)}


def belongs(name: str, page: Page) -> bool:
    return any(name == f or name.startswith(f + "-") for f in page.fields)


def typed_of(form: TaskForm) -> Typed:
    """The fields of a form as a browser would send them: turns a prefilled form into what was typed."""
    out: dict[str, list[str]] = {}
    for f in form:
        _flatten(f, out)
    return out


def _flatten(f: Any, out: dict[str, list[str]]) -> None:
    if isinstance(f, FieldList):
        for entry in f.entries:
            _flatten(entry, out)
    elif isinstance(f, FormField):
        for sub in f.form:
            _flatten(sub, out)
    elif isinstance(f, SecretField) or f.name == "csrf_token":
        return
    elif f.type == "BooleanField":
        if f.data:
            out[f.name] = ["y"]
    elif f.type in ("RadioField", "SelectField"):
        if f.data not in (None, "None"):
            out[f.name] = [str(f.data)]
    elif hasattr(f, "_value"):
        out[f.name] = [f._value() or ""]
