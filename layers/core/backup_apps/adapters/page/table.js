"use strict";
/* A table that sorts, filters and pages. Only the rows of one page are in the document, all of them when printed.
   The roles are written out, since on a phone the rows are laid out as cards, which makes browsers forget them. */

const tables = [];

class DataTable {
  constructor({ id, caption, columns, rows, nothing, sort, size = 25 }) {
    Object.assign(this, { id, caption, columns, nothing, rows, size, words: "", page: 0, whole: false });
    this.sort = sort || { column: 0, down: false };
    this.body = el("tbody", { role: "rowgroup" });
    this.said = el("p", { class: "said", role: "status" });
    this.heads = columns.map((column, index) => this.head(column, index));
    this.pager = el("div", { class: "pager" });
    this.node = el("div", { class: "data", id }, this.bar(), el("div", { class: "wide" }, this.table()), this.pager);
    tables.push(this);
    this.draw();
  }

  bar() {
    const field = el("input", { type: "search", id: `${this.id}-filter`, autocomplete: "off", spellcheck: "false" });
    field.addEventListener("input", () => { this.words = field.value; this.page = 0; this.draw(); });
    this.field = el("div", { class: "filter" }, el("label", { for: `${this.id}-filter` }, "Filter"), field);
    return el("div", { class: "bar" }, this.field, this.said);
  }

  table() {
    const head = el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, this.heads));
    const caption = el("caption", { class: "unseen" }, this.caption);
    this.grid = el("table", { role: "table" }, caption, head, this.body);
    return this.grid;
  }

  head(column, index) {
    const button = el("button", { type: "button", onclick: () => this.turn(index) }, column.name,
      el("span", { class: "arrow", "aria-hidden": "true" }));
    return el("th", { role: "columnheader", scope: "col", class: column.number ? "number" : null }, button);
  }

  turn(index) {
    this.sort = { column: index, down: this.sort.column === index && !this.sort.down };
    this.page = 0;
    this.draw();
  }

  show(rows) {
    this.rows = rows;
    this.page = 0;
    this.draw();
  }

  found() {
    const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (row) => {
      const text = this.columns.map((column) => column.text(row)).join("\u0000").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const value = this.columns[this.sort.column].value || this.columns[this.sort.column].text;
    const way = this.sort.down ? -1 : 1;
    const found = words.length ? this.rows.filter(has) : [...this.rows];
    return found.map((row, at) => ({ row, at, key: value(row) })).sort((a, b) => way * compare(a.key, b.key) || a.at - b.at)
      .map(({ row }) => row);
  }

  draw() {
    const found = this.found();
    const pages = Math.max(1, Math.ceil(found.length / this.size));
    this.page = Math.min(this.page, pages - 1);
    const first = this.page * this.size;
    const shown = this.whole ? found : found.slice(first, first + this.size);
    this.body.replaceChildren(...shown.map((row) => this.row(row)));
    this.grid.hidden = !found.length;
    this.field.hidden = this.rows.length <= 5 && !this.words;
    this.said.textContent = this.saying(found.length, first, shown.length);
    this.heads.forEach((head, index) => this.mark(head, index));
    this.turnPages(pages);
  }

  saying(found, first, shown) {
    if (!this.rows.length) return this.nothing;
    if (!found) return "Nothing fits the filter.";
    const of = found === this.rows.length ? "" : ` of ${this.rows.length.toLocaleString("en")}`;
    const part = shown < found ? `${first + 1} to ${first + shown}, of ` : "";
    return `${part}${count(found, "row")}${of}`;
  }

  mark(head, index) {
    const sorted = this.sort.column === index;
    if (sorted) head.setAttribute("aria-sort", this.sort.down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
    head.querySelector(".arrow").textContent = sorted ? (this.sort.down ? " ↓" : " ↑") : "";
  }

  row(row) {
    return el("tr", { role: "row" }, this.columns.map((column, index) => {
      const cell = column.cell ? column.cell(row) : column.text(row);
      const looks = { "data-name": column.name, class: [column.number && "number", column.tight && "tight"].filter(Boolean).join(" ") || null };
      return index ? el("td", { role: "cell", ...looks }, cell) : el("th", { role: "rowheader", scope: "row", ...looks }, cell);
    }));
  }

  turnPages(pages) {
    this.pager.hidden = pages === 1 || this.whole;
    const step = (by, words) => el("button", {
      type: "button", disabled: this.page + by < 0 || this.page + by >= pages,
      onclick: () => { this.page += by; this.draw(); this.pager.querySelector(`[data-by="${by}"]:not([disabled])`)?.focus(); },
      "data-by": by,
    }, words);
    this.pager.replaceChildren(step(-1, "Earlier rows"), el("span", {}, `Page ${this.page + 1} of ${pages}`), step(1, "Further rows"));
  }

  print(whole) {
    this.whole = whole;
    this.draw();
  }
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined || a === "") return 1;
  if (b === null || b === undefined || b === "") return -1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}
