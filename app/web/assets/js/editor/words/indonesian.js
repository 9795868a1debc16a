// What bpmn-js says, in Indonesian. Events come in dozens of combinations and are put together below.

const NODES = {
  "Task": "Tugas", "User task": "Tugas orang", "Service task": "Tugas layanan", "Script task": "Tugas hitungan (skrip)",
  "Business rule task": "Tugas tabel keputusan", "Manual task": "Tugas manual", "Receive task": "Tugas menerima pesan",
  "Send task": "Tugas mengirim pesan", "Call activity": "Panggil proses lain", "Transaction": "Transaksi",
  "Sub-process": "Subproses", "Sub-process (collapsed)": "Subproses (dilipat)", "Sub-process (expanded)": "Subproses (dibuka)",
  "Event sub-process": "Subproses kejadian", "Ad-hoc sub-process": "Subproses ad hoc",
  "Ad-hoc sub-process (collapsed)": "Subproses ad hoc (dilipat)", "Ad-hoc sub-process (expanded)": "Subproses ad hoc (dibuka)",
  "Exclusive gateway": "Gateway eksklusif (pilih satu)", "Parallel gateway": "Gateway paralel (semua jalan)",
  "Inclusive gateway": "Gateway inklusif (satu atau lebih)", "Complex gateway": "Gateway kompleks",
  "Event-based gateway": "Gateway kejadian", "Event based gateway": "Gateway kejadian",
  "Sequence flow": "Panah", "Default flow": "Jalan bawaan", "Conditional flow": "Panah bersyarat", "Message flow": "Panah pesan",
  "Start event": "Awal", "End event": "Akhir", "Intermediate throw event": "Kejadian antara", "Intermediate catch event": "Kejadian antara (menunggu)",
  "Boundary event": "Kejadian di tepi", "Intermediate/boundary event": "Kejadian antara atau di tepi",
  "Data object reference": "Objek data", "Data store reference": "Penyimpanan data", "Text annotation": "Catatan",
  "Group": "Kelompok", "Participant": "Kolam", "Pool": "Kolam", "Lane": "Jalur", "Process": "Proses", "Association": "Asosiasi",
  "Expanded pool/participant": "Kolam (dibuka)", "Empty pool/participant": "Kolam (kosong)",
};

const ACTIONS = {
  "Activate hand tool": "Geser kanvas (H)", "Activate lasso tool": "Pilih beberapa elemen (L)",
  "Activate create/remove space tool": "Beri atau rapatkan ruang (S)", "Activate global connect tool": "Hubungkan (C)",
  "Add lane above": "Tambah jalur di atas", "Add lane below": "Tambah jalur di bawah", "Add text annotation": "Tambah catatan",
  "Divide into two lanes": "Bagi menjadi dua jalur", "Divide into three lanes": "Bagi menjadi tiga jalur",
  "Change element": "Ganti jenis", "Change type": "Ganti jenis", "Connect to other element": "Hubungkan ke elemen lain",
  "Connect using association": "Hubungkan dengan asosiasi", "Connect using data input association": "Hubungkan sebagai data masukan",
  "Connect using sequence/message flow or association": "Hubungkan", "Delete": "Hapus", "Remove": "Hapus",
  "Open {element}": "Buka {element}", "Search in diagram": "Cari di diagram", "Templates": "Pola", "Set color": "Beri warna",
  "Loop": "Berulang", "Collection": "Kumpulan", "Participant multiplicity": "Lebih dari satu kolam",
  "Parallel multi-instance": "Banyak sekaligus", "Sequential multi-instance": "Banyak satu per satu",
  "Parallel multi instance": "Banyak sekaligus", "Sequential multi instance": "Banyak satu per satu",
  "Toggle non-interrupting": "Memutus atau tidak memutus", "Ad-hoc": "Ad hoc",
  "Open minimap": "Buka peta kecil", "Close minimap": "Tutup peta kecil",
  "Toggle linting overlays": "Tampilkan atau sembunyikan tanda masalah pada diagram",
  "{errors} Errors, {warnings} Warnings": "{errors} kesalahan, {warnings} peringatan", "No Issues": "Tidak ada masalah",
  "Issues for child elements": "Masalah pada bagian di dalamnya",
  "flow elements must be children of pools/participants": "Langkah harus berada di dalam kolam.",
  "Data object must be placed within a pool/participant.": "Objek data harus berada di dalam kolam.",
  "Align elements": "Ratakan", "Align elements left": "Rata kiri", "Align elements center": "Rata tengah (mendatar)",
  "Align elements right": "Rata kanan", "Align elements top": "Rata atas", "Align elements middle": "Rata tengah (tegak)",
  "Align elements bottom": "Rata bawah", "Distribute elements horizontally": "Bagi rata mendatar", "Distribute elements vertically": "Bagi rata tegak",
  "Create element": "Buat elemen", "Append element": "Tambah elemen sesudah ini", "Append task": "Tambah tugas",
  "Append gateway": "Tambah gateway", "Append end event": "Tambah akhir", "Append receive task": "Tambah tugas menerima pesan",
  "Append intermediate/boundary event": "Tambah kejadian antara", "Append compensation activity": "Tambah kegiatan kompensasi",
  "Append message intermediate catch event": "Tambah kejadian menunggu pesan", "Append timer intermediate catch event": "Tambah kejadian menunggu waktu",
  "Append conditional intermediate catch event": "Tambah kejadian menunggu syarat", "Append signal intermediate catch event": "Tambah kejadian menunggu sinyal",
  "Create start event": "Buat awal", "Create end event": "Buat akhir", "Create intermediate/boundary event": "Buat kejadian antara atau di tepi",
  "Create gateway": "Buat gateway", "Create task": "Buat tugas", "Create expanded sub-process": "Buat subproses",
  "Create data object reference": "Buat objek data", "Create data store reference": "Buat penyimpanan data",
  "Create group": "Buat kelompok", "Create pool/participant": "Buat kolam",
  "Tasks": "Tugas", "Events": "Kejadian", "Gateways": "Gateway", "Sub-processes": "Subproses", "Data": "Data", "Participants": "Kolam",
  "Default": "Bawaan", "Blue": "Biru", "Green": "Hijau", "Orange": "Jingga", "Purple": "Ungu", "Red": "Merah",
  "Create": "Buat", "Append": "Tambah", "Replace": "Ganti", "Search": "Cari", "Back": "Kembali",
};

const MEANINGS = {
  Message: "pesan", Timer: "waktu", Conditional: "syarat", Signal: "sinyal", Error: "kesalahan", Escalation: "eskalasi",
  Compensation: "kompensasi", Cancel: "pembatalan", Link: "tautan", Terminate: "hentikan semua",
};
const PLACES = {
  "start event": "Awal", "start event (non-interrupting)": "Awal (tidak memutus)",
  "intermediate catch event": "Menunggu", "intermediate throw event": "Mengirim", "end event": "Akhir",
  "boundary event": "Di tepi", "boundary event (non-interrupting)": "Di tepi (tidak memutus)",
};

const EVENTS = Object.fromEntries(Object.entries(MEANINGS).flatMap(([kind, meaning]) =>
  Object.entries(PLACES).map(([place, word]) => [`${kind} ${place}`, worded(word, meaning)])));

function worded(word, meaning) {
  const [head, rest] = word.split(" (");
  return `${head}: ${meaning}${rest ? ` (${rest}` : ""}`;
}

export const INDONESIAN = { ...EVENTS, ...NODES, ...ACTIONS };

// Words that a part writes itself, without asking for a translation: token simulation and the popup menu.
export const WRITTEN = {
  "Token Simulation": "Simulasi", "Simulation Log": "Catatan simulasi", "Toggle Simulation Log": "Catatan simulasi",
  "Close": "Tutup", "No Entries": "Belum ada catatan", "Reset Simulation": "Ulangi simulasi", "Play/Pause Simulation": "Jalankan atau jeda",
  "Pause Simulation": "Simulasi dijeda", "Play Simulation": "Simulasi berjalan", "Finished": "Selesai", "Trigger Event": "Picu kejadian ini",
  "Set Sequence Flow": "Pilih alur", "Add pause point": "Berhenti di sini", "Remove pause point": "Jangan berhenti di sini",
  "Found unsupported elements": "Ada elemen yang tidak dapat disimulasikan", "Not supported": "Tidak dapat disimulasikan",
  "Set animation speed = Slow": "Pelan", "Set animation speed = Normal": "Biasa", "Set animation speed = Fast": "Cepat",
  "Start Event": "Awal", "End Event": "Akhir", "Intermediate Event": "Kejadian antara", "Boundary Event": "Kejadian di tepi",
  "Task": "Tugas", "User Task": "Tugas orang", "Service Task": "Tugas layanan", "Script Task": "Tugas hitungan", "Manual Task": "Tugas manual",
  "Business Rule Task": "Tugas tabel keputusan", "Receive Task": "Tugas menerima pesan", "Send Task": "Tugas mengirim pesan",
  "Call Activity": "Panggil proses lain", "Exclusive Gateway": "Gateway eksklusif", "Parallel Gateway": "Gateway paralel",
  "Inclusive Gateway": "Gateway inklusif", "Process started": "Proses dimulai", "Process finished": "Proses selesai",
  "SubProcess started": "Subproses dimulai", "SubProcess finished": "Subproses selesai", "Process canceled": "Proses dibatalkan",
  "SubProcess canceled": "Subproses dibatalkan",
  "Search": "Cari", "Back": "Kembali", "Open entry documentation": "Buka penjelasan", "Powered by bpmn.io": "Dibuat dengan bpmn.io",
};
export const PATTERNS = [
  [/^Focus process instance (.*)$/, "Lihat hanya kasus $1"],
  [/^(.*) started$/, "$1 dimulai"], [/^(.*) finished$/, "$1 selesai"], [/^(.*) canceled$/, "$1 dibatalkan"],
];
