// SPDX-License-Identifier: Apache-2.0
// The page says everything without it: this sorts tables, and shows what belongs together.
(() => {
  "use strict";

  // Tables are sorted by the heading that is clicked, then the other way round.
  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const value = cell.dataset.value;
    return value === undefined ? cell.textContent : Number(value);
  };

  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number") return -1;
    if (typeof b === "number") return 1;
    return a.localeCompare(b, "en", { numeric: true });
  };

  const sort = (table, heading) => {
    const column = heading.cellIndex;
    const usual = heading.classList.contains("number") ? "descending" : "ascending";
    const order = heading.ariaSort === usual
      ? (usual === "ascending" ? "descending" : "ascending")
      : usual;
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [keyOf(row, column), row]);
    // What is empty stays at the end.
    rows.sort(([a], [b]) => (a === "") - (b === "") || sign * compare(a, b));
    body.append(...rows.map((each) => each[1]));
  };

  for (const table of document.querySelectorAll("table")) {
    for (const heading of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
    }
  }

  // Everything of one layer is lit while the pointer is on any of it.
  const ofLayer = new Map();
  for (const element of document.querySelectorAll("[data-layer]")) {
    const layer = element.dataset.layer;
    if (!ofLayer.has(layer)) ofLayer.set(layer, []);
    ofLayer.get(layer).push(element);
  }
  let lit = null;
  const light = (layer) => {
    if (layer === lit) return;
    for (const element of ofLayer.get(lit) || []) element.classList.remove("lit");
    for (const element of ofLayer.get(layer) || []) element.classList.add("lit");
    lit = layer;
  };

  // What drawings say of their parts is shown beside the pointer at once, and what the table of
  // layers has of it.
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  document.body.append(tip);
  const texts = new Map();
  for (const title of document.querySelectorAll("svg g > title")) {
    texts.set(title.parentNode, title.textContent);
    title.parentNode.setAttribute("aria-label", title.textContent);
    title.remove();
  }

  const figuresOf = (layer) => {
    const row = layer && document.getElementById("layer-" + layer);
    if (!row) return "";
    const headings = row.closest("table").tHead.rows[0].cells;
    return [...row.parentNode.cells].map((cell, i) => [headings[i], cell.textContent])
      .filter(([heading, text]) => heading.classList.contains("number") && text)
      .map(([heading, text]) => heading.textContent.replace("\n", ", ") + ": " + text).join("\n");
  };

  const showTip = (event, part, layer) => {
    const text = [texts.get(part), figuresOf(layer)].filter((each) => each).join("\n");
    tip.hidden = text === "";
    if (tip.hidden) return;
    tip.textContent = text;
    const { offsetWidth: width, offsetHeight: height } = tip;
    tip.style.left = Math.max(8, Math.min(event.clientX + 14, innerWidth - width - 16)) + "px";
    const below = event.clientY + 18;
    tip.style.top = (below + height < innerHeight ? below : Math.max(8, event.clientY - height - 12)) + "px";
  };

  const owner = (target) => target instanceof Element ? target.closest("[data-layer]") : null;
  document.addEventListener("pointermove", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    const part = target.closest("svg g[class]");
    const layer = owner(target)?.dataset.layer ?? null;
    light(layer);
    // In tables all is said.
    if (part || target.closest("figure.small")) showTip(event, part, layer);
    else tip.hidden = true;
  });
  document.addEventListener("pointerleave", () => { light(null); tip.hidden = true; });
  document.addEventListener("scroll", () => { tip.hidden = true; }, true);
})();
