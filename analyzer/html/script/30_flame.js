// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// A flame graph: calls from the outermost (top) to the innermost, as wide as their time. Inverted:
// from the innermost.

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

class Flame {
  constructor(state) {
    this.state = state;
    this.kind = "blocked";
    this.inverted = false;
    this.build();
  }

  build() {
    const kinds = ["blocked", ...[...this.state.causes].map(c => "blocked: " + c), "cpu"];
    this.choice = el(
      "select",
      {
        id: "flame-kind",
        "aria-label": "Time to show",
        onchange: e => {
          this.kind = e.target.value;
          this.zoomed = null;
          this.state.save();
          this.draw();
        },
      },
      kinds.map(k => el("option", {value: k}, k)),
    );
    this.search = el("input", {
      type: "search",
      id: "flame-search",
      placeholder: "Search functions",
      "aria-label": "Search functions",
      oninput: () => this.draw(),
    });
    this.turn = el(
      "button",
      {
        type: "button",
        id: "flame-inverted",
        "aria-pressed": "false",
        onclick: () => {
          this.inverted = !this.inverted;
          this.turn.setAttribute("aria-pressed", String(this.inverted));
          this.zoomed = null;
          this.draw();
        },
      },
      "Inverted",
    );
    this.whole_stacks = false;
    this.deep = el(
      "button",
      {
        type: "button",
        id: "flame-whole",
        "aria-pressed": "false",
        onclick: () => {
          this.whole_stacks = !this.whole_stacks;
          this.deep.setAttribute("aria-pressed", String(this.whole_stacks));
          this.zoomed = null;
          this.draw();
        },
      },
      "Whole stacks",
    );
    this.canvas = el("canvas", {tabindex: "0", role: "img", "aria-label": "Flame graph"});
    this.status = el("p", {class: "soft", role: "status"}, " ");
    this.element = el(
      "div",
      {},
      el(
        "div",
        {class: "bar controls"},
        this.choice,
        this.turn,
        this.deep,
        this.search,
        el(
          "button",
          {
            type: "button",
            id: "flame-reset",
            onclick: () => {
              this.zoomed = null;
              this.draw();
            },
          },
          "Reset zoom",
        ),
      ),
      this.canvas,
      this.status,
      el(
        "p",
        {class: "soft controls"},
        "A click zooms in. Colours say whose code it is: yours is blue. Stacks begin at your " +
          "outermost function, unless whole stacks are shown.",
      ),
    );
    this.canvas.addEventListener("pointermove", e => this.point(this.node_at(e)));
    this.canvas.addEventListener("click", e => this.choose(this.node_at(e)));
    this.canvas.addEventListener("keydown", e => this.key(e));
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  // Stacks and their time: of the selection where there is one and they are of polls.
  times() {
    const [kind, cause] = this.kind.split(": ");
    if (kind === "blocked" && this.state.filtered()) return this.state.stack_times(cause);
    return this.state.profile
      .filter(
        p =>
          p.kind === kind &&
          (!cause || p.cause === cause) &&
          (!this.state.site || kind === "cpu" || p.site === this.state.site),
      )
      .map(p => [p.stack, p.ns]);
  }

  // From the user's outermost function on, unless whole stacks are wanted.
  frames_of(stack) {
    const frames = stack_frames(stack);
    const at = this.whole_stacks ? 0 : frames.findIndex(f => f.origin === "user");
    return at > 0 ? frames.slice(at) : frames;
  }

  tree() {
    const root = {name: "all", ns: 0, origin: "unknown", children: new Map(), depth: 0};
    let deepest = 0;
    for (const [stack, ns] of this.times()) {
      const frames = this.frames_of(stack);
      let at = root;
      root.ns += ns;
      for (const f of this.inverted ? frames.slice().reverse() : frames) {
        const key = f.name;
        if (!at.children.has(key))
          at.children.set(key, {
            name: f.name,
            ns: 0,
            origin: f.origin,
            children: new Map(),
            depth: at.depth + 1,
            parent: at,
            place: place(f),
          });
        at = at.children.get(key);
        at.ns += ns;
        deepest = Math.max(deepest, at.depth);
      }
    }
    return [root, deepest];
  }

  draw() {
    if (!this.queued)
      this.queued = requestAnimationFrame(() => {
        this.queued = 0;
        this.paint();
      });
  }

  paint() {
    const [root, deepest] = this.tree();
    const c = this.canvas,
      ratio = window.devicePixelRatio || 1,
      width = c.clientWidth;
    if (!width) return;
    const height = ROW * (deepest + 1) + 2;
    c.style.height = height + "px";
    c.width = Math.round(width * ratio);
    c.height = Math.round(height * ratio);
    const g = c.getContext("2d");
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.font = "11px ui-monospace, monospace";
    this.dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.nodes = [];
    this.width = width;
    this.root = root;
    const top = this.find(root, this.zoomed) || root;
    this.found_ns = 0;
    for (let up = top.parent; up; up = up.parent) this.box(g, up, 0, width, true);
    this.walk(g, top, 0, width, false);
    this.whole = root.ns;
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
    if (matches && !found) this.found_ns += node.ns;
    this.box(g, node, x, width, false);
    let at = x;
    for (const child of [...node.children.values()].sort((a, b) => b.ns - a.ns)) {
      const w = (width * child.ns) / Math.max(1, node.ns);
      this.walk(g, child, at, w, found || matches);
      at += w;
    }
  }

  matches(node) {
    const wanted = this.search.value.trim().toLowerCase();
    return wanted && node.name.toLowerCase().includes(wanted);
  }

  box(g, node, x, width, faded) {
    const [hue, saturation] = ORIGINS[node.origin] || ORIGINS.unknown;
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
      // The end of a path says more than its beginning.
      g.fillText(node.name.slice(-Math.max(1, Math.floor((width - 6) / 6.7))), x + 3, y + 12.5);
    }
    g.globalAlpha = 1;
    this.nodes.push([x, y, width, node]);
  }

  node_at(e) {
    const box = this.canvas.getBoundingClientRect();
    const x = e.clientX - box.left,
      y = e.clientY - box.top;
    const hit = (this.nodes || []).find(
      n => x >= n[0] && x <= n[0] + n[2] && y >= n[1] && y < n[1] + ROW,
    );
    return hit ? hit[3] : null;
  }

  say(node) {
    const share = node && this.whole ? ` (${percent(node.ns / this.whole)})` : "";
    this.status.textContent = node
      ? `${node.name.slice(0, 400)}  ${node.place || ""}: ${duration(node.ns)}${share}`
      : `${this.kind}: ${duration(this.whole)}` +
        (this.search.value.trim() ? `; found in ${duration(this.found_ns)}` : "");
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
    const siblings = now.parent
      ? [...now.parent.children.values()].sort((a, b) => b.ns - a.ns)
      : [now];
    const child = [...now.children.values()].sort((a, b) => b.ns - a.ns)[0];
    const next = {
      ArrowUp: now.parent,
      ArrowDown: child,
      ArrowLeft: siblings[siblings.indexOf(now) - 1],
      ArrowRight: siblings[siblings.indexOf(now) + 1],
    };
    if (e.key === "Enter") this.choose(now);
    else if (e.key === "Escape") this.zoomed = null;
    else if (next[e.key]) this.point(next[e.key]);
    else return;
    e.preventDefault();
    if (e.key === "Escape") this.draw();
  }
}
