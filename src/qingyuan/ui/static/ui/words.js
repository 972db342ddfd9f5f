// Times and states as words, the same as on the server.
const table = () => {
  const block = document.getElementById("ui-states");
  return block ? JSON.parse(block.textContent) : { tones: {}, states: {} };
};
let cached;
const all = () => (cached ??= table());

export const isDark = () => document.documentElement.getAttribute("data-bs-theme") === "dark";

export function stateOf(family, code) {
  return all().states[`${family}.${code ?? ""}`]
    ?? { label: code || "未知", icon: "question-mark", tone: "grey", hint: "" };
}

export function colourOf(tone) {
  const pair = all().tones[tone] ?? all().tones.grey;
  return pair ? (isDark() ? pair.dark : pair.light) : "#57606a";
}

export function ago(epoch, now = Date.now() / 1000) {
  const seconds = Math.trunc(now - epoch);
  if (Math.abs(seconds) < 5) return "刚刚";
  const tail = seconds > 0 ? "前" : "后";
  const amount = Math.abs(seconds);
  if (amount >= 86400) return `${Math.trunc(amount / 86400)} 天${tail}`;
  if (amount >= 3600) return `${Math.trunc(amount / 3600)} 小时${tail}`;
  if (amount >= 60) return `${Math.trunc(amount / 60)} 分钟${tail}`;
  return `${amount} 秒${tail}`;
}

const CHINA = 8 * 3600;
const two = (n) => String(n).padStart(2, "0");

// Epoch seconds in China time, whatever the time zone of the machine.
export function chinaTime(epoch, form = "minute") {
  const d = new Date((epoch + CHINA) * 1000);
  const day = `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
  if (form === "day") return day;
  const clock = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  return `${day} ${clock}${form === "second" ? `:${two(d.getUTCSeconds())}` : ""}`;
}

// The value of a datetime-local field (China time) as epoch seconds, and back.
export const fromField = (text) => Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`) / 1000 - CHINA;
export const toField = (epoch) => chinaTime(epoch).replace(" ", "T");
