// Every figure can be asked why: a quiet link opens the evidence drawer; without this script it opens a page.
// Inside the drawer a link leads deeper, and the arrow leads back.
const body = document.getElementById("drawer-body");
const back = document.getElementById("drawer-back");
let trail = [];

document.addEventListener("click", (event) => {
  const why = event.target.closest("a.why");
  if (!why || !body || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  trail = body.contains(why) ? [...trail, why.href] : [why.href];
  window.tabler.Offcanvas.getOrCreateInstance("#drawer").show();
  show(why.href);
});

back?.addEventListener("click", () => {
  trail.pop();
  show(trail.at(-1));
});

async function show(href) {
  if (back) back.hidden = trail.length < 2;
  // What had the focus may be gone; the drawer keeps it, so that Escape closes.
  document.getElementById("drawer").focus({ preventScroll: true });
  say("正在载入…");
  try {
    const answer = await fetch(href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    if (href !== trail.at(-1)) return;
    body.innerHTML = text;
    body.scrollTop = 0;
  } catch {
    if (href === trail.at(-1)) say("依据没有载入，请检查网络后重试。");
  }
}

function say(text) {
  const line = document.createElement("p");
  line.className = "text-secondary";
  line.textContent = text;
  body.replaceChildren(line);
}
