// The queue from the keyboard: x chooses the row under the cursor, a accepts it when it may be accepted unread,
// else opens it; r opens it at the reason. The button says how many are chosen.
const form = document.getElementById("queue");
const button = document.getElementById("accept-many");
const every = document.getElementById("every");
const boxes = form ? [...form.querySelectorAll("input[name=record]")] : [];
const cursor = () => document.querySelector("tr[data-row].is-chosen");
const typing = (node) => node.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

function settle() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (every) {
    every.checked = chosen > 0 && chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    every.disabled = boxes.length === 0;
  }
  if (button) {
    button.querySelector("span").textContent = chosen ? `${button.dataset.word}（${chosen}）` : button.dataset.word;
    button.disabled = chosen === 0;
  }
}

every?.addEventListener("change", () => { boxes.forEach((box) => { box.checked = every.checked; }); settle(); });
boxes.forEach((box) => box.addEventListener("change", settle));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || typing(event.target)) return;
  const row = cursor();
  if (!row) return;
  const box = row.querySelector("input[name=record]");
  const link = row.querySelector("a[href]");
  if (event.key === "x" && box) { box.checked = !box.checked; settle(); }
  else if (event.key === "a" && form && button) {
    if (!box) { link.click(); return; }
    boxes.forEach((other) => { other.checked = other === box; });
    settle();
    form.requestSubmit();
  } else if (event.key === "r") window.location.assign(`${link.href}#why`);
});

window.addEventListener("pageshow", settle);
settle();
