"""The table of checks, in the order in which they are read."""

from __future__ import annotations

from app.jobs.doctor import data, outside
from app.jobs.doctor.run import Check
from app.jobs.doctor.settings import settings

OUTSIDE = (
    Check("penyedia", "Penyedia TTE", outside.provider, 25),
    Check("sertifikat", "Sertifikat induk TTE", outside.roots),
    Check("surat", "Server surat", outside.mail, 25),
    Check("jam", "Jam", outside.time),
    Check("alamat", "Alamat publik", outside.public_address),
)
CHECKS = (
    Check("pengaturan", "Pengaturan", settings),
    Check("folder", "Folder data", data.folders),
    Check("disk", "Disk", data.disk),
    Check("basisdata", "Basis data", data.database, 60),
    Check("isi", "Isi", data.content),
    *OUTSIDE,
    Check("tampilan", "Tampilan dan huruf", data.pages),
    Check("pekerja", "Pekerja", data.worker),
    Check("antrean", "Antrean", data.waiting),
    Check("cadangan", "Cadangan", data.backups),
    Check("riwayat", "Riwayat", data.histories, 60),
)
