// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// A flame graph: calls from the outermost (top) to the innermost, as wide as their time. Inverted:
// from the innermost. With two sides it is as wide as one of them, and coloured by the change.

const ROW = 18;
const ORIGINS = {
  user: [215, 75],
  tokio: [275, 45],
  runtime: [275, 45],
  "third-party": [140, 40],
  std: [48, 55],
  libc: [28, 60],
  kernel: [0, 60],
  unknown: [210, 8],
};

// Of an origin, as hue and saturation.
function origin_colour(node) {
  return ORIGINS[node.origin] || ORIGINS.unknown;
}

class Flame extends Picture {
  // What it shows: {kinds, sides, times(kind), text(time), colour(node), note}. times() gives rows
  // [stack, time], with two sides [stack, time, time]. Optional: remark(kind), chosen().
  constructor(source) {
    super("Flame graph");
    this.source = source;
    this.kind = source.kinds[0];
    this.side = source.sides.length - 1;
    this.inverted = false;
    this.whole_stacks = false;
    this.build();
  }

  build() {
    this.choice = this.select("flame-kind", "Time to show", this.source.kinds, kind => {
      this.kind = kind;
      this.source.chosen?.();
    });
    this.sides = this.select("flame-side", "As wide as", this.source.sides, side =>
      this.widen(side),
    );
    this.sides.value = this.source.sides[this.side];
    this.search = el("input", {
      type: "search",
      id: "flame-search",
      placeholder: "Search functions",
      "aria-label": "Search functions",
      oninput: () => this.draw(),
    });
    this.status = el("p", {class: "soft", role: "status"}, " ");
    this.element = el(
      "div",
      {},
      el(
        "div",
        {class: "bar controls"},
        this.choice,
        this.source.sides.length > 1 ? el("label", {}, "as wide as ", this.sides) : null,
        this.toggle("flame-inverted", "Inverted", on => {
          this.inverted = on;
        }),
        this.toggle("flame-whole", "Whole stacks", on => {
          this.whole_stacks = on;
        }),
        this.search,
        el(
          "button",
          {type: "button", id: "flame-reset", onclick: () => this.reset()},
          "Reset zoom",
        ),
      ),
      this.canvas,
      this.status,
      el(
        "p",
        {class: "soft controls"},
        `A click zooms in. ${this.source.note} Stacks begin at your outermost function, unless ` +
          "whole stacks are shown.",
      ),
    );
    this.canvas.addEventListener("pointermove", e => this.point(this.node_at(e)));
    this.canvas.addEventListener("click", e => this.choose(this.node_at(e)));
    this.canvas.addEventListener("keydown", e => this.key(e));
  }

  select(id, label, values, act) {
    return el(
      "select",
      {
        id,
        "aria-label": label,
        onchange: e => {
          act(e.target.value);
          this.reset();
        },
      },
      values.map(value => el("option", {value}, value)),
    );
  }

  toggle(id, text, act) {
    const button = el(
      "button",
      {
        type: "button",
        id,
        "aria-pressed": "false",
        onclick: () => {
          const on = button.getAttribute("aria-pressed") === "false";
          button.setAttribute("aria-pressed", String(on));
          act(on);
          this.reset();
        },
      },
      text,
    );
    return button;
  }

  widen(side) {
    this.sides.value = side;
    this.side = this.source.sides.indexOf(side);
    this.reset();
  }

  reset() {
    this.zoomed = null;
    this.draw();
  }

  // From the user's outermost function on, unless whole stacks are wanted.
  frames_of(stack) {
    const frames = stack_frames(stack);
    const at = this.whole_stacks ? 0 : frames.findIndex(f => f.origin === "user");
    return at > 0 ? frames.slice(at) : frames;
  }

  tree() {
    const made = (name, more) => ({
      name,
      times: this.source.sides.map(() => 0),
      children: new Map(),
      ...more,
    });
    const root = made("all", {origin: "unknown", depth: 0});
    const add = (node, times) => times.forEach((time, side) => (node.times[side] += time));
    let deepest = 0;
    for (const [stack, ...times] of this.source.times(this.kind)) {
      const frames = this.frames_of(stack);
      let at = root;
      add(root, times);
      for (const f of this.inverted ? frames.slice().reverse() : frames) {
        if (!at.children.has(f.name))
          at.children.set(
            f.name,
            made(f.name, {origin: f.origin, depth: at.depth + 1, parent: at, place: place(f)}),
          );
        at = at.children.get(f.name);
        add(at, times);
        deepest = Math.max(deepest, at.depth);
      }
    }
    return [root, deepest];
  }

  // The time that makes a node's width.
  time(node) {
    return node.times[this.side];
  }

  widest_first(node) {
    return [...node.children.values()].sort((a, b) => this.time(b) - this.time(a));
  }

  paint() {
    const [root, deepest] = this.tree();
    const g = this.fit(ROW * (deepest + 1) + 2);
    if (!g) return;
    g.font = "11px ui-monospace, monospace";
    this.dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.nodes = [];
    this.root = root;
    this.found = 0;
    const top = this.find(root, this.zoomed) || root;
    for (let up = top.parent; up; up = up.parent) this.box(g, up, 0, this.width, true);
    this.walk(g, top, 0, this.width, false);
    this.say(null);
  }

  // The node with this path of names, if it still is there.
  find(root, path) {
    return path && path.reduce((at, name) => at && at.children.get(name), root);
  }

  path(node) {
    const names = [];
    for (let at = node; at.parent; at = at.parent) names.unshift(at.name);
    return names;
  }

  walk(g, node, x, width, found) {
    if (width < 0.4) return;
    const matches = this.matches(node);
    if (matches && !found) this.found += this.time(node);
    this.box(g, node, x, width, false);
    let at = x;
    for (const child of this.widest_first(node)) {
      const w = (width * this.time(child)) / (this.time(node) || 1);
      this.walk(g, child, at, w, found || matches);
      at += w;
    }
  }

  matches(node) {
    const wanted = this.search.value.trim().toLowerCase();
    return wanted && node.name.toLowerCase().includes(wanted);
  }

  box(g, node, x, width, faded) {
    const [hue, saturation] = this.source.colour(node);
    const y = ROW * node.depth + 1;
    g.globalAlpha = faded ? 0.5 : 1;
    g.fillStyle = this.matches(node)
      ? this.dark
        ? "#d8c400"
        : "#ffe94d"
      : `hsl(${hue} ${saturation}% ${(this.dark ? 30 : 78) + (node.depth % 2 ? 3 : 0)}%)`;
    g.fillRect(x, y, Math.max(0.4, width - 0.5), ROW - 1);
    if (width > 30) {
      g.fillStyle = this.matches(node) ? "#000" : this.dark ? "#fff" : "#111";
      g.fillText(fitted(node.name, Math.floor((width - 6) / 6.7)), x + 3, y + 12.5);
    }
    g.globalAlpha = 1;
    this.nodes.push([x, y, width, node]);
  }

  node_at(e) {
    const [x, y] = this.spot(e);
    const hit = (this.nodes || []).find(
      n => x >= n[0] && x <= n[0] + n[2] && y >= n[1] && y < n[1] + ROW,
    );
    return hit ? hit[3] : null;
  }

  // All sides of it; of one side, also its share.
  sums(node) {
    if (this.source.sides.length > 1)
      return this.source.sides
        .map((side, i) => `${side} ${this.source.text(node.times[i])}`)
        .join(", ");
    const share = node === this.root ? "" : ` (${percent(this.time(node) / this.time(this.root))})`;
    return this.source.text(this.time(node)) + share;
  }

  say(node) {
    this.status.textContent = node
      ? `${node.name.slice(0, 400)}  ${node.place || ""}: ${this.sums(node)}`
      : `${this.kind}: ${this.sums(this.root)}${this.source.remark?.(this.kind) || ""}` +
        (this.search.value.trim() ? `; found in ${this.source.text(this.found)}` : "");
  }

  point(node) {
    this.at = node;
    this.say(node);
  }

  choose(node) {
    if (node) this.zoomed = this.path(node);
    this.draw();
  }

  // The arrow keys go from box to box: up and down along calls, left and right between them.
  key(e) {
    const now = this.at || this.find(this.root, this.zoomed) || this.root;
    const siblings = now.parent ? this.widest_first(now.parent) : [now];
    const next = {
      ArrowUp: now.parent,
      ArrowDown: this.widest_first(now)[0],
      ArrowLeft: siblings[siblings.indexOf(now) - 1],
      ArrowRight: siblings[siblings.indexOf(now) + 1],
    };
    if (e.key === "Enter") this.choose(now);
    else if (e.key === "Escape") this.reset();
    else if (next[e.key]) this.point(next[e.key]);
    else return;
    e.preventDefault();
  }
}
