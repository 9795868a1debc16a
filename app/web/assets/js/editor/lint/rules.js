// What the engine would drop or misread, seen while it is drawn. The server's check has the last word; these rules
// answer at once, and fall silent where the server has spoken (see index.js).
import { extension, fieldsOf, is, operatorOf, property } from "./reading.js";

const FORBIDDEN = ["End", "Start", "Root"]; // the engine's own names
const SYSTEM = "Sistem"; // the lane of what no person does
const TASKS = ["UserTask", "ManualTask", "ServiceTask", "ScriptTask", "BusinessRuleTask", "SendTask", "ReceiveTask", "CallActivity", "SubProcess"];

/** name -> [category, (node, say, vocabulary) => void]; `say(message, node = the one looked at)`. */
export const RULES = {
  "nama-mesin": ["error", (node, say) => {
    if (is(node, "FlowNode") && FORBIDDEN.includes(node.id)) say(`Id '${node.id}' dipakai mesin sendiri, jadi langkah ini terlewat. Ganti id-nya.`);
  }],
  "syarat-gateway": ["error", (node, say) => {
    if (!is(node, "ExclusiveGateway", "InclusiveGateway") || outgoing(node).length < 2) return;
    for (const flow of outgoing(node)) {
      if (!flow.conditionExpression?.body?.trim() && node.default !== flow) say("Panah ini belum punya syarat. Isi syaratnya, atau jadikan jalan bawaan gateway-nya.", flow);
    }
  }],
  "tanpa-bawaan": ["warn", (node, say) => {
    if (is(node, "ExclusiveGateway", "InclusiveGateway") && outgoing(node).length > 1 && !node.default) say("Bisa terjadi tidak ada syarat yang terpenuhi. Pilih satu panah sebagai jalan bawaan.");
  }],
  "syarat-diabaikan": ["error", (node, say) => {
    if (!is(node, "SequenceFlow") || !node.conditionExpression?.body?.trim()) return;
    if (node.sourceRef && !is(node.sourceRef, "ExclusiveGateway", "InclusiveGateway")) say("Syarat pada panah ini diabaikan mesin. Pasang gateway eksklusif sebelum panah bersyarat.");
  }],
  "cabang-tersirat": ["warn", (node, say) => {
    if (is(node, "Activity", "Event") && outgoing(node).length > 1) say("Beberapa panah keluar dari sini berarti semuanya dijalani. Pasang gateway supaya jelas: paralel bila semua, eksklusif bila salah satu.");
  }],
  "gabungan-tersirat": ["warn", (node, say) => {
    if (!is(node, "Gateway") || outgoing(node).length < 2 || (node.incoming ?? []).length < 2 || is(node, "ExclusiveGateway")) return;
    say("Gateway ini menggabung sekaligus membagi. Pakai dua gateway supaya jelas.");
  }],
  "kirim-tanpa-pesan": ["error", (node, say) => {
    if (is(node, "SendTask", "ReceiveTask") && !node.messageRef && !operatorOf(node)) say("Tugas pesan ini tidak menyebut pesannya, jadi dilewati mesin. Pilih pesannya.");
  }],
  "kompensasi": ["error", (node, say) => {
    if (node.isForCompensation || has(node, "CompensateEventDefinition")) say("Kompensasi tidak dijalankan mesin. Gambar pembatalannya sebagai alur biasa.");
  }],
  "tautan": ["error", (node, say) => {
    if (has(node, "LinkEventDefinition")) say("Kejadian tautan mengakhiri proses sebelum waktunya. Sambungkan langsung dengan panah.");
  }],
  "subproses-kejadian": ["error", (node, say) => {
    if (is(node, "SubProcess") && node.triggeredByEvent) say("Subproses kejadian tidak memutus langkah yang berjalan. Pakai kejadian di tepi langkah.");
  }],
  "ad-hoc": ["error", (node, say) => {
    if (is(node, "AdHocSubProcess")) say("Subproses ad hoc tidak dijalankan sesuai gambar. Pakai subproses biasa dengan urutan.");
  }],
  "gateway-kompleks": ["error", (node, say) => {
    if (is(node, "ComplexGateway")) say("Gateway kompleks tidak dikenal mesin. Ganti dengan gateway eksklusif, inklusif, atau paralel.");
  }],
  "tanpa-awal": ["error", (node, say) => {
    if (!scope(node) || node.triggeredByEvent) return;
    const starts = node.flowElements.filter((e) => is(e, "StartEvent"));
    if (!starts.length) say("Belum ada awal. Tambahkan satu kejadian awal dan sambungkan ke langkah pertama.");
    else if (is(node, "SubProcess") && starts.length > 1) say("Subproses ini punya lebih dari satu awal. Sisakan satu.");
  }],
  "tanpa-akhir": ["warn", (node, say) => {
    if (scope(node) && !node.flowElements.some((e) => is(e, "EndEvent"))) say("Belum ada akhir. Tambahkan kejadian akhir supaya perkara bisa selesai.");
  }],
  "terlepas": ["error", (node, say) => {
    if (!is(node, "FlowNode") || node.triggeredByEvent || node.isForCompensation || node.$parent && is(node.$parent, "AdHocSubProcess")) return;
    if (is(node, "StartEvent")) return outgoing(node).length || say("Start event ini tidak menuju ke mana pun. Sambungkan ke langkah pertama.");
    if (!is(node, "BoundaryEvent") && !(node.incoming ?? []).length) say("Elemen ini tidak pernah dicapai. Sambungkan dari langkah sebelumnya, atau hapus.");
  }],
  "buntu": ["warn", (node, say) => {
    if (is(node, "FlowNode") && !is(node, "StartEvent", "EndEvent") && !node.triggeredByEvent && !node.isForCompensation && !outgoing(node).length) say("Elemen ini tidak menuju ke mana pun, jadi perkara berakhir di sini. Sambungkan ke langkah berikutnya.");
  }],
  "jalur-peran": ["error", (node, say, { roles }) => {
    if (!is(node, "Lane") || node.childLaneSet || !roles) return;
    const name = (node.name ?? "").trim();
    if (!name) say("Jalur ini belum bernama. Beri nama peran yang mengerjakannya.");
    else if (name !== SYSTEM && !roles.includes(name)) say(`Jalur '${name}' bukan nama peran. Pilih dari: ${roles.join(", ")}.`);
  }],
  "orang-di-sistem": ["error", (node, say) => {
    if (!is(node, "Lane") || (node.name ?? "").trim() !== SYSTEM) return;
    for (const step of node.flowNodeRef ?? []) if (is(step, "UserTask", "ManualTask")) say("Tugas orang ini berada di jalur Sistem, yang tidak punya orang. Pindahkan ke jalur perannya.", step);
  }],
  "tanpa-formulir": ["warn", (node, say) => {
    if (is(node, "UserTask") && !property(node, "form") && !fieldsOf(node).length && !extension(node, "camunda:FormData")) say("Tugas ini tanpa formulir: orang hanya menandainya selesai. Pilih formulirnya bila perlu.");
  }],
  "tanpa-layanan": ["error", (node, say) => {
    if (is(node, "ServiceTask") && !operatorOf(node)?.id && !node.$attrs?.["camunda:topic"]) say("Tugas layanan ini belum menyebut layanannya. Pilih layanannya di panel.");
  }],
  "tanpa-waktu": ["error", (node, say) => {
    for (const d of node.eventDefinitions ?? []) {
      if (is(d, "TimerEventDefinition") && ![d.timeDuration, d.timeDate, d.timeCycle].some((t) => t?.body?.trim())) say("Pewaktu ini belum berisi waktu. Isi misalnya 3 hari kerja.");
    }
  }],
  "tanpa-syarat": ["error", (node, say) => {
    for (const d of node.eventDefinitions ?? []) if (is(d, "ConditionalEventDefinition") && !d.condition?.body?.trim()) say("Kejadian bersyarat ini tidak punya syarat. Isi syaratnya.");
  }],
  "tanpa-jenis": ["error", (node, say) => {
    if (is(node, "IntermediateCatchEvent", "BoundaryEvent") && !(node.eventDefinitions ?? []).length) say("Kejadian ini tidak berkata apa yang ditunggu. Pilih waktu, pesan, atau sinyal.");
  }],
  "tugas-polos": ["warn", (node, say) => {
    if (node.$type === "bpmn:Task") say("Tugas ini belum punya jenis, jadi dilewati begitu saja. Pilih tugas orang atau tugas layanan.");
  }],
  "tanpa-nama": ["warn", (node, say) => {
    if (node.name?.trim()) return;
    if (is(node, "Task", ...TASKS)) say("Langkah ini belum bernama. Tulis kata kerja, misalnya Periksa berkas.");
    else if (is(node, "ExclusiveGateway", "InclusiveGateway") && outgoing(node).length > 1) say("Gateway ini belum bernama. Tulis pertanyaannya, misalnya Disetujui?");
  }],
};

const outgoing = (node) => node.outgoing ?? [];
const has = (node, kind) => (node.eventDefinitions ?? []).some((d) => is(d, kind));
const scope = (node) => is(node, "Process", "SubProcess") && !is(node, "AdHocSubProcess") && Boolean(node.flowElements?.length);
