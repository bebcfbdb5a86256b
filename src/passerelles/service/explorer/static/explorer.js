"use strict";
(() => {
  const lang = document.documentElement.lang;
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLocaleLowerCase(lang);

  const words = document.body.dataset;
  const put = (place, html) => {
    const focused = document.activeElement?.id;
    place.innerHTML = html;
    place.dispatchEvent(new Event("added", { bubbles: true }));
    if (focused && place.querySelector("#" + CSS.escape(focused))) document.getElementById(focused).focus();
  };
  const failure = () => {
    const said = document.createElement("p");
    said.className = "notice";
    said.setAttribute("role", "alert");
    said.textContent = words.failed;
    return said.outerHTML;
  };
  const told = (answer) =>
    (answer.headers.get("Content-Type") ?? "").startsWith("text/html") ? answer.text() : failure();
  // A body, never a query: what is about a person or a territory is in no address and no log.
  const post = async (address, body) => {
    try {
      const answer = await fetch(address, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
      });
      return { ok: answer.ok, answer, text: await told(answer) };
    } catch { return { ok: false, text: failure() }; }
  };

  // A profile lives in the fragment of the address, which browsers send to nobody.
  const profile = document.getElementById("profile");
  if (profile) {
    const [holds, moves] = [document.getElementById("holds"), document.getElementById("moves")];
    const kept = "passerelles-profile";
    const empty = { job: null, off: [], more: [], credentials: {}, employment: "" };
    const parse = (text) => { try { return { ...empty, ...JSON.parse(text) }; } catch { return { ...empty }; } };
    const decode = (text) => { try { return decodeURIComponent(text); } catch { return ""; } };
    let state = parse(decode(location.hash.slice(1)) || localStorage.getItem(kept) || "{}");
    let ranks = null;
    let turn = 0;

    const save = () => {
      history.replaceState(null, "", "#" + encodeURIComponent(JSON.stringify(state)));
      if (localStorage.getItem(kept)) localStorage.setItem(kept, JSON.stringify(state));
    };
    const compare = () => {
      const now = new Map();
      for (const row of moves.querySelectorAll(".t-ranking tbody tr")) {
        const job = row.querySelector("[data-key=target] span").textContent.trim();
        const rank = Number(row.querySelector("[data-key=rank]").dataset.value);
        now.set(job, rank);
        const before = ranks?.get(job);
        if (!ranks || before === rank) continue;
        const change = document.createElement("span");
        change.className = "note change";
        const [text, by] = before === undefined ? [profile.dataset.new, 0]
          : before > rank ? [profile.dataset.up, before - rank] : [profile.dataset.down, rank - before];
        change.textContent = text.replace("{n}", by);
        row.querySelector("[data-key=rank] > span").append(" ", change);
      }
      ranks = now.size ? now : null;
    };
    const own = (test) => [...holds.querySelectorAll("[data-own]")].filter(test).map((box) => box.value);
    const rank = async () => {
      const mine = ++turn;
      const ticked = own((box) => box.checked);
      state.off = own((box) => !box.checked);
      state.more = [...holds.querySelectorAll("[data-more]")].filter((box) => box.checked).map((box) => box.value);
      save();
      const exercised = ticked.length > 0 && state.off.length === 0;
      moves.setAttribute("aria-busy", "true");
      const found = await post(profile.dataset.moves, {
        occupation: exercised ? state.job : null, competencies: exercised ? state.more : [...ticked, ...state.more],
        credentials: state.credentials, employment: state.employment || null,
      });
      if (mine !== turn) return;
      put(moves, found.text);
      moves.setAttribute("aria-busy", "false");
      compare();
    };
    const list = async (text = "") => {
      const found = await post(profile.dataset.holds, { job: state.job, text, competencies: state.more });
      put(holds, found.text);
      const job = holds.querySelector("[data-is]");
      state.job = job ? job.dataset.is : state.job;
      for (const box of holds.querySelectorAll("[data-own]")) box.checked = !state.off.includes(box.value);
      if (found.ok && !holds.querySelector("[data-job]")) await rank();
    };

    document.getElementById("start").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = document.getElementById("job").value.trim();
      state = { ...state, job: text || null, off: [] };
      list();
    });
    document.getElementById("more").addEventListener("submit", (event) => {
      event.preventDefault();
      list(document.getElementById("wanted").value);
    });
    const employment = document.getElementById("employment");
    employment.value = state.employment;
    employment.addEventListener("change", () => { state.employment = employment.value; rank(); });
    holds.addEventListener("change", rank);
    holds.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.job) { state = { ...state, job: button.dataset.job, off: [] }; list(); }
      if (button.dataset.add) { state.more = [...new Set([...state.more, button.dataset.add])]; list(); }
      if (button.dataset.all) {
        for (const box of holds.querySelectorAll("[data-own]")) box.checked = button.dataset.all === "1";
        rank();
      }
    });
    moves.addEventListener("change", (event) => {
      if (!event.target.matches("[data-credential]")) return;
      if (event.target.checked) state.credentials[event.target.value] = "yes";
      else delete state.credentials[event.target.value];
      rank();
    });
    document.getElementById("keep").addEventListener("click", () => localStorage.setItem(kept, JSON.stringify(state)));
    document.getElementById("forget").addEventListener("click", () => {
      localStorage.removeItem(kept);
      history.replaceState(null, "", location.pathname + location.search);
      location.reload();
    });
    if (state.job || state.more.length) list();
  }

  // A territory: tables are read here, sent for the time of an answer, and kept by nobody.
  const territory = document.getElementById("territory");
  if (territory) {
    const place = document.getElementById("plan");
    const choices = { fragile: {}, hiring: {} };
    let before = null;
    const read = async (input) => {
      const file = input.files[0];
      if (!file) return null;
      const bytes = new Uint8Array(await file.arrayBuffer());
      let text = "";
      for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
      return { name: file.name, content: btoa(text) };
    };
    const asked = async () => {
      const sample = document.getElementById("sample")?.value || null;
      const body = {
        sample, choices, stretch: document.getElementById("stretch").checked, mask: document.getElementById("mask").checked,
        fragile: sample ? null : await read(document.getElementById("fragile")),
        hiring: sample ? null : await read(document.getElementById("hiring")),
      };
      for (const field of territory.querySelectorAll("[data-bound]")) {
        const value = field.value.trim();
        if (!value) continue;
        body[field.dataset.bound] = field.type !== "number" ? value
          : "percent" in field.dataset ? Number(value) / 100 : Number(value);
      }
      return body;
    };
    const figures = () => [...place.querySelectorAll("[data-figure]")].map((each) => each.textContent);
    const compare = () => {
      const now = figures();
      place.querySelectorAll("[data-figure]").forEach((each, i) => {
        if (!before || before[i] === undefined || before[i] === now[i] || !/\d/.test(now[i] + before[i])) return;
        const said = document.createElement("span");
        said.className = "change";
        said.textContent = territory.dataset.change.replace("{n}", before[i]);
        each.append(said);
      });
      before = now.length ? now : before;
    };
    const compute = async () => {
      place.setAttribute("aria-busy", "true");
      const [status, go] = [document.getElementById("status"), territory.querySelector("[type=submit]")];
      const name = go.textContent;
      status.textContent = go.textContent = words.working; // heard, and seen where one has clicked
      go.disabled = true;
      const found = await post(territory.dataset.plan, await asked());
      put(place, found.text);
      go.textContent = name;
      go.disabled = false;
      place.setAttribute("aria-busy", "false");
      status.textContent = "";
      if (found.ok) { compare(); document.getElementById("h-plan").focus(); }
    };
    territory.addEventListener("submit", (event) => { event.preventDefault(); compute(); });
    place.addEventListener("change", (event) => {
      const { side, title } = event.target.dataset;
      if (!side) return;
      if (event.target.value) choices[side][title] = event.target.value; else delete choices[side][title];
    });
    place.addEventListener("click", async (event) => {
      if (event.target.id === "again") { compute(); return; }
      const form = event.target.dataset.form;
      if (!form) return;
      event.target.disabled = true;
      const answer = await fetch(territory.dataset.file, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ asked: await asked(), form }),
      }).catch(() => null);
      event.target.disabled = false;
      if (!answer?.ok) {
        const problem = document.createElement("div");
        problem.innerHTML = answer ? await told(answer) : failure();
        event.target.parentElement.after(problem);
        return;
      }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `territoire.${form}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
  }

  // The whole map: zoom, drag, search, one domain at a time. Its table says the same without any of this.
  const chart = document.querySelector("[data-map]");
  if (chart) {
    const svg = chart.querySelector("svg");
    const spot = document.getElementById("spot");
    const hint = spot.textContent;
    const side = svg.viewBox.baseVal.width;
    const names = new Map();
    for (const cell of document.querySelectorAll(".t-map tbody th")) {
      names.set(cell.querySelector(".note").textContent, cell.querySelector("a").textContent);
    }
    const dots = [...svg.querySelectorAll("circle")];
    const texts = new Map(dots.map((dot) => [dot, fold(dot.dataset.code + " " + names.get(dot.dataset.code))]));
    const domains = svg.querySelector(".names");
    const labels = document.createElementNS("http://www.w3.org/2000/svg", "g");
    svg.append(labels);
    let view = { x: 0, y: 0, size: side };

    const draw = () => {
      const scale = view.size / side;
      svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.size} ${view.size}`);
      dots.forEach((dot) => dot.setAttribute("r", dot.classList.contains("hit") ? 9 * scale : 4.2 * scale ** 0.7));
      domains.setAttribute("font-size", 15 * scale);
      domains.setAttribute("stroke-width", 4 * scale);
      domains.setAttribute("opacity", scale < 0.35 ? 0 : 1);
      labels.replaceChildren();
      const inside = dots.filter((d) => {
        const [x, y] = [d.cx.baseVal.value - view.x, d.cy.baseVal.value - view.y];
        return x > 0 && y > 0 && x < view.size && y < view.size && !d.classList.contains("faint");
      });
      if (inside.length > 40) return;
      const written = []; // no name on another: the spot under the map names what is pointed at
      for (const dot of inside.sort((a, b) => b.classList.contains("hit") - a.classList.contains("hit"))) {
        const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
        const right = dot.cx.baseVal.value - view.x < view.size / 2;
        text.setAttribute("x", dot.cx.baseVal.value + (right ? 10 : -10) * scale);
        text.setAttribute("y", dot.cy.baseVal.value + 4 * scale);
        text.setAttribute("font-size", 13 * scale);
        text.setAttribute("text-anchor", right ? "start" : "end");
        text.textContent = names.get(dot.dataset.code);
        labels.append(text);
        const box = text.getBBox();
        const over = written.some((b) => box.x < b.x + b.width && b.x < box.x + box.width
          && box.y < b.y + b.height && b.y < box.y + box.height);
        if (over) text.remove(); else written.push(box);
      }
    };
    const zoom = (factor, x = view.x + view.size / 2, y = view.y + view.size / 2) => {
      const size = factor ? Math.min(side, Math.max(side / 40, view.size * factor)) : side;
      const share = size / view.size;
      const kept = (value) => Math.min(side - size, Math.max(0, value));
      view = { x: kept(x - (x - view.x) * share), y: kept(y - (y - view.y) * share), size };
      draw();
    };
    const place = (event) => {
      const box = svg.getBoundingClientRect();
      return [view.x + ((event.clientX - box.left) / box.width) * view.size,
        view.y + ((event.clientY - box.top) / box.height) * view.size];
    };
    const centre = (dot, size) => {
      view = { x: dot.cx.baseVal.value - size / 2, y: dot.cy.baseVal.value - size / 2, size };
      zoom(1);
    };
    const tell = (dot) => { spot.textContent = dot ? `${names.get(dot.dataset.code)} (${dot.dataset.code})` : hint; };

    chart.classList.add("live");
    chart.querySelector(".tools").hidden = false;
    svg.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoom(event.deltaY < 0 ? 0.8 : 1.25, ...place(event));
    }, { passive: false });
    let from = null;
    svg.addEventListener("pointerdown", (event) => { from = { x: event.clientX, y: event.clientY, view, moved: false }; });
    svg.addEventListener("pointermove", (event) => {
      tell(event.target.matches("circle") ? event.target : null);
      if (!from || !event.buttons) return;
      const box = svg.getBoundingClientRect();
      const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
      from.moved ||= Math.hypot(dx, dy) > 4;
      const kept = (value) => Math.min(side - view.size, Math.max(0, value));
      view = { ...view, x: kept(from.view.x - (dx / box.width) * view.size),
        y: kept(from.view.y - (dy / box.height) * view.size) };
      draw();
    });
    svg.addEventListener("click", (event) => {
      if (from?.moved || !event.target.matches("circle")) return;
      location.href = chart.dataset.base.replace("CODE", encodeURIComponent(event.target.dataset.code));
    });
    for (const button of chart.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));
    }
    const find = document.getElementById("find");
    find.addEventListener("input", () => {
      const words = fold(find.value).split(/\s+/).filter(Boolean);
      const hits = dots.filter((dot) => words.length && words.every((word) => texts.get(dot).includes(word)));
      dots.forEach((dot) => {
        dot.classList.toggle("faint", words.length > 0 && !hits.includes(dot));
        dot.classList.toggle("hit", hits.includes(dot));
      });
      if (hits.length === 1) { centre(hits[0], side / 12); tell(hits[0]); } else { zoom(0); tell(null); }
      if (words.length && hits.length !== 1) spot.textContent = names.size ? `${hits.length} / ${dots.length}` : "";
    });
    for (const button of document.querySelectorAll("[data-pick]")) {
      button.addEventListener("click", () => {
        const on = button.getAttribute("aria-pressed") !== "true";
        for (const other of document.querySelectorAll("[data-pick]")) other.setAttribute("aria-pressed", "false");
        button.setAttribute("aria-pressed", String(on));
        for (const group of svg.querySelectorAll("[data-domain]")) {
          for (const dot of group.children) {
            dot.classList.toggle("faint", on && group.dataset.domain !== button.dataset.pick);
          }
        }
        draw();
      });
    }
    const chosen = dots.find((dot) => dot.dataset.code === chart.dataset.chosen);
    if (chosen) { chosen.classList.add("hit"); centre(chosen, side / 12); tell(chosen); }
  }
})();
