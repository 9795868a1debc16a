"""A decision on the PK: approve it with a passphrase, or give it back with a note.

Kepala Satker and Eselon 1 decide in the same way; their forms say who they are and what their answers are called.
"""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import BooleanField, Form
from wtforms.validators import ValidationError

from app.sdk.fields import AtMost, ChoiceField, ParagraphsField, PassphraseField
from app.sdk.forms import FormContext, Submission, TaskForm
from app.sdk.json import JsonObject
from app.sdk.secrets import Passphrase
from app.sdk.variables import Variable
from forms import kesalahan

SETUJU = "setuju"
PARTIES = ("pihak_pertama", "pihak_kedua")
NOTE_MIN, NOTE_MAX = 10, 2000
PASSPHRASE_MAX = 200
SOMEBODY_ELSE = (
    "Lembar ini menyebut {nama} sebagai penanda tangan, bukan Anda, jadi passphrase tidak dikirim ke mana pun. "
    "Bila pejabatnya berganti, klik PK Ditolak; lembar dibuat lagi setelah Info Satker diperbarui."
)
NO_NUMBER = (
    "Akun Anda belum terhubung dengan data pejabat ber-NIP, jadi Anda belum dapat menandatangani atas nama {nama}. "
    "Passphrase tidak dikirim ke mana pun. Minta admin melengkapi data Anda."
)
BOTH_PARTIES = (
    "Satu orang tidak menandatangani untuk kedua pihak, dan di lembar ini Anda sudah pihak yang lain, jadi passphrase "
    "tidak dikirim ke mana pun. Minta {nama} atau admin menunjuk pengganti yang lain."
)


class Keputusan(TaskForm):
    """The base of both. `key` is where the decision stands in the case's data, `dari` who gives a PK back.

    `refusal` is the value that the diagram's gateway reads for giving back; the words are the guide's.
    """

    submit_label = "Kirim Passphrase"
    template = "keputusan.html"
    decision = "keputusan"
    key: ClassVar[str]
    dari: ClassVar[str]
    refusal: ClassVar[str]
    party: ClassVar[str]  # as whom they sign: where the sheet (`lembar` in the case's data) names them
    submit_labels: dict[str, str]  # what the button says under each answer

    keputusan = ChoiceField("Keputusan", ask="Belum ada yang dipilih. Pilih Approved PK, atau PK Ditolak.")
    passphrase = PassphraseField(
        "Passphrase",
        description="Passphrase TTE Anda di BSrE. Dipakai sekali untuk menandatangani, lalu dilupakan.",
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    sertifikat_baru = BooleanField("Sertifikat baru ini benar milik saya")
    catatan = ParagraphsField(
        "Input Catatan PK", description="Tulis apa yang perlu diperbaiki; penyusun membacanya bersama PK."
    )

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return {}  # a decision is taken anew each time

    def adapt(self) -> None:
        self.keputusan.offer({SETUJU: "Approved PK", self.refusal: "PK Ditolak"})
        self.submit_labels = {SETUJU: "Kirim Passphrase", self.refusal: "Kirim Catatan PK"}
        self.catatan.flags.maxlength_hint = NOTE_MAX  # for the counter; it is judged in validate()
        if self.context.task.get("properties", {}).get("tanda_tangan") == "tidak":
            del self.passphrase
            self.submit_labels[SETUJU] = "Kirim Persetujuan"
        error = kesalahan.of(self.context) if not self._tried_by() else {}
        if not self.signs or error.get("kode") != "TTE_SERTIFIKAT_BERBEDA":
            del self.sertifikat_baru
        if self.signs and error.get("kode") == "PASSPHRASE_SALAH":
            # at the field too: on a phone the notice on top is a screen away
            self.passphrase.errors = [error.get("pesan") or ""]

    @property
    def signs(self) -> bool:
        """Whether approving means signing; the property `tanda_tangan` of the task may say "tidak"."""
        return self.passphrase is not None

    def notice(self) -> str:
        """Why the last attempt to sign came back."""
        said = str(kesalahan.of(self.context).get("pesan") or "") if self.signs else ""
        other = self._tried_by()
        return f"Percobaan terakhir oleh {other}: {said}" if said and other else said

    def _tried_by(self) -> str:
        """Who else tried to sign last, "" where it was this person: a substitute's certificate is not confirmed by
        who is away, nor the other way round.
        """
        last = self.context.data.get(self.key)
        if not isinstance(last, dict) or last.get("keputusan") != SETUJU:
            return ""
        by = last.get("oleh") if isinstance(last.get("oleh"), dict) else self._named()
        if not by or not by.get("nip") or by["nip"] == self.context.person.get("nip"):
            return ""
        return str(by.get("nama") or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """The passphrase matters for approving only, the note for giving back only."""
        extra: dict[str, Any] = {name: list(checks) for name, checks in (extra_validators or {}).items()}
        if self.keputusan.data == SETUJU and self.signs:
            extra.setdefault("passphrase", []).extend([_typed_passphrase, AtMost(PASSPHRASE_MAX, "Passphrase")])
        if self.keputusan.data == self.refusal:
            extra.setdefault("catatan", []).extend([_long_enough, AtMost(NOTE_MAX, "Catatan PK")])
        return super().validate(extra) and not self._somebody_else()

    def _somebody_else(self) -> bool:
        """The sheet names who signs it. Another holder of the role must not: the signature would contradict the text.

        Who stands in for the named person signs as themself, atas nama. Found out here, so that the passphrase of
        the wrong person goes nowhere.
        """
        named = self._named()
        if not (self.keputusan.data == SETUJU and self.signs and named is not None):
            return False
        refusal = self._objection(named)
        if not refusal:
            return False
        typed: Any = self.passphrase.data
        if typed is not None:
            typed.wipe()
        self.passphrase.errors = [*self.passphrase.errors, refusal.format(**{"nama": "?", **named})]
        return True

    def _named(self) -> JsonObject | None:
        """Who signs here according to the sheet: {"nama", "nip", "jabatan"}; None where there is no sheet."""
        lembar = self.context.data.get("lembar")
        named = lembar.get(self.party) if isinstance(lembar, dict) else None
        return named if isinstance(named, dict) else None

    def _objection(self, named: JsonObject) -> str:
        """Why this person must not sign where `named` is named, or ""."""
        nip = self.context.person.get("nip")
        if named.get("nip") and named["nip"] == nip:
            return ""
        if self.atas_nama is None:
            return SOMEBODY_ELSE
        if not nip:
            return NO_NUMBER
        return BOTH_PARTIES if nip in self._other_party() else ""

    def _other_party(self) -> set[str]:
        """NIPs of whom the sheet names as the other party, and of who signed for it: nobody agrees with themself."""
        lembar = self.context.data.get("lembar")
        sides = [lembar.get(p) for p in PARTIES if p != self.party] if isinstance(lembar, dict) else []
        decisions = [d for k, d in self.context.data.items() if k != self.key and isinstance(d, dict)]
        sides += [d.get("oleh") for d in decisions if d.get("keputusan") == SETUJU]
        return {str(side.get("nip")) for side in sides if isinstance(side, dict) and side.get("nip")}

    @property
    def atas_nama(self) -> JsonObject | None:
        """Whom the person stands in for, as the sheet names them: {"nama", "nip", "jabatan"}. None: for themself."""
        absent, named = self.context.person.get("atas_nama"), self._named()
        if not isinstance(absent, dict) or not absent.get("nip"):
            return None
        if named is None:
            return absent
        same = named.get("nip") == absent["nip"] and named.get("nip") != self.context.person.get("nip")
        return {k: str(named.get(k) or "") for k in ("nama", "nip", "jabatan")} if same else None

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset({cls.key})

    @classmethod
    def may_write(cls) -> frozenset[str]:
        return frozenset({"kesalahan", "catatan_perbaikan"})

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        answers = ((SETUJU, "Approved PK"), (cls.refusal, "PK Ditolak"))
        return (
            Variable(f"{cls.key}.keputusan", f"Keputusan {cls.dari}", "enum", answers),
            Variable(f"{cls.key}.catatan", f"Catatan PK dari {cls.dari}", "text"),
            Variable(f"{cls.key}.sertifikat_baru", f"Sertifikat {cls.dari} baru", "boolean"),
        )

    def submission(self) -> Submission:
        approved = self.keputusan.data == SETUJU
        note = "" if approved else self.catatan.data
        new = bool(approved and self.sertifikat_baru and self.sertifikat_baru.data)
        decision: JsonObject = {"keputusan": self.keputusan.data, "catatan": note, "sertifikat_baru": new}
        data: JsonObject = {self.key: decision, **kesalahan.settled(self.context)}
        name, absent = str(self.context.person.get("name") or ""), self.atas_nama
        if absent is not None:
            decision |= {"atas_nama": absent, "oleh": {"nama": name, "nip": self.context.person.get("nip") or ""}}
            name = f"{name} a.n. {absent['nama']}"
        if not approved:
            data["catatan_perbaikan"] = {"dari": self.dari, "nama": name, "catatan": note}
        return Submission(data, self._secrets(approved))

    def _secrets(self, approved: bool) -> dict[str, Passphrase]:
        """The passphrase, if it is needed now; one that was typed and is not needed is forgotten here."""
        typed: Any = self.passphrase.data if self.signs else None
        if typed is None or approved:
            return {} if typed is None else {"passphrase": typed}
        typed.wipe()
        return {}


def _typed_passphrase(_form: Form, field: Any) -> None:
    if not field.data and not field.errors:
        raise ValidationError("Passphrase belum diisi. Ketik passphrase TTE Anda, lalu klik Kirim Passphrase.")


def _long_enough(_form: Form, field: Any) -> None:
    size = len(field.data or "")
    if size < NOTE_MIN:
        state = f"baru {size} huruf" if size else "belum diisi"
        raise ValidationError(f"Catatan PK {state}. Ketik apa yang perlu diperbaiki, paling sedikit {NOTE_MIN} huruf.")
