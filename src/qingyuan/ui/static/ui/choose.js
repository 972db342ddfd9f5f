// Rows that are chosen together: one box for all, a count beside the button, chosen rows tinted.
for (const form of document.querySelectorAll("form[data-choose]")) {
  const boxes = [...form.querySelectorAll("td input[type=checkbox]")];
  const all = form.querySelector("[data-choose-all]");
  const button = form.querySelector("[data-choose-submit], [data-choose-foot] button");
  const word = button?.textContent ?? "";
  const icon = button?.querySelector("svg");

  function settle() {
    const chosen = boxes.filter((box) => box.checked).length;
    boxes.forEach((box) => box.closest("tr").classList.toggle("is-chosen", box.checked));
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      all.disabled = boxes.length === 0;
    }
    if (button) {
      button.replaceChildren(...(icon ? [icon] : []), chosen ? `${word}（${chosen}）` : word);
      button.disabled = chosen === 0;
    }
  }

  all?.addEventListener("change", () => {
    boxes.forEach((box) => { box.checked = all.checked; });
    settle();
  });
  boxes.forEach((box) => box.addEventListener("change", settle));
  // Accepting a single row sends that row alone.
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "suggestion") boxes.forEach((box) => { box.disabled = true; });
  });
  window.addEventListener("pageshow", settle);
  settle();
}
