"""The table of names: what a user task's property `form` may say."""

from __future__ import annotations

from app.sdk.forms import TaskForm
from forms.draft_pk import DraftPk
from forms.edit_satker import EditSatker
from forms.input_passphrase import InputPassphrase
from forms.membuat_lembar_pk import MembuatLembarPk
from forms.periksa_registrasi import PeriksaRegistrasi
from forms.review_eselon_1 import ReviewEselon1

FORMS: dict[str, type[TaskForm]] = {
    "edit_satker": EditSatker,
    "draft_pk": DraftPk,
    "periksa_registrasi": PeriksaRegistrasi,
    "membuat_lembar_pk": MembuatLembarPk,
    "input_passphrase": InputPassphrase,
    "review_eselon_1": ReviewEselon1,
}
