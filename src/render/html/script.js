(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  var at = function (id) { return doc.getElementById(id); };
  at("bar").hidden = false;

  // Light and dark: what the machine says, until somebody chooses. A page from a file may have no storage.
  var dark = matchMedia("(prefers-color-scheme: dark)"), theme = at("theme"), chosen = null;
  try { chosen = localStorage.getItem("campaignctl-theme"); } catch (e) { chosen = null; }
  function paint() {
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
    var is = chosen ? chosen === "dark" : dark.matches;
    theme.textContent = is ? "Light colours" : "Dark colours";
    theme.dataset.next = is ? "light" : "dark";
  }
  theme.addEventListener("click", function () {
    chosen = theme.dataset.next;
    try { localStorage.setItem("campaignctl-theme", chosen); } catch (e) { /* it lasts as long as the page */ }
    paint();
  });
  dark.addEventListener("change", paint);
  paint();

  // What is folded: all at once, and on paper.
  var unfold = at("unfold");
  function fold(open) {
    doc.querySelectorAll("details").forEach(function (part) { part.open = open; });
  }
  if (unfold) {
    if (!doc.querySelector("details")) unfold.hidden = true;
    if (!doc.querySelector("details:not([open])")) unfold.textContent = "Close all";
    unfold.addEventListener("click", function () {
      var open = unfold.textContent === "Open all";
      unfold.textContent = open ? "Close all" : "Open all";
      fold(open);
    });
    addEventListener("beforeprint", function () { fold(true); });
  }

  // The views of a calendar.
  var tabs = at("tabs");
  if (!tabs) return;
  var names = ["month", "list"];
  names.forEach(function (name) {
    var panel = at(name);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", "tab-" + name);
  });
  function show(name) {
    names.forEach(function (other) {
      var tab = at("tab-" + other), is = other === name;
      at(other).hidden = !is;
      tab.setAttribute("aria-selected", String(is));
      tab.tabIndex = is ? 0 : -1;
    });
  }
  function usual() { return matchMedia("(max-width: 44rem)").matches ? "list" : "month"; }
  // The address says what is seen, so that a link to a day, and Back, lead where they should.
  function follow() {
    var id = location.hash.slice(1), view = id.replace("view-", ""), target = id && at(id);
    if (id !== view && names.indexOf(view) >= 0) { show(view); return; }
    if (!target) { show(usual()); return; }
    var panel = target.closest("#month, #list");
    if (!panel) { if (at("month").hidden === at("list").hidden) show(usual()); return; }
    show(panel.id);
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }
  function choose(name) {
    show(name);
    try { history.replaceState(null, "", "#view-" + name); } catch (e) { /* the view changes all the same */ }
  }
  names.forEach(function (name, i) {
    var tab = at("tab-" + name);
    tab.addEventListener("click", function () { choose(name); });
    tab.addEventListener("keydown", function (event) {
      var to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: names.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      var next = names[(to + names.length) % names.length];
      choose(next);
      at("tab-" + next).focus();
    });
  });
  addEventListener("hashchange", follow);
  follow();
})();
