// What stands behind a number: shown while it is hovered or focused, until Escape or a tap elsewhere.
(function () {
  "use strict";
  var data = document.getElementById("sources");
  if (!data) { return; }
  var sources = JSON.parse(data.textContent);
  var tip = document.createElement("div");
  var shown = null;
  tip.className = "source";
  tip.id = "number-source";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.appendChild(tip);
  function line(name, value) {
    if (!value) { return; }
    var term = document.createElement("dt");
    var text = document.createElement("dd");
    term.textContent = name;
    text.textContent = value;
    tip.firstChild.append(term, text);
  }
  function show(number) {
    var source = sources[number.dataset.source];
    if (!source) { return; }
    hide();
    shown = number;
    tip.replaceChildren(document.createElement("dl"));
    line("Estimate", source.rows.join("; "));
    line("n", source.n);
    line("Weights", source.scheme);
    line("Method", source.method);
    line("Rule", source.rule);
    tip.hidden = false;
    number.setAttribute("aria-describedby", tip.id);
    var box = number.getBoundingClientRect();
    var width = document.documentElement.clientWidth;
    var left = Math.max(8, Math.min(box.left, width - tip.offsetWidth - 8));
    var above = box.bottom + tip.offsetHeight + 8 > window.innerHeight && box.top > tip.offsetHeight + 8;
    tip.style.left = left + window.scrollX + "px";
    tip.style.top = (above ? box.top - tip.offsetHeight : box.bottom) + window.scrollY + "px";
  }
  function hide() {
    if (shown) { shown.removeAttribute("aria-describedby"); }
    shown = null;
    tip.hidden = true;
  }
  function leave(event) {
    if (!tip.contains(event.relatedTarget) && document.activeElement !== shown) { hide(); }
  }
  document.querySelectorAll(".num").forEach(function (number) {
    number.addEventListener("mouseenter", function () { show(number); });
    number.addEventListener("mouseleave", leave);
    number.addEventListener("focus", function () { show(number); });
    number.addEventListener("blur", hide);
  });
  tip.addEventListener("mouseleave", leave);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { hide(); } });
  document.addEventListener("pointerdown", function (event) {
    if (!tip.contains(event.target) && !event.target.closest(".num")) { hide(); }
  });
})();
