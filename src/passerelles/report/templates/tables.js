"use strict";
(() => {
  const lang = document.documentElement.lang;
  const words = document.body.dataset;
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLocaleLowerCase(lang);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const shown = new Intl.NumberFormat(lang);

  // A figure that is not known stands last whichever way the column is sorted; equal rows keep their order.
  const compare = (column, numeric, sign) => (a, b) => {
    const [x, y] = [a.cells[column], b.cells[column]];
    if (!numeric) return sign * x.textContent.trim().localeCompare(y.textContent.trim(), lang, { numeric: true });
    const [p, q] = [x.dataset.value, y.dataset.value];
    if (p === undefined || q === undefined) return (p === undefined) - (q === undefined);
    return sign * (Number(p) - Number(q));
  };

  const sortable = (table, status) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      const printed = document.createElement("span"); // a button is not painted in a heading repeated on a new page
      printed.className = "printed";
      printed.textContent = head.textContent;
      button.append(...head.childNodes);
      head.append(button, printed);
      button.addEventListener("click", () => {
        const numeric = head.classList.contains("number");
        const now = head.getAttribute("aria-sort");
        const next = now ? (now === "ascending" ? "descending" : "ascending") : numeric ? "descending" : "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", next);
        const body = table.tBodies[0];
        body.append(...[...body.rows].sort(compare(column, numeric, next === "ascending" ? 1 : -1)));
        status.textContent = fill(words[next], { column: button.textContent });
      });
    });
  };

  const filterable = (table, tools, status) => {
    const input = tools.querySelector("input");
    if (!input) return;
    const rows = [...table.tBodies[0].rows].map((row) => [row, fold(row.textContent)]);
    const count = tools.querySelector("p");
    input.addEventListener("input", () => {
      const wanted = fold(input.value).split(/\s+/).filter(Boolean);
      let kept = 0;
      for (const [row, text] of rows) {
        row.hidden = !wanted.every((word) => text.includes(word));
        kept += row.hidden ? 0 : 1;
      }
      const values = { n: shown.format(kept), total: shown.format(rows.length) };
      count.textContent = fill(kept > 1 ? words.many : kept ? words.one : words.zero, values);
      tools.classList.toggle("filtered", kept < rows.length);
      status.textContent = count.textContent;
    });
  };

  const prepare = (root) => {
    for (const region of root.querySelectorAll(".scroll[data-table]")) {
      const table = region.querySelector("table");
      const tools = document.getElementById("tools-" + region.dataset.table);
      const status = document.getElementById("status");
      sortable(table, status);
      if (tools) {
        tools.hidden = false;
        filterable(table, tools, status);
      }
    }
  };
  prepare(document);
  document.addEventListener("added", (event) => prepare(event.target)); // a piece that came later

  for (const tools of document.querySelectorAll(".unfold")) {
    tools.hidden = false;
    const within = tools.parentElement.querySelectorAll("details");
    const [open, close] = tools.querySelectorAll("button");
    open.addEventListener("click", () => within.forEach((each) => { each.open = true; }));
    close.addEventListener("click", () => within.forEach((each) => { each.open = false; }));
  }

  // What an address names after the #; nothing where it was cut on its way.
  const fragment = () => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } };
  const reveal = () => {
    const target = document.getElementById(fragment());
    if (!target || target.tagName !== "DETAILS") return;
    target.open = true;
    target.querySelector("summary").focus();
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // The explanations are most of the pages: one may print them all, or none.
  const printed = document.getElementById("printed");
  if (printed) {
    document.getElementById("printing").hidden = false;
    printed.addEventListener("change", () => { document.body.className = printed.value; });
  }

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((each) => { each.open = true; });
  });
  window.addEventListener("afterprint", () => {
    opened.forEach((each) => { each.open = false; });
    opened = [];
  });
})();
