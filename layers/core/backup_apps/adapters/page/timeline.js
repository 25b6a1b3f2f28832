"use strict";
/* The retention timeline: how many recovery points there are on each day, as things stand and with the pending change,
   and on one day which ones. */

const MOST_LINES = 8;

class Timeline {
  constructor(data) {
    this.data = data;
    this.spans = new Spans(data.timeline);
    this.has = { before: data.timeline.stays, after: data.timeline.changes };
    this.numbers = [];
    this.day = this.spans.days - 1;
    const version = data.pending?.version;
    const alone = !(this.has.before && this.has.after);
    this.names = alone ? { before: "Recovery points", after: version ? `With version ${version}` : "Recovery points" }
      : { before: version ? "If nothing changes" : "Before", after: version ? `With version ${version}` : "After" };
    this.frame = el("div", { class: "chart", role: "img" });
    this.told = el("output", { class: "told", for: "day" });
    this.strips = el("div", { class: "strips" });
    this.slider = el("input", { type: "range", id: "day", min: 0, max: this.spans.days - 1, value: this.day });
    this.slider.addEventListener("input", () => { this.day = Number(this.slider.value); this.tellDay(); });
    this.table = new DataTable(this.asTable());
    this.node = el("div", {}, this.key(), this.frame, el("div", { class: "pick" }, el("label", { for: "day" }, "On the day"), this.slider),
      this.told, this.strips, el("details", {}, el("summary", {}, "Day by day, as a table"), this.table.node));
    new ResizeObserver(() => this.draw()).observe(this.frame);
  }

  get sides() {
    return [this.has.before && ["before", BEFORE], this.has.after && ["after", AFTER]].filter(Boolean);
  }

  key() {
    return el("p", { class: "key" }, this.sides.map(([side]) => el("span", { class: side }, el("i", { "aria-hidden": "true" }), this.names[side])));
  }

  asTable() {
    const columns = [{ name: "Day", text: (day) => this.spans.day(day) }];
    for (const [side] of this.sides) {
      const of = (day) => this.totals[side][day];
      columns.push({ name: this.names[side], number: true, value: of, text: (day) => String(of(day)) });
    }
    return { id: "days", caption: "Recovery points at the end of each day", columns, rows: [], nothing: "Nothing is kept." };
  }

  show(numbers) {
    this.numbers = numbers;
    this.totals = {};
    for (const [side, at] of this.sides) this.totals[side] = this.spans.total(numbers, at);
    this.table.show([...Array(this.spans.days).keys()]);
    this.draw();
    this.tellDay();
  }

  draw() {
    const width = this.frame.clientWidth;
    if (!this.totals || !width || !this.sides.length) return;
    const looks = getComputedStyle(document.documentElement);
    const colour = (name) => looks.getPropertyValue(`--${name}`).trim();
    const days = [...Array(this.spans.days).keys()];
    const series = this.sides.map(([side]) => ({
      label: this.names[side], stroke: colour(side), width: 2, fill: side === "before" ? colour("before-soft") : undefined,
      dash: side === "after" ? [7, 4] : undefined, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false },
    }));
    const axis = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 }, font: "12px system-ui, sans-serif" };
    this.chart?.destroy();
    this.chart = new uPlot({
      width, height: width < 500 ? 200 : 260, legend: { show: false }, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 7 } }, scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.08, 1)] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map((at) => dayAndMonth(at)), space: 70 }, { ...axis, size: 56, values: (_, ticks) => ticks.map((many) => many.toLocaleString("en")) }],
      series: [{}, ...series], hooks: { setCursor: [(chart) => this.hover(chart)], drawClear: [(chart) => this.markDay(chart, colour("quiet"))] },
    }, [days.map((day) => this.spans.seconds(day)), ...this.sides.map(([side]) => this.totals[side])], this.frame);
    this.frame.setAttribute("aria-label", this.summary());
  }

  hover(chart) {
    const day = chart.cursor.idx;
    if (day === null || day === undefined || chart.cursor.left < 0 || day === this.day) return;
    this.day = day;
    this.slider.value = day;
    this.tellDay();
  }

  markDay(chart, colour) {
    const at = Math.round(chart.valToPos(this.spans.seconds(this.day), "x", true));
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.setLineDash([2, 3]);
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  summary() {
    const last = this.spans.days - 1;
    const sides = this.sides.map(([side]) => `${this.names[side]}: ${this.totals[side][0]} on ${this.spans.day(0)}, ${this.totals[side][last]} on ${this.spans.day(last)}`);
    return `Recovery points by day. ${sides.join(". ")}. The table below holds every day.`;
  }

  tellDay() {
    const many = this.sides.map(([side]) => this.totals[side][this.day]);
    const alone = many.length === 1;
    const words = this.sides.map(([side], at) => (alone ? count(many[at], "recovery point") : `${this.names[side].toLowerCase()} ${count(many[at], "recovery point")}`));
    const by = many.length === 2 ? many[1] - many[0] : 0;
    const less = by ? ` (${Math.abs(by).toLocaleString("en")} ${by < 0 ? "fewer" : "more"})` : "";
    this.told.textContent = `At the end of ${this.spans.day(this.day)}: ${words.join(", ")}${less}.`;
    this.slider.setAttribute("aria-valuetext", this.spans.day(this.day));
    this.drawStrips();
    this.chart?.redraw(false);
  }

  drawStrips() {
    const found = this.sides.map(([side, at]) => [side, this.spans.ages(this.numbers, at, this.day)]);
    const names = [...new Set(found.flatMap(([, ages]) => [...ages.keys()]))].sort((a, b) => a - b);
    const oldest = Math.max(1, ...found.flatMap(([, ages]) => [...ages.values()].flatMap((line) => [...line.keys()])));
    const shown = names.slice(0, MOST_LINES).map((name) => strip(this.spans.names[name], found.map(([side, ages]) => [side, ages.get(name) || new Map()]), oldest));
    const more = names.length > MOST_LINES ? el("p", { class: "said" }, `and ${count(names.length - MOST_LINES, "line")} more: choose an app in the tree`) : null;
    const scale = el("p", { class: "scale", "aria-hidden": "true" }, el("span", {}, `${oldest} days old`), el("span", {}, "made that day"));
    this.strips.replaceChildren(...[...shown, names.length ? scale : null, more].filter(Boolean));
  }
}

/* One line of recovery points by age, a tick each: above as it is, below with the change. */
function strip(name, sides, oldest) {
  const height = sides.length * 10;
  const drawing = svg("svg", { viewBox: `0 0 1000 ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", height });
  sides.forEach(([side, ages], row) => {
    for (const age of ages.keys()) {
      drawing.append(svg("rect", { class: side, x: (1 - age / oldest) * 994, y: row * 10 + 1, width: Math.max(2, Math.min(6, 700 / oldest)), height: 8 }));
    }
  });
  const words = sides.map(([side, ages]) => {
    const many = [...ages.values()].reduce((sum, one) => sum + one, 0);
    return el("span", { class: side }, many ? `${many.toLocaleString("en")}, oldest ${count(Math.max(...ages.keys()), "day")}` : "none");
  });
  return el("div", { class: "strip" }, el("span", { class: "name" }, name), drawing, el("span", { class: "much" }, words));
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function dayAndMonth(seconds) {
  const at = new Date(seconds * 1000);
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}
