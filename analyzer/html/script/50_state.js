// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// What is chosen: a time, a site, a poll. It is in the address, so that it can be sent:
// #site=2&from=1.2s&to=3s&poll=17&flame=cpu

const UNITS = {ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 6e10};

function time_read(text) {
  const match = /^([0-9.]+)(ns|us|ms|s|m)$/.exec(text || "");
  return match ? Number(match[1]) * UNITS[match[2]] : null;
}

class State {
  constructor() {
    this.sites = rows("sites");
    this.main_sites = rows("main_sites");
    this.site_of = new Map([...this.sites, ...this.main_sites].map(s => [s.site, s]));
    this.profile = rows("profile");
    this.cpu = rows("cpu");
    this.histogram = rows("histogram");
    this.causes = new Set(this.sites.map(s => s.cause));
    this.polls = rows("polls");
    this.poll_of = new Map(this.polls.map(p => [p.blocking_poll, p]));
    for (const p of this.polls) {
      const site = this.site_of.get(p.site);
      p.parts = [];
      p.name = site ? site.function : "unknown";
      p.cause = site ? site.cause : "other";
    }
    for (const [poll, site, stack, ns] of DATA.parts.rows) {
      if (this.poll_of.has(poll)) this.poll_of.get(poll).parts.push({site, stack, ns});
    }
    this.selection = null;
    this.site = null;
    this.pinned = null;
    this.listeners = [];
  }

  on_change(act) {
    this.listeners.push(act);
  }

  changed() {
    for (const act of this.listeners) act();
    this.save();
  }

  select(selection) {
    this.selection = selection;
    this.changed();
  }

  choose_site(site) {
    this.site = site === this.site ? null : site;
    this.changed();
    if (this.site) document.getElementById("site-detail").scrollIntoView({block: "nearest"});
  }

  pin(poll) {
    this.pinned = poll === this.pinned ? null : poll;
    this.changed();
  }

  // The share of a poll that is in the selection.
  share(p) {
    if (!this.selection) return 1;
    const from = Math.max(p.start_ns, this.selection.from);
    const to = Math.min(p.start_ns + p.length_ns, this.selection.to);
    return to > from ? (to - from) / Math.max(1, p.length_ns) : 0;
  }

  shows(p) {
    return this.share(p) > 0 && (!this.site || p.parts.some(part => part.site === this.site));
  }

  // Blocked time and polls of each site in the selection; null: there is none.
  site_times() {
    if (!this.selection) return null;
    const times = new Map();
    for (const p of this.polls) {
      const share = this.share(p);
      if (!share) continue;
      for (const site of new Set(p.parts.map(part => part.site))) {
        const sum = times.get(site) || {ns: 0, count: 0};
        sum.count++;
        for (const part of p.parts) sum.ns += part.site === site ? part.ns * share : 0;
        times.set(site, sum);
      }
    }
    return times;
  }

  // What the flame graph shows.
  flame_source() {
    return {
      kinds: [
        "blocked",
        ...[...this.causes].map(c => "blocked: " + c),
        ...(this.profile.some(p => p.kind === "main") ? ["main"] : []),
        "cpu",
      ],
      sides: ["time"],
      times: kind => this.flame_times(...kind.split(": ")),
      text: duration,
      colour: origin_colour,
      note: "Colours say whose code it is: yours is blue.",
      remark: kind => this.flame_remark(kind),
      chosen: () => this.save(),
    };
  }

  flame_remark(kind) {
    if (!this.selection) return "";
    return kind === "cpu" ? this.cpu_remark() : kind === "main" ? ", of the whole recording" : "";
  }

  // Stacks and their time: of the selection where there is one.
  flame_times(kind, cause) {
    if (kind === "blocked" && this.main_sites.some(s => s.site === this.site)) kind = "main";
    if (this.selection && kind !== "main")
      return kind === "cpu" ? this.cpu_times() : this.stack_times(cause);
    return this.profile
      .filter(
        p =>
          p.kind === kind &&
          (!cause || p.cause === cause) &&
          (!this.site || kind === "cpu" || p.site === this.site),
      )
      .map(p => [p.stack, p.ns]);
  }

  // CPU time in the selection: parts that reach over its ends count in proportion.
  cpu_times() {
    const times = new Map();
    for (const part of this.cpu) {
      const ns = part.ns * this.share(part);
      if (ns) times.set(part.stack, (times.get(part.stack) || 0) + ns);
    }
    return [...times];
  }

  cpu_remark() {
    const sum = list => list.reduce((ns, row) => ns + row.ns, 0);
    const left = sum(this.profile.filter(p => p.kind === "cpu")) - sum(this.cpu);
    const length = this.cpu.length ? this.cpu[0].length_ns : 0;
    return (
      `, by parts of ${duration(length)}` +
      (left > 0.001 * sum(this.cpu) ? `; ${duration(left)} of the whole are in none of them` : "")
    );
  }

  stack_times(cause) {
    const times = new Map();
    for (const p of this.polls) {
      const share = this.share(p);
      for (const part of share ? p.parts : []) {
        const site = this.site_of.get(part.site);
        if ((!cause || (site && site.cause === cause)) && (!this.site || this.site === part.site))
          times.set(part.stack, (times.get(part.stack) || 0) + part.ns * share);
      }
    }
    return [...times];
  }

  left_out() {
    const t = first("time"),
      out = t.polls - this.polls.length;
    return out > 0
      ? ` The ${count(out)} shortest blocking polls are in the timeline's grey columns ` +
          "and in the sums of the whole, not in those of a selection."
      : "";
  }

  describe(p) {
    return (
      `${p.name.slice(0, 200)} (${p.cause}), ${duration(p.length_ns)}` +
      (p.run_queue_ns > 0 ? `, of which ${duration(p.run_queue_ns)} waiting for a CPU` : "") +
      `, task ${(p.task || "unknown").slice(0, 120)}, at ${duration(
        p.start_ns + (first("time").from_ns || 0),
      )}` +
      (p.bounds === "exact"
        ? ""
        : p.bounds === "both"
          ? ", within bounds"
          : p.bounds === "upper"
            ? ", at most"
            : ", at least")
    );
  }

  save() {
    const parts = [];
    if (this.site) parts.push("site=" + this.site);
    if (this.selection)
      parts.push(
        `from=${(this.selection.from / 1e9).toFixed(6)}s`,
        `to=${(this.selection.to / 1e9).toFixed(6)}s`,
      );
    if (this.pinned) parts.push("poll=" + this.pinned.blocking_poll);
    if (this.flame && this.flame.kind !== "blocked")
      parts.push("flame=" + encodeURIComponent(this.flame.kind));
    history.replaceState(null, "", parts.length ? "#" + parts.join("&") : location.pathname);
  }

  load() {
    const given = new URLSearchParams(location.hash.slice(1));
    const from = time_read(given.get("from")),
      to = time_read(given.get("to"));
    const length = first("time").length_ns || 1;
    this.site = this.site_of.has(Number(given.get("site"))) ? Number(given.get("site")) : null;
    this.pinned = this.poll_of.get(Number(given.get("poll"))) || null;
    this.selection =
      from === null && to === null
        ? null
        : {from: Math.min(length, from ?? 0), to: Math.min(length, to ?? length)};
    if (
      given.get("flame") &&
      [...this.flame.choice.options].some(o => o.value === given.get("flame"))
    )
      this.flame.choice.value = this.flame.kind = given.get("flame");
    this.changed();
  }
}

// The poll that a click pinned: its stack, who woke it, who waited behind it.
function pinned_poll(state) {
  const p = state.pinned;
  if (!p) return [];
  const wakes = rows("wakes").filter(w => w.blocking_poll === p.blocking_poll);
  return [
    el(
      "div",
      {class: "panel"},
      el("h3", {}, p.name.slice(0, 300)),
      el("p", {}, state.describe(p)),
      el("button", {type: "button", onclick: () => state.pin(p)}, "Unpin"),
      " ",
      el("button", {type: "button", onclick: () => state.choose_site(p.site)}, `Site ${p.site}`),
      p.open ? el("p", {}, "It went on when the recording ended.") : null,
      el(
        "p",
        {},
        p.ready_max
          ? `Up to ${p.ready_max} tasks waited in the worker's run queue meanwhile` +
              (p.left_queued
                ? `; ${p.left_queued} were still there when its next poll began.`
                : ".")
          : "No task was seen waiting in the worker's run queue meanwhile.",
      ),
      wakes.map(w =>
        el(
          "details",
          {},
          el(
            "summary",
            {},
            `Woken by ${(w.waker || "unknown").slice(0, 200)} ` +
              `${place(w)} (thread ${w.tid} ${w.comm || ""}) after ${duration(w.blocked_ns)}`,
          ),
          w.stack ? stack_list(w.stack) : null,
        ),
      ),
      el("h3", {}, "Stack of its longest part"),
      stack_list(p.stack),
    ),
  ];
}

function report_page() {
  const state = new State();
  const flame = (state.flame = new Flame(state.flame_source())),
    timeline = new Timeline(state);
  const detail = el("div", {id: "poll-detail", "aria-live": "polite"});
  const elements = [
    head(state),
    el(
      "main",
      {},
      remedies(state),
      section(
        "timeline",
        "Timeline",
        timeline.element,
        el("p", {class: "soft"}, state.left_out()),
        detail,
      ),
      section("flame", "Flame graph", flame.element),
      sites(state),
      main_future(state),
      tasks(state),
      task_life(),
      workers(),
      pool(),
      hotspots(),
      unknown(),
      recording(),
    ),
  ];
  state.on_change(() => detail.replaceChildren(...pinned_poll(state)));
  state.on_change(() => {
    timeline.draw();
    flame.draw();
  });
  addEventListener("hashchange", () => state.load());
  return {
    elements,
    pictures: {timeline, flame},
    state,
    painted: () => state.changed(),
    shown: () => state.load(),
  };
}
