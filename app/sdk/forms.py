"""What a form of a user task is made of: `TaskForm`, what it is opened with, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeAlias

from flask_wtf import FlaskForm  # type: ignore[import-untyped,unused-ignore]
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField
from wtforms.fields import SelectFieldBase

from app.sdk.fields import ParagraphsField, RupiahField, SecretField, TanggalField, YesNoField
from app.sdk.json import JsonObject
from app.sdk.messages import IndonesianMeta
from app.sdk.rows import leaves, name_rows
from app.sdk.secrets import Passphrase
from app.sdk.variables import Variable

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
    person: JsonObject  # {"name", "nip", "title", "certificate"}, and "atas_nama" for who stands in for somebody
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


@dataclass(frozen=True)
class Fact:
    """A line that is shown to be checked and can't be edited here. `where` says where it can ("Info Satker")."""

    label: str
    value: str
    where: str = ""


class TaskForm(FlaskForm):  # type: ignore[misc,unused-ignore]
    """The form of one user task. Subclasses declare fields; what is not overridden works by itself.

    `pages` splits it; a last page "Periksa isian" is added by the web layer where there is more than one.
    `template` names a template of the web layer's folder `tugas/` where the plain one does not do.
    `decision` names the field that is answered by pressing a button: its choices are the buttons.

    The page's CSRF token is checked by CSRFProtect for the whole application, before any view. The form itself
    has none, so that it can be opened where there is no request: by the worker, by tests, for `secret_names`.
    """

    class Meta(IndonesianMeta, FlaskForm.Meta):  # type: ignore[misc,unused-ignore]
        csrf = False

    title: ClassVar[str] = ""
    submit_label: ClassVar[str] = "Kirim"
    pages: ClassVar[tuple[Page, ...]] = ()
    template: ClassVar[str] = "form.html"
    decision: ClassVar[str] = ""
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

    @classmethod
    def copy_of(cls, previous: JsonObject) -> Typed | None:
        """What would be typed to repeat last year's case ("Salin dari tahun lalu"), None where there is nothing.

        `previous` are the data of that case, as in `FormContext.previous`.
        """
        return None

    def adapt(self) -> None:
        """Change the form to its context (choices, fields that fall away); called once after opening."""

    def facts(self, page: Page | None = None) -> list[Fact]:
        """What stands above the fields of `page` (or of the form that has no pages) to be checked."""
        return []

    def notice(self) -> str:
        """What happened before that explains this task, in whole sentences; "" for nothing."""
        return ""

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        ok = bool(super().validate(extra_validators))
        for f in self:
            name_rows(f)
        return ok

    def submission(self) -> Submission:
        """What goes on, after `validate()` was true."""
        values = {f.name: f.data for f in self if f.name not in ("csrf_token", "submit")}
        secrets = {k: v for k, v in values.items() if isinstance(v, Passphrase)}
        hidden = self.secret_names()
        return Submission({k: v for k, v in values.items() if k not in hidden}, secrets)

    @classmethod
    def writes(cls) -> frozenset[str]:
        """The top-level keys of the case's data that every submission sets, whatever is typed.

        A form whose `submission()` differs says so here: checks of diagrams rely on it.
        """
        return frozenset(f.name for f in cls(formdata=None) if not isinstance(f, SecretField))

    @classmethod
    def may_write(cls) -> frozenset[str]:
        """Further keys that some submissions set and others don't."""
        return frozenset()

    @classmethod
    def reads(cls) -> frozenset[str]:
        """The top-level keys of the case's data that the form can't do without."""
        return frozenset()

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        """What of its submission a condition may ask for, in words."""
        return tuple(variable_of(f) for f in cls(formdata=None) if not isinstance(f, SecretField))

    @classmethod
    def secret_names(cls) -> frozenset[str]:
        """Names of fields that must never be kept in a draft."""
        return frozenset(f.name for f in cls(formdata=None) if isinstance(f, SecretField))

    def error_list(self, page: Page | None = None) -> list[tuple[str, str]]:
        """(id of the input, message) of every error in the order of the page, for the summary; `page` narrows it.

        For radio buttons it is the id of the first one, for rows as a whole the id of the field.
        """
        fields = [f for f in self if page is None or belongs(f.name, page)]
        found = [leaf for f in fields for leaf, _trail in leaves(f)]
        return [(_target(leaf), e) for leaf in found for e in leaf.errors if isinstance(e, str)]


def variable_of(f: Any, path: str = "") -> Variable:
    """A field as a variable at `path`, by default its name."""
    choices: tuple[tuple[str, str], ...] = ()
    if isinstance(f, (BooleanField, YesNoField)):
        kind = "boolean"
    elif isinstance(f, SelectFieldBase):
        kind = "enum"
        choices = tuple((str(c[0]), str(c[1])) for c in f.iter_choices() if c[0])
    else:
        kind = next((word for cls, word in _KINDS if isinstance(f, cls)), getattr(f, "json_kind", "string"))
    return Variable(path or f.name, f.label.text, kind, choices)


_KINDS: tuple[tuple[type, str], ...] = (
    (FieldList, "list"),
    (TanggalField, "date"),
    (RupiahField, "long"),
    (ParagraphsField, "text"),
)


def _target(f: Any) -> str:
    return f"{f.id}-0" if f.type in ("ChoiceField", "RadioField", "YesNoField") else str(f.id)


def without_secrets(form: type[TaskForm], typed: Typed) -> Typed:
    """What may be kept of what was typed: no secret, no token of the page."""
    hidden = form.secret_names() | {"csrf_token"}
    return {k: v for k, v in typed.items() if k not in hidden and not k.startswith("_")}


def of_page(typed: Typed, page: Page) -> Typed:
    """The part of what was typed that belongs to `page`, rows inside fields included."""
    return {k: v for k, v in typed.items() if belongs(k, page)}


def merge_page(kept: Typed, sent: Typed, page: Page) -> Typed:
    """A draft of all pages with one page sent anew: rows that were removed there do not come back."""
    return {**{k: v for k, v in kept.items() if not belongs(k, page)}, **of_page(sent, page)}


def belongs(name: str, page: Page) -> bool:
    return any(name == f or name.startswith(f + "-") for f in page.fields)


def typed_of(form: TaskForm) -> Typed:
    """The fields of a form as a browser would send them: turns a prefilled form into what was typed."""
    out: Typed = {}
    for top in form:
        for f, _trail in leaves(top):
            _type(f, out)
    return out


def _type(f: Any, out: Typed) -> None:
    if isinstance(f, (FieldList, FormField, SecretField)) or f.name == "csrf_token":
        return
    if isinstance(f, BooleanField):
        if f.data:
            out[f.name] = ["y"]
    elif isinstance(f, SelectFieldBase):
        if f.data not in (None, "None"):
            out[f.name] = [str(f.data)]
    elif hasattr(f, "_value"):
        out[f.name] = [f._value() or ""]
