// A form as it is filled in: what can be worked out is, by the server's engine, while one types; a question
// that does not arise is not asked. Nothing is kept on either side.
const form = document.getElementById("tryout");
const answered = document.getElementById("answered");
let waiting;
let latest = 0;

answered?.scrollIntoView({ block: "start" });
form?.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 500); });
form?.addEventListener("change", (event) => {
  if (event.target.name === "open") event.target.closest("details").open = event.target.checked;
});

async function ask() {
  const number = (latest += 1);
  const sent = new FormData(form);
  // Photos are looked at when the form is checked, not while one types.
  for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
  try {
    const answer = await fetch(form.dataset.live, { method: "POST", body: sent });
    if (answer.ok && number === latest) put(await answer.json());
  } catch {
    // The check button says what is wrong with the connection; typing goes on.
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
  for (const place of form.querySelectorAll("[data-path]")) place.hidden = hidden.has(place.dataset.path);
}
