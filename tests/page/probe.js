// SPDX-License-Identifier: Apache-2.0
// What a browser finds in a page; browser.py puts it into a copy, behind everything else.
addEventListener("load", () => {
  "use strict";

  const shown = (element) => element.getClientRects().length > 0;

  // Of WCAG: how far a text's colour is from what it stands on.
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).slice(0, 3).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (colour, other) => {
    const [dark, light] = [luminance(colour), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const texts = [...document.querySelectorAll("body *:not(svg *)")].filter((element) =>
    shown(element) && [...element.childNodes].some((each) =>
      each.nodeType === Node.TEXT_NODE && each.textContent.trim() !== ""));
  const dimmest = Math.min(...texts.map((element) =>
    contrast(getComputedStyle(element).color, ground(element))));

  // In drawings, text stands in the box of its group, or on the page.
  const fill = (element) => getComputedStyle(element).fill;
  const boxOf = (text) => text.parentElement.matches("g[class]")
    ? text.parentElement.querySelector(":scope > rect") : null;
  const dimmestDrawn = Math.min(...[...document.querySelectorAll("svg text")].map((text) => {
    const colour = boxOf(text) && fill(boxOf(text));
    return contrast(fill(text), colour?.startsWith("rgb") ? colour : ground(text));
  }));

  // Nothing but what scrolls by itself reaches beyond the page.
  const outside = [...document.querySelectorAll("body *")].filter((element) =>
    shown(element) && element.getBoundingClientRect().right > innerWidth + 1 &&
    !element.closest(".scroll, nav")).length;

  const columnOf = (table, column) => [...table.tBodies[0].rows].map((row) =>
    row.cells[column].dataset.value ?? row.cells[column].textContent);
  const sorted = (table, title) => {
    const headings = [...table.tHead.rows[0].cells];
    const column = headings.findIndex((each) => each.textContent === title);
    const orders = [columnOf(table, column)];
    for (let i = 0; i < 2; ++i) {
      headings[column].querySelector("button").click();
      orders.push(columnOf(table, column));
    }
    return { orders, aria: headings[column].getAttribute("aria-sort") };
  };
  const layers = document.querySelector("#layers table");
  const sorts = { macs: sorted(layers, "MACs"), layer: sorted(layers, "Layer") };

  // The pointer on the first box of the graph that is a layer of the table.
  const box = [...document.querySelectorAll("#passes g[data-layer]")].find((each) =>
    document.getElementById("layer-" + each.dataset.layer));
  const at = box.getBoundingClientRect();
  box.querySelector("rect").dispatchEvent(new PointerEvent("pointermove", {
    bubbles: true, clientX: Math.max(at.left, 0), clientY: at.top }));
  const tip = document.getElementById("tip");
  const lit = new Set([...document.querySelectorAll(".lit")]
    .map((each) => each.closest("section").id));
  const hover = { layer: box.dataset.layer, tip: tip.hidden ? "" : tip.textContent, lit: [...lit],
    inside: tip.getBoundingClientRect().right <= innerWidth };
  document.body.dispatchEvent(new PointerEvent("pointermove", { bubbles: true }));
  hover.left = document.querySelectorAll(".lit").length;

  const result = document.createElement("pre");
  result.id = "probe";
  result.textContent = JSON.stringify({
    width: innerWidth,
    scrollWidth: document.documentElement.scrollWidth,
    outside,
    dimmest,
    dimmestDrawn,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
    ground: ground(document.body),
    sorts,
    hover,
    requests: performance.getEntriesByType("resource").length,
    problems: probe.problems,
    hacked: probe.hacked ?? null,
  });
  document.body.append(result);
});
