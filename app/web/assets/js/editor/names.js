// How elements are called where people read of them.
export const KINDS = {
  UserTask: "tugas orang", ManualTask: "tugas manual", ServiceTask: "layanan", ScriptTask: "hitungan", BusinessRuleTask: "tabel keputusan",
  SendTask: "kirim pesan", ReceiveTask: "terima pesan", Task: "tugas", CallActivity: "proses lain", SubProcess: "subproses",
  Transaction: "transaksi", AdHocSubProcess: "subproses ad hoc", StartEvent: "awal", EndEvent: "akhir", BoundaryEvent: "kejadian di tepi",
  IntermediateCatchEvent: "kejadian menunggu", IntermediateThrowEvent: "kejadian mengirim", ExclusiveGateway: "gateway pilih satu",
  ParallelGateway: "gateway paralel", InclusiveGateway: "gateway inklusif", EventBasedGateway: "gateway kejadian",
  ComplexGateway: "gateway kompleks", SequenceFlow: "panah", MessageFlow: "panah pesan", Lane: "jalur", Participant: "kolam",
  Process: "proses", Collaboration: "diagram", DataObjectReference: "objek data", DataStoreReference: "penyimpanan data",
  TextAnnotation: "catatan", Group: "kelompok", Association: "asosiasi",
};

export const kindOf = (element) => KINDS[element.type?.replace("bpmn:", "")] ?? element.type?.replace("bpmn:", "") ?? "";

export const nameOf = (element) => {
  const bo = element.businessObject, name = bo?.name?.trim() || bo?.text?.trim();
  if (name) return name;
  if (element.waypoints && element.source && element.target) return `${kindOf(element)} ${nameOf(element.source)} → ${nameOf(element.target)}`;
  return `${kindOf(element)} ${element.id}`;
};
