// Tables that are wider than the screen say so, scroll by key, and keep their first column; the ledger of claims,
// tables of sentences, and small tables that would scroll become one card a row where there is little room.
(function () {
  "use strict";
  var boxes = Array.from(document.querySelectorAll(".table-scroll, figure.quarto-float-tbl > div"));
  // Where a column is narrow an interval stands below its number, and is not broken at its dash.
  document.querySelectorAll('td[style*="right"]').forEach(function (cell) {
    var text = cell.firstChild;
    if (cell.childNodes.length !== 1 || text.nodeType !== Node.TEXT_NODE) { return; }
    var at = text.data.search(/ \([^()]*\)\S?$/);
    if (at < 1 && !/\d\u2013/.test(text.data)) { return; }
    var range = document.createElement("span");
    range.className = "range";
    range.append(at < 1 ? text : text.splitText(at + 1));
    cell.append(range);
  });
  function captionOf(box) {
    var figure = box.closest("figure");
    var caption = figure && figure.querySelector("figcaption");
    return caption ? caption.textContent.trim() : "Table";
  }
  function atEnd(box) {
    box.classList.toggle("at-end", box.scrollLeft + box.clientWidth >= box.scrollWidth - 2);
  }
  // Lines that a name takes beside numbers which stand in one piece.
  var LINES = 3;
  function squeezed(box) {
    return Array.from(box.querySelectorAll("tbody td:first-child:not([colspan])")).some(function (name) {
      var style = getComputedStyle(name);
      var height = name.firstChild && document.createRange();
      if (!height) { return false; }
      height.selectNodeContents(name);
      return height.getBoundingClientRect().height > (LINES + .5) * parseFloat(style.lineHeight);
    });
  }
  // Where a page is as narrow as a telephone (page.css), and numbers that make a table worth to be seen in rows.
  var NARROW = window.matchMedia("(max-width: 40rem)");
  var NUMBERS = 30;
  function few(table) {
    var rows = Array.from(table.tBodies, function (body) { return Array.from(body.rows); }).flat();
    return rows.reduce(function (all, row) { return all + row.cells.length - 1; }, 0) <= NUMBERS;
  }
  function measure(box) {
    box.classList.remove("scrolls", "broad", "tight", "close");
    var table = box.querySelector("table:not(.cards)");
    // On a telephone what is a little too wide moves together before it scrolls; what scrolls shows more at once.
    box.classList.toggle("close", NARROW.matches && !!table && box.scrollWidth > box.clientWidth + 1);
    if (NARROW.matches && table && box.scrollWidth > box.clientWidth + 1 && few(table)) { cards(table); }
    // Where names are squeezed into a pile of words, or a page has no margin to give, an interval stands below its
    // number, as on paper.
    var short = window.innerWidth < 1200 && box.scrollWidth > box.clientWidth + 1;
    box.classList.toggle("tight", window.innerWidth > 736 && (short || squeezed(box)));
    // What is wider than the text takes the margin beside it first.
    box.classList.toggle("broad", box.scrollWidth > box.clientWidth + 1);
    box.classList.toggle("scrolls", box.scrollWidth > box.clientWidth + 1);
    // A first column that is held may be so much narrower that all the others are seen.
    var wide = box.scrollWidth > box.clientWidth + 1;
    box.hint.hidden = !wide;
    if (wide) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", captionOf(box) + " (scrolls sideways)");
    } else {
      ["tabindex", "role", "aria-label"].forEach(function (name) { box.removeAttribute(name); });
    }
    atEnd(box);
  }
  // Letters of the longest cell that a first column of codes holds.
  var CODE = 5;
  boxes.forEach(function (box) {
    var names = Array.from(box.querySelectorAll("tr > :first-child:not([colspan])"));
    box.classList.toggle("codes", names.every(function (name) { return name.textContent.trim().length <= CODE; }));
    box.classList.toggle("names", !box.classList.contains("codes"));
    box.hint = document.createElement("p");
    box.hint.className = "scroll-hint";
    box.hint.setAttribute("aria-hidden", "true");
    box.hint.textContent = "More columns: scroll sideways \u2192";
    box.before(box.hint);
    box.addEventListener("scroll", function () { atEnd(box); }, { passive: true });
  });

  // Names of columns for a card, where one that stands there twice is told with what it is of: "AMH, %".
  function namesOf(table) {
    var cells = Array.from(table.querySelectorAll("thead th"));
    var texts = cells.map(function (cell) { return cell.textContent.trim(); });
    var of = "";
    return cells.map(function (cell, place) {
      var twice = texts[place] && texts.indexOf(texts[place]) !== texts.lastIndexOf(texts[place]);
      if (!twice) { of = texts[place].replace(/\s+n$/, ""); return cell.innerHTML; }
      var name = document.createElement("span");
      name.textContent = of ? of + ", " : "";
      return name.innerHTML + cell.innerHTML;
    });
  }

  // Laid out as blocks, a table would no longer be one to a screen reader, but for its roles.
  function cards(table) {
    var heads = namesOf(table);
    table.classList.add("cards");
    table.setAttribute("role", "table");
    table.querySelectorAll("thead, tbody").forEach(function (part) { part.setAttribute("role", "rowgroup"); });
    table.querySelectorAll("tr").forEach(function (row) {
      row.setAttribute("role", "row");
      Array.from(row.cells).forEach(function (cell, place) {
        if (cell.tagName === "TH") { cell.setAttribute("role", "columnheader"); return; }
        if (!place) { return; }
        cell.setAttribute("role", "cell");
        var value = document.createElement("span");
        value.append.apply(value, Array.from(cell.childNodes));
        var label = document.createElement("span");
        label.className = "card-label";
        label.setAttribute("aria-hidden", "true");
        label.innerHTML = heads[place] || "";
        cell.append(label, value);
        cell.classList.toggle("nothing", !value.textContent.trim());
      });
    });
  }
  document.querySelectorAll("#tbl-ledger table").forEach(cards);

  // Letters beside each other of the names of columns, the longest of them in two lines.
  function labelled(table) {
    var heads = table.querySelectorAll("thead th:not(:first-child)");
    var names = Array.from(heads, function (head) { return head.textContent.trim(); });
    var word = Math.max.apply(null, names.join(" ").split(/\s+/).map(function (one) { return one.length; }));
    var name = Math.max.apply(null, names.map(function (one) { return one.length; }));
    return Math.max(word + 1, Math.min(name, 9), Math.ceil(name / 2) + 2);
  }

  // Beside a name, a cell of more letters is a sentence, which no narrow column holds.
  var SENTENCE = 40;
  boxes.forEach(function (box) {
    var table = box.querySelector("table");
    var words = table && Array.from(table.querySelectorAll("tbody td:not(:first-child)"));
    if (!words || table.classList.contains("cards")) { return; }
    if (words.some(function (cell) { return cell.textContent.trim().length > SENTENCE; })) {
      cards(table);
      table.classList.add("wordy");
      table.style.setProperty("--label", labelled(table) + "ch");
    }
  });

  function all() { boxes.forEach(measure); }
  all();
  window.addEventListener("resize", all);
})();
