// A signature drawn in place; sent as a picture with the form that holds it.
const form = document.querySelector("[data-sign-form]");
const canvas = form?.querySelector("canvas");
if (form && canvas) {
  const pen = canvas.getContext("2d");
  const file = form.querySelector("input[type=file]");
  let last = null;
  let drawn = 0;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(pen, { strokeStyle: "#111", lineWidth: 5, lineCap: "round", lineJoin: "round" });
    drawn = 0;
  };
  const spot = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height];
  };
  clear();
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
  form.querySelector("[data-sign-clear]").addEventListener("click", clear);
  form.addEventListener("submit", (event) => {
    if (form.dataset.ready) return;
    event.preventDefault();
    const phone = form.querySelector("[name=phone_at]");
    if (phone) phone.value = String(Date.now());
    const send = () => { form.dataset.ready = "1"; form.requestSubmit(); };
    if (drawn < 60) { file.value = ""; send(); return; }
    canvas.toBlob((blob) => {
      const held = new DataTransfer();
      held.items.add(new File([blob], "signature.png", { type: "image/png" }));
      file.files = held.files;
      send();
    }, "image/png");
  });
}
