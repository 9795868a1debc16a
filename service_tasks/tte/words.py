"""What people read about the TTE provider. Indonesian; no NIK, no passphrase, nothing of the provider's own text."""

STATUS_WORDS = {
    "ISSUE": "NIK terdaftar dan sertifikat elektronik aktif. TTE dapat digunakan.",
    "NOT_REGISTERED": "NIK belum terdaftar di penyedia TTE. Ajukan pendaftaran melalui verifikator instansi.",
    "EXPIRED": "Sertifikat elektronik sudah kedaluwarsa. Ajukan penerbitan ulang kepada verifikator instansi.",
    "RENEW": "Sertifikat elektronik sedang diperbarui. Selesaikan pembaruannya di penyedia TTE.",
    "WAITING_FOR_VERIFICATION": "Pendaftaran masih menunggu verifikasi. Hubungi verifikator instansi.",
    "NEW": "Akun sudah dibuat tetapi sertifikat belum diterbitkan. Selesaikan aktivasi di penyedia TTE.",
    "NO_CERTIFICATE": "NIK terdaftar tetapi belum memiliki sertifikat. Ajukan penerbitan kepada verifikator instansi.",
    "SUSPEND": "Sertifikat elektronik sedang ditangguhkan. Hubungi verifikator instansi.",
    "REVOKE": "Sertifikat elektronik sudah dicabut. Ajukan penerbitan baru kepada verifikator instansi.",
}
NIK_INVALID = "NIK belum diisi atau tidak terdiri atas 16 angka. Perbaiki di Info Satker."
STATUS_UNAVAILABLE = "Penyedia TTE tidak dapat dihubungi saat ini. Coba lagi beberapa saat lagi."
STATUS_CREDENTIALS = "Penyedia TTE menolak akun aplikasi ini. Hubungi admin untuk memeriksa pengaturannya."

MISTYPED = "Passphrase salah. Dokumen belum ditandatangani; periksa passphrase Anda lalu kirim lagi."
INACTIVE = "Dokumen belum ditandatangani. {status}"
INACTIVE_UNNAMED = "Dokumen belum ditandatangani: sertifikat elektronik tidak aktif. Hubungi verifikator instansi."
UNSENT = "Penyedia TTE tidak dapat dihubungi. Dokumen belum dikirim dan belum ditandatangani; coba lagi nanti."
BUSY = "Penyedia TTE sedang sibuk dan menolak permintaan. Dokumen belum ditandatangani; coba lagi nanti."
FORGOTTEN = "Passphrase sudah tidak tersimpan. Dokumen belum dikirim; ketik passphrase sekali lagi."
UNKNOWN = {
    "timeout": "Penyedia TTE tidak menjawab dalam batas waktu.",
    "broken off": "Sambungan ke penyedia TTE terputus sebelum jawabannya sampai.",
    "server error": "Penyedia TTE mengalami gangguan saat memproses permintaan.",
    "redirect": "Penyedia TTE mengalihkan permintaan ke alamat lain.",
    "HTML": "Penyedia TTE menjawab dengan halaman web, bukan dokumen.",
    "empty": "Penyedia TTE mengirim jawaban kosong.",
    "truncated": "Jawaban penyedia TTE terpotong.",
    "malformed": "Jawaban penyedia TTE tidak dapat dibaca.",
}
UNKNOWN_END = (
    "Belum diketahui apakah tanda tangan jadi; yang tidak sampai di sini tidak dihitung. "
    "Bila Anda mengirim lagi, penyedia mencatat permintaan baru."
)
LEAK = (
    "Jawaban penyedia TTE memuat passphrase Anda, sehingga tidak disimpan dan tidak dihitung. "
    "Ganti passphrase Anda di penyedia TTE dan beri tahu admin."
)
CREDENTIALS = (
    "Penyedia TTE menolak akun aplikasi ini (HTTP {http}). Dokumen belum ditandatangani. "
    "Admin perlu memeriksa TTE_USERNAME dan TTE_PASSWORD."
)
REFUSED = (
    "Penyedia TTE menolak permintaan ini (HTTP {http}{code}). Dokumen belum ditandatangani. "
    "Admin perlu memeriksa permintaannya ke penyedia."
)

DIFFERENT_CERTIFICATE = (
    "Tanda tangan dibuat dengan sertifikat yang berbeda dari yang dikenal untuk Anda, sehingga tidak dihitung. "
    "Bila sertifikat Anda memang baru diperbarui, nyatakan itu lalu tanda tangani sekali lagi."
)
DIFFERENT_NAME = (
    "Nama pada sertifikat ({found}) tidak sama dengan nama penanda tangan ({expected}), sehingga tanda tangan tidak "
    "dihitung. Periksa NIK dan nama pimpinan di Info Satker."
)
UNUSABLE = "Dokumen yang dikembalikan penyedia TTE tidak dapat diterima dan tidak dihitung. {problem}"
UNUSABLE_ANY = "Dokumen atau tanda tangannya tidak utuh."
NO_SIGNER = "Tidak diketahui siapa yang menandatangani. Admin perlu memeriksa data pejabat akun ini."
MISSING = "Diagram tidak menyebut dokumen yang harus ditandatangani (parameter dokumen). Perbaiki diagram."
WRONG_PARAMETER = "Parameter {name} pada diagram harus berupa {kind}. Perbaiki diagram."
