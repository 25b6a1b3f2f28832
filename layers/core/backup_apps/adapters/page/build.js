"use strict";
/* Elements and words. Whatever comes from the data becomes a text node or an attribute, never HTML. */

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many || `${one}s`}`;
}

function moment(iso) {
  return iso ? `${iso.slice(0, 10)} ${iso.slice(11, 16)}` : "";
}

function span(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const parts = [];
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
    const number = Math.floor(seconds / size);
    seconds -= number * size;
    if (number) parts.push(`${number}${unit}`);
  }
  return parts.slice(0, 2).join(" ") || "0s";
}

const MARKS = { good: "●", warn: "▲", bad: "✕", calm: "○" };

/* A state in words, with a mark, so that colour alone says nothing. */
function chip(kind, words, title) {
  const mark = el("span", { "aria-hidden": "true", class: "mark" }, MARKS[kind]);
  return el("span", { class: `chip ${kind}`, title }, mark, ` ${words}`);
}

function section(id, heading, ...children) {
  return el("section", { id, "aria-labelledby": `${id}-heading` }, el("h2", { id: `${id}-heading` }, heading), children);
}
