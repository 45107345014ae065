// Figures enlarge in a dialog, by click or key; Escape closes it, and the focus returns to the figure.
(function () {
  "use strict";
  var figures = Array.from(document.querySelectorAll("figure")).filter(function (figure) {
    return figure.querySelector("img");
  });
  if (!figures.length) { return; }
  var dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.innerHTML = '<form method="dialog"><button aria-label="Close">Close</button></form><div class="drawing" tabindex="0"></div>';
  document.body.appendChild(dialog);
  var drawing = dialog.querySelector(".drawing");
  dialog.addEventListener("click", function (event) { if (event.target === dialog) { dialog.close(); } });
  figures.forEach(function (figure) {
    var images = Array.from(figure.querySelectorAll("img"));
    var whole = images[0];
    var button = document.createElement("button");
    button.className = "enlarge";
    button.type = "button";
    button.setAttribute("aria-haspopup", "dialog");
    button.title = "Enlarge the figure";
    whole.replaceWith(button);
    images.forEach(function (image) { button.appendChild(image); });
    button.addEventListener("click", function () {
      // The drawing for wide pages, whichever is shown: enlarged it has room.
      var shown = whole.cloneNode();
      shown.removeAttribute("class");
      drawing.replaceChildren(shown);
      drawing.setAttribute("role", "region");
      drawing.setAttribute("aria-label", "Drawing");
      dialog.setAttribute("aria-label", whole.alt || "Figure");
      dialog.showModal();
    });
  });
})();
