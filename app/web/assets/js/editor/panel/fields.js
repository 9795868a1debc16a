// Fields that a diagram declares itself (camunda:formData): rows that can be added, changed, moved and taken away.
import { button, check, group, icon, node, para, select, text } from "./controls.js";
import { extension, fieldsOf, slug } from "./model.js";

const FORM = "camunda:FormData";
const KEYWORDS = new Set("and or not in is if else for while def class return import from as with pass break None True False".split(" "));

/** The fields as plain values, as the server's preview takes them. */
export const plainFields = (bo) => fieldsOf(bo).map((f) => ({
  id: f.id ?? "", label: f.label ?? "", type: f.type || "string", required: isRequired(f), help: helpOf(f),
  default: f.defaultValue ?? "", choices: (f.values ?? []).map((v) => ({ value: v.id ?? "", label: v.name ?? "" })),
}));

const constraintsOf = (f) => f.validation?.constraints ?? [];
const isRequired = (f) => constraintsOf(f).some((c) => c.name === "required" && c.config !== "false");
const helpOf = (f) => (f.get("properties")?.values ?? []).find((p) => p.id === "help")?.value ?? "";

export class Fields {
  constructor(ctx, element) {
    this.ctx = ctx;
    this.model = ctx.model;
    this.element = element;
    this.bo = element.businessObject;
  }

  get all() { return fieldsOf(this.bo); }

  /** Another list of fields, as one step. */
  put(fields, more = () => {}) {
    this.model.together(() => {
      more();
      this.model.setExtension(this.element, this.bo, FORM, (old) => this.model.group(FORM, "fields", fields, old));
    });
  }

  /** The first field, in place of a form of the house. */
  begin() {
    const first = this.made("Isian baru");
    this.ctx.opened.add(first);
    this.put([first], () => this.model.setProperties(this.element, this.bo, { form: "" }));
  }

  made(label) {
    return this.model.create("camunda:FormField", { id: slug(label, (id) => this.taken(id)), label, type: "string" });
  }

  taken(id, but = null) {
    return this.ctx.taken.has(id) || KEYWORDS.has(id) || this.all.some((f) => f !== but && f.id === id);
  }

  change(field, values) { this.model.updateInside(this.element, field, values); }

  rename(field, label) {
    const followed = !field.id || field.id === slug(field.label ?? "", () => false) || /^isian_baru(_\d+)?$/.test(field.id);
    this.change(field, followed ? { label, id: slug(label, (id) => this.taken(id, field)) } : { label });
  }

  require(field, on) {
    const rest = constraintsOf(field).filter((c) => c.name !== "required");
    const all = on ? [...rest, this.model.create("camunda:Constraint", { name: "required" })] : rest;
    const made = all.length || field.validation?.others?.length ? this.model.create("camunda:Validation", { constraints: all, ...(field.validation?.others ? { others: field.validation.others } : {}) }, field) : undefined;
    for (const c of all) c.$parent = made;
    this.change(field, { validation: made });
  }

  help(field, words) {
    const old = field.get("properties"), rest = (old?.values ?? []).filter((p) => p.id !== "help");
    const all = words ? [...rest, this.model.create("camunda:Property", { id: "help", value: words })] : rest;
    const made = all.length || old?.others?.length ? this.model.create("camunda:Properties", { values: all, ...(old?.others ? { others: old.others } : {}) }, field) : undefined;
    for (const p of all) p.$parent = made;
    this.change(field, { properties: made });
  }

  type(field, type) {
    const values = { type, defaultValue: undefined };
    if (type === "enum" && !(field.values ?? []).length) values.values = ["Ya", "Tidak"].map((name) => this.choice(name.toLowerCase(), name, field));
    if (type !== "enum") values.values = [];
    this.change(field, values);
  }

  choice(id, name, field) { return this.model.create("camunda:Value", { id, name }, field); }

  move(field, by) {
    const all = [...this.all], at = all.indexOf(field);
    all.splice(at, 1);
    all.splice(at + by, 0, field);
    this.put(all);
  }

  draw() {
    const { ctx } = this, cards = this.all.map((field, at) => this.card(field, at));
    const full = this.all.length >= (ctx.vocabulary.limits?.fields ?? 100);
    return [
      node("div", { role: "list", "aria-label": "Isian formulir" }, ...cards),
      button("Tambah isian", () => {
        const added = this.made("Isian baru");
        ctx.opened = new WeakSet([added]); // one at a time: there is little room
        ctx.focusNext(`isian-${ctx.number(added)}-label`);
        this.put([...this.all, added]);
      }, { look: "outline-primary", sign: "plus-lg", key: "isian-tambah", disabled: full }),
      full ? para("Paling banyak 100 isian pada satu formulir.") : "",
    ];
  }

  card(field, at) {
    const { ctx } = this, n = ctx.number(field), name = field.label || field.id || `Isian ${at + 1}`;
    const open = ctx.opened.has(field);
    const head = node("button", { type: "button", class: "btn btn-sm text-start flex-fill fw-semibold text-break min-w-0", "aria-expanded": String(open), "data-key": `isian-${n}-buka` },
      name, node("span", { class: "fw-normal text-body-secondary" }, ` · ${ctx.vocabulary.types?.[field.type || "string"] ?? field.type}${isRequired(field) ? ", wajib" : ""}`));
    head.addEventListener("click", () => { if (open) ctx.opened.delete(field); else ctx.opened.add(field); ctx.redraw(); });
    const tool = (words, sign, act, key, disabled = false) => {
      const made = button(`${words} ${name}`, act, { look: "link text-body-secondary", sign, hidden: true, key: `isian-${n}-${key}`, title: words });
      made.disabled = disabled;
      return made;
    };
    const tools = node("span", { class: "btn-group" },
      tool("Naikkan", "arrow-up", () => this.move(field, -1), "naik", at === 0),
      tool("Turunkan", "arrow-down", () => this.move(field, 1), "turun", at === this.all.length - 1),
      tool("Hapus", "trash", () => { ctx.focusNext("isian-tambah"); this.put(this.all.filter((f) => f !== field)); }, "hapus"));
    return node("div", { role: "listitem", class: "border rounded mb-2", "data-field-card": field.id ?? "" },
      node("div", { class: "d-flex align-items-center" }, head, tools),
      ...(open ? [node("div", { class: "p-2 border-top", role: "group", "aria-label": name }, ...this.inside(field, n))] : []));
  }

  inside(field, n) {
    const { ctx } = this, { pending } = ctx, key = (part) => `isian-${n}-${part}`, limits = ctx.vocabulary.limits ?? {};
    return [
      text(pending, { key: key("label"), label: "Label", value: field.label, set: (v) => this.rename(field, v), check: (v) => (!v ? "Label belum diisi. Tulis pertanyaannya." : v.length > (limits.label ?? 300) ? "Label ini terlalu panjang. Pindahkan penjelasannya ke bantuan." : "") }),
      text(pending, { key: key("id"), label: "Id isian", value: field.id, mono: true, help: "Nama datanya, untuk syarat pada panah.", set: (id) => this.change(field, { id }), check: (v) => this.wrongId(v, field) }),
      select(pending, { key: key("type"), label: "Jenis", value: field.type || "string", options: Object.entries(ctx.vocabulary.types ?? {}), set: (v) => this.type(field, v) }),
      check(pending, { key: key("required"), label: "Wajib diisi", value: isRequired(field), set: (v) => this.require(field, v) }),
      ...(field.type === "enum" ? this.choices(field, n) : []),
      text(pending, { key: key("help"), label: "Bantuan", value: helpOf(field), lines: 2, help: "Satu kalimat di bawah label.", set: (v) => this.help(field, v.trim()), check: (v) => (v.length > (limits.help ?? 500) ? "Bantuan ini terlalu panjang. Persingkat." : "") }),
      this.byDefault(field, key("default")),
    ];
  }

  wrongId(id, field) {
    if (!id) return "Id belum diisi. Tulis misalnya catatan_reviu.";
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(id) || id.length > 64) return "Pakai huruf a-z, angka, dan _ saja, diawali huruf.";
    if (this.all.some((f) => f !== field && f.id === id)) return "Isian lain sudah memakai id ini. Pakai id lain.";
    return this.taken(id, field) ? "Id ini sudah dipakai Alur sendiri. Pakai id lain." : "";
  }

  byDefault(field, key) {
    const { pending } = this.ctx, label = "Isi awal", value = field.defaultValue ?? "", set = (v) => this.change(field, { defaultValue: v || undefined });
    if (field.type === "enum") return select(pending, { key, label, value, set, options: [["", "Tanpa isi awal"], ...(field.values ?? []).map((v) => [v.id, v.name || v.id])] });
    if (field.type === "boolean") return select(pending, { key, label, value, set, options: [["", "Tanpa isi awal"], ["true", "Ya"], ["false", "Tidak"]] });
    if (field.type === "date") return text(pending, { key, label, value, set, type: "date" });
    const wrong = (v) => (field.type === "long" && v && !/^-?\d{1,15}$/.test(v) ? "Isian ini angka bulat. Tulis misalnya 10." : "");
    return text(pending, { key, label, value, set, check: wrong });
  }

  choices(field, n) {
    const { ctx } = this, all = field.values ?? [];
    const put = (values) => this.change(field, { values });
    const rows = all.map((choice, at) => {
      const key = `isian-${n}-pilihan-${ctx.number(choice)}`;
      const taken = (id) => all.some((c) => c !== choice && c.id === id);
      const named = text(ctx.pending, { key: `${key}-label`, label: `Pilihan ${at + 1}`, hideLabel: true, value: choice.name, check: (v) => (v ? "" : "Pilihan ini kosong. Tulis labelnya, atau hapus."),
        set: (name) => this.change2(field, choice, !choice.id || choice.id === slug(choice.name ?? "", () => false) ? { name, id: slug(name, taken) } : { name }) });
      const valued = text(ctx.pending, { key: `${key}-nilai`, label: `Nilai pilihan ${at + 1}`, hideLabel: true, mono: true, value: choice.id,
        check: (v) => (!v ? "Nilai belum diisi." : taken(v) ? "Pilihan lain bernilai sama. Bedakan." : ""), set: (id) => this.change2(field, choice, { id }) });
      const moved = (by) => { const next = [...all]; next.splice(at, 1); next.splice(at + by, 0, choice); put(next); };
      const tool = (words, sign, act, part, disabled = false) => button(`${words} pilihan ${choice.name || at + 1}`, act, { look: "link text-body-secondary px-1", sign, hidden: true, key: `${key}-${part}`, title: words, disabled });
      return node("div", { class: "d-flex gap-1" }, node("div", { class: "flex-fill" }, named), node("div", { class: "flex-fill" }, valued),
        node("span", { class: "text-nowrap" }, tool("Naikkan", "arrow-up", () => moved(-1), "naik", at === 0), tool("Hapus", "trash", () => { ctx.focusNext(`isian-${n}-pilihan-tambah`); put(all.filter((c) => c !== choice)); }, "hapus")));
    });
    const add = () => {
      const made = this.choice(slug(`pilihan ${all.length + 1}`, (id) => all.some((c) => c.id === id)), `Pilihan ${all.length + 1}`, field);
      ctx.focusNext(`isian-${n}-pilihan-${ctx.number(made)}-label`);
      put([...all, made]);
    };
    return [node("fieldset", { class: "mb-3" }, node("legend", { class: "form-label small mb-1" }, "Pilihan: label dan nilai"), ...rows,
      all.length ? "" : node("div", { class: "small text-danger-emphasis mb-1" }, icon("exclamation-circle"), " Belum ada pilihan. Tambahkan paling sedikit satu."),
      button("Tambah pilihan", add, { sign: "plus-lg", key: `isian-${n}-pilihan-tambah` }))];
  }

  change2(field, choice, values) {
    const followed = values.id !== undefined && field.defaultValue === choice.id;
    this.model.together(() => {
      this.change(choice, values);
      if (followed) this.change(field, { defaultValue: values.id });
    });
  }
}

export { extension, group };
