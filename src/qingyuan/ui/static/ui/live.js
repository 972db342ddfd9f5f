// Keeps a page alive: polled regions send their ETag and change only when the server has news,
// ages count on, and the indicator says when the connection is lost.
import { ago } from "./words.js";

const tags = new WeakMap();

document.addEventListener("htmx:configRequest", (event) => {
  const region = event.detail.elt;
  if (!region.matches?.("[data-live]")) return;
  const known = tags.get(region) ?? region.dataset.live;
  if (known) event.detail.headers["If-None-Match"] = known;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, failed } = event.detail;
  if (!xhr || xhr.status === 0) return connection(false);
  connection(xhr.status < 500);
  if (elt.matches?.("[data-live]") && !failed) {
    const tag = xhr.getResponseHeader("ETag");
    if (tag) tags.set(elt, tag);
    else tags.delete(elt);
  }
});
document.addEventListener("htmx:sendError", () => connection(false));
document.addEventListener("htmx:timeout", () => connection(false));

// Signed out meanwhile: the server answers a fragment request with 401 and the page goes to sign-in.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) window.location.reload();
});

const indicator = document.getElementById("connection");
let lostSince = null;

export function connection(up) {
  // An answer that was on its way when the browser went offline says nothing about now.
  if (up && navigator.onLine === false) return;
  if (!indicator) return;
  if (up) lostSince = null;
  else lostSince ??= new Date();
  indicator.classList.toggle("is-down", !up);
  document.documentElement.classList.toggle("connection-lost", !up);
  const { up: upWord, down: downWord, since } = indicator.dataset;
  const clock = lostSince?.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  indicator.querySelector(".connection-word").textContent = up ? upWord : `${downWord}（${since} ${clock}）`;
  indicator.title = indicator.querySelector(".connection-word").textContent;
}

async function pulse() {
  const url = indicator?.dataset.pulse;
  if (!url || document.hidden) return;
  try {
    const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    connection(answer.ok);
  } catch {
    connection(false);
  }
}

export function refreshAges(root = document) {
  const now = Date.now() / 1000;
  for (const node of root.querySelectorAll("time.age[data-epoch]")) {
    const epoch = Number(node.dataset.epoch);
    const text = ago(epoch, now);
    if (node.textContent !== text) node.textContent = text;
    const limit = Number(node.dataset.staleAfter);
    if (limit) node.closest("[data-ages]")?.classList.toggle("is-stale", now - epoch > limit);
  }
}

window.addEventListener("online", pulse);
window.addEventListener("offline", () => connection(false));
document.addEventListener("visibilitychange", pulse);
document.addEventListener("htmx:afterSwap", (event) => refreshAges(event.detail.target));
setInterval(pulse, 10_000);
setInterval(refreshAges, 5_000);
refreshAges();
