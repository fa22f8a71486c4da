
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
for (const heading of document.querySelectorAll("thead th")) {
  if (heading.closest("table").tBodies[0].rows.length > 1) {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.onclick = () => sort(heading);
    heading.append(button);
  }
}
for (const code of document.querySelectorAll("td.command code")) {
  const button = document.createElement("button");
  button.textContent = "Copy";
  button.onclick = () => copy(code, button);
  code.before(button);
}
