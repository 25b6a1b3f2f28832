"use strict";
/* The tree of apps. Branches are put into the document when they are opened; choosing an app narrows the whole page. */

class Tree {
  constructor(apps, choose) {
    this.choose = choose;
    this.children = new Map();
    this.byName = new Map(apps.map((app) => [app.app, app]));
    for (const app of apps) {
      const siblings = this.children.get(app.parent) || [];
      siblings.push(app.app);
      this.children.set(app.parent, siblings);
    }
    this.chosen = null;
    this.list = el("div", { class: "branches" });
    this.said = el("p", { class: "said", role: "status" });
    this.node = el("div", { class: "tree" }, this.search(apps), this.said, this.list);
    this.draw();
  }

  search(apps) {
    const field = el("input", { type: "search", id: "tree-filter", autocomplete: "off", spellcheck: "false" });
    field.addEventListener("input", () => this.draw(field.value.trim().toLowerCase()));
    return el("div", { class: "filter", hidden: apps.length <= 10 }, el("label", { for: "tree-filter" }, "Find an app"), field);
  }

  /* An app and all below it. */
  line(app) {
    const found = [app];
    for (let at = 0; at < found.length; at += 1) found.push(...(this.children.get(found[at]) || []));
    return new Set(found);
  }

  draw(words) {
    if (words) return this.drawFound(words);
    const roots = this.children.get(null) || [];
    this.said.textContent = "";
    this.list.replaceChildren(el("ul", {}, roots.map((app) => this.branch(app, 0))));
    return this.mark();
  }

  drawFound(words) {
    const found = [...this.byName.keys()].filter((app) => app.toLowerCase().includes(words));
    this.said.textContent = found.length ? `${count(found.length, "app")} found${found.length > 50 ? ", the first 50 shown" : ""}` : "No app is called so.";
    this.list.replaceChildren(el("ul", {}, found.slice(0, 50).map((app) => el("li", {}, this.button(app)))));
    return this.mark();
  }

  branch(app, depth) {
    const below = this.children.get(app) || [];
    if (!below.length) return el("li", {}, this.button(app));
    const inner = el("ul", {});
    const fill = () => { if (!inner.childElementCount) inner.append(...below.map((child) => this.branch(child, depth + 1))); this.mark(); };
    const open = depth === 0 || (depth === 1 && this.byName.size <= 40);
    const leaves = [...this.line(app)].filter((one) => !this.children.has(one)).length;
    const summary = el("summary", { "aria-label": `${count(leaves, "leaf", "leaves")} below ${app}` }, el("span", { class: "much" }, count(leaves, "leaf", "leaves")));
    const details = el("details", { open, ontoggle: () => { if (details.open) fill(); } }, summary, inner);
    if (open) inner.append(...below.map((child) => this.branch(child, depth + 1)));
    return el("li", { class: "parent" }, this.button(app), details);
  }

  button(app) {
    const { file, line } = this.byName.get(app);
    return el("button", { type: "button", class: "app", "data-app": app, title: file ? `${file}:${line}` : null, onclick: () => this.pick(app) }, app);
  }

  pick(app) {
    this.chosen = this.chosen === app ? null : app;
    this.mark();
    this.choose(this.chosen);
  }

  mark() {
    for (const button of this.list.querySelectorAll("button.app")) {
      button.setAttribute("aria-pressed", String(button.dataset.app === this.chosen));
    }
  }
}
