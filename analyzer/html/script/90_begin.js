// SPDX-License-Identifier: MIT OR Apache-2.0
"use strict";

// The page of what the data are of. Pictures are painted anew in other colours, and for print.

function begin() {
  const page = document.getElementById("page");
  const shown = DATA.changes ? diff_page() : report_page();
  page.append(
    ...shown.elements,
    el(
      "footer",
      {class: "soft"},
      el("p", {}, document.querySelector("meta[name=generator]").content),
    ),
  );
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", shown.painted);
  addEventListener("beforeprint", () => {
    for (const picture of Object.values(shown.pictures)) picture.paint();
  });
  shown.shown?.();
  Object.assign(page, shown.pictures, {state: shown.state});
  document.documentElement.dataset.ready = "1";
}

begin();
