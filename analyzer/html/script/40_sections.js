// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// The parts of the page beside the pictures. Numbers are those of the queries.

function section(id, title, ...children) {
  return el(
    "section",
    {id, "aria-labelledby": id + "-title"},
    el("h2", {id: id + "-title"}, title),
    children,
  );
}

// Links to the sections, by id. They leave the address as it is: it says what is chosen.
function navigation(list) {
  return el(
    "nav",
    {"aria-label": "Parts of the page"},
    list.map(([id, text]) =>
      el(
        "a",
        {
          href: "#" + id,
          onclick: e => {
            e.preventDefault();
            document.getElementById(id).scrollIntoView();
          },
        },
        text,
      ),
    ),
  );
}

const LEVELS = {NOMINAL: "good", CAUTION: "warn", "CANNOT TELL": "warn"};

// A selected time changes some of the page: which of it.
function selection_note(state) {
  const note = el("p", {id: "selection-note", role: "status"});
  state.on_change(() => {
    const chosen = state.selection;
    note.hidden = !chosen;
    note.textContent = chosen
      ? `Selected: ${duration(chosen.from)} to ${duration(chosen.to)}. Sites, polls and CPU time ` +
        "are of that; the verdict and all else are of the whole."
      : "";
  });
  note.hidden = true;
  return note;
}

function head(state) {
  const v = first("verdict"),
    words = first("sentences");
  return el(
    "header",
    {},
    el(
      "h1",
      {},
      el("span", {class: "level " + (LEVELS[v.level] || "bad")}, v.level + ": "),
      v.sentence,
    ),
    v.next_step ? el("p", {}, v.next_step) : null,
    el(
      "p",
      {class: "soft"},
      `${(v.processes || "no process").slice(0, 300)}, ${duration(v.duration_ns)} recorded, ` +
        `threshold ${duration(v.threshold_ns)}, ${words.source}` +
        (v.truncated ? "; the capture is TRUNCATED: its end is missing" : ""),
    ),
    words.filter ? el("p", {}, words.filter) : null,
    selection_note(state),
    rows("missing")
      .filter(m => m.reason)
      .map(m => el("p", {}, `No function names: ${m.reason}; ${m.remedy}.`)),
    navigation([
      ["remedies", "What to do"],
      ["timeline", "Timeline"],
      ["flame", "Flame graph"],
      ["sites", "Sites"],
      ...(rows("main_sites").length ? [["main-future", "Main future"]] : []),
      ["tasks", "Tasks"],
      ...(rows("task_life").length ? [["task-life", "What tasks did"]] : []),
      ["workers", "Workers"],
      ["pool", "Blocking pool"],
      ["hotspots", "CPU"],
      ["unknown", "Lost or not known"],
      ["recording", "Recording"],
    ]),
  );
}

function remedies(state) {
  const list = rows("remedies");
  return section(
    "remedies",
    "What to do",
    list.length
      ? el(
          "ul",
          {},
          list.map(r =>
            el(
              "li",
              {},
              r.advice,
              r.documentation ? el("span", {class: "soft"}, "  " + r.documentation) : null,
              " ",
              [r.sites, r.main_sites]
                .join()
                .split(/[ ,]+/)
                .map(Number)
                .filter(Boolean)
                .map(site => [
                  el(
                    "button",
                    {type: "button", onclick: () => state.choose_site(site)},
                    `site ${site}`,
                  ),
                  " ",
                ]),
            ),
          ),
        )
      : el(
          "p",
          {class: "soft"},
          rows("sites").length + rows("main_sites").length
            ? "There is no advice for these sites." : "Nothing blocked.",
        ),
  );
}

function tasks(state) {
  const open = el("div", {id: "task-detail"});
  const list = table(
    [
      {
        title: "task",
        value: t => t.task || "unknown",
        cell: t =>
          el(
            "button",
            {
              type: "button",
              class: "name",
              onclick: () =>
                open.replaceChildren(
                  el(
                    "div",
                    {class: "panel"},
                    el("h3", {}, (t.task || "unknown").slice(0, 300)),
                    histogram(
                      state.histogram.filter(h => h.site === null && h.task === (t.task || "")),
                    ),
                    el("p", {class: "soft"}, "Lengths of its blocking polls."),
                  ),
                ),
            },
            (t.task || "unknown").slice(0, 160),
          ),
      },
      {title: "blocking polls", number: true, value: t => t.count, cell: t => count(t.count)},
      {title: "polls", number: true, wide: true, value: t => t.polls, cell: t => count(t.polls)},
      {title: "blocked", number: true, value: t => t.blocked_ns, cell: t => duration(t.blocked_ns)},
      {
        title: "median",
        number: true,
        wide: true,
        value: t => t.p50_ns,
        cell: t => duration(t.p50_ns),
      },
      {title: "p99", number: true, value: t => t.p99_ns, cell: t => duration(t.p99_ns)},
      {title: "longest", number: true, value: t => t.max_ns, cell: t => duration(t.max_ns)},
      {
        title: "percentiles of",
        wide: true,
        value: t => (t.population === "all" ? "all polls" : "blocking polls"),
      },
    ],
    rows("tasks"),
    {sorted: 3},
  );
  return section("tasks", "Tasks", list.element, open);
}

// Of each type of task, where its time went (--polls). What is shown is of the whole recording.
function task_life() {
  if (!rows("task_life").length) return null;
  const share = (title, name) => ({
    title,
    number: true,
    value: t => t[name],
    cell: t => percent(t[name] === null ? null : t[name] / 100),
  });
  const list = table(
    [
      {
        title: "task",
        value: t => t.task || "not known",
        cell: t => name_cell(t.task || "not known"),
      },
      {
        title: "alive",
        number: true,
        value: t => t.alive,
        cell: t => (t.ends_seen === 0 ? "≤ " : "") + count(t.alive),
      },
      {
        title: "more",
        number: true,
        value: t => t.alive - t.alive_first,
        cell: t =>
          t.alive > t.alive_first && t.ends_seen !== 0 ? "+" + count(t.alive - t.alive_first) : "",
      },
      {title: "ended", number: true, wide: true, value: t => t.ended, cell: t => count(t.ended)},
      {
        title: "lifetime",
        number: true,
        wide: true,
        value: t => t.mean_life_ns,
        cell: t => duration(t.mean_life_ns),
      },
      share("polled", "polled_percent"),
      share("ready", "ready_percent"),
      share("awaiting", "await_percent"),
      share("not known", "unknown_percent"),
      {
        title: "longest ready",
        number: true,
        value: t => t.ready_max_ns,
        cell: t => duration(t.ready_max_ns),
      },
    ],
    rows("task_life"),
    {most: 20},
  );
  const unfollowed = rows("task_life").reduce((sum, t) => sum + t.unfollowed, 0);
  const hidden = rows("task_life").filter(t => t.ends_seen === 0).length;
  const unseen = rows("task_life").filter(t => !t.spawned && t.found_late).length;
  return section(
    "task-life",
    "What tasks did while they were followed",
    el(
      "p",
      {class: "soft"},
      "Time of all tasks of a type: in polls; ready, which is spawned or woken and not polled; " +
        "awaiting to be woken. More: than when they were first counted." +
        (hidden ? ` Of ${count(hidden)} types it is not seen when tasks end (≤).` : "") +
        (unseen ? ` Of ${count(unseen)} types tasks came, and no spawn was seen.` : "") +
        (unfollowed ? ` ${count(unfollowed)} polls are of tasks that were not followed.` : ""),
    ),
    list.element,
  );
}

function workers() {
  const bar = w => {
    const parts = STATES.map(state => {
      const part = el("i", {class: state, title: `${state} ${duration(state_ns(w, state))}`});
      part.style.width = (100 * state_ns(w, state)) / Math.max(1, w.wall_ns) + "%";
      return part;
    });
    return el(
      "div",
      {
        class: "states",
        role: "img",
        "aria-label": STATES.map((state, i) => parts[i].title).join(", "),
      },
      parts,
    );
  };
  const list = table(
    [
      {title: "tid", number: true, value: w => w.tid},
      {title: "name", value: w => w.comm || ""},
      ...(rows("workers").some(w => w.runtime)
        ? [{title: "runtime", number: true, value: w => w.runtime}]
        : []),
      {title: "of", number: true, value: w => w.wall_ns, cell: w => duration(w.wall_ns)},
      {title: "states", value: w => w.parked_ns, cell: bar},
      {
        title: "blocking",
        number: true,
        value: w => w.blocking_ns,
        cell: w => duration(w.blocking_ns),
      },
      {
        title: "polls",
        number: true,
        value: w => w.blocking_polls,
        cell: w => count(w.blocking_polls),
      },
      {
        title: "waiting for a CPU",
        number: true,
        wide: true,
        value: w => w.run_queue_ns,
        cell: w => duration(w.run_queue_ns),
      },
    ],
    rows("workers"),
  );
  return section("workers", "Workers", keys(STATES), list.element);
}

function facts(list) {
  return el(
    "dl",
    {},
    list
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value).slice(0, 1000))]),
  );
}

// Threads of the pool itself: its count has those of workers too.
function own_threads(count, load) {
  return count === null ? "–" : Math.max(count - load.workers, 0);
}

function pool() {
  const p = first("pool");
  const closures = table(
    [
      {title: "at", number: true, value: c => c.at_ns, cell: c => duration(c.at_ns)},
      {title: "seen for", number: true, value: c => c.wall_ns, cell: c => duration(c.wall_ns)},
      {title: "cause", value: c => c.cause},
      {title: "closure", value: c => c.function, cell: c => name_cell(c.function)},
      {title: "line", wide: true, value: c => place(c)},
    ],
    rows("closures"),
    {most: 20},
  );
  return section(
    "pool",
    "Blocking pool",
    facts([
      ["threads seen", p.threads],
      ["at work at once, at least", p.peak_busy],
      ["busy", duration(p.busy_ns)],
      ["in block_in_place", p.block_in_place_count ? duration(p.block_in_place_ns) : null],
    ]),
    rows("pool_load").map(l =>
      el(
        "p",
        {},
        `${l.name} ${l.pid}: at most ${l.peak_tasks} tasks in the ` +
          `queue, the longest wait ≥ ${duration(l.longest_wait_ns)}; full for ` +
          `≥ ${duration(l.full_ns)} ` +
          `of ${duration(l.watched_ns)}; ${own_threads(l.threads, l)} of ` +
          `${own_threads(l.thread_limit, l)} threads.`,
      ),
    ),
    rows("closures").length
      ? [
          el("h3", {}, "The longest closures, as far as seen in one piece"),
          closures.element,
        ]
      : null,
  );
}

function hotspots() {
  const list = table(
    [
      {title: "self", number: true, value: h => h.self_ns, cell: h => duration(h.self_ns)},
      {title: "share", number: true, value: h => h.share, cell: h => percent(h.share)},
      {
        title: "with calls",
        number: true,
        wide: true,
        value: h => h.total_ns,
        cell: h => duration(h.total_ns),
      },
      {title: "function", value: h => h.function, cell: h => name_cell(h.function)},
      {title: "line", wide: true, value: h => place(h)},
      {title: "whose", wide: true, value: h => h.origin},
    ],
    rows("hotspots"),
    {most: 20},
  );
  const cpus = table(
    [
      {title: "CPU", number: true, value: c => c.cpu},
      {title: "ran ≥", number: true, value: c => c.cpu_ns, cell: c => duration(c.cpu_ns)},
      {
        title: "threads waited for it",
        number: true,
        value: c => c.run_queue_ns,
        cell: c => duration(c.run_queue_ns),
      },
      {title: "longest", number: true, value: c => c.longest_ns, cell: c => duration(c.longest_ns)},
    ],
    rows("cpus"),
  );
  return section(
    "hotspots",
    "CPU time of all threads",
    list.element,
    el("h3", {}, "By CPU"),
    cpus.element,
  );
}

function unknown() {
  const l = first("limits"),
    losses = rows("loss");
  return section(
    "unknown",
    "Lost or not known",
    losses.length
      ? table(
          [
            {title: "lost", value: r => r.cause},
            {
              title: "count",
              number: true,
              value: r => r.count,
              cell: r => `${count(r.count)} ${r.unit}`,
            },
            {
              title: "of all",
              number: true,
              value: r => r.percent,
              cell: r => (r.percent === null ? "–" : r.percent.toFixed(3) + "%"),
            },
          ],
          losses,
        ).element
      : el("p", {}, "Nothing was lost."),
    facts([
      ["stacks that reach their root", `${count(l.stacks_complete)} of ${count(l.stacks)}`],
      ["why others ended", l.stops],
      [
        "sleeps that may be parks or blocking",
        l.unclassified_spans
          ? `${count(l.unclassified_spans)}, ${duration(l.unclassified_span_ns)}`
          : null,
      ],
      [
        "runs that may be several polls",
        l.unproven_runs ? `${count(l.unproven_runs)}, ${duration(l.unproven_cpu_ns)}` : null,
      ],
      [
        "polls long by the clock alone",
        l.unobserved_polls
          ? `${count(l.unobserved_polls)}, ${duration(l.unobserved_cpu_ns)}`
          : null,
      ],
      [
        "waits that probes caused",
        l.probe_waits ? `${count(l.probe_waits)}, ${duration(l.probe_wait_ns)}` : null,
      ],
    ]),
  );
}

function recording() {
  const i = first("info");
  const marks = rows("marks");
  return section(
    "recording",
    "Recording",
    facts([
      ["command", i.command],
      ["began (UTC)", i.started_utc],
      ["length", duration(i.duration_ns)],
      ["ended", i.truncated ? "truncated" : i.end_reason],
      ["capture", i.capture_id],
      ["file", i.file],
      ["hud-record", i.recorder],
      ["kernel", i.kernel],
      ["CPUs", i.cpus],
      ["samples", `${i.sample_hz} Hz a CPU`],
      ["events", count(i.events)],
      [
        "recorder's CPU time",
        i.recorder_cpu_ns === null
          ? null
          : `${duration(i.recorder_cpu_ns)} (${i.recorder_cpu_percent.toFixed(2)}% of a CPU)`,
      ],
      ["its memory", i.recorder_rss_bytes ? (i.recorder_rss_bytes / 1e6).toFixed(1) + " MB" : null],
      [
        "BPF programs",
        i.bpf_cpu_percent === null ? null : i.bpf_cpu_percent.toFixed(3) + "% of all CPUs",
      ],
    ]),
    marks.length
      ? [
          el("h3", {}, "Marks"),
          el(
            "ul",
            {},
            marks.map(m => el("li", {}, `${duration(m.at_ns)}  ${m.text.slice(0, 500)}`)),
          ),
        ]
      : null,
  );
}
