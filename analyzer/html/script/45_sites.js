// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// The table of sites, of the whole recording or of the selected time, and all about one site.

// `list`: rows with shown_ns and shown_count, what they have in the selected time.
function site_table(state, list) {
  const total = Math.max(
    1,
    list.reduce((sum, s) => sum + s.shown_ns, 0),
  );
  return table(
    [
      {title: "site", number: true, value: s => s.site},
      {title: "total", number: true, value: s => s.shown_ns, cell: s => duration(s.shown_ns)},
      {
        title: "share",
        number: true,
        wide: true,
        value: s => s.shown_ns,
        cell: s => percent(s.shown_ns / total),
      },
      {title: "polls", number: true, value: s => s.shown_count, cell: s => count(s.shown_count)},
      {title: "p99", number: true, wide: true, value: s => s.p99_ns, cell: s => duration(s.p99_ns)},
      {title: "max", number: true, value: s => s.max_ns, cell: s => duration(s.max_ns)},
      {
        title: "cause",
        value: s => s.cause,
        cell: s => el("span", {class: "key " + s.cause}, s.cause),
      },
      {
        title: "function",
        value: s => s.function,
        cell: s =>
          el(
            "div",
            {},
            el(
              "button",
              {
                type: "button",
                class: "name",
                "aria-pressed": String(state.site === s.site),
                title: s.function.slice(0, 2000),
                onclick: () => state.choose_site(s.site),
              },
              s.function.slice(0, 160),
            ),
            el("div", {class: "soft name"}, place(s)),
          ),
      },
    ],
    list,
    {sorted: 1, chosen: s => s.site === state.site},
  );
}

function sites(state) {
  const note = el("p", {class: "soft", role: "status", id: "sites-note"});
  const list = site_table(state, state.sites);
  const search = el("input", {
    type: "search",
    id: "sites-search",
    placeholder: "Search sites",
    "aria-label": "Search sites",
    oninput: () => update(),
  });
  const detail = el("div", {id: "site-detail"});

  function update() {
    const wanted = search.value.trim().toLowerCase(),
      times = state.site_times();
    for (const s of state.sites) {
      const own = times ? times.get(s.site) : null;
      s.shown_ns = times ? (own ? own.ns : 0) : s.total_ns;
      s.shown_count = times ? (own ? own.count : 0) : s.count;
    }
    list.show(
      state.sites.filter(
        s =>
          (!times || s.shown_count) &&
          (!wanted ||
            `${s.function} ${s.cause} ${s.tasks} ${place(s)}`.toLowerCase().includes(wanted)),
      ),
    );
    note.textContent = times
      ? "Of the selected time; polls that reach over its ends count in " +
        "proportion. p99 and max are of the whole." +
        state.left_out()
      : "";
    detail.replaceChildren(...(state.site ? [site_detail(state, state.site)] : []));
  }
  state.on_change(update);
  return section(
    "sites",
    "Blocking sites",
    el("div", {class: "bar controls"}, search),
    note,
    list.element,
    detail,
  );
}

// What blocked the main future: itself and what it joins. It is in no worker's timeline, so that a
// selected time does not change it.
function main_future(state) {
  if (!state.main_sites.length) return null;
  const list = site_table(state, state.main_sites);
  const update = () => {
    for (const s of state.main_sites) [s.shown_ns, s.shown_count] = [s.total_ns, s.count];
    list.show(state.main_sites);
  };
  state.on_change(update);
  return section(
    "main-future",
    "Main future",
    el("p", {class: "soft"}, "It blocks itself and what it joins, no worker. Of the whole time."),
    list.element,
  );
}

function site_detail(state, number) {
  const s = state.site_of.get(number);
  const own = name => rows(name).filter(r => r.site === number);
  if (!s) return el("p", {class: "panel"}, `There is no site ${number} here.`);
  const wakers = own("wakers"),
    holders = own("holders").filter(h => h.through);
  const waits = own("queue_wait")[0],
    tree = own("tree");
  return el(
    "div",
    {class: "panel"},
    el("h3", {}, `Site ${number}: ${s.function.slice(0, 300)}, ${s.cause}`),
    el("button", {type: "button", onclick: () => state.choose_site(null)}, "Close"),
    s.advice
      ? el("p", {}, s.advice + " ", el("span", {class: "soft"}, s.documentation || ""))
      : null,
    el(
      "dl",
      {},
      [
        ["total", duration(s.total_ns)],
        ["polls", count(s.count)],
        ["median", duration(s.p50_ns)],
        ["p99", duration(s.p99_ns)],
        ["longest", duration(s.max_ns)],
        ["waiting for a CPU, not in these", duration(s.run_queue_ns)],
        ["bounds", s.bounds],
        ["entry", s.entry],
        ["first synchronous call", s.boundary && `${s.boundary}  ${place(s, "boundary_")}`],
        [
          "most of it in",
          s.leaf && s.leaf !== s.function
            ? `${s.leaf}  ${place(s, "leaf_")}  ${percent(s.leaf_share)}`
            : "",
        ],
        ["inferred", s.inferred ? "its last act was the call" : ""],
      ]
        .filter(([, text]) => text)
        .map(([name, text]) => [el("dt", {}, name), el("dd", {}, String(text).slice(0, 500))]),
    ),
    el("h3", {}, "How long"),
    histogram(state.histogram.filter(h => h.site === number)),
    el("h3", {}, "Lines"),
    el(
      "ul",
      {},
      own("lines")
        .slice(0, 20)
        .map(l =>
          el(
            "li",
            {},
            `${duration(l.blocked_ns)}  `,
            el("span", {class: "name"}, place(l) || "unknown"),
          ),
        ),
    ),
    tree.length
      ? [
          el("h3", {}, "Calls"),
          el(
            "ul",
            {class: "stack"},
            tree.map(t => {
              const item = el(
                "li",
                {class: t.origin === "user" ? "user" : "soft"},
                `${t.forked ? "└ " : ""}${t.function.slice(0, 200)}  ${place(t)}` +
                  `  ${percent(t.share)}`,
              );
              item.style.marginLeft = Math.min(20, t.fork) * 0.9 + "rem";
              return item;
            }),
          ),
        ]
      : null,
    wakers.length
      ? [
          el("h3", {}, "Who ended its waits"),
          el(
            "ul",
            {},
            wakers
              .slice(0, 20)
              .map(w =>
                el(
                  "li",
                  {},
                  `${percent(w.share)}  ${
                    w.open
                      ? "nobody, until the recording ended"
                      : (w.waker || w.known_as || "unknown").slice(0, 200)
                  }  ${place(w)}${w.inferred ? " (inferred)" : ""}`,
                ),
              ),
          ),
        ]
      : null,
    holders.length
      ? [
          el("h3", {}, "… which had waited for"),
          el(
            "ul",
            {},
            holders
              .slice(0, 20)
              .map(h =>
                el(
                  "li",
                  {},
                  `${percent(h.share)}  ${(h.holder || "unknown").slice(0, 200)}  ${place(h)}`,
                ),
              ),
          ),
        ]
      : null,
    state.main_sites.includes(s) ? null : site_tasks(number),
    state.main_sites.includes(s) ? null : site_queue(waits),
    own("next_tasks").map(t =>
      el(
        "p",
        {},
        `In the worker's LIFO slot: ${t.task.slice(0, 200)}, ` +
          `${t.waits} times, ${duration(t.blocked_ns)}.`,
      ),
    ),
  );
}

function site_tasks(number) {
  return [
    el("h3", {}, "In these tasks"),
    el(
      "ul",
      {},
      rows("site_tasks")
        .filter(t => t.site === number)
        .slice(0, 20)
        .map(t =>
          el(
            "li",
            {},
            `${duration(t.blocked_ns)} in ${count(t.count)} polls of ` +
              (t.task || "unknown").slice(0, 200),
          ),
        ),
    ),
  ];
}

function site_queue(waits) {
  return [
    el("h3", {}, "Waiting behind it"),
    el(
      "p",
      {},
      waits
        ? `When the queue was read meanwhile, ` +
            `${waits.mean.toFixed(1)} tasks waited in the worker's run queue on average, ` +
            `at most ${waits.max}.` +
            (waits.queue_wait_mean_ns
              ? ` They had waited for at least ${duration(waits.queue_wait_mean_ns)}` +
                ` on average, at most ${duration(waits.queue_wait_max_ns)}.`
              : "")
        : "The worker's run queue was not read meanwhile.",
    ),
  ];
}
