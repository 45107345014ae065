// What stands behind a number: told in words and led to its table while it is hovered or focused, until Escape or a
// tap elsewhere; Enter or a click moves into what is told, where the technical source opens.
(function () {
  "use strict";
  var data = document.getElementById("sources");
  if (!data) { return; }
  var sources = JSON.parse(data.textContent);
  var shown = null;
  function made(tag, text, name) {
    var element = document.createElement(tag);
    if (text) { element.textContent = text; }
    if (name) { element.className = name; }
    return element;
  }
  var tip = made("div", "", "source");
  tip.id = "number-source";
  tip.setAttribute("role", "dialog");
  tip.setAttribute("aria-label", "About this number");
  tip.hidden = true;
  document.body.appendChild(tip);

  function technical(source) {
    var box = made("details");
    var list = made("dl");
    [["Estimate", (source.rows || []).join("; ")], ["n", source.n], ["Weights", source.scheme],
      ["Method", source.method], ["Rule", source.rule]].forEach(function (line) {
      if (line[1]) { list.append(made("dt", line[0]), made("dd", line[1])); }
    });
    box.append(made("summary", "How it was computed"), list);
    box.addEventListener("toggle", place);
    return box;
  }
  function place() {
    if (!shown) { return; }
    var box = shown.getBoundingClientRect();
    var width = document.documentElement.clientWidth;
    var left = Math.max(8, Math.min(box.left, width - tip.offsetWidth - 8));
    var above = box.bottom + tip.offsetHeight + 8 > window.innerHeight && box.top > tip.offsetHeight + 8;
    tip.style.left = left + window.scrollX + "px";
    tip.style.top = (above ? box.top - tip.offsetHeight : box.bottom) + window.scrollY + "px";
  }
  function show(number) {
    var source = sources[number.dataset.source];
    if (!source || shown === number) { return; }
    hide();
    shown = number;
    var told = made("div", "", "told");
    told.id = "number-told";
    (source.told || []).forEach(function (line) { told.appendChild(made("p", line)); });
    tip.replaceChildren(told);
    if (source.see) {
      var way = made("p", "\u2192 ", "see");
      var link = made("a", source.see);
      link.href = source.href;
      way.appendChild(link);
      tip.appendChild(way);
    }
    tip.appendChild(technical(source));
    tip.hidden = false;
    number.setAttribute("aria-describedby", told.id);
    if (number.hasAttribute("role")) { number.setAttribute("aria-expanded", "true"); }
    place();
  }
  function hide() {
    if (!shown) { return; }
    shown.removeAttribute("aria-describedby");
    if (shown.hasAttribute("role")) { shown.setAttribute("aria-expanded", "false"); }
    shown = null;
    tip.hidden = true;
  }
  function held(element) { return element && (tip.contains(element) || element === shown); }
  function leave(event) {
    if (!held(event.relatedTarget) && !held(document.activeElement)) { hide(); }
  }
  function enter() {
    var first = tip.querySelector("a, summary");
    if (first) { first.focus(); }
  }
  document.querySelectorAll(".num").forEach(function (number) {
    if (!sources[number.dataset.source]) { return; }
    if (number.tabIndex === 0) {
      number.setAttribute("role", "button");
      number.setAttribute("aria-haspopup", "dialog");
      number.setAttribute("aria-expanded", "false");
    }
    number.addEventListener("mouseenter", function () { if (!held(document.activeElement)) { show(number); } });
    number.addEventListener("mouseleave", leave);
    number.addEventListener("focus", function () { show(number); });
    number.addEventListener("blur", function (event) { if (!held(event.relatedTarget)) { hide(); } });
    number.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); show(number); enter(); }
    });
  });
  tip.addEventListener("mouseleave", leave);
  tip.addEventListener("focusout", function (event) {
    // A click on what is told, and not on a link in it, moves the focus nowhere.
    if (event.relatedTarget && !held(event.relatedTarget)) { hide(); }
  });
  tip.addEventListener("click", function (event) { if (event.target.closest("a[href^='#']")) { hide(); } });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape" || !shown) { return; }
    var number = shown;
    var within = tip.contains(document.activeElement);
    hide();
    if (within) {
      number.focus();
      hide();
    }
  });
  document.addEventListener("pointerdown", function (event) {
    if (!tip.contains(event.target) && !event.target.closest(".num")) { hide(); }
  });
})();
