// The list of contents: folded where there is little room, and the section that is being read marked in it.
(function () {
  "use strict";
  var list = document.querySelector("#TOC details");
  if (!list) { return; }
  var small = window.matchMedia("(max-width: 60rem)");
  function fold() { list.open = !small.matches; }
  fold();
  small.addEventListener("change", fold);

  var nav = document.getElementById("TOC");
  var places = Array.from(nav.querySelectorAll("a[href^='#']"), function (link) {
    return { link: link, section: document.getElementById(decodeURIComponent(link.hash.slice(1))) };
  }).filter(function (place) { return place.section; });
  var marked = null;
  function mark() {
    // At the foot of the page the last section is read, even one too short to reach the top.
    var end = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
    var reached = places.filter(function (place) {
      return end || place.section.getBoundingClientRect().top <= 48;
    });
    var link = reached.length && window.scrollY ? reached[reached.length - 1].link : null;
    if (link === marked) { return; }
    if (marked) { marked.removeAttribute("aria-current"); }
    marked = link;
    if (!link) { return; }
    link.setAttribute("aria-current", "location");
    var box = link.getBoundingClientRect();
    var frame = nav.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) { nav.scrollTop += box.top - frame.top - frame.height / 3; }
  }
  var waiting = false;
  function soon() {
    if (waiting) { return; }
    waiting = true;
    window.requestAnimationFrame(function () { waiting = false; mark(); });
  }
  mark();
  window.addEventListener("scroll", soon, { passive: true });
  window.addEventListener("resize", soon);
})();
