"use strict";
/* Puts the page together, and narrows it to an app of the tree. */

(function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows.map((row, number) => ({ ...row, number }));
  const places = placesOf(rows);
  const timeline = new Timeline(data);
  const drift = data.head ? driftOf(data.findings) : null;
  const results = data.head ? resultsOf(data.results) : null;
  const restores = data.head ? new Restores() : null;
  const tree = new Tree(data.apps, narrow);
  const scope = el("p", { class: "scope", role: "status" });
  const figures = el("div", {});
  const [said, table] = data.ledger ? ledgerOf(data.ledger) : [];

  document.getElementById("head").append(...headOf(data));
  document.getElementById("main").replaceChildren(...[
    noticeOf(data),
    el("div", { class: "split" },
      section("apps", "Apps", tree.node),
      section("places", "Apps on targets", scope, figures, places.node)),
    section("timeline", "Retention timeline", timeline.node),
    drift && section("drift", "Drift", drift.node),
    results && section("verification", "Verification", restores.node, results.node),
    table && section("ledger", "Ledger", said, table.node),
  ].filter(Boolean));
  document.getElementById("foot").append(el("p", {}, "One file that asks for nothing: no request leaves it. Recovery points are reckoned for stand-ins of what the plans select, as ",
    el("code", {}, "backup-apps simulate"), " does; times are UTC. Charts by uPlot, MIT licence."));

  function narrow(app) {
    const line = app ? tree.line(app) : null;
    const within = (one) => !line || line.has(one.app) || (one.app === undefined && data.rows.some((row) => line.has(row.app) && row.account === one.account && row.region === one.region));
    const shown = rows.filter(within);
    scope.replaceChildren(...(app ? ["Only ", el("b", {}, app), line.size > 1 ? " and what is below it " : " ", el("button", { type: "button", onclick: () => tree.pick(app) }, "Show all apps")] : []));
    timeline.show(shown.map((row) => row.number));
    const today = (timeline.totals.before || timeline.totals.after || [0])[0];
    figures.replaceChildren(figuresOf(data, shown, today));
    places.show(shown);
    drift?.show(data.findings.filter(within));
    const restored = data.results.filter(within);
    results?.show(restored);
    restores?.show(restored);
  }

  const redraw = () => { timeline.draw(); restores?.draw(); };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  window.addEventListener("beforeprint", () => tables.forEach((one) => one.print(true)));
  window.addEventListener("afterprint", () => tables.forEach((one) => one.print(false)));
  narrow(null);
})();
