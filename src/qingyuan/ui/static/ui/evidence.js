// Every figure can be asked why: a quiet link opens the evidence drawer; without this script it opens a page.
const body = document.getElementById("drawer-body");

document.addEventListener("click", async (event) => {
  const why = event.target.closest("a.why");
  if (!why || !body || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  say("正在载入…");
  window.tabler.Offcanvas.getOrCreateInstance("#drawer").show();
  try {
    const answer = await fetch(why.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    body.innerHTML = await answer.text();
  } catch {
    say("依据没有载入，请检查网络后重试。");
  }
});

function say(text) {
  const line = document.createElement("p");
  line.className = "text-secondary";
  line.textContent = text;
  body.replaceChildren(line);
}
