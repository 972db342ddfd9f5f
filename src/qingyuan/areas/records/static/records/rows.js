// Rows of a table are added and taken out on the page itself, so that it works without a connection. Rows are
// numbered from 1 in the names of their inputs, as the server counts them.
const NAMED = ["name", "id", "for", "data-path", "data-computed", "data-unit", "data-left-out", "data-sign", "value"];

function renumber(body) {
  const path = body.closest(".rows").id.slice(2);
  const lead = new RegExp(`(^|[fil]-)${path.replaceAll(".", "\\.")}\\.\\d+(?=\\.|$)`);
  [...body.rows].forEach((row, place) => {
    for (const part of [row, ...row.querySelectorAll("*")]) {
      for (const name of NAMED) {
        const text = part.getAttribute(name);
        if (text === null || (name === "value" && part.name !== "remove")) continue;
        const found = text.replace(lead, `$1${path}.${place + 1}`);
        if (found !== text) part.setAttribute(name, found);
      }
    }
    row.querySelector("td.num").textContent = String(place + 1);
  });
}

export function addRow(body) {
  const row = body.rows[body.rows.length - 1].cloneNode(true);
  for (const part of row.querySelectorAll("input, select, textarea")) {
    if (part.type === "checkbox" || part.type === "radio") part.checked = false;
    else if (part.tagName === "SELECT") part.selectedIndex = 0;
    else part.value = "";
    part.classList.remove("is-invalid");
  }
  row.querySelectorAll(".thumb, .invalid-feedback").forEach((part) => part.remove());
  row.querySelectorAll("output .num").forEach((part) => { part.textContent = "—"; });
  body.append(row);
  renumber(body);
  return row;
}

export function dropRow(row) {
  const body = row.parentElement;
  if (body.rows.length === 1) addRow(body);
  row.remove();
  renumber(body);
}

// Enough rows for every name that is to be filled in.
export function makeRoom(form, names) {
  for (const body of form.querySelectorAll(".rows tbody")) {
    const lead = `${body.closest(".rows").id.slice(2)}.`;
    const most = Math.max(0, ...names.filter((name) => name.startsWith(lead)).map((name) => parseInt(name.slice(lead.length), 10) || 0));
    while (body.rows.length < most) addRow(body);
  }
}
