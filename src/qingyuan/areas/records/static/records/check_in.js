// Coming and going with one thumb: position and distance on a small drawing, a reason only where one is needed,
// and an outbox that keeps what could not be sent, with the phone's own time.
const form = document.getElementById("check-in");
const facts = form.dataset;
const BOX = `qingyuan.presence.${facts.who}`;
const R = 6371008.8;
const FENCE_RADIUS = 60; // of the drawing
const place = facts.latitude && facts.longitude ? { latitude: Number(facts.latitude), longitude: Number(facts.longitude) } : null;
const fence = Number(facts.fence);
const skew = Date.now() - Number(facts.server); // of the phone's clock against the server's, when the page was made
const by = (id) => document.getElementById(id);
let here = null;

const rad = (degrees) => (degrees * Math.PI) / 180;

function distance(a, b) {
  const rise = rad(b.latitude - a.latitude) / 2;
  const turn = rad(b.longitude - a.longitude) / 2;
  const half = Math.sin(rise) ** 2 + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(turn) ** 2;
  return 2 * R * Math.asin(Math.min(1, Math.sqrt(half)));
}

// What is out of the ordinary, the same rule as the server's; the server decides.
function judge() {
  if (!here || here.accuracy > Number(facts.vague) || !place) return { tone: "amber", unknown: true };
  const away = distance(here, place);
  const inside = away - Math.min(here.accuracy, fence) <= fence;
  return { tone: inside ? "green" : "red", away, off: !inside };
}

function draw() {
  const { tone, away } = judge();
  const me = by("me");
  me.toggleAttribute("hidden", !here || !place);
  me.setAttribute("class", `tone-${tone}`);
  if (!here || !place) return;
  // Beyond the drawing's edge the person stands at the edge, in the right direction.
  const east = rad(here.longitude - place.longitude) * Math.cos(rad(place.latitude)) * R;
  const north = rad(here.latitude - place.latitude) * R;
  const scale = Math.min(FENCE_RADIUS / fence, 88 / Math.max(away, 1));
  document.querySelector("#drawing .fence").setAttribute("r", String(Math.max(2, fence * scale)));
  me.setAttribute("transform", `translate(${(east * scale).toFixed(1)} ${(-north * scale).toFixed(1)})`);
  me.querySelector(".accuracy").setAttribute("r", String(Math.min(90, Math.max(5, here.accuracy * scale)).toFixed(1)));
}

const metres = (m) => (m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(1)} km`);

function show() {
  const { tone, away, off, unknown } = judge();
  const main = by("where");
  main.className = `where-main tone-${tone}`;
  if (!here) main.textContent = "没有取得位置";
  else if (!place) main.textContent = `已定位，精度 ±${metres(here.accuracy)}`;
  else if (unknown) main.textContent = `定位精度不足（±${metres(here.accuracy)}）`;
  else main.textContent = `距点位 ${metres(away)}，${off ? "在签到半径以外" : "在签到半径以内"}`;
  by("where-more").textContent = `签到半径 ${fence} m${here ? `　精度 ±${metres(here.accuracy)}` : ""}${place ? "" : "　点位尚未登记位置"}`;
  ask(Boolean(off || unknown) || -skew > Number(facts.late) || skew > Number(facts.ahead));
  draw();
}

function ask(needed) {
  by("reason-field").toggleAttribute("data-quiet", !needed);
}

function locate(oldest = 15_000) {
  by("where").textContent = "正在定位…";
  if (!navigator.geolocation) { here = null; show(); return; }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => { here = { latitude: coords.latitude, longitude: coords.longitude, accuracy: coords.accuracy }; show(); },
    () => { here = null; show(); },
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: oldest },
  );
}

const box = () => JSON.parse(localStorage.getItem(BOX) ?? "[]");
const keep = (list) => localStorage.setItem(BOX, JSON.stringify(list));

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function intent() {
  return {
    url: facts.url, point: facts.point, kind: facts.kind, client_id: newId(), phone_at: Date.now(), what: form.elements.what?.value ?? "",
    reason: by("reason").value.trim(), latitude: here?.latitude ?? "", longitude: here?.longitude ?? "", accuracy: here?.accuracy ?? "",
  };
}

// {sent, answer} or {sent: false} without a connection; a refusal is an answer.
async function send(one, photo) {
  const body = new FormData();
  for (const [name, value] of Object.entries(one)) if (!["url", "point", "said"].includes(name)) body.append(name, value);
  if (photo) body.append("photo", photo);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(one.url, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(30_000) });
    if (answer.redirected || answer.status === 401) return { sent: false, said: "登录已失效，请重新登录，登录后自动发出" };
    if (answer.status >= 500) return { sent: false };
    if (answer.ok) return { sent: true, ...(await answer.json()) };
    const said = answer.status === 422 ? (await answer.json()).errors : { "": [`未被接受（${answer.status}）`] };
    return { sent: true, errors: said };
  } catch {
    return { sent: false };
  }
}

function refuse(errors) {
  const line = by("refused");
  line.textContent = Object.values(errors).flat().join("；");
  line.hidden = false;
  if (errors.reason) { ask(true); by("reason").focus(); }
  line.scrollIntoView({ block: "nearest" });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation(); // the page's own guard against a second click would keep the button off for seconds
  if (!by("reason-field").hasAttribute("data-quiet") && !by("reason").value.trim()) {
    refuse({ reason: ["请填写说明，由负责人批准"] });
    return;
  }
  const button = form.querySelector(".big");
  const one = intent();
  // Written down before it is sent: whatever happens to the page, it is not lost.
  keep([...box(), one]);
  button.disabled = true;
  const answer = await send(one, form.elements.photo.files[0]);
  button.disabled = false;
  if (!answer.sent) { list(answer.said); by("outbox").scrollIntoView({ block: "nearest" }); return; }
  keep(box().filter((other) => other.client_id !== one.client_id));
  if (answer.errors) { refuse(answer.errors); return; }
  window.location.assign(answer.href);
});

function list(said = "") {
  const holder = by("outbox");
  const waiting = box();
  holder.hidden = !waiting.length;
  if (!waiting.length) { holder.replaceChildren(); return; }
  const panel = document.createElement("section");
  panel.className = "panel";
  const body = document.createElement("div");
  body.className = "panel-body";
  const head = document.createElement("strong");
  head.textContent = `${holder.dataset.word}（${waiting.length}）${said ? `　${said}` : ""}`;
  const lines = document.createElement("ul");
  for (const one of waiting) lines.append(line(one));
  body.append(head, lines);
  panel.append(body);
  holder.replaceChildren(panel);
}

function line(one) {
  const item = document.createElement("li");
  const word = document.createElement("span");
  const clock = new Date(one.phone_at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
  word.textContent = `${one.point}　${one.kind === "in" ? "签到" : "签退"}　${clock}`;
  item.append(word);
  if (one.said) {
    const said = document.createElement("span");
    said.className = "said";
    said.textContent = one.said;
    const reason = document.createElement("input");
    reason.className = "form-control";
    reason.maxLength = 200;
    reason.placeholder = "说明";
    reason.value = one.reason;
    reason.addEventListener("change", () => change(one.client_id, { reason: reason.value.trim() }));
    item.append(said, reason, act("重发", () => flush(one.client_id)), act("放弃", () => { keep(box().filter((o) => o.client_id !== one.client_id)); list(); }));
  }
  return item;
}

function act(word, what) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = word;
  button.addEventListener("click", what);
  return button;
}

function change(id, facts_) {
  keep(box().map((one) => (one.client_id === id ? { ...one, ...facts_ } : one)));
}

// What was kept is sent in its order; one that was refused waits for words, the others go on.
let flushing = false;
async function flush(only) {
  if (flushing) return;
  flushing = true;
  let done = 0;
  for (const one of box()) {
    if (only ? one.client_id !== only : one.said) continue;
    const { said, ...plain } = one;
    const answer = await send(plain);
    if (!answer.sent) break;
    if (answer.errors) change(one.client_id, { said: Object.values(answer.errors).flat().join("；") });
    else { keep(box().filter((other) => other.client_id !== one.client_id)); done += 1; }
  }
  flushing = false;
  list();
  if (done) window.location.reload();
}

by("again").addEventListener("click", () => locate(0));
window.addEventListener("online", () => flush());
list();
flush();
locate();
