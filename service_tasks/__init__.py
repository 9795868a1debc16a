"""The table of names that service tasks of a diagram may use as their operator."""

from app.sdk.services import ServiceTask
from service_tasks import arsip, lembar, tte

SERVICE_TASKS: dict[str, ServiceTask] = {
    "tte.status": tte.TASKS["tte.status"],
    "tte.sign": tte.TASKS["tte.sign"],
    "lembar.buat": lembar.TASKS["lembar.buat"],
    "arsip.simpan": arsip.TASKS["arsip.simpan"],
}
