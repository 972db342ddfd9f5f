// Reading one record from the keyboard: a accepts, r goes to the reason, n skips, u returns to the queue.
const accept = document.getElementById("accept");
const why = document.getElementById("why");
const skip = document.getElementById("skip");
const typing = (node) => node.closest("input, textarea, select, [contenteditable]");
let sent = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.key === "Escape" && event.target === why) { why.blur(); return; }
  if (typing(event.target) || document.querySelector(".offcanvas.show, .modal.show")) return;
  if (event.key === "a" && accept) decide(accept);
  else if (event.key === "r" && why) { why.focus(); event.preventDefault(); }
  else if (event.key === "n" && skip) window.location.assign(skip.href);
  else if (event.key === "u") document.getElementById("queue-link").click();
});

// A key that is struck twice must not decide on the next record as well.
function decide(form) {
  if (sent) return;
  sent = true;
  form.requestSubmit();
}

window.addEventListener("pageshow", () => { sent = false; });
if (window.location.hash === "#why") why?.focus();
