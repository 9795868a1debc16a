"""What to do when the NIK is not registered for TTE, or the provider did not answer (guide: Cek Registrasi TTE)."""

from __future__ import annotations

from app.sdk.fields import ChoiceField
from app.sdk.forms import Fact, FormContext, Page, Submission, TaskForm, variable_of
from app.sdk.json import JsonObject
from app.sdk.variables import Variable
from forms import kesalahan

UNCLEAR = "Registrasi TTE belum dapat dipastikan. Periksa lagi, atau cocokkan NIK Pimpinan pada Info Satker."


class PeriksaRegistrasi(TaskForm):
    """Says why the sheet can't be made yet, and asks whether to check again or to correct Info Satker."""

    title = "Cek Registrasi TTE"
    submit_label = "Lanjutkan"
    decision = "langkah"

    langkah = ChoiceField(
        "Langkah berikutnya",
        choices={"periksa": "Periksa lagi", "info_satker": "Perbaiki Info Satker"},
        ask="Belum ada yang dipilih. Klik Periksa lagi, atau Perbaiki Info Satker.",
    )

    @classmethod
    def prefill(cls, context: FormContext) -> JsonObject:
        return {}

    def facts(self, page: Page | None = None) -> list[Fact]:
        """Whose registration it is about, and when it was asked for: a second answer may be the same as the first."""
        info, asked = self.context.satker, self._answer().get("waktu")
        facts = [
            Fact("Nama Pimpinan", info.get("nama_pimpinan") or "", "Info Satker"),
            Fact("NIK Pimpinan", info.get("nik_pimpinan") or "", "Info Satker"),
        ]
        return [*facts, Fact("Terakhir diperiksa", str(asked))] if asked else facts

    def notice(self) -> str:
        """The answer about the registration if it was no; else why there was none."""
        known = self._answer()
        reason = kesalahan.of(self.context) if known.get("terdaftar") or not known else known
        return str(reason.get("pesan") or UNCLEAR)

    def _answer(self) -> JsonObject:
        found = self.context.data.get("registrasi")
        return found if isinstance(found, dict) else {}

    @classmethod
    def writes(cls) -> frozenset[str]:
        return frozenset({"langkah_registrasi"})

    @classmethod
    def may_write(cls) -> frozenset[str]:
        return frozenset({"registrasi"})

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        return (variable_of(cls(formdata=None).langkah, "langkah_registrasi"),)

    def submission(self) -> Submission:
        """An answer that was read is forgotten: if the next check fails, it would stand for that one."""
        read: JsonObject = {"registrasi": None} if self._answer() else {}
        return Submission({"langkah_registrasi": self.langkah.data, **read})
