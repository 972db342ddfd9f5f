// What is left of a time limit, counted on while the page is open: words, and the colour of its state.
const NEAR = 0.25; // the last quarter, a day at most, as on the server
const DAY = 86_400_000;
const UNITS = [["天", 86_400_000, "小时", 3_600_000], ["小时", 3_600_000, "分", 60_000], ["分", 60_000, "", 0]];

export function words(span) {
  const left = Math.abs(span);
  const [unit, size, smaller, part] = UNITS.find(([, length]) => left >= length) ?? UNITS.at(-1);
  const whole = Math.trunc(left / size);
  const rest = part ? Math.trunc((left % size) / part) : 0;
  return `${whole} ${unit}${rest ? ` ${rest} ${smaller}` : ""}`;
}

export function toneOf(since, due, now) {
  if (now > due) return "red";
  return due - now <= Math.min((due - since) * NEAR, DAY) ? "amber" : "blue";
}

function count() {
  const now = Date.now();
  for (const node of document.querySelectorAll("time.clock-left[data-due]")) {
    const since = Number(node.dataset.since);
    const due = Number(node.dataset.due);
    const text = `${now > due ? "超时" : "剩"} ${words(due - now)}`;
    if (node.textContent !== text) node.textContent = text;
    for (const tone of ["red", "amber", "blue"]) node.classList.toggle(`tone-${tone}`, tone === toneOf(since, due, now));
  }
}

setInterval(count, 10_000);
count();
