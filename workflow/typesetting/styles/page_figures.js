// Figures enlarge in a dialog, by click or key; Escape closes it, and the focus returns to the figure.
(function () {
  "use strict";
  // A drawing, in one form or in two, or a picture.
  var figures = Array.from(document.querySelectorAll("figure .drawn, figure img"));
  if (!figures.length) { return; }
  var dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.innerHTML = '<form method="dialog"><button aria-label="Close">Close</button></form><div class="drawing" tabindex="0"></div>';
  document.body.appendChild(dialog);
  var drawing = dialog.querySelector(".drawing");
  dialog.addEventListener("click", function (event) { if (event.target === dialog) { dialog.close(); } });
  figures.forEach(function (whole) {
    var button = document.createElement("button");
    button.className = "enlarge";
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.title = "Enlarge the figure";
    whole.replaceWith(button);
    button.appendChild(whole);
    button.addEventListener("click", function () {
      // The drawing for wide pages, whichever is shown: enlarged it has room.
      var shown = whole.cloneNode(true);
      Array.from(shown.children).forEach(function (child) { if (child.matches(".narrow")) { child.remove(); } });
      Array.from(shown.children).forEach(function (child) { child.removeAttribute("class"); });
      drawing.replaceChildren(shown);
      drawing.setAttribute("role", "region");
      drawing.setAttribute("aria-label", "Drawing");
      dialog.setAttribute("aria-label", whole.alt || whole.getAttribute("aria-label") || "Figure");
      dialog.showModal();
    });
  });
})();
