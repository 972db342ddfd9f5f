// Small helps for forms: filters that send themselves, passwords that can be shown, a button that cannot
// be pressed twice, a question before what cannot be undone, drafts that survive a lost connection.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
  const chosen = event.target.closest("[data-shows]");
  if (chosen) show(chosen);
});

function show(select) {
  for (const part of document.querySelectorAll(`[data-part-of="${select.dataset.shows}"]`)) {
    const on = part.dataset.part.split(" ").includes(select.value);
    part.hidden = !on;
    part.querySelectorAll("input, select, textarea").forEach((field) => { field.disabled = !on; });
  }
}
document.querySelectorAll("[data-shows]").forEach(show);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  // An empty filter is left out of the address, so that the address can be read and sent on.
  if (form.method === "get") {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; }, 0);
  } else {
    setTimeout(() => form.querySelectorAll("button[type=submit], button:not([type])").forEach((b) => { b.disabled = true; }), 0);
    setTimeout(() => form.querySelectorAll("button").forEach((b) => { b.disabled = false; }), 8000);
    if (form.dataset.draft) sessionStorage.removeItem(`draft:${form.dataset.draft}`);
  }
});

document.addEventListener("click", (event) => {
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    const field = document.getElementById(reveal.dataset.reveal);
    const hidden = field.type === "password";
    field.type = hidden ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(hidden));
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const source = document.querySelector(copy.dataset.copy);
    navigator.clipboard?.writeText(source.textContent.trim());
    const word = copy.querySelector("span");
    if (word) { const before = word.textContent; word.textContent = "已复制"; setTimeout(() => { word.textContent = before; }, 1500); }
  }
  if (event.target.closest("[data-print]")) window.print();
});

// Nothing typed is lost: a form with data-draft keeps what was typed until it has been sent.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = `draft:${form.dataset.draft}`;
  const keep = [...form.elements].filter((f) => f.name && !["password", "hidden", "file", "submit"].includes(f.type));
  const saved = JSON.parse(sessionStorage.getItem(key) ?? "null");
  const untouched = !form.querySelector(".is-invalid");
  if (saved && untouched && keep.some((f) => f.name in saved && saved[f.name] !== valueOf(f))) {
    for (const field of keep) {
      if (!(field.name in saved)) continue;
      if (field.type === "checkbox") field.checked = saved[field.name];
      else field.value = saved[field.name];
    }
    document.querySelectorAll("[data-shows]").forEach(show);
    form.prepend(restored(key));
  }
  form.addEventListener("input", () => {
    const values = Object.fromEntries(keep.map((f) => [f.name, valueOf(f)]));
    sessionStorage.setItem(key, JSON.stringify(values));
  });
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function restored(key) {
  const note = document.createElement("div");
  note.className = "alert alert-info";
  note.setAttribute("role", "status");
  note.append("已恢复上次没有提交的内容。");
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "btn btn-sm btn-ghost-secondary ms-auto";
  discard.textContent = "放弃并重新载入";
  discard.addEventListener("click", () => { sessionStorage.removeItem(key); window.location.reload(); });
  note.append(discard);
  return note;
}
