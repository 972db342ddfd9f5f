// A tick on the loading list is kept at once, so that a list ticked off at the van needs no button.
for (const list of document.querySelectorAll("[data-loading]")) {
  const form = list.closest("form");
  list.addEventListener("change", (event) => {
    if (event.target.type === "checkbox" && event.target.closest("li").querySelector(".what").value) {
      form.requestSubmit();
    }
  });
}
