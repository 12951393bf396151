// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// The data, as objects; texts, elements and tables. All text is set as text, never as markup.

const DATA = JSON.parse(document.getElementById("data").textContent);

function rows(name) {
  const part = DATA[name];
  return part.rows.map(row => {
    const object = {};
    part.columns.forEach((column, i) => {
      object[column] = row[i];
    });
    return object;
  });
}

function first(name) {
  return rows(name)[0] || {};
}

// An element: el("p", {class: "soft"}, "text", child…). Values of on… are listeners.
function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) element.append(child);
  }
  return element;
}

function duration(ns) {
  if (ns === null || ns === undefined) return "–";
  const size = Math.abs(ns);
  const [unit, name, digits] =
    size >= 1e11
      ? [1e9, "s", 0]
      : size >= 1e10
        ? [1e9, "s", 1]
        : size >= 1e9
          ? [1e9, "s", 2]
          : size >= 1e8
            ? [1e6, "ms", 0]
            : size >= 1e6
              ? [1e6, "ms", 1]
              : size >= 1e3
                ? [1e3, "µs", 0]
                : [1, "ns", 0];
  return (ns / unit).toFixed(digits) + " " + name;
}

function percent(share) {
  return share === null || share === undefined ? "–" : (100 * share).toFixed(1) + "%";
}

function count(n) {
  return n === null || n === undefined ? "–" : n.toLocaleString("en");
}

function place(row, prefix = "") {
  const file = row[prefix + "file"],
    line = row[prefix + "line"];
  return file ? file + (line ? ":" + line : "") : "";
}

// What fits into `most` characters: the last parts of a path, or the begin of its last part.
function fitted(path, most) {
  if (path.length <= most) return path;
  const parts = path.split("::");
  let text = parts.pop();
  while (parts.length && parts.at(-1).length + 2 + text.length <= most)
    text = parts.pop() + "::" + text;
  return text.length <= most ? text : text.slice(0, Math.max(1, most - 1)) + "…";
}

// A name of any length: the whole is in its title.
function name_cell(text, most = 160) {
  const cut = text.length > most ? text.slice(0, most - 1) + "…" : text;
  return el("span", {class: "name", title: cut === text ? null : text.slice(0, 2000)}, cut);
}

const STATES = ["poll-cpu", "poll-off-cpu", "run-queue", "parked", "runtime", "unknown"];

// The column of each state, and its time in a row.
const STATE_COLUMNS = STATES.map(state => [
  state,
  state.replace("off-cpu", "offcpu").replaceAll("-", "_") + "_ns",
]);
const STATE_COLUMN = new Map(STATE_COLUMNS);

function state_ns(row, state) {
  return row[STATE_COLUMN.get(state)];
}

function colour(name) {
  const value = getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();
  return value || getComputedStyle(document.documentElement).getPropertyValue("--other").trim();
}

function keys(names) {
  return el(
    "div",
    {class: "keys"},
    names.map(name => el("span", {class: "key " + name}, name)),
  );
}

// A table that sorts by a click on a heading. A column: {title, number, wide, value(row),
// cell(row)}; those that are wide are left out on a phone. Rows after the first `most` are shown
// when asked for.
function table(columns, list, options = {}) {
  const body = el("tbody", {});
  let sorted = options.sorted ?? -1,
    down = true,
    shown = list,
    most = options.most ?? 100;
  const all = el("button", {
    type: "button",
    onclick: () => {
      most = Infinity;
      draw();
    },
  });
  const kind = c => [c.number ? "number" : "", c.wide ? "wide" : ""].join(" ").trim() || null;

  function draw() {
    const by = columns[sorted];
    const ordered = by
      ? [...shown].sort((a, b) => {
          const x = by.value(a) ?? "",
            y = by.value(b) ?? "";
          const less =
            typeof x === "number" && typeof y === "number"
              ? x - y
              : String(x).localeCompare(String(y));
          return down ? -less : less;
        })
      : shown;
    body.replaceChildren(
      ...ordered
        .slice(0, most)
        .map(row =>
          el(
            "tr",
            {class: options.chosen && options.chosen(row) ? "chosen" : null},
            columns.map(c =>
              el("td", {class: kind(c)}, c.cell ? c.cell(row) : String(c.value(row) ?? "")),
            ),
          ),
        ),
    );
    all.hidden = ordered.length <= most;
    all.textContent = `Show all ${count(ordered.length)} rows`;
    heads.forEach((head, i) =>
      head.setAttribute("aria-sort", i !== sorted ? "none" : down ? "descending" : "ascending"),
    );
  }

  const heads = columns.map((c, i) =>
    el(
      "th",
      {scope: "col", class: kind(c)},
      el(
        "button",
        {
          type: "button",
          onclick: () => {
            down = sorted === i ? !down : Boolean(c.number);
            sorted = i;
            draw();
          },
        },
        c.title,
      ),
    ),
  );
  const element = el(
    "div",
    {class: "scroll"},
    el("table", {}, el("thead", {}, el("tr", {}, heads)), body),
    all,
  );
  draw();
  return {
    element,
    show(some) {
      shown = some;
      draw();
    },
    draw,
  };
}

// Bars of how many lasted how long, from rows of `histogram`.
function histogram(list) {
  const most = Math.max(1, ...list.map(h => h.polls));
  const bars = list.map(h => {
    const bar = el("div", {title: `${h.polls} from ${duration(h.low_ns)} on`});
    bar.style.height = Math.max(2, (100 * h.polls) / most) + "%";
    return bar;
  });
  const text = list.map(h => `${h.polls} from ${duration(h.low_ns)} on`).join("; ");
  return [
    el("div", {class: "histogram", role: "img", "aria-label": "How long: " + text}, bars),
    el(
      "div",
      {class: "axis", "aria-hidden": "true"},
      list.map(h => el("span", {}, duration(h.low_ns).replace(" ", ""))),
    ),
  ];
}

// A canvas that is painted anew once a frame at most.
class Picture {
  constructor(label) {
    this.canvas = el("canvas", {tabindex: "0", role: "img", "aria-label": label});
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  draw() {
    if (!this.queued)
      this.queued = requestAnimationFrame(() => {
        this.queued = 0;
        this.paint();
      });
  }

  // Gives the canvas its height; null where it is not shown. Lengths are CSS pixels from then on.
  fit(height) {
    const c = this.canvas,
      ratio = window.devicePixelRatio || 1;
    this.width = c.clientWidth;
    if (!this.width) return null;
    c.style.height = height + "px";
    c.width = Math.round(this.width * ratio);
    c.height = Math.round(height * ratio);
    const g = c.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    return g;
  }

  // Where on the canvas an event was.
  spot(e) {
    const box = this.canvas.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  }
}

const FRAMES = new Map(rows("frames").map(f => [f.frame, f]));
const STACKS = new Map(
  DATA.stacks.rows.map(([stack, frames]) => [stack, frames ? frames.split(",").map(Number) : []]),
);
const NAMELESS = {frame: 0, name: "unknown", file: null, line: null, origin: "unknown"};

// The frames of a stack, the outermost first.
function stack_frames(stack) {
  const ids = STACKS.get(stack);
  return ids && ids.length ? ids.map(id => FRAMES.get(id) || NAMELESS) : [NAMELESS];
}

function stack_list(stack) {
  return el(
    "ol",
    {class: "stack", reversed: true},
    stack_frames(stack)
      .slice()
      .reverse()
      .map(f =>
        el(
          "li",
          {class: f.origin === "user" ? "user" : "soft"},
          f.name.slice(0, 300) + (f.file ? `  ${f.file}:${f.line ?? "?"}` : ""),
        ),
      ),
  );
}
