// Serious rules of WCAG 2.2 (A and AA) that can be decided by looking at a page; returns one line per finding.
// Written for the documents of this project: static text, tables, figures, one dialog.
return (function () {
  "use strict";
  const found = [];
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const say = (rule, element, detail) => {
    const where = element ? element.outerHTML.replace(/\s+/g, " ").replace(/data:[^"]{30}[^"]*/, "data:…").slice(0, 110) : "";
    found.push(rule + ": " + (detail ? detail + " " : "") + where);
  };
  const shown = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) { return false; }
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const named = (element) => {
    const label = element.getAttribute("aria-label");
    if (label && label.trim()) { return true; }
    const by = element.getAttribute("aria-labelledby");
    if (by && by.split(/\s+/).some((id) => document.getElementById(id))) { return true; }
    if (element.textContent.trim() || element.querySelector("[role=img][aria-label]")) { return true; }
    return Array.from(element.querySelectorAll("img[alt]")).some((image) => image.alt.trim());
  };

  // Language, title, landmarks
  if (!/^[a-z]{2}/.test(document.documentElement.lang)) { say("html-lang", document.documentElement); }
  if (!document.title.trim()) { say("document-title"); }
  if (all("main, [role=main]").length !== 1) { say("one-main"); }
  all("body *").forEach((element) => {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    const within = "main, nav, header, footer, aside, dialog, [role=dialog], [role=note], .skip, script, style, template";
    if (own && shown(element) && !element.closest(within)) { say("region", element); }
  });
  const views = document.querySelector("meta[name=viewport]");
  if (!views || /user-scalable\s*=\s*no|maximum-scale/.test(views.content)) { say("viewport-zoom"); }

  // Names
  all("img").forEach((image) => { if (!image.hasAttribute("alt") || !image.alt.trim()) { say("image-alt", image); } });
  all("[role=img]").forEach((image) => { if (!(image.ariaLabel || "").trim()) { say("image-alt", image); } });
  all("svg").forEach((drawing) => { if (!drawing.closest("[role=img], [aria-hidden=true]")) { say("image-alt", drawing); } });
  all("a[href]").forEach((link) => { if (!named(link)) { say("link-name", link); } });
  all("button, [role=button], summary").forEach((button) => { if (!named(button)) { say("button-name", button); } });
  all("dialog[open], [role=region], nav").forEach((region) => {
    if (!region.getAttribute("aria-label") && !region.getAttribute("aria-labelledby")) { say("region-name", region); }
  });
  all("input:not([type=hidden]), select, textarea").forEach((control) => {
    if (!control.labels || (!control.labels.length && !control.getAttribute("aria-label") && !control.getAttribute("aria-labelledby"))) { say("label", control); }
  });

  // Structure
  let level = 0;
  all("h1, h2, h3, h4, h5, h6").filter(shown).forEach((heading) => {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) { say("heading-order", heading, level + " to " + next); }
    if (!heading.textContent.trim()) { say("empty-heading", heading); }
    level = next;
  });
  if (!document.querySelector("h1")) { say("heading-one"); }
  all("main table").forEach((table) => {
    const heads = table.querySelectorAll("thead th");
    if (!heads.length) { say("table-header", table); }
    heads.forEach((head) => { if (head.getAttribute("scope") !== "col") { say("th-scope", head); } });
    table.querySelectorAll("tbody tr").forEach((row) => {
      const first = row.cells[0];
      if (first && first.tagName === "TD" && first.getAttribute("role") !== "rowheader") { say("row-header", first); }
    });
    const figure = table.closest("figure");
    if (!table.caption && !(figure && figure.querySelector("figcaption"))) { say("table-caption", table); }
  });
  all("li").forEach((item) => { if (!item.closest("ul, ol, menu")) { say("listitem", item); } });
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, position) => ids.indexOf(id) !== position).forEach((id) => say("duplicate-id", null, id));
  all("[aria-labelledby], [aria-describedby]").forEach((element) => {
    ["aria-labelledby", "aria-describedby"].forEach((name) => {
      (element.getAttribute(name) || "").split(/\s+/).filter(Boolean).forEach((id) => {
        if (!document.getElementById(id)) { say("aria-reference", element, id); }
      });
    });
  });
  all("[tabindex]").forEach((element) => { if (Number(element.getAttribute("tabindex")) > 0) { say("tabindex", element); } });
  all("a a, a button, button a, button button, a [tabindex], button [tabindex]").forEach((element) => say("nested-interactive", element));
  all("[aria-hidden=true] a, [aria-hidden=true] [tabindex='0']").forEach((element) => say("hidden-focus", element));
  all("main *").forEach((element) => {
    const scrolls = element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX);
    if (scrolls && shown(element) && element.tabIndex < 0 && !element.querySelector("a, button")) { say("scrollable-focusable", element); }
  });

  // Contrast of text, after WCAG: 4.5, or 3 for large letters
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, under) => [0, 1, 2].map((k) => top[k] * top[3] + under[k] * (1 - top[3])).concat(1);
  const ground = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement) {
      const colour = rgba(getComputedStyle(node).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) { break; }
    }
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    return layers.reverse().reduce((under, top) => over(top, under), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const part = colour.slice(0, 3).map((value) => value / 255).map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  all("body, body *").forEach((element) => {
    const own = Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !shown(element) || element.closest("script, style")) { return; }
    const style = getComputedStyle(element);
    const under = ground(element);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const measured = ratio(over(rgba(style.color), under), under);
    if (measured < (large ? 3 : 4.5)) { say("contrast", element, measured.toFixed(2)); }
  });
  return found;
})();
