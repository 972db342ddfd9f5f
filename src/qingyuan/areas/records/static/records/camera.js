// A photo as it is taken: its digest, the phone's time and place. The bytes wait in the browser until they are sent.
import { dropFile, filesOf, keepFile } from "./drafts.js";

const two = (n) => String(n).padStart(2, "0");
let place = null;

// The phone's time as China time, to the minute, as answers say it.
export function stamp(at = Date.now()) {
  const china = new Date(at + 8 * 3600000);
  return `${china.getUTCFullYear()}-${two(china.getUTCMonth() + 1)}-${two(china.getUTCDate())}T${two(china.getUTCHours())}:${two(china.getUTCMinutes())}`;
}

export function watchPlace() {
  navigator.geolocation?.watchPosition(
    ({ coords }) => { place = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }; },
    () => { place = null; },
    { enableHighAccuracy: true, maximumAge: 30000, timeout: 20000 },
  );
}

async function digest(blob) {
  if (!crypto.subtle) return null;
  const found = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return [...new Uint8Array(found)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A small copy as a data address, which the page's policy allows; "" for what the browser cannot draw.
export async function preview(blob) {
  try {
    const found = await createImageBitmap(blob);
    const size = Math.max(found.width, found.height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round((found.width / size) * 192));
    canvas.height = Math.max(1, Math.round((found.height / size) * 192));
    canvas.getContext("2d").drawImage(found, 0, 0, canvas.width, canvas.height);
    found.close();
    return canvas.toDataURL("image/jpeg", 0.7);
  } catch {
    return "";
  }
}

// What the answer says of the file; the bytes are kept under its digest. Without a digest, which a page needs a
// secure address for, the file is sent at once.
export async function take(draft, blob, kind, name) {
  const at = Date.now();
  const file = { draft, blob, kind, name: name.slice(0, 64), taken_at: at, ...(kind === "photo" && place ? { latitude: place.lat, longitude: place.lon, accuracy: place.accuracy } : {}) };
  file.sha256 = await digest(blob);
  if (file.sha256) {
    file.id = `${draft}:${file.sha256}`;
    await keepFile(file);
  }
  const said = { sha256: file.sha256, name: file.name, at: stamp(at), ...(kind === "photo" && place ? place : {}) };
  return { file, said };
}

// Sends one file; its digest as the server has it. Throws while there is no connection, and a sentence when refused.
export async function send(form, file) {
  const body = new FormData();
  body.append("file", file.blob, file.name || "photo.jpg");
  for (const name of ["kind", "name", "taken_at", "latitude", "longitude", "accuracy"]) if (file[name] != null) body.append(name, file[name]);
  body.append("place", form.dataset.place);
  const answer = await fetch(form.dataset.keep, { method: "POST", body, headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value } });
  if (answer.status >= 500 || answer.status === 429) throw new TypeError("later");
  const found = await answer.json();
  if (!answer.ok) throw new Error(Object.values(found.errors ?? {}).flat().join("；") || "文件未被接收");
  return found.sha256;
}

// Sends what waits; how many still wait, and what was refused: [[file, sentence]…].
export async function sendAll(form, draft) {
  const refused = [];
  let waiting = 0;
  for (const file of await filesOf(draft)) {
    try {
      await send(form, file);
      await dropFile(file.id);
    } catch (error) {
      if (error instanceof TypeError) waiting += 1;
      else refused.push([file, error.message]);
    }
  }
  return { waiting, refused };
}
