// Says which drafts lie on this phone and have not reached the server.
import { allDrafts, filesOf } from "./drafts.js";

const place = document.getElementById("waiting");

async function show() {
  const mine = (await allDrafts()).filter((draft) => draft.id.startsWith(`${place.dataset.who}:`));
  const waiting = [];
  for (const draft of mine) if (draft.dirty || (await filesOf(draft.id)).length) waiting.push(draft);
  place.hidden = navigator.onLine && !waiting.length;
  place.replaceChildren();
  const word = document.createElement("span");
  word.textContent = navigator.onLine ? "" : "没有网络。已打开的记录可以继续填写，内容保存在本机。";
  if (waiting.length) word.textContent += `本机有 ${waiting.length} 份记录的内容尚未传到服务器：`;
  place.append(word);
  for (const draft of waiting) {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = place.dataset.fill.replace("/0/", `/${draft.id.split(":")[1]}/`);
    link.textContent = draft.title || "打开";
    place.append(link);
  }
}

for (const event of ["online", "offline"]) window.addEventListener(event, show);
show();
