"use strict";
/* Time to restore against what the apps allow, restore by restore. */

class Restores {
  constructor() {
    this.frame = el("div", { class: "chart", role: "img" });
    this.node = el("div", {}, el("p", { class: "key" }, Object.entries(VERDICTS).map(([verdict, kind]) => el("span", { class: kind }, el("i", { class: "dot", "aria-hidden": "true" }), verdict)),
      el("span", { class: "rto" }, el("i", { "aria-hidden": "true" }), "rto, the shortest of those shown")), this.frame);
    new ResizeObserver(() => this.draw()).observe(this.frame);
  }

  show(results) {
    this.timed = results.filter((one) => one.seconds !== null).reverse();
    this.node.hidden = this.timed.length < 2;
    this.draw();
  }

  draw() {
    const width = this.frame.clientWidth;
    if (!width || !this.timed || this.timed.length < 2) return;
    const looks = getComputedStyle(document.documentElement);
    const colour = (name) => looks.getPropertyValue(`--${name}`).trim();
    const limits = this.timed.map((one) => one.rto).filter((one) => one !== null);
    const limit = limits.length ? Math.min(...limits) / 60 : null;
    const at = this.timed.map((one) => Date.parse(one.at) / 1000);
    const of = (verdict) => this.timed.map((one) => (one.verdict === verdict ? one.seconds / 60 : null));
    const axis = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui, sans-serif" };
    this.chart?.destroy();
    this.chart = new uPlot({
      width, height: 180, legend: { show: false }, cursor: { show: false }, tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC"),
      scales: { y: { range: (_, low, high) => [0, Math.max(high, limit || 0, 1) * 1.1] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((time) => dayAndMonth(time)), space: 70 }, { ...axis, size: 56, incrs: [1, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880], values: (_, ticks) => ticks.map((minutes) => span(minutes * 60)) }],
      series: [{}, ...Object.entries(VERDICTS).map(([verdict, kind]) => ({ label: verdict, stroke: colour(kind), paths: () => null, points: { show: true, size: 7, fill: colour(kind) } })),
        { label: "rto", stroke: colour("quiet"), width: 1.5, dash: [6, 4], points: { show: false } }],
    }, [at, ...Object.keys(VERDICTS).map(of), at.map(() => limit)], this.frame);
    const over = this.timed.filter((one) => one.rto !== null && one.seconds > one.rto).length;
    this.frame.setAttribute("aria-label", `Time to restore of ${count(this.timed.length, "restore")}; ${over} took longer than their app allows. The table below holds each.`);
  }
}
