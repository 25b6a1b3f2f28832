"use strict";
/* What the page says in words and tables: head, figures, places, drift, verifications, ledger. */

const STATES = {
  synced: ["good", "synced"], planned: ["calm", "planned"], "waiting-approval": ["warn", "waits for approval"],
  syncing: ["calm", "syncing"], superseded: ["calm", "superseded"], rejected: ["bad", "rejected"],
  "partly-failed": ["bad", "partly failed"], failed: ["bad", "failed"], "not-synced": ["warn", "not synced yet"], "not-asked": ["calm", "no hub asked"],
};
const CLASSES = { strengthens: "good", neutral: "calm", weakens: "warn", irreversible: "bad" };
const VERDICTS = { verified: "good", inconclusive: "warn", failed: "bad" };

function state(name, title) {
  const [kind, words] = STATES[name] || ["calm", name];
  return chip(kind, words, title);
}

function trusted(percent) {
  return percent >= 75 ? "good" : percent >= 40 ? "warn" : "bad";
}

function headOf(data) {
  const head = data.head;
  const about = head
    ? [el("span", {}, "version ", el("b", {}, head.version)), state(head.state, head.error), head.by ? el("span", {}, `by ${head.by}`) : null]
    : [chip("calm", "from a folder: no hub was asked")];
  const links = [["places", "Apps"], ["timeline", "Timeline"], data.head && ["drift", "Drift"], data.head && ["verification", "Verification"], data.head && ["ledger", "Ledger"]];
  return [
    el("div", { class: "title" }, el("h1", {}, data.bundle), el("p", { class: "about" }, about), el("p", { class: "at" }, "as of ", el("time", { datetime: data.at }, `${moment(data.at)} UTC`))),
    el("nav", { "aria-label": "Sections" }, el("ul", {}, links.filter(Boolean).map(([id, words]) => el("li", {}, el("a", { href: `#${id}` }, words))))),
  ];
}

function noticeOf(data) {
  const notes = [];
  if (data.pending) {
    const { version, state: how, class: weight, first } = data.pending;
    const words = first ? "is the first one: nothing is in force yet." : "is not in force yet. The timeline shows what it will change.";
    notes.push(el("p", {}, state(how), weight ? chip(CLASSES[weight] || "calm", weight) : null, el("span", {}, " Version ", el("b", {}, version), ` ${words}`)));
  }
  if (data.head?.error) notes.push(el("p", {}, chip("bad", "the last commit"), ` ${data.head.error}`));
  if (data.head?.state === "rejected") notes.push(el("p", {}, state("rejected"), ` Version ${data.head.version} changed nothing. backup-apps status ${data.bundle} says why.`));
  return notes.length ? el("div", { class: "notice", role: "note" }, notes) : null;
}

function figure(name, value, said, kind) {
  return el("div", { class: `figure ${kind}` }, el("dt", {}, name), el("dd", {}, el("b", {}, value), el("span", {}, said)));
}

function figuresOf(data, rows, today) {
  const apps = new Set(rows.map((row) => row.app)).size;
  const held = figure("Recovery points", today.toLocaleString("en"), `at the end of ${data.timeline.first}, of stand-ins`, "calm");
  if (!data.head) return el("dl", { class: "figures" }, figure("Apps that deploy", String(apps), `on ${count(rows.length, "target")}`, "calm"), held);
  const synced = rows.filter((row) => row.sync === "synced").length;
  const weak = rows.filter((row) => row.weakens).length;
  const gaps = rows.filter((row) => row.cover === "gaps").length;
  const wanted = rows.filter((row) => row.cover !== "none").length;
  const sure = rows.filter((row) => row.confidence !== null);
  const least = sure.reduce((worst, row) => (worst === null || row.confidence < worst.confidence ? row : worst), null);
  return el("dl", { class: "figures" },
    figure("Synced", `${synced} of ${rows.length}`, count(apps, "app"), synced === rows.length ? "good" : "warn"),
    figure("Drift that weakens", String(weak), weak ? "places to look at" : "nothing is known", weak ? "bad" : "good"),
    figure("Cover", wanted ? `${wanted - gaps} of ${wanted}` : "–", wanted ? "without a gap" : "no app asks for it", gaps ? "bad" : wanted ? "good" : "calm"),
    figure("Least confidence", least ? `${least.confidence}%` : "–", least ? least.app : "no app promises to be verified", least ? trusted(least.confidence) : "calm"),
    held);
}

function placesOf(rows) {
  const cover = { none: ["calm", "not asked"], unknown: ["calm", "unknown"], whole: ["good", "whole"], gaps: ["bad", "gaps"] };
  const drift = (row) => (row.drifts === null ? "" : row.weakens ? `${row.weakens} weakening${row.drifts > row.weakens ? `, ${row.drifts - row.weakens} other` : ""}` : row.drifts ? `${row.drifts}, none weakens` : "none");
  const sure = (row) => (row.confidence === null ? "" : `${row.confidence}%`);
  const took = (row) => (row.took === undefined || row.took === null ? "" : `${span(row.took)}${row.rto ? ` of ${span(row.rto)}` : ""}`);
  return new DataTable({
    id: "places-table", caption: "Apps on targets", rows, nothing: "No app is deployed.",
    columns: [
      { name: "App", text: (row) => row.app },
      { name: "Target", tight: true, text: (row) => `${row.account}/${row.region}`, cell: (row) => el("span", {}, el("span", { class: "rule" }, row.account), el("span", { class: "rule quiet" }, row.region)) },
      { name: "Keeps", text: (row) => row.keeps.join("; "), cell: (row) => el("span", {}, row.keeps.map((rule) => el("span", { class: "rule" }, rule))) },
      { name: "Sync", text: (row) => `${(STATES[row.sync] || [0, row.sync])[1]} ${row.version || ""}`, cell: (row) => el("span", {}, state(row.sync, row.why), row.version ? el("small", { class: "tight" }, ` ${row.version}`) : null, row.why ? el("small", { class: "why" }, row.why) : null) },
      { name: "Drift", value: (row) => (row.weakens || 0) * 1000 + (row.drifts || 0), text: drift, cell: (row) => (row.drifts === null ? "" : chip(row.weakens ? "bad" : row.drifts ? "warn" : "good", drift(row))) },
      { name: "Cover", text: (row) => cover[row.cover][1], cell: (row) => el("span", {}, chip(...cover[row.cover]), (row.gaps || []).map((gap) => el("small", { class: "why" }, gap))) },
      { name: "Confidence", value: (row) => row.confidence, text: sure, cell: (row) => (row.confidence === null ? "" : el("span", {}, chip(trusted(row.confidence), sure(row)), row.doubts?.[0] ? el("small", { class: "why" }, row.doubts[0]) : null)) },
      { name: "Restored in", number: true, tight: true, value: (row) => row.took, text: took, cell: (row) => took(row) && el("span", { class: row.rto && row.took > row.rto ? "over" : null }, took(row)) },
    ],
  });
}

function driftOf(findings) {
  const kinds = { weakens: "bad", strengthens: "good", neutral: "calm" };
  return new DataTable({
    id: "drift-table", caption: "Open findings of drift", rows: findings, nothing: "No drift is known.",
    columns: [
      { name: "What", tight: true, text: (one) => one.kind },
      { name: "Direction", text: (one) => one.direction, cell: (one) => chip(kinds[one.direction], one.direction) },
      { name: "Resource", text: (one) => [one.resource, ...one.reasons].join(" "), cell: (one) => el("span", {}, el("code", {}, one.resource), one.reasons.map((reason) => el("small", { class: "why" }, reason))) },
      { name: "App", text: (one) => one.app || "" },
      { name: "Target", tight: true, text: (one) => `${one.account}/${one.region}` },
      { name: "State", text: (one) => one.state },
      { name: "Since", tight: true, text: (one) => moment(one.since) },
      { name: "By", text: (one) => one.actor || "" },
    ],
  });
}

function resultsOf(results) {
  const late = (one) => one.rto !== null && one.seconds !== null && one.seconds > one.rto;
  return new DataTable({
    id: "results-table", caption: "Restores that were verified", rows: results, nothing: "Nothing was ever restored.", size: 10, sort: { column: 0, down: true },
    columns: [
      { name: "When", tight: true, text: (one) => moment(one.at) },
      { name: "Verdict", text: (one) => one.verdict, cell: (one) => chip(VERDICTS[one.verdict], one.verdict) },
      { name: "App", text: (one) => one.app || "" },
      { name: "Target", tight: true, text: (one) => `${one.account}/${one.region}` },
      { name: "Restored", text: (one) => [one.resource || one.type, ...one.findings].join(" "), cell: (one) => el("span", {}, el("code", {}, one.resource || one.type), one.findings.map((found) => el("small", { class: "why" }, found))) },
      { name: "Took", number: true, tight: true, value: (one) => one.seconds, text: (one) => span(one.seconds), cell: (one) => span(one.seconds) && el("span", { class: late(one) ? "over" : null }, span(one.seconds)) },
      { name: "May take", number: true, tight: true, value: (one) => one.rto, text: (one) => span(one.rto) },
      { name: "Why", text: (one) => one.trigger },
    ],
  });
}

function ledgerOf(ledger) {
  const words = ledger.broken.length ? `The chain does not hold: ${ledger.broken[0]}`
    : ledger.to === null ? "Nothing is recorded." : `Entries ${ledger.from} to ${ledger.to} follow on each other.`;
  const sealed = ledger.sealed ? ` The hub signed entry ${ledger.sealed.sequence} last, on ${moment(ledger.sealed.at)} UTC.` : " No entry is signed yet.";
  const table = new DataTable({
    id: "ledger-table", caption: "What happened, the newest first", rows: ledger.entries, nothing: "Nothing is recorded.", size: 15, sort: { column: 0, down: true },
    columns: [
      { name: "#", number: true, value: (one) => one.sequence, text: (one) => String(one.sequence) },
      { name: "When", tight: true, text: (one) => moment(one.at) },
      { name: "Kind", tight: true, text: (one) => one.kind },
      { name: "Version", tight: true, text: (one) => one.version || "" },
      { name: "Who", text: (one) => one.who },
      { name: "What", text: (one) => one.what },
    ],
  });
  return [el("p", { class: "chain" }, chip(ledger.broken.length ? "bad" : "good", ledger.broken.length ? "broken" : "whole"), ` ${words}${sealed} `,
    el("span", { class: "quiet" }, "Proof that needs no trust in this page: ", el("code", {}, "backup-apps ledger export"), " and ", el("code", {}, "ledger verify"), ".")), table];
}
