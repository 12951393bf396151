// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// A lane for each worker: its states in columns, blocking polls over them. What is drawn depends on
// the zoom: polls narrower than a pixel are drawn together, as high as the share of time they took.

const LANE = 26,
  AXIS = 22,
  LABEL = 130;

// The next of 1, 2, 5, 10, 20, … ns.
function round_step(ns) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ns)));
  return [1, 2, 5, 10].map(by => by * power).find(step => step >= ns) || 10 * power;
}

class Timeline extends Picture {
  constructor(state) {
    super("");
    this.state = state;
    this.length = Math.max(1, first("time").length_ns || 1);
    this.from = 0;
    this.to = this.length;
    this.threads = rows("threads");
    this.lane = new Map(this.threads.map((t, i) => [t.thread, i]));
    this.polls = state.polls.filter(p => this.lane.has(p.thread));
    this.columns = rows("columns").filter(c => this.lane.has(c.thread));
    this.rest = rows("rest").filter(r => this.lane.has(r.thread));
    this.marks = rows("marks");
    this.pointers = new Map();
    this.hover = null;
    this.build();
  }

  build() {
    this.canvas.setAttribute("aria-describedby", "timeline-help");
    this.canvas.setAttribute(
      "aria-label",
      `Timeline of ${this.threads.length} workers, ${count(this.polls.length)} blocking polls`,
    );
    this.status = el("p", {class: "soft", role: "status", id: "timeline-status"}, " ");
    const button = (text, label, act) =>
      el(
        "button",
        {
          type: "button",
          "aria-label": label,
          onclick: () => {
            act();
            this.draw();
          },
        },
        text,
      );
    const controls = el(
      "div",
      {class: "bar controls"},
      button("+", "Zoom in", () => this.zoom(0.5)),
      button("−", "Zoom out", () => this.zoom(2)),
      button("←", "Earlier", () => this.pan(-0.25)),
      button("→", "Later", () => this.pan(0.25)),
      button("All", "Show all", () => this.view(0, this.length)),
      el(
        "button",
        {type: "button", id: "clear-selection", onclick: () => this.state.select(null)},
        "Clear the selection",
      ),
    );
    this.element = el(
      "div",
      {},
      controls,
      this.canvas,
      this.status,
      el(
        "p",
        {class: "soft controls", id: "timeline-help"},
        "Drag to select a time: sites, polls and CPU time are then of that only. Wheel with " +
          "Ctrl, two fingers or + and − zoom; Shift and drag, or the arrow keys, move; n and p " +
          "go to the next poll; a click, or Enter, pins a poll.",
      ),
      keys(CAUSES.filter(c => this.state.causes.has(c))),
      keys(STATES),
    );
    const c = this.canvas;
    c.addEventListener("wheel", e => this.wheel(e), {passive: false});
    c.addEventListener("pointerdown", e => this.down(e));
    c.addEventListener("pointermove", e => this.move(e));
    c.addEventListener("pointerup", e => this.up(e));
    c.addEventListener("pointercancel", e => {
      this.pointers.delete(e.pointerId);
      this.drag = null;
    });
    c.addEventListener("keydown", e => this.key(e));
  }

  view(from, to) {
    const width = Math.min(this.length, Math.max(1000, to - from));
    this.from = Math.max(0, Math.min(from, this.length - width));
    this.to = this.from + width;
  }

  zoom(by, at = (this.from + this.to) / 2) {
    this.view(at - (at - this.from) * by, at + (this.to - at) * by);
  }

  pan(by) {
    const step = by * (this.to - this.from);
    this.view(this.from + step, this.to + step);
  }

  time_at(x) {
    const width = this.canvas.clientWidth - this.label;
    return this.from + ((x - this.label) / Math.max(1, width)) * (this.to - this.from);
  }

  x_of(ns) {
    const width = this.width - this.label;
    return this.label + ((ns - this.from) / (this.to - this.from)) * width;
  }

  get label() {
    return this.width < 500 ? 46 : LABEL;
  }

  paint() {
    const height = AXIS + LANE * Math.max(1, this.threads.length) + 4,
      g = this.fit(height);
    if (!g) return;
    this.read_colours();
    const raster = new Raster(this.canvas);
    raster.clear(pixel(this.ink.panel));
    this.paint_states(raster);
    this.paint_rest(raster);
    this.paint_polls(raster);
    g.putImageData(raster.image, 0, 0);
    g.font = "11px system-ui, sans-serif";
    this.paint_names(g);
    this.paint_labels(g, this.width, height);
    this.paint_selection(g, height);
  }

  read_colours() {
    const names = [...CAUSES, ...STATES, "fore", "soft", "line", "mark", "focus", "back", "other"];
    this.ink = Object.fromEntries([...names, "panel"].map(name => [name, colour(name)]));
    this.solid = {};
    this.faded = {};
    for (const name of names) {
      this.solid[name] = pixel(this.ink[name]);
      this.faded[name] = pixel(this.ink[name], 0.25, this.ink.panel);
    }
  }

  // A column is divided by state from top to bottom.
  paint_states(raster) {
    const h = LANE - 6;
    for (const c of this.columns) {
      if (c.end_ns < this.from || c.start_ns > this.to) continue;
      const x = this.x_of(c.start_ns);
      const w = this.x_of(c.end_ns) - x;
      const whole = Math.max(1, c.end_ns - c.start_ns);
      let y = AXIS + LANE * this.lane.get(c.thread) + 3;
      for (const [state, column] of STATE_COLUMNS) {
        if (!c[column]) continue;
        const part = h * Math.min(1, c[column] / whole);
        if (part >= 0.5) raster.fill(x, y, w, part, this.solid[state]);
        y += part;
      }
    }
  }

  paint_rest(raster) {
    for (const r of this.rest) {
      const x = this.x_of(r.start_ns);
      const h = (LANE - 6) * Math.min(1, r.blocked_ns / r.length_ns);
      const y = AXIS + LANE * this.lane.get(r.thread) + LANE - 3 - h;
      raster.fill(x, y, this.x_of(r.start_ns + r.length_ns) - x, h, this.solid.other);
    }
  }

  paint_polls(raster) {
    const narrow = new Map();
    this.seen = [];
    for (const p of this.polls) {
      if (p.start_ns + p.length_ns < this.from || p.start_ns > this.to) continue;
      const x = Math.max(this.label, this.x_of(p.start_ns));
      const w = this.x_of(p.start_ns + p.length_ns) - x;
      const lane = this.lane.get(p.thread);
      if (w < 1) {
        const key = lane * 65536 + Math.floor(x);
        const pile = narrow.get(key);
        if (pile) pile.width += w;
        else narrow.set(key, {x: Math.floor(x), lane, width: w, poll: p});
        continue;
      }
      const y = AXIS + LANE * lane + 1;
      const inks = this.state.shows(p) ? this.solid : this.faded;
      raster.fill(x, y, w, LANE - 2, inks[p.cause] || inks.other);
      this.seen.push([x, y, w, p]);
    }
    this.paint_narrow(raster, narrow.values());
  }

  // Polls come with the longest first: the first of a pixel gives it its colour.
  paint_narrow(raster, piles) {
    for (const {x, lane, width, poll} of piles) {
      const h = Math.max(3, (LANE - 2) * Math.min(1, width));
      const y = AXIS + LANE * lane + 1 + (LANE - 2 - h);
      const inks = this.state.shows(poll) ? this.solid : this.faded;
      raster.fill(x, y, 1, h, inks[poll.cause] || inks.other);
      this.seen.push([x, y, 1, poll]);
    }
  }

  // In wide polls the function's name; a frame around the one pinned or pointed at.
  paint_names(g) {
    for (const [x, y, w, p] of this.seen) {
      if (p === this.state.pinned || p === this.hover) {
        g.strokeStyle = this.ink.fore;
        g.lineWidth = 2;
        g.strokeRect(x - 1, y - 1, w + 2, LANE);
      } else if (w > 60) {
        g.fillStyle = this.ink.back;
        g.fillText(fitted(p.name, Math.floor((w - 6) / 6)), x + 3, y + 15);
      }
    }
  }

  paint_labels(g, width, height) {
    g.fillStyle = this.ink.back;
    g.fillRect(0, 0, this.label, height);
    g.fillRect(0, 0, width, AXIS - 1);
    g.fillStyle = this.ink.fore;
    this.threads.forEach((t, i) =>
      g.fillText(
        this.label < LABEL ? String(t.tid) : `${t.tid} ${(t.comm || "").slice(0, 14)}`,
        4,
        AXIS + LANE * i + 17,
      ),
    );
    g.fillStyle = this.ink.soft;
    g.strokeStyle = this.ink.line;
    g.lineWidth = 1;
    const offset = first("time").from_ns || 0;
    const step = round_step(((this.to - this.from) * 110) / Math.max(110, width - this.label));
    for (
      let at = Math.ceil((this.from + offset) / step) * step;
      at <= this.to + offset;
      at += step
    ) {
      const x = this.x_of(at - offset);
      g.beginPath();
      g.moveTo(x, AXIS - 4);
      g.lineTo(x, height);
      g.stroke();
      g.fillText(duration(at), x + 3, 13);
    }
    g.fillStyle = g.strokeStyle = this.ink.mark;
    for (const m of this.marks) {
      const x = this.x_of(m.at_ns);
      if (x < this.label || x > width) continue;
      g.fillRect(x, AXIS - 6, 2, height);
      g.fillText(m.text.slice(0, 30), x + 4, AXIS - 2);
    }
  }

  paint_selection(g, height) {
    const s =
      this.drag && this.drag.selects
        ? {from: Math.min(this.drag.at, this.drag.to), to: Math.max(this.drag.at, this.drag.to)}
        : this.state.selection;
    if (!s) return;
    const x = Math.max(this.label, this.x_of(s.from)),
      end = this.x_of(s.to);
    g.globalAlpha = 0.15;
    g.fillStyle = this.ink.focus;
    g.fillRect(x, 0, Math.max(1, end - x), height);
    g.globalAlpha = 1;
    g.strokeStyle = this.ink.focus;
    g.strokeRect(x, 1, Math.max(1, end - x), height - 2);
  }

  poll_at(e) {
    const [x, y] = this.spot(e);
    for (let i = (this.seen || []).length - 1; i >= 0; i--) {
      const [px, py, w, p] = this.seen[i];
      if (x >= px - 1 && x <= px + Math.max(w, 3) && y >= py && y <= py + LANE - 2) return p;
    }
    return null;
  }

  wheel(e) {
    if (e.ctrlKey || e.metaKey)
      this.zoom(Math.exp(e.deltaY / 300), this.time_at(this.spot(e)[0]));
    else if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY))
      this.pan((e.deltaX || e.deltaY) / Math.max(1, this.canvas.clientWidth));
    else return;
    e.preventDefault();
    this.draw();
  }

  down(e) {
    this.canvas.setPointerCapture(e.pointerId);
    this.pointers.set(e.pointerId, e);
    const at = this.time_at(this.spot(e)[0]);
    this.drag = {
      at,
      to: at,
      x: e.clientX,
      selects: e.pointerType === "mouse" && !e.shiftKey,
      moved: false,
      from: this.from,
      until: this.to,
    };
    if (this.pointers.size === 2) this.pinch = {gap: this.gap(), from: this.from, until: this.to};
  }

  gap() {
    const [a, b] = [...this.pointers.values()];
    return Math.max(10, Math.abs(a.clientX - b.clientX));
  }

  move(e) {
    if (this.pointers.has(e.pointerId)) this.pointers.set(e.pointerId, e);
    if (this.pointers.size === 2 && this.pinch) {
      const middle = (this.pinch.from + this.pinch.until) / 2;
      const half = (((this.pinch.until - this.pinch.from) / 2) * this.pinch.gap) / this.gap();
      this.view(middle - half, middle + half);
      this.draw();
    } else if (this.drag && this.pointers.size === 1) {
      this.drag.moved = this.drag.moved || Math.abs(e.clientX - this.drag.x) > 4;
      this.drag.to = this.time_at(this.spot(e)[0]);
      if (!this.drag.selects && this.drag.moved) {
        const by =
          ((this.drag.x - e.clientX) / Math.max(1, this.canvas.clientWidth - this.label)) *
          (this.drag.until - this.drag.from);
        this.view(this.drag.from + by, this.drag.until + by);
      }
      this.draw();
    } else {
      this.point(this.poll_at(e));
    }
  }

  up(e) {
    const drag = this.drag;
    this.pointers.delete(e.pointerId);
    this.pinch = this.drag = null;
    if (drag && !drag.moved) this.state.pin(this.poll_at(e));
    else if (drag && drag.selects)
      this.state.select({
        from: Math.max(0, Math.min(drag.at, drag.to)),
        to: Math.min(this.length, Math.max(drag.at, drag.to)),
      });
    this.draw();
  }

  point(poll) {
    if (poll === this.hover) return;
    this.hover = poll;
    this.status.textContent = poll ? this.state.describe(poll) : " ";
    this.draw();
  }

  key(e) {
    const acts = {
      ArrowLeft: () => this.pan(-0.1),
      ArrowRight: () => this.pan(0.1),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      0: () => this.view(0, this.length),
      Home: () => this.view(0, this.to - this.from),
      n: () => this.step(1),
      p: () => this.step(-1),
      End: () => this.view(this.length, this.length + this.to - this.from),
      Enter: () => this.state.pin(this.hover),
      Escape: () => {
        this.state.pin(null);
        this.state.select(null);
      },
    };
    if (!acts[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    acts[e.key]();
    this.draw();
  }

  // The next poll in time, which is brought into view.
  step(by) {
    this.ordered = this.ordered || [...this.polls].sort((a, b) => a.start_ns - b.start_ns);
    const list = this.ordered.filter(p => this.state.shows(p));
    if (!list.length) return;
    const now = list.indexOf(this.hover);
    const next = list[Math.max(0, Math.min(list.length - 1, now < 0 ? 0 : now + by))];
    if (next.start_ns < this.from || next.start_ns + next.length_ns > this.to) {
      const half = (this.to - this.from) / 2;
      this.view(next.start_ns - half, next.start_ns + half);
    }
    this.point(next);
  }
}
