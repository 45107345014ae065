// The explorer: what a reader assumes of those who did not answer, and what each claim becomes. Everything that it
// prints stands in the page's data; here it is looked up. A setting is kept in the fragment of the address.
(function () {
  "use strict";
  var section = document.getElementById("explore");
  var source = document.getElementById("explorer-data");
  if (!section || !source) { return; }
  var data = JSON.parse(source.textContent);
  var words = data.words;
  var ONE = data.thetas.indexOf(1);
  var OUTCOMES = { s: "stands", l: "lost", g: "gained", f: "fails" };
  var setting;

  function start() {
    var limits = {};
    data.claims.forEach(function (claim) { limits[claim.key] = claim.start; });
    return { mode: "random", theta: ONE, k: Math.max(data.ks.length - 1, 0), scheme: data.scheme, limits: limits };
  }

  function make(name, attributes, children) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    (children || []).forEach(function (child) { element.append(child); });
    return element;
  }

  function fill(text, name, value) { return text.split("{" + name + "}").join(value); }

  // What the page holds of a claim in a setting; null where no assumption can be moved for it.
  function state(claim) {
    var scheme = claim.schemes[setting.scheme] ? setting.scheme : data.scheme;
    var under = claim.schemes[scheme];
    var limit = setting.limits[claim.key];
    var assumed = !moved() ? null : (setting.mode === "k" ? under.ks[setting.k] : under.thetas[setting.theta]);
    var shown = assumed || under.random;
    var outcome = assumed ? OUTCOMES[assumed[4][limit]] : "random";
    var sentences = outcome === "lost" ? [] : [data.clauses[scheme][+shown[3][limit]]];
    if (assumed) { sentences.push(sentence(claim, outcome, shown[0])); } else { sentences.push(under.sentences[limit]); }
    if (!claim.schemes[setting.scheme]) { sentences.push(words.elsewhere); }
    if (!assumed && moved()) {
      sentences.push(under.thetas.concat(under.ks).some(Boolean) ? words.beyond : words.fixed);
    }
    return { estimate: shown[0], spans: shown[1], ends: shown[2], grade: +shown[3][limit], text: sentences.join(" ") };
  }

  // Assumptions are laid out with the primary weights; with others none is made.
  function moved() {
    return setting.scheme === data.scheme && (setting.mode === "k" || (setting.mode === "theta" && setting.theta !== ONE));
  }

  function sentence(claim, outcome, estimate) {
    if (setting.mode === "k") { return fill(claim.assumed.ks[setting.k][outcome], "moved", estimate); }
    var side = setting.theta > ONE ? "true" : "false";
    var strength = claim.assumed.strengths[setting.theta] || data.strengths[setting.theta];
    return fill(fill(claim.assumed[side][outcome], "strength", strength), "moved", estimate);
  }

  // --- controls ------------------------------------------------------------------------------------------------
  var controls = {};

  function slider(id, last, listen) {
    var input = make("input", { type: "range", id: id, min: 0, max: last, step: 1 });
    input.addEventListener("input", function () { listen(+input.value); show(); });
    return input;
  }

  function mode(value, text) {
    var radio = make("input", { type: "radio", name: "explorer-mode", id: "explorer-mode-" + value, value: value });
    radio.addEventListener("change", function () { setting.mode = value; show(); });
    controls[value] = radio;
    controls[value + "-label"] = make("label", { "for": radio.id }, [text]);
    return make("div", { class: "explorer-mode" }, [radio, controls[value + "-label"]]);
  }

  function assumption(value, text, count, name) {
    var box = mode(value, text);
    var output = make("output", { "for": "explorer-" + value });
    var input = slider("explorer-" + value, count - 1, function (at) { setting.mode = value; setting[name] = at; });
    input.setAttribute("aria-label", text);
    controls[value + "-slider"] = input;
    controls[value + "-text"] = output;
    box.append(input, output);
    return box;
  }

  function build() {
    document.getElementById("explore-title").textContent = words.title;
    var assumptions = make("fieldset", {}, [make("legend", {}, [words.assumption]), mode("random", data.alike[data.scheme])]);
    assumptions.append(assumption("theta", words.by_theta, data.thetas.length, "theta"));
    if (data.ks.length) { assumptions.append(assumption("k", words.by_k, data.ks.length, "k")); }
    controls.assumptions = assumptions;
    controls.primary = make("p", { class: "explorer-hint", id: "explorer-primary" }, [words.primary]);
    var box = make("div", { class: "explorer-controls" }, [assumptions, controls.primary]);
    if (data.schemes.length > 1) {
      var select = make("select", { id: "explorer-scheme" });
      data.schemes.forEach(function (scheme) { select.append(make("option", { value: scheme[0] }, [scheme[1]])); });
      select.addEventListener("change", function () { setting.scheme = select.value; show(); });
      controls.scheme = select;
      box.append(make("p", {}, [make("label", { "for": select.id }, [words.scheme + " "]), select]));
    }
    var reset = make("button", { type: "button" }, [words.reset]);
    reset.addEventListener("click", function () { setting = start(); show(); });
    var copy = make("button", { type: "button" }, [words.copy]);
    copy.addEventListener("click", function () {
      if (!navigator.clipboard) { controls.link.focus(); return; }
      navigator.clipboard.writeText(controls.link.href).then(
        function () { tell(words.copied); }, function () { controls.link.focus(); });
    });
    controls.link = make("a", { href: "#explore" }, [words.link]);
    box.append(make("p", { class: "explorer-actions" }, [reset, " ", copy, " ", controls.link]));
    var status = make("p", { role: "status", class: "explorer-status" });
    controls.status = status;
    var list = make("div", { class: "explorer-claims" }, data.claims.map(card));
    section.append(make("p", {}, [words.introduction]), box, status, list, make("p", { class: "explorer-note" }, [words.note]));
    section.hidden = false;
  }

  function card(claim) {
    var id = "explorer-limit-" + claim.key;
    var parts = { estimate: make("dd"), grade: make("dd"), limit: make("output", { "for": id }), text: make("p") };
    parts.spans = claim.levels.map(function () { return make("dd"); });
    parts.input = slider(id, claim.limits.length - 1, function (at) { setting.limits[claim.key] = at; });
    parts.input.disabled = claim.limits.length < 2;
    parts.drawing = make("div", { class: "explorer-drawing", "aria-hidden": "true" },
      [make("span", { class: "explorer-interval" }), make("span", { class: "explorer-point" })]);
    (claim.margin ? [0, 1] : [0]).forEach(function () { parts.drawing.append(make("span", { class: "explorer-limit" })); });
    var facts = make("dl", {}, [make("dt", {}, [words.estimate]), parts.estimate]);
    claim.levels.forEach(function (level, at) {
      facts.append(make("dt", {}, [fill(words.interval, "level", level)]), parts.spans[at]);
    });
    facts.append(make("dt", {}, [words.grade]), parts.grade);
    var label = make("label", { "for": id }, [claim.margin ? words.margin : words.threshold]);
    controls["claim-" + claim.key] = parts;
    return make("section", { class: "explorer-claim", "aria-labelledby": id + "-title", "data-claim": claim.key }, [
      make("h4", { id: id + "-title" }, [claim.title]), facts, parts.drawing,
      make("p", { class: "explorer-choice" }, [label, parts.input, parts.limit]), parts.text]);
  }

  // --- what is shown -------------------------------------------------------------------------------------------
  function show() {
    var supported = 0;
    data.claims.forEach(function (claim) {
      var parts = controls["claim-" + claim.key];
      var found = state(claim);
      var at = setting.limits[claim.key];
      parts.estimate.textContent = found.estimate;
      parts.spans.forEach(function (cell, number) { cell.textContent = found.spans[number]; });
      parts.grade.textContent = data.grades[found.grade][0];
      parts.text.textContent = found.text;
      parts.input.value = at;
      parts.input.setAttribute("aria-valuetext", claim.limitTexts[at]);
      parts.limit.textContent = claim.limitTexts[at];
      draw(claim, parts.drawing, found, claim.limits[at]);
      var element = parts.drawing.parentNode;
      element.classList.toggle("supported", data.grades[found.grade][1]);
      if (data.grades[found.grade][1]) { supported += 1; }
    });
    var others = setting.scheme !== data.scheme;
    if (others) { setting.mode = "random"; }
    controls.assumptions.disabled = others;
    controls.primary.hidden = !others;
    controls.random.checked = setting.mode === "random";
    controls.theta.checked = setting.mode === "theta";
    // Who the silent are taken to be like follows from the weights.
    var alike = data.alike[setting.scheme];
    controls["random-label"].textContent = alike;
    place("theta", setting.theta, setting.theta === ONE ? alike
      : fill(setting.theta > ONE ? words["true"] : words["false"], "strength", data.strengths[setting.theta]));
    if (controls.k) {
      controls.k.checked = setting.mode === "k";
      place("k", setting.k, data.kTexts[setting.k]);
    }
    if (controls.scheme) {
      controls.scheme.value = setting.scheme;
      if (others) { controls.scheme.setAttribute("aria-describedby", "explorer-primary"); }
      else { controls.scheme.removeAttribute("aria-describedby"); }
    }
    controls.link.setAttribute("href", fragment());
    tell(data.statuses[supported]);
  }

  function place(name, value, text) {
    controls[name + "-slider"].value = value;
    controls[name + "-slider"].setAttribute("aria-valuetext", text);
    controls[name + "-text"].textContent = text;
  }

  function draw(claim, box, found, limit) {
    var least = claim.axis[0], length = claim.axis[1] - claim.axis[0];
    function at(value) { return Math.min(100, Math.max(0, 100 * (value - least) / length)); }
    var marks = box.children;
    marks[0].style.left = at(found.ends[1]) + "%";
    marks[0].style.width = at(found.ends[2]) - at(found.ends[1]) + "%";
    marks[1].style.left = at(found.ends[0]) + "%";
    marks[2].style.left = at(limit) + "%";
    if (marks[3]) { marks[3].style.left = at(-limit) + "%"; }
  }

  // Said once the reader rests, and not while the page opens.
  var waiting = 0, said = null;
  function tell(text) {
    window.clearTimeout(waiting);
    if (said === null) { said = text; return; }
    waiting = window.setTimeout(function () {
      if (text !== said || text === words.copied) { controls.status.textContent = text; }
      said = text;
    }, 700);
  }

  // --- the link to a setting -----------------------------------------------------------------------------------
  function fragment() {
    var made = ["#explore"];
    if (setting.mode === "theta") { made.push("theta=" + data.thetas[setting.theta]); }
    if (setting.mode === "k") { made.push("k=" + data.ks[setting.k]); }
    if (setting.scheme !== data.scheme) { made.push("weights=" + encodeURIComponent(setting.scheme)); }
    data.claims.forEach(function (claim) {
      var at = setting.limits[claim.key];
      if (at !== claim.start) { made.push(encodeURIComponent("limit." + claim.key) + "=" + claim.limits[at]); }
    });
    return made.join("&");
  }

  function find(values, text) {
    var wanted = Number(text);
    return values.findIndex(function (value) { return Math.abs(value - wanted) < 1e-6; });
  }

  function follow() {
    if (!/^#explore(&|$)/.test(window.location.hash)) { return false; }
    setting = start();
    window.location.hash.split("&").slice(1).forEach(function (part) {
      var pair = part.split("="), name = decode(pair[0]), value = decode(pair[1] || "");
      var at = name === "theta" ? find(data.thetas, value) : name === "k" ? find(data.ks, value) : -1;
      if (at >= 0) { setting.mode = name; setting[name] = at; }
      if (name === "weights" && data.schemes.some(function (one) { return one[0] === value; })) { setting.scheme = value; }
      data.claims.forEach(function (claim) {
        if (name !== "limit." + claim.key) { return; }
        var limit = find(claim.limits, value);
        if (limit >= 0) { setting.limits[claim.key] = limit; }
      });
    });
    show();
    section.scrollIntoView();
    return true;
  }

  function decode(text) {
    try { return decodeURIComponent(text); } catch (error) { return ""; }
  }

  build();
  setting = start();
  if (!follow()) { show(); }
  window.addEventListener("hashchange", follow);
})();
