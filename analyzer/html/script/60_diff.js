// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// The page of a comparison: what changed, with intervals drawn; both sides; a differential flame
// graph. What is claimed of each row was decided by hud-analyze.

const CLAIMS = {worse: "bad", new: "bad", better: "good", gone: "good", "cannot tell": "warn"};

// As the text of diff has it: +3.4%, +34%.
function change_text(change) {
  const all = 100 * change;
  return (all < 0 ? "" : "+") + all.toFixed(Math.abs(all) < 9.95 ? 1 : 0) + "%";
}

function interval_text(row) {
  if (row.low === null) return "–";
  return row.high === null
    ? `${change_text(row.low)} or more`
    : `${change_text(row.low)} to ${change_text(row.high)}`;
}

function per_second(ms) {
  return `${ms.toFixed(2)} ms/s`;
}

// Where a change lies in the drawing, in percent: ÷4 is at its left end, ×4 at its right.
function change_place(change) {
  const doublings = change <= -1 ? -2 : Math.log2(1 + change);
  return 50 + 25 * Math.max(-2, Math.min(2, doublings));
}

function band(kind, low, high) {
  const element = el("i", {class: kind});
  element.style.left = low + "%";
  element.style.width = high - low + "%";
  return element;
}

// The interval in which a change lies, over the band of changes that count as none.
function interval(row) {
  const same = first("comparison").same_percent / 100;
  const parts = [band("same", change_place(-same), change_place(same)), band("none", 50, 50)];
  if (row.low !== null) {
    const end = row.high === null ? 100 : change_place(row.high);
    parts.push(band("range", change_place(row.low), end));
  }
  if (row.change !== null)
    parts.push(band("found", change_place(row.change), change_place(row.change)));
  return el(
    "div",
    {},
    el("div", {class: `interval ${CLAIMS[row.status] || ""}`, "aria-hidden": "true"}, parts),
    el("div", {class: "soft"}, interval_text(row)),
  );
}

function record_text(seconds) {
  const [unit, name] = seconds < 120 ? [1, "s"] : seconds < 7200 ? [60, "min"] : [3600, "h"];
  return `${Math.ceil(Number((seconds / unit).toPrecision(2)))} ${name}`;
}

// Why nothing is claimed, and what would help.
function advice_text(row) {
  if (row.record_s) return `Record ${record_text(row.record_s)} on each side to tell.`;
  if (row.reason === "unproven")
    return "On one side its computing could be one long poll or many short ones.";
  return row.reason === "bystander" ? "A bystander: no change of it is claimed." : null;
}

// A figure before and after.
function both(title, name, text) {
  return {
    title,
    number: true,
    wide: true,
    value: r => r["after_" + name],
    cell: r => `${text(r["before_" + name])} → ${text(r["after_" + name])}`,
  };
}

// A name, and below it what else there is to say.
function named(name, ...more) {
  return el(
    "div",
    {},
    name,
    more.filter(Boolean).map(part => el("div", {class: "soft"}, part)),
  );
}

const main_rows = () => rows("changes").filter(r => r.kind === "main");

function changes(id, title, kind, name_of) {
  const quiet = r => Boolean(r.aside) && r.status === "cannot tell";
  const all = rows("changes").filter(r => r.kind === kind);
  const list = [...all.filter(r => !quiet(r)), ...all.filter(quiet)];
  const minor = all.filter(quiet).length;
  const number = digits => value =>
    value === null || value === undefined ? "–" : value.toFixed(digits);
  const shown = table(
    [
      {
        title: "status",
        value: r => r.status,
        cell: r => el("span", {class: `level ${CLAIMS[r.status] || "soft"}`}, r.status),
      },
      {title: kind, value: r => r.name, cell: r => name_of(r)},
      {
        title: "change",
        number: true,
        value: r => r.change ?? Infinity,
        cell: r => (r.change === null ? "–" : change_text(r.change)),
      },
      {title: "÷4 … between … ×4", value: r => r.low, cell: interval},
      both("ms/s", "ms", number(2)),
      both("blocks/s", "rate", number(2)),
      both("p99", "p99_ns", duration),
    ],
    list,
    {most: Math.min(50, list.length - minor) || 10},
  );
  return section(
    id,
    title,
    el("p", {class: "soft"}, "ms/s, blocks/s and p99: before → after."),
    list.length ? shown.element : el("p", {class: "soft"}, "None on either side."),
    minor
      ? el(
          "p",
          {class: "soft"},
          `The last ${minor} have less than 1% of the blocked time each, or are bystanders.`,
        )
      : null,
  );
}

function sides() {
  const shown = table(
    [
      {title: "side", value: c => (c.side ? "after" : "before")},
      {title: "capture", value: c => c.file, cell: c => name_cell(c.file)},
      {
        title: "length",
        number: true,
        value: c => c.duration_ns,
        cell: c => duration(c.duration_ns),
      },
      {title: "workers", number: true, value: c => c.workers},
      {
        title: "watched for",
        number: true,
        wide: true,
        value: c => c.worker_wall_ns,
        cell: c => duration(c.worker_wall_ns),
      },
      {
        title: "threshold",
        number: true,
        wide: true,
        value: c => c.threshold_ns,
        cell: c => duration(c.threshold_ns),
      },
      {
        title: "lost",
        number: true,
        wide: true,
        value: c => c.loss_percent,
        cell: c => c.loss_percent.toFixed(2) + "%" + (c.truncated ? ", TRUNCATED" : ""),
      },
      {
        title: "by itself",
        value: c => c.level,
        cell: c => [
          el("span", {class: "level " + (LEVELS[c.level] || "bad")}, c.level + ": "),
          c.sentence,
        ],
      },
    ],
    rows("captures"),
    {most: 20},
  );
  return section("sides", "Both sides", shown.element);
}

// Where tasks wait, of captures that have dumps.
function waiting() {
  const where = r =>
    r.outcome
      ? r.outcome
      : [r.place ?? "", " ", el("code", {}, place(r)), r.waits_in ? ` in ${r.waits_in}` : ""];
  const shown = table(
    [
      {title: "type", value: r => r.task ?? "unknown", cell: r => name_cell(r.task ?? "unknown")},
      {title: "where it waits", value: r => r.place ?? r.outcome, cell: where},
      {title: "before", number: true, value: r => r.before},
      {title: "after", number: true, value: r => r.after},
      {title: "change", number: true, value: r => r.after - r.before},
    ],
    rows("waiting"),
    {most: 20},
  );
  return section("waiting", "Tasks at their awaits, at the last dump", shown.element);
}

function diff_head() {
  const all = rows("changes").find(r => r.kind === "all"),
    comparison = first("comparison");
  const filter = first("sentences").filter;
  return el(
    "header",
    {},
    el(
      "h1",
      {},
      el("span", {class: `level ${CLAIMS[all.status] || "good"}`}, all.status + ": "),
      `blocked ${per_second(all.after_ms ?? 0)} (ms per worker-second), ` +
        `before ${per_second(all.before_ms ?? 0)}` +
        (all.low === null ? "" : `: ${change_text(all.change)} (${interval_text(all)})`),
    ),
    comparison.reason
      ? el("p", {}, `What blocked cannot be compared: ${comparison.sentence}.`)
      : el("p", {class: "soft"}, advice_text(all) || ""),
    filter ? el("p", {}, filter) : null,
    navigation([
      ["sites", "Sites"],
      ["flame", "Flame graph"],
      ...(main_rows().length ? [["main-future", "Main future"]] : []),
      ["tasks", "Tasks"],
      ["workers", "Workers"],
      ...(rows("waiting").length ? [["waiting", "Awaits"]] : []),
      ["sides", "Both sides"],
    ]),
  );
}

// Red: more time than before. Blue: less. As much as on the side that has more of it.
function change_colour(node) {
  const [before, after] = node.times;
  const share = (after - before) / (Math.max(before, after) || 1);
  return [share > 0 ? 5 : 215, 80 * Math.abs(share)];
}

function diff_flame() {
  const profile = rows("profile");
  const causes = new Set(profile.map(p => p.cause));
  return new Flame({
    kinds: ["blocked", ...[...causes].sort().map(cause => "blocked: " + cause)],
    sides: ["before", "after"],
    times: kind =>
      profile
        .filter(p => kind === "blocked" || kind === "blocked: " + p.cause)
        .map(p => (p.side ? [p.stack, 0, p.ms] : [p.stack, p.ms, 0])),
    text: per_second,
    colour: change_colour,
    note:
      "Red has more blocked time per worker-second than before, blue less, the stronger the " +
      "more; whether that is more than chance is said in the tables.",
  });
}

function diff_page() {
  const flame = diff_flame();
  // On the side that has it.
  const find = r => {
    flame.search.value = r.name;
    flame.widen(r.after_ms ? "after" : "before");
    flame.element.scrollIntoView();
  };
  const where = r => [
    el("span", {class: "key " + r.cause}, r.cause),
    " ",
    el("code", {}, place(r)),
  ];
  const site_name = r =>
    named(
      el(
        "button",
        {type: "button", class: "name", title: r.name.slice(0, 2000), onclick: () => find(r)},
        r.name.slice(0, 160),
      ),
      where(r),
      advice_text(r),
    );
  const main_name = r => named(name_cell(r.name), where(r), advice_text(r));
  const name = r => named(name_cell(r.name), advice_text(r));
  return {
    elements: [
      diff_head(),
      el(
        "main",
        {},
        changes("sites", "Sites", "site", site_name),
        section("flame", "Flame graph", flame.element),
        main_rows().length ? changes("main-future", "Main future", "main", main_name) : null,
        changes("tasks", "Tasks", "task", name),
        changes("workers", "Workers, the most blocked first", "worker", name),
        rows("waiting").length ? waiting() : null,
        sides(),
      ),
    ],
    pictures: {flame},
    painted: () => flame.draw(),
  };
}
