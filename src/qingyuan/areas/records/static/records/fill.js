// A record as it is filled in: everything typed is kept in the browser at once and on the server every few seconds;
// photos and signatures wait until they can be sent. A form that lies open goes on without a connection.
import { preview, send, sendAll, stamp, take, watchPlace } from "./camera.js";
import { draftOf, dropFile, filesOf, forget, keepDraft } from "./drafts.js";
import { addRow, dropRow, makeRoom } from "./rows.js";
import { signature } from "./sign.js";

const SAVE = 4000;
const ASK = 600;
const form = document.getElementById("fill");
const notice = document.getElementById("notice");
const draft = `${form.dataset.who}:${form.dataset.record}`;
const sign = signature(document.getElementById("pad"));
const kept = () => document.getElementById("kept");
let dirty = false;
let stopped = false; // a conflict waits for an answer
let change = 0;
let timers = {};

// One thing at a time goes over the line: a draft must not be submitted while it is being saved.
let line = Promise.resolve();
const inLine = (act) => (line = line.then(act, act));

const say = (text, tone = "") => {
  kept().className = `kept ${tone}`;
  kept().querySelector("[data-word]").textContent = text;
};
const clock = () => stamp().slice(11);

function pairs() {
  return [...new FormData(form)].filter(([name, value]) => !(value instanceof File) && name !== "csrfmiddlewaretoken" && name !== "saved_at");
}

function body() {
  const sent = new FormData(form);
  for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
  return sent;
}

async function keepHere() {
  const title = `${document.querySelector("h1").firstChild.textContent.trim()} ${form.dataset.place}`;
  await keepDraft({ id: draft, pairs: pairs(), base: form.elements.saved_at.value, at: Date.now(), dirty, title });
}

function changed() {
  dirty = true;
  change += 1;
  keepHere().catch(() => say("本机无法保存，请尽快联网", "is-bad"));
  say(navigator.onLine ? "正在保存…" : "离线：已保存在本机", navigator.onLine ? "" : "is-away");
  clearTimeout(timers.ask);
  timers.ask = setTimeout(ask, ASK);
  timers.save ??= setTimeout(save, SAVE);
}

// -- the server ---------------------------------------------------------------------------------------------------

let latest = 0;
function ask() {
  const number = (latest += 1);
  return inLine(() => (number === latest && navigator.onLine && !stopped ? worked(number) : undefined));
}

async function worked(number) {
  try {
    const answer = await fetch(form.dataset.live, { method: "POST", body: body() });
    if (answer.ok && number === latest) put(await answer.json());
  } catch {
    say("离线：已保存在本机，联网后计算", "is-away");
  }
}

function put(found) {
  for (const [path, value] of Object.entries(found.computed)) {
    const place = form.querySelector(`[data-computed="${CSS.escape(path)}"]`);
    if (!place) continue;
    place.querySelector(".num").textContent = value.text || "—";
    place.className = value.tone ? `computed tone-${value.tone}` : "computed";
  }
  for (const [path, unit] of Object.entries(found.units)) {
    const place = form.querySelector(`[data-unit="${CSS.escape(path)}"]`);
    if (place) place.textContent = unit;
  }
  const hidden = new Set(found.hidden);
  for (const place of form.querySelectorAll(".field[data-path], .item[data-path], .cell[data-path]")) place.hidden = hidden.has(place.dataset.path);
}

function save() {
  clearTimeout(timers.save);
  timers.save = undefined;
  return inLine(() => (stopped ? undefined : flush()));
}

async function flush() {
  const { waiting, refused } = await sendAll(form, draft);
  for (const [file, said] of refused) refuse(file, said);
  mark();
  if (!dirty) {
    if (!waiting) say(`已保存 ${clock()}`);
    else later(waiting);
    return;
  }
  const now = change;
  let answer;
  try {
    answer = await fetch(form.dataset.save, { method: "POST", body: body() });
  } catch {
    later(waiting);
    return;
  }
  if (answer.status === 409) conflict(await answer.json());
  else if (answer.status === 410) gone();
  else if (!answer.ok) later(waiting);
  else {
    form.elements.saved_at.value = (await answer.json()).saved_at;
    dirty = change !== now;
    await keepHere();
    if (waiting) later(waiting);
    else say(`已保存 ${clock()}`);
    if (dirty) timers.save ??= setTimeout(save, SAVE);
  }
}

function later(waiting) {
  say(`离线：已保存在本机${waiting ? `，${waiting} 个文件待上传` : ""}`, "is-away");
  timers.save ??= setTimeout(save, SAVE * 3);
}

// -- what stands above the form -----------------------------------------------------------------------------------

function tell(text, acts = [], bad = false) {
  notice.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
  notice.classList.toggle("is-bad", bad);
  for (const [word, act] of acts) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: word });
    button.addEventListener("click", () => { notice.hidden = true; act(); });
    notice.append(button);
  }
  notice.hidden = false;
}

function conflict(found) {
  stopped = true;
  say("未保存：另一处已保存了更新的内容", "is-bad");
  tell(`这份草稿已在别处保存（${stamp(Number(found.saved_at)).replace("T", " ")}），与本页不同。用哪一份？`, [
    ["用已保存的那份", async () => { await forget(draft); window.location.reload(); }],
    ["以本页为准", () => { stopped = false; form.elements.saved_at.value = found.saved_at; changed(); save(); }],
  ], true);
  notice.scrollIntoView({ block: "center" });
}

function gone() {
  stopped = true;
  say("草稿已提交或删除", "is-bad");
  tell("这份草稿已提交或已删除，本页内容不再保存。", [["打开记录", () => { window.location = form.action.replace(/fill\/$/, ""); }]], true);
}

// -- photos, files, signatures ------------------------------------------------------------------------------------

function thumb(shots, said, source) {
  const place = document.createElement("li");
  place.className = "thumb";
  place.dataset.sha = said.sha256 ?? "";
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: shots.dataset.path, value: said.sha256 ? JSON.stringify(said) : "" });
  const shown = shots.dataset.what === "photo"
    ? Object.assign(document.createElement("img"), { ...(source ? { src: source } : {}), alt: said.name || "照片", width: 96, height: 72 })
    : Object.assign(document.createElement("span"), { className: "thumb-file", textContent: said.name || "附件" });
  const time = Object.assign(document.createElement("span"), { className: "thumb-said num", textContent: `${(said.at ?? "").slice(11, 16)}${said.lat === undefined && shots.dataset.what === "photo" ? " 无位置" : ""}` });
  const out = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost-secondary btn-icon" });
  out.dataset.unshot = "";
  out.setAttribute("aria-label", "去掉");
  out.textContent = "×";
  place.append(hidden, shown, time, out);
  shots.querySelector(".thumbs").append(place);
  return place;
}

async function mark() {
  const waiting = new Set((await filesOf(draft)).map((file) => file.sha256));
  for (const place of form.querySelectorAll(".thumb[data-sha]")) place.classList.toggle("is-waiting", waiting.has(place.dataset.sha));
}

async function refuse(file, said) {
  await dropFile(file.id);
  form.querySelectorAll(`.thumb[data-sha="${file.sha256}"]`).forEach((place) => place.remove());
  tell(`${file.name || "文件"}：${said}`, [["知道了", () => {}]], true);
  changed();
}

async function chosen(input) {
  const shots = input.closest(".shots");
  for (const blob of [...input.files]) {
    const { file, said } = await take(draft, blob, shots.dataset.what, blob.name);
    if (said.sha256 && shots.querySelector(`.thumb[data-sha="${said.sha256}"]`)) continue;
    const place = thumb(shots, said, await preview(blob));
    if (!file.id) await sendNow(place, file, said);
  }
  input.value = "";
  changed();
  await mark();
  save();
}

async function sendNow(place, file, said) {
  try {
    said.sha256 = await send(form, file);
    place.dataset.sha = said.sha256;
    place.querySelector("input").value = JSON.stringify(said);
  } catch (error) {
    place.remove();
    tell(`照片未能上传：${error.message}`, [], true);
  }
}

// Who signs has been asked beside it: the engineer, the person of the same role, or the name in the same row.
function signer(path) {
  const lead = path.slice(0, path.lastIndexOf(".") + 1);
  const role = path.slice(lead.length).replace(/_?signature$/, "");
  const known = role ? [`${role}_person`] : ["engineer", "name"];
  return known.map((name) => form.elements[lead + name]?.value?.trim()).find(Boolean) ?? "";
}

async function drawn(signs) {
  const blob = await sign();
  if (!blob) return;
  const { file, said } = await take(draft, blob, "signature", "签名.png");
  const sha = file.id ? said.sha256 : await send(form, file).catch(() => null);
  if (!sha) { tell("签名未能上传，请联网后重试。", [], true); return; }
  const path = signs.dataset.sign;
  form.elements[`${path}.sha256`].value = sha;
  form.elements[`${path}.name`].value ||= signer(path);
  form.elements[`${path}.at`].value = said.at;
  signs.querySelector("[data-sign-at]").textContent = said.at.replace("T", " ");
  const shown = signs.querySelector(".signed");
  shown.src = await preview(blob);
  shown.hidden = false;
  changed();
  save();
}

function leftOut(fields) {
  const said = Object.fromEntries([...fields.querySelectorAll("[data-said]")].map((one) => [one.dataset.said, one.value.trim()]));
  fields.querySelector("input[type=hidden]").value = said.left_out || said.confirmed_by ? JSON.stringify({ ...said, at: stamp() }) : "";
}

// -- what was typed before ----------------------------------------------------------------------------------------

async function restore(held) {
  const values = new Map();
  for (const [name, value] of held) values.set(name, [...(values.get(name) ?? []), value]);
  makeRoom(form, [...values.keys()]);
  for (const field of form.elements) {
    if (!field.name || ["file", "submit", "button"].includes(field.type) || field.closest(".shots") || ["csrfmiddlewaretoken", "saved_at"].includes(field.name)) continue;
    const found = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") {
      field.checked = found.includes(field.value);
      if (field.name === "open") field.closest("details").open = field.checked;
    } else field.value = found[0] ?? "";
  }
  const here = new Map();
  for (const file of await filesOf(draft)) here.set(file.sha256, await preview(file.blob));
  const source = (sha) => here.get(sha) ?? `${form.dataset.keep}${sha}/?view=1`;
  for (const shots of form.querySelectorAll(".shots")) {
    shots.querySelectorAll(".thumb").forEach((place) => place.remove());
    for (const text of values.get(shots.dataset.path) ?? []) {
      if (!text) continue;
      const said = text.startsWith("{") ? JSON.parse(text) : { sha256: text.split(" ")[0], name: text.split(" ")[1] };
      if (said.left_out === undefined) thumb(shots, said, source(said.sha256));
      else {
        const fields = shots.querySelector("[data-left-out]");
        if (!fields) continue;
        for (const one of fields.querySelectorAll("[data-said]")) one.value = said[one.dataset.said] ?? "";
        fields.querySelector("input[type=hidden]").value = text;
      }
    }
  }
  for (const signs of form.querySelectorAll("[data-sign]")) {
    const sha = form.elements[`${signs.dataset.sign}.sha256`].value;
    const shown = signs.querySelector(".signed");
    shown.hidden = !sha;
    if (sha) shown.src = here.get(sha) ?? `${form.dataset.keep}${sha}/`;
  }
}

async function begin() {
  const held = await draftOf(draft).catch(() => null);
  if (held?.dirty && JSON.stringify(held.pairs) !== JSON.stringify(pairs())) {
    const server = form.elements.saved_at.value;
    await restore(held.pairs);
    form.elements.saved_at.value = held.base;
    dirty = true;
    change += 1;
    if (held.base === server) tell(`已恢复 ${stamp(held.at).replace("T", " ")} 填写、尚未传到服务器的内容。`, [["知道了", () => {}]]);
    ask();
  }
  if ((await filesOf(draft)).length || dirty) save();
  mark();
}

// -- sending it in ------------------------------------------------------------------------------------------------

async function submit() {
  const button = form.querySelector("[name=done]");
  button.disabled = true;
  say("正在提交…");
  try {
    clearTimeout(timers.save);
    timers.save = undefined;
    if (stopped) return;
    const { waiting, refused } = await sendAll(form, draft);
    for (const [file, said] of refused) await refuse(file, said);
    if (refused.length) return;
    if (waiting) throw new TypeError("waiting");
    const answer = await fetch(form.action, { method: "POST", body: body(), headers: { "X-Asked-By": "script" } });
    if (answer.status === 409) conflict(await answer.json());
    else if (answer.headers.get("content-type")?.includes("json")) {
      const found = await answer.json();
      stopped = true;
      dirty = false;
      await forget(draft);
      window.location = found.to;
    } else if (answer.status === 422) again(await answer.text());
    else throw new TypeError(String(answer.status));
  } catch {
    changed();
    const why = navigator.onLine ? "服务器没有应答" : "没有网络";
    say(`${why}：已保存在本机，恢复后再提交`, "is-away");
    tell(`${why}，尚未提交。所填内容和照片已保存在本机，恢复后再点“提交”。`, [["知道了", () => {}]]);
  } finally {
    button.disabled = false;
  }
}

// The page as the server answers it, problems beside their questions; what was typed is in it.
function again(text) {
  const found = new DOMParser().parseFromString(text, "text/html").getElementById("fill");
  if (!found) throw new TypeError("no form");
  form.replaceChildren(...found.childNodes);
  dirty = false;
  keepHere();
  say(`已保存 ${clock()}，还不能提交`, "is-bad");
  document.getElementById("answered").scrollIntoView({ block: "start" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  event.stopPropagation();
  inLine(submit);
});
form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  const fields = event.target.closest("[data-left-out]");
  if (fields) leftOut(fields);
  changed();
});
form.addEventListener("change", (event) => {
  if (event.target.type === "file") chosen(event.target);
  if (event.target.name === "open") event.target.closest("details").open = event.target.checked;
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.name === "add" || button.name === "remove") {
    event.preventDefault();
    const table = button.name === "add" ? button.closest(".rows").querySelector("tbody") : null;
    if (table) addRow(table).querySelector("input, select")?.focus();
    else dropRow(button.closest("tr"));
    changed();
  } else if (button.matches("[data-unshot]")) {
    const place = button.closest(".thumb");
    const said = place.dataset.sha;
    place.remove();
    if (said && !form.querySelector(`.thumb[data-sha="${said}"]`)) dropFile(`${draft}:${said}`);
    changed();
  } else if (button.matches("[data-sign-open]")) drawn(button.closest("[data-sign]"));
});
document.getElementById("discard").addEventListener("submit", () => { stopped = true; forget(draft); });
document.addEventListener("visibilitychange", () => { if (document.hidden && dirty) { keepHere(); save(); } });
window.addEventListener("online", () => { say("网络已恢复，正在保存…"); save().then(ask); });
window.addEventListener("offline", () => say("离线：已保存在本机", "is-away"));
watchPlace();
begin();
