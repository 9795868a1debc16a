"""One root for everything that Alur refuses. The docstring is the message a reader meets at night."""


class AlurError(Exception):
    """Alur refused something; the subclass says what and what to do next."""

    status_code = 500

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")


class NotFound(AlurError):
    """Halaman atau data ini tidak ada, atau bukan bagian Anda. Periksa alamatnya, atau mulai dari Tugas saya."""

    status_code = 404


class NotAllowed(AlurError):
    """Peran Anda tidak mencakup tindakan ini. Bila seharusnya bisa, hubungi admin di unit Anda."""

    status_code = 403


class Conflict(AlurError):
    """Tugas ini sudah dikerjakan orang lain atau sudah ditarik. Isian Anda masih tersimpan di bawah."""

    status_code = 409


class InvalidInput(AlurError):
    """Isian belum dapat diterima. Perbaiki bagian yang disebut lalu kirim lagi."""

    status_code = 422


class TooMuch(AlurError):
    """Formulir ini memuat terlalu banyak baris. Kembali ke halaman sebelumnya, kurangi barisnya, lalu kirim lagi."""

    status_code = 413


class Busy(AlurError):
    """Beberapa diagram lain sedang diperiksa. Tunggu beberapa detik, lalu coba lagi; yang Anda isi tidak hilang."""

    status_code = 503


class InvalidConfig(AlurError):
    """A setting has a value that Alur can't start with. The message names the setting and what it takes."""


class StepFailed(AlurError):
    """A step of the diagram could not be computed: nothing was committed. Correct the expression named here."""

    status_code = 422

    def __init__(self, message: str, element: str = "", expression: str = "") -> None:
        super().__init__(message)
        self.element = element
        self.expression = expression


class InvalidDefinition(AlurError):
    """The diagram can't be published as it is. Each problem names file, line and element, and what to do."""

    status_code = 422

    def __init__(self, problems: tuple[object, ...] = ()) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems) or None)
