// A signature by finger: lines on a white ground, given back as a picture.
export function signature(dialog) {
  const canvas = dialog.querySelector("canvas");
  const pen = canvas.getContext("2d");
  let drawn = 0;
  let last = null;

  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "#111";
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    drawn = 0;
  };
  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); last = spot(event); });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const next = spot(event);
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...next);
    pen.stroke();
    drawn += Math.hypot(next[0] - last[0], next[1] - last[1]);
    last = next;
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });

  return () => new Promise((done) => {
    clear();
    dialog.showModal();
    const finish = (blob) => { dialog.onclick = dialog.oncancel = null; dialog.close(); done(blob); };
    dialog.oncancel = () => finish(null);
    dialog.onclick = (event) => {
      const act = event.target.closest("[data-pad]")?.dataset.pad;
      if (act === "clear") clear();
      if (act === "cancel") finish(null);
      if (act === "done") {
        if (drawn < 40) finish(null);
        else canvas.toBlob(finish, "image/png");
      }
    };
  });
}
