"""What to do when the NIK is not registered for TTE, or the provider did not answer (guide: Cek Registrasi TTE)."""

from __future__ import annotations

from app.sdk.fields import ChoiceField
from app.sdk.forms import FormContext, Submission, TaskForm
from app.sdk.json import JsonObject


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

    def notice(self) -> str:
        """The answer about the registration, or why there was none."""
        for key in ("registrasi", "kesalahan"):
            found = self.context.data.get(key)
            if isinstance(found, dict) and found.get("pesan"):
                return str(found["pesan"])
        return "Registrasi TTE belum dapat dipastikan. Periksa lagi, atau cocokkan NIK Pimpinan pada Info Satker."

    def submission(self) -> Submission:
        return Submission({"langkah_registrasi": self.langkah.data})
