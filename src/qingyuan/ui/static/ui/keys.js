// Keyboard: "/" search, "j" "k" rows, Enter opens, "?" help. Rows open on a click anywhere.
const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")];

function step(by) {
  const list = rows();
  if (!list.length) return;
  const now = list.findIndex((row) => row.classList.contains("is-chosen"));
  const next = list[Math.min(list.length - 1, Math.max(0, now + by))];
  list.forEach((row) => row.classList.toggle("is-chosen", row === next));
  next.scrollIntoView({ block: "nearest" });
  (next.querySelector("a[href]") ?? next).focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const search = document.getElementById("search");
  if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    document.getElementById("search-found").replaceChildren();
    search.blur();
  }
  if (event.target === search && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const first = document.querySelector("#search-found a");
    if (first) { first.focus(); event.preventDefault(); }
    return;
  }
  if (event.target.closest("#search-found") && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const links = [...document.querySelectorAll("#search-found a")];
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[at] ?? search).focus();
    event.preventDefault();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "/" && search) { search.focus(); search.select(); event.preventDefault(); }
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") window.tabler?.Modal.getOrCreateInstance("#keys-help").show();
  else if (event.key === "Enter" && event.target === document.body) {
    document.querySelector("[data-row].is-chosen a[href]")?.click();
  }
});

document.addEventListener("click", (event) => {
  const found = document.getElementById("search-found");
  if (found && !event.target.closest(".search")) found.replaceChildren();
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest("a, button, input, label, summary") || String(window.getSelection())) return;
  row.querySelector("a[href]")?.click();
});
