
"use strict";
function sortKey(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
}
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a.localeCompare(b, undefined, { numeric: true });
}
function sort(heading) {
  const body = heading.closest("table").tBodies[0];
  const direction = heading.getAttribute("aria-sort") === "descending" ? 1 : -1;
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
  const rows = Array.from(body.rows);
  rows.sort((x, y) => direction * compare(sortKey(x, heading.cellIndex), sortKey(y, heading.cellIndex)));
  body.append(...rows);
}
function copyAnyway(code) {
  const range = document.createRange();
  range.selectNodeContents(code);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  document.execCommand("copy");
}
async function copy(code, button) {
  try { await navigator.clipboard.writeText(code.textContent); } catch (refused) { copyAnyway(code); }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}
function text(cell) {
  if (cell.dataset.value !== undefined) return cell.dataset.value;
  return cell.className === "missing" ? "" : (cell.querySelector("code") || cell).textContent;
}
function csv(table) {
  const quote = (value) => /[",\r\n]/.test(value) ? '"' + value.replaceAll('"', '""') + '"' : value;
  const heading = Array.from(table.tHead.rows[0].cells, (cell) => cell.textContent);
  const rows = Array.from(table.tBodies[0].rows, (row) => Array.from(row.cells, text));
  return [heading, ...rows].map((row) => row.map(quote).join(",") + "\r\n").join("");
}
function save(table) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
  link.download = table.caption.textContent.replace(/[^A-Za-z0-9]+/g, "-") + ".csv";
  link.click();
  URL.revokeObjectURL(link.href);
}
function filter(table, words) {
  const wanted = words.toLowerCase().split(/\s+/);
  for (const row of table.tBodies[0].rows) {
    const content = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => content.includes(word));
  }
}
function tools(table) {
  const bar = document.createElement("div");
  bar.className = "tools";
  if (table.tBodies[0].rows.length > 9) {
    const box = document.createElement("input");
    box.type = "search";
    box.placeholder = "Filter rows by words";
    box.setAttribute("aria-label", "Filter the rows of: " + table.caption.textContent);
    box.oninput = () => filter(table, box.value);
    bar.append(box);
  }
  const button = document.createElement("button");
  button.textContent = "Save as CSV";
  button.onclick = () => save(table);
  bar.append(button);
  table.parentNode.before(bar);
}
function prepare(table) {
  if (table.tBodies[0].rows.length < 2) return;
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.onclick = () => sort(heading);
    heading.append(button);
  }
  tools(table);
}
function addCopying(table) {
  for (const code of table.querySelectorAll("td.command code")) {
    const button = document.createElement("button");
    button.textContent = "Copy";
    button.onclick = () => copy(code, button);
    code.before(button);
  }
}
/* What a script element holds, unzipped if it is. */
async function content(script) {
  if (script.type !== "application/gzip") return script.textContent;
  const bytes = Uint8Array.from(atob(script.textContent), (c) => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}
async function unpack(place) {
  place.innerHTML = await content(place.querySelector("script"));
  place.className = "";
}
async function ready(place) {
  for (const packed of place.querySelectorAll(".packed")) if (packed.closest("details") === place) await unpack(packed);
  for (const table of place.querySelectorAll("table")) {
    if (table.closest("details") === place) { prepare(table); addCopying(table); }
  }
}
/* What is folded is prepared when it is unfolded, so that a page of thousands of rows opens at once. */
for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", () => ready(fold), { once: true });
for (const packed of document.querySelectorAll(".packed")) if (packed.closest("details") === null) unpack(packed);
for (const table of document.querySelectorAll("table")) if (table.closest("details") === null) prepare(table);

/* ---------------------------------------------------------------- charts */

/* After Okabe and Ito 2008, for readers who do not see all colours; brighter on a dark ground. */
const LIGHT = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a78c8", "#9a9a3a",
  "#7f7f7f", "#1fa8a8", "#a65628", "#e377a8"];
const DARK = ["#4aa3e0", "#e69f00", "#20b38a", "#d991bd", "#9bd3f5", "#f0763a", "#a99be0", "#c2c25a",
  "#a0a0a0", "#3fc6c6", "#c98a5a", "#f29ac6"];
const darkness = matchMedia("(prefers-color-scheme: dark)");
function theme() {
  const style = getComputedStyle(document.documentElement);
  const [ground, ink, soft, line] =
    ["--ground", "--ink", "--soft", "--line"].map((name) => style.getPropertyValue(name).trim());
  const labels = { labelColor: ink, titleColor: soft, titleFontWeight: "normal" };
  return {
    background: ground, font: "system-ui, sans-serif", padding: 4,
    axis: { ...labels, gridColor: line, domainColor: soft, tickColor: soft, labelLimit: 150 },
    legend: {
      ...labels, orient: "top", columns: Math.max(2, Math.min(5, Math.floor(innerWidth / 200))), symbolLimit: 40,
      symbolBaseFillColor: soft, symbolBaseStrokeColor: soft,
    }, header: labels,
    title: { color: ink, anchor: "start", fontWeight: "normal" },
    view: { stroke: line }, text: { color: ink }, rule: { color: soft }, range: { category: darkness.matches ? DARK : LIGHT },
    line: { point: true }, point: { filled: true, size: 50, opacity: 0.85 }, bar: { tooltip: true },
  };
}
/* Views that hold others get the width of their parts here; on a phone the parts stand below each other. */
function fitted(view, room) {
  const fit = structuredClone(view);
  const parts = fit.hconcat || (fit.facet ? Array(fit.columns || 1) : null);
  if (parts === null) return { width: "container", autosize: { type: "fit-x", contains: "padding" }, ...fit };
  const columns = Math.max(1, Math.min(parts.length, Math.floor(room / 300)));
  const width = Math.max(160, room / columns - 85);
  if (fit.facet) return { ...fit, columns, spec: { width, ...fit.spec } };
  delete fit.hconcat;
  return { ...fit, concat: parts.map((part) => ({ width, ...part })), columns };
}
async function draw(figure) {
  const plot = figure.querySelector(".plot");
  const chart = JSON.parse(await content(figure.querySelector("script")));
  const values = chart.rows.map((row) => Object.fromEntries(chart.columns.map((name, i) => [name, row[i]])));
  const actions = { export: true, source: true, compiled: false, editor: false };
  try {
    await vegaEmbed(plot, { ...fitted(chart.view, figure.clientWidth), data: { values } },
      { mode: "vega-lite", renderer: chart.rows.length > 600 ? "canvas" : "svg", actions, config: theme(), downloadFileName: plot.getAttribute("aria-label") });
    plot.dataset.drawn = "yes";
  } catch (error) {
    plot.classList.add("failed");
    plot.textContent = "This chart cannot be drawn: " + error.message;
  }
}
/* A chart is drawn when it comes near the window, or when it is unfolded there. */
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting && entry.target.clientWidth > 0) {
      near.unobserve(entry.target);
      draw(entry.target);
    }
  }
}, { rootMargin: "600px" });
const figures = Array.from(document.querySelectorAll("figure.chart"));
const isDrawn = (figure) => figure.querySelector("[data-drawn], .failed") !== null;
function drawNear() { for (const figure of figures) near.observe(figure); }
/* Paper does not scroll. */
addEventListener("beforeprint", () => {
  for (const figure of figures) if (figure.clientWidth > 0 && !isDrawn(figure)) { near.unobserve(figure); draw(figure); }
});
function drawAgain() {
  for (const figure of figures) near.unobserve(figure);
  drawNear();
}
darkness.addEventListener("change", drawAgain);
let waiting;
let room = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === room) return;
  room = innerWidth;
  clearTimeout(waiting);
  waiting = setTimeout(drawAgain, 200);
});
drawNear();
