// Judged hours as small charts: measured and converted, the limit, and below them three lanes that say what lay
// under the line (verdict, marks, events). Gaps stay gaps, the axis is China time, a click opens the reasons.
import { chinaTime, colourOf, isDark, stateOf } from "./words.js";

const CHINA = 8 * 3600;
const x = (epoch) => (epoch + CHINA) * 1000;
const epochOf = (ms) => Math.round(ms / 1000) - CHINA;
const holder = document.getElementById("judged-charts");
const LANES = ["judged", "mark", "event"];
const LANE_WORDS = { judged: "判定", mark: "标记", event: "事件" };
const LANE_HEIGHT = 17;
const charts = new Map();
let base = null;
let zoomTimer = null;

const rounded = (value, digits) => (value === null || value === undefined ? "—" : value.toFixed(digits));

async function load(params = {}) {
  const url = new URL(holder.dataset.url, window.location.href);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  url.searchParams.set("width", String(Math.max(300, Math.round(holder.clientWidth))));
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function build() {
  holder.replaceChildren();
  holder.classList.toggle("is-single", base.factors.length === 1);
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
    head.append(name, unit, ...bandWords(factor));
    const canvas = document.createElement("div");
    const filled = factor.lines.some((line) => line.points.some((p) => p[1] !== null)) || factor.bands.length;
    canvas.className = filled ? "chart-canvas judged-canvas" : "chart-none";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${factor.name}${factor.unit ? `（${factor.unit}）` : ""}`);
    box.append(head, canvas);
    holder.append(box);
    if (!filled) { canvas.textContent = "此时段没有判定结果"; continue; }
    const chart = window.echarts.init(canvas, null, { renderer: "canvas", useDirtyRect: false });
    chart.group = "judged";
    charts.set(factor.code, { chart, factor });
    chart.setOption(option(factor));
    chart.on("datazoom", () => { clearTimeout(zoomTimer); zoomTimer = setTimeout(() => zoomed(chart), 350); });
    chart.on("click", (event) => {
      const spot = event.data?.[0];
      if (spot !== undefined && spot !== null) open(factor.code, epochOf(spot));
    });
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }
  window.echarts.connect("judged");
  holder.dataset.ready = "1";
}

// What lies in the lanes, in words, so that colour is never alone.
function bandWords(factor) {
  const seen = new Map(factor.bands.map((band) => [`${band.lane}.${band.code}`, band]));
  return [...seen.values()].sort((a, b) => LANES.indexOf(a.lane) - LANES.indexOf(b.lane)).map((band) => {
    const found = stateOf(band.lane, band.code);
    const word = document.createElement("span");
    word.className = `band-word tone-${found.tone}`;
    word.textContent = band.lane === "judged" ? found.label : `${LANE_WORDS[band.lane]} ${found.label}`;
    return word;
  });
}

function whyLink(code, epoch) {
  const link = document.createElement("a");
  link.className = "why";
  link.href = `${holder.dataset.why}?level=hour&time=${epoch - (epoch % 3600)}&factor=${encodeURIComponent(code)}`;
  link.textContent = "查看判定依据";
  return link;
}

function open(code, epoch) {
  const link = whyLink(code, epoch);
  document.body.append(link);
  link.click();
  link.remove();
}

const points = (line) => line.points.map(([t, v, verdict]) => [x(t), v, verdict]);

// One lane of rectangles on the chart's second grid; a short one is still two pixels wide.
function lanes(factor) {
  return {
    type: "custom", xAxisIndex: 1, yAxisIndex: 1, z: 1, animation: false,
    encode: { x: [0, 1], y: 2 },
    data: factor.bands.map((band) => [x(band.since), x(band.until), LANES.indexOf(band.lane), `${band.lane}.${band.code}`]),
    renderItem(params, api) {
      const [left, top] = api.coord([api.value(0), api.value(2)]);
      const [right] = api.coord([api.value(1), api.value(2)]);
      const area = params.coordSys;
      const band = factor.bands[params.dataIndex];
      const shape = window.echarts.graphic.clipRectByRect(
        { x: left, y: top - LANE_HEIGHT / 2 + 1, width: Math.max(2, right - left), height: LANE_HEIGHT - 2 },
        { x: area.x, y: area.y, width: area.width, height: area.height },
      );
      return shape && { type: "rect", shape, style: { fill: colourOf(stateOf(band.lane, band.code).tone), opacity: band.lane === "judged" ? 1 : 0.8 } };
    },
  };
}

// Hours that are not valid shade the ground of the line as well.
function shades(factor) {
  return factor.bands.filter((band) => band.lane === "judged").map(({ since, until, code }) => [
    { xAxis: x(since), itemStyle: { color: colourOf(stateOf("judged", code).tone), opacity: isDark() ? 0.2 : 0.1 } },
    { xAxis: x(until) },
  ]);
}

function limits(factor) {
  return factor.limits.map(([from, to, value]) => [
    { coord: [x(Math.max(from, base.from)), value], name: `限值 ${value}`, label: { formatter: `限值 ${value}`, position: "insideStartTop" } },
    { coord: [x(Math.min(to, base.to)), value] },
  ]);
}

function option(factor) {
  const ink = isDark() ? "#a2afbb" : "#55616e";
  const rule = isDark() ? "#2b3641" : "#e2e6ea";
  const several = factor.lines.length > 1;
  const foot = 34;
  const under = LANES.length * LANE_HEIGHT;
  const zoom = { xAxisIndex: [0, 1], filterMode: "none", minValueSpan: 3 * 3600_000 };
  const labels = { color: ink, hideOverlap: true, fontSize: 12, formatter: { year: "{yyyy} 年", month: "{M} 月", day: "{M}-{d}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" } };
  const highest = Math.max(0, ...factor.limits.map((limit) => limit[2]));
  return {
    useUTC: true,
    animation: false,
    grid: [
      { left: 52, right: 18, top: several ? 26 : 12, bottom: foot + under + 22 },
      { left: 52, right: 18, height: under, bottom: foot - 2 },
    ],
    legend: several ? { top: 0, right: 4, itemHeight: 8, itemWidth: 18, textStyle: { color: ink, fontSize: 12 } } : undefined,
    xAxis: [
      { type: "time", min: x(base.from), max: x(base.to), axisLine: { lineStyle: { color: rule } }, splitLine: { show: false }, axisLabel: labels },
      { type: "time", gridIndex: 1, min: x(base.from), max: x(base.to), show: false },
    ],
    yAxis: [
      { type: "value", scale: true, splitNumber: 3, min: (extent) => Math.min(0, extent.min), max: (extent) => (highest > extent.max && highest < 3 * extent.max ? Number((highest * 1.08).toPrecision(2)) : null), axisLabel: { color: ink, fontSize: 12 }, splitLine: { lineStyle: { color: rule } } },
      { type: "category", gridIndex: 1, data: LANES.map((lane) => LANE_WORDS[lane]), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: ink, fontSize: 12, interval: 0 }, splitLine: { show: false }, splitArea: { show: false } },
    ],
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, moveOnMouseMove: true, ...zoom },
      { type: "slider", height: 14, bottom: 4, showDetail: false, showDataShadow: false, brushSelect: false, borderColor: rule, fillerColor: isDark() ? "rgba(20,149,138,.25)" : "rgba(15,118,110,.10)", handleStyle: { color: isDark() ? "#14958a" : "#0f766e", borderWidth: 0 }, moveHandleSize: 0, ...zoom }],
    tooltip: {
      trigger: "axis", confine: true, enterable: true, axisPointer: { type: "line", lineStyle: { color: ink, type: "dashed" } },
      backgroundColor: isDark() ? "#202a33" : "#fff", borderColor: rule, textStyle: { color: isDark() ? "#e4e9ee" : "#17212b", fontSize: 13 },
      formatter: (items) => tip(items, factor),
    },
    series: [
      ...factor.lines.map((line, index) => ({
        name: line.label, type: "line", data: points(line), symbol: "circle", symbolSize: 5, showSymbol: line.points.length < 60, connectNulls: false,
        lineStyle: { width: 1.5, type: index ? "dashed" : "solid" }, color: index ? colourOf("slate") : colourOf("teal"), z: 3,
        markArea: index ? undefined : { silent: true, data: shades(factor) },
        markLine: index ? undefined : { silent: true, symbol: "none", data: limits(factor), lineStyle: { color: colourOf("red"), type: "solid", width: 1 }, label: { color: colourOf("red"), fontSize: 12 } },
      })),
      lanes(factor),
    ],
  };
}

function tip(items, factor) {
  const drawn = items.filter((item) => item.seriesType === "line");
  const lines = document.createElement("div");
  const at = drawn[0]?.value[0] ?? items[0]?.axisValue;
  if (at === undefined) return "";
  const head = document.createElement("div");
  head.textContent = chinaTime(epochOf(at));
  lines.append(head);
  for (const { seriesName, value: [, value] } of drawn) {
    const row = document.createElement("div");
    row.textContent = `${factor.lines.length > 1 ? `${seriesName} ` : ""}${rounded(value, factor.digits)} ${value === null ? "" : factor.unit}`;
    lines.append(row);
  }
  for (const band of touching(factor, epochOf(at))) {
    const row = document.createElement("div");
    row.className = `toned tone-${stateOf(band.lane, band.code).tone}`;
    row.textContent = `${LANE_WORDS[band.lane]}：${stateOf(band.lane, band.code).label}`;
    lines.append(row);
  }
  lines.append(whyLink(factor.code, epochOf(at)));
  return lines.outerHTML;
}

const touching = (factor, epoch) => factor.bands.filter((band) => band.since < epoch + 3600 && band.until > epoch);

// Finer data for what is in view; what lies outside keeps its coarse line.
async function zoomed(chart) {
  const [low, high] = chart.getModel().getComponent("xAxis", 0).axis.scale.getExtent().map(epochOf);
  if (!base.decimated) return;
  let fine;
  try {
    fine = await load({ from_epoch: Math.max(0, low), to_epoch: high });
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
      return { data: merged.map(([t, v, verdict]) => [x(t), v, verdict]), showSymbol: finer.points.length < 60 };
    }) });
  }
}

async function start() {
  try {
    base = await load();
    if (!base.factors.length) { holder.replaceChildren(); holder.dataset.ready = "1"; return; }
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
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    setTimeout(() => { for (const { chart, factor } of charts.values()) chart.setOption(option(factor)); }, 0);
  });
}
