// Small multiples of one point's factors. Gaps stay gaps, flags are bands under the line, the axis is China time,
// zooming fetches finer data from the server, a click opens the evidence.
import { chinaTime, colourOf, isDark, stateOf } from "./words.js";

const CHINA = 8 * 3600;
const x = (epoch) => (epoch + CHINA) * 1000;
const epochOf = (ms) => Math.round(ms / 1000) - CHINA;
const holder = document.getElementById("charts");
const charts = new Map();
let base = null;
let zoomTimer = null;

function figure(value) {
  if (value === null || value === undefined) return "—";
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(10)));
}

async function load(params = {}) {
  const url = new URL(holder.dataset.url, window.location.href);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  url.searchParams.set("width", String(Math.max(300, Math.round(holder.clientWidth / columns()))));
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const columns = () => getComputedStyle(holder).gridTemplateColumns.split(" ").length || 1;

function build() {
  holder.replaceChildren();
  for (const factor of base.factors) {
    const box = document.createElement("section");
    box.className = "chart";
    const head = document.createElement("div");
    head.className = "chart-head";
    const name = document.createElement("strong");
    name.textContent = factor.name;
    const unit = document.createElement("span");
    unit.className = "unit";
    unit.textContent = factor.unit;
    const code = document.createElement("span");
    code.className = "note mono";
    code.textContent = factor.code;
    head.append(name, unit, code, ...flagWords(factor));
    const canvas = document.createElement("div");
    const filled = factor.lines.some((line) => line.points.some((p) => p[1] !== null));
    canvas.className = filled ? "chart-canvas" : "chart-none";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${factor.name}${factor.unit ? `（${factor.unit}）` : ""}`);
    box.append(head, canvas);
    holder.append(box);
    if (!filled) { canvas.textContent = "此时段没有数值"; continue; }
    const chart = window.echarts.init(canvas, null, { renderer: "canvas", useDirtyRect: false });
    chart.group = "factors";
    charts.set(factor.code, { chart, factor });
    chart.setOption(option(factor));
    chart.on("datazoom", () => { clearTimeout(zoomTimer); zoomTimer = setTimeout(() => zoomed(chart), 350); });
    chart.on("click", (event) => open(event.data, factor.code));
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }
  window.echarts.connect("factors");
  holder.dataset.ready = "1";
}

// The bands under a line in words, so that colour is never alone.
function flagWords(factor) {
  return [...new Set(factor.bands.map((band) => band.flag))].map((flag) => {
    const found = stateOf("flag", flag);
    const word = document.createElement("span");
    word.className = `band-word tone-${found.tone}`;
    word.textContent = `${flag} ${found.label}`;
    return word;
  });
}

// Where a spot of a line comes from: the evidence, with the way on to the raw packet.
function evidenceLink(code, epoch) {
  const link = document.createElement("a");
  link.className = "why";
  link.href = `${holder.dataset.evidence}?interval=${base.interval}&time=${epoch}&code=${encodeURIComponent(code)}`;
  link.textContent = "查看依据与报文";
  return link;
}

function open(point, code) {
  if (point?.[1] === null || point === undefined) return;
  const link = evidenceLink(code, epochOf(point[0]));
  document.body.append(link);
  link.click();
  link.remove();
}

const points = (line) => line.points.map(([t, v, flag]) => [x(t), v, flag]);

function bands(factor) {
  return factor.bands.map(({ from, to, flag }) => [
    { xAxis: x(from), itemStyle: { color: colourOf(stateOf("flag", flag).tone), opacity: isDark() ? 0.24 : 0.14 } },
    { xAxis: x(to) },
  ]);
}

// Named stretches that concern every factor, such as the time of a visit; only some pages send them.
function spans() {
  return (base.spans ?? []).map(({ from, to, label, tone }) => [
    { xAxis: x(from), name: label, itemStyle: { color: "transparent", borderColor: colourOf(tone), borderWidth: 1, borderType: "dashed" },
      label: { show: true, position: "insideTop", color: colourOf(tone), fontSize: 11 } },
    { xAxis: x(to) },
  ]);
}

function option(factor) {
  const ink = isDark() ? "#a2afbb" : "#55616e";
  const rule = isDark() ? "#2b3641" : "#e2e6ea";
  const several = factor.lines.length > 1;
  return {
    useUTC: true,
    animation: false,
    grid: { left: 8, right: 22, top: several ? 26 : 10, bottom: 30, containLabel: true },
    legend: several ? { top: 0, right: 4, itemHeight: 8, itemWidth: 18, textStyle: { color: ink, fontSize: 12 } } : undefined,
    xAxis: {
      type: "time", min: x(base.from), max: x(base.to), axisLine: { lineStyle: { color: rule } }, splitLine: { show: false },
      axisLabel: { color: ink, hideOverlap: true, fontSize: 12, formatter: { year: "{yyyy} 年", month: "{M} 月", day: "{M}-{d}", hour: "{HH}:{mm}", minute: "{HH}:{mm}", second: "{HH}:{mm}:{ss}" } },
    },
    yAxis: { type: "value", scale: true, splitNumber: 3, axisLabel: { color: ink, fontSize: 12, formatter: figure }, splitLine: { lineStyle: { color: rule } } },
    dataZoom: [{ type: "inside", filterMode: "none", minValueSpan: 60_000, zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true },
      { type: "slider", height: 14, bottom: 2, filterMode: "none", showDetail: false, showDataShadow: false, brushSelect: false, borderColor: rule, fillerColor: isDark() ? "rgba(20,149,138,.25)" : "rgba(15,118,110,.10)", handleStyle: { color: isDark() ? "#14958a" : "#0f766e", borderWidth: 0 }, moveHandleSize: 0, minValueSpan: 60_000 }],
    tooltip: {
      trigger: "axis", confine: true, enterable: true, axisPointer: { type: "line", lineStyle: { color: ink, type: "dashed" } },
      backgroundColor: isDark() ? "#202a33" : "#fff", borderColor: rule, textStyle: { color: isDark() ? "#e4e9ee" : "#17212b", fontSize: 13 },
      formatter: (items) => tip(items, factor),
    },
    series: factor.lines.map((line, index) => ({
      name: line.label, type: "line", data: points(line), symbol: "circle", symbolSize: 5, showSymbol: line.points.length < 60, connectNulls: false,
      lineStyle: { width: 1.5, type: index ? "dashed" : "solid" }, color: index ? colourOf("slate") : colourOf("teal"), step: false, z: 3,
      markArea: index ? undefined : { silent: true, data: [...bands(factor), ...spans()] },
    })),
  };
}

function tip(items, factor) {
  const lines = document.createElement("div");
  const head = document.createElement("div");
  head.textContent = chinaTime(epochOf(items[0].value[0]), base.interval === "rtd" ? "second" : base.interval === "day" ? "day" : "minute");
  lines.append(head);
  for (const { seriesName, value: [, value, flag] } of items) {
    const row = document.createElement("div");
    const shown = value === null ? "—" : `${figure(value)} ${factor.unit}`;
    row.textContent = `${factor.lines.length > 1 ? `${seriesName} ` : ""}${shown}${flag ? `　标识 ${flag} ${stateOf("flag", flag).label}` : ""}`;
    lines.append(row);
  }
  const spot = items.find((item) => item.value[1] !== null)?.value[0];
  if (spot) lines.append(evidenceLink(factor.code, epochOf(spot)));
  return lines.outerHTML;
}

// Finer data for what is in view; what lies outside keeps its coarse line.
async function zoomed(chart) {
  const [low, high] = chart.getModel().getComponent("xAxis", 0).axis.scale.getExtent().map(epochOf);
  if (!base.decimated && low >= base.from) return;
  let fine;
  try {
    fine = await load({ from_epoch: low, to_epoch: high });
  } catch {
    return;
  }
  for (const found of fine.factors) {
    const held = charts.get(found.code);
    if (!held) continue;
    held.chart.setOption({ series: held.factor.lines.map((line) => {
      const finer = found.lines.find((l) => l.label === line.label);
      if (!finer) return {};
      const merged = [...line.points.filter((p) => p[0] < low), ...finer.points, ...line.points.filter((p) => p[0] > high)];
      return { data: merged.map(([t, v, flag]) => [x(t), v, flag]), showSymbol: finer.points.length < 60 };
    }) });
  }
}

// A window that ends now moves on with the clock, unless somebody is looking at a part of it.
async function follow() {
  const span = Number(holder.dataset.follow);
  const zoomedIn = [...charts.values()].some(({ chart }) => {
    const { start: from, end: to } = chart.getOption().dataZoom[0];
    return from > 0 || to < 100;
  });
  if (document.hidden || zoomedIn || !charts.size) return;
  const now = Math.floor(Date.now() / 1000) + 60;
  let next;
  try {
    next = await load({ from_epoch: now - span, to_epoch: now });
  } catch {
    return;
  }
  base = next;
  for (const factor of next.factors) {
    const held = charts.get(factor.code);
    if (!held) continue;
    held.factor = factor;
    held.chart.setOption(option(factor));
  }
}

async function start() {
  try {
    base = await load();
    if (!base.factors.length) { holder.innerHTML = ""; document.getElementById("charts-empty").hidden = false; holder.dataset.ready = "1"; return; }
    build();
  } catch {
    const failed = document.createElement("p");
    failed.className = "loading";
    failed.textContent = "曲线没有载入，请检查网络后刷新页面。";
    holder.replaceChildren(failed);
  }
}

if (holder) {
  start();
  if (holder.dataset.follow) setInterval(follow, 60_000);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    setTimeout(() => { for (const { chart, factor } of charts.values()) chart.setOption(option(factor)); }, 0);
  });
}
