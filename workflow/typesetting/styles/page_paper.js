// What is short stays whole on paper (page.css): of three lines browsers leave one alone, whatever is said of widows.
(function () {
  "use strict";
  // Letters of three lines of a printed page.
  var THREE_LINES = 350;
  document.querySelectorAll("main p, main li, .csl-entry").forEach(function (block) {
    block.classList.toggle("whole", block.textContent.length < THREE_LINES);
  });
})();
