"use strict";
(() => {
  const data = JSON.parse(document.getElementById("map").textContent);
  const FEW = 100;
  const LAST = ["script", "migration", "test"];
  const things = new Map();
  for (const [kind, list] of [["engine", data.engines], ["factory", data.factories], ["provider", data.providers]]) {
    for (const one of list) things.set(one.id, {...one, kind, uses: [], openings: [], findings: [], children: [], parent: null});
  }
  const all = [...things.values()];
  const byName = new Map(all.map((one) => [one.name, one]));
  const usedBy = new Map();
  for (const use of data.uses) {
    const provider = things.get(use.provider);
    if (!provider) continue;
    provider.uses.push(use);
    if (!usedBy.has(use.by)) usedBy.set(use.by, new Set());
    usedBy.get(use.by).add(provider);
  }
  for (const opening of data.openings) if (things.has(opening.source)) things.get(opening.source).openings.push(opening);
  for (const finding of data.findings) {
    const about = new Set(usedBy.get(finding.by) || []);
    if (byName.has(finding.by)) about.add(byName.get(finding.by));
    for (const one of all) if (one.filename === finding.filename && one.row === finding.row) about.add(one);
    for (const one of about) one.findings.push(finding);
  }
  place();

  // Below what each thing stands: a factory below its engine, a provider below whom it has its sessions from.
  function place() {
    for (const one of all) {
      const above = one.kind === "factory" ? one.engine
        : one.kind === "provider" ? (one.opens.length ? null : one.delegates_to[0]) || one.source : null;
      if (above && above !== one.id && things.has(above) && !leadsTo(above, one.id)) {
        one.parent = things.get(above);
        one.parent.children.push(one);
      }
    }
  }

  function leadsTo(from, to) {
    for (let one = things.get(from); one; one = one.parent) if (one.id === to) return true;
    return false;
  }

  // --- elements: text only ever becomes text ---

  function element(tag, attributes, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...inside.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== ""));
    return made;
  }

  // A long name breaks behind its dots and slashes.
  const broken = (text) => text.split(/(?<=[./])/).map((part, index) => [index ? document.createElement("wbr") : null, part]);
  const at = (one) => element("span", {class: "at"}, broken(`${one.filename}:${one.row}`));
  const name = (text) => element("span", {class: "name"}, broken(text));
  const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const BADGES = {"the one": "one", delegates: "delegates", duplicate: "duplicate"};

  function badge(text, look) {
    return element("span", {class: `badge ${look || ""}`.trim()}, text);
  }

  function link(one) {
    return element("button", {type: "button", class: "link name", onclick: () => select(one.id)}, broken(one.name));
  }

  function table(caption, heads, rows) {
    const body = element("tbody", {});
    const more = element("p", {});
    const show = (number) => {
      body.replaceChildren(...rows.slice(0, number).map((cells) => element("tr", {}, cells.map((cell) => element("td", {}, cell)))));
      more.replaceChildren();
      if (rows.length > number) {
        more.append(element("button", {type: "button", onclick: () => show(number * 10)},
          `Show ${Math.min(rows.length, number * 10) - number} more of ${rows.length}`));
      }
    };
    show(FEW);
    return element("div", {class: "scroll"},
      element("table", {class: "rows"}, element("caption", {class: "visually-hidden"}, caption),
        element("thead", {}, element("tr", {}, heads.map((head) => element("th", {scope: "col"}, head)))), body), more);
  }

  // --- filters ---

  const controls = Object.fromEntries(["search", "rule", "role", "folder"].map((id) => [id, document.getElementById(id)]));
  const options = (select, values) => select.append(...values.map((value) => element("option", {value}, value)));
  options(controls.rule, [...new Set(data.findings.map((one) => one.code))].sort());
  options(controls.role, [...new Set([...data.uses, ...data.openings, ...data.findings, ...all].map((one) => one.part).filter(Boolean))].sort());
  options(controls.folder, folders());

  function folders() {
    const found = new Map();
    for (const one of [...data.uses, ...data.openings, ...data.findings, ...all]) {
      const parts = one.filename.split("/").slice(0, -1);
      for (let depth = 1; depth <= Math.min(parts.length, 3); depth += 1) {
        const folder = `${parts.slice(0, depth).join("/")}/`;
        found.set(folder, (found.get(folder) || 0) + 1);
      }
    }
    return [...found.keys()].sort().slice(0, 500);
  }

  function wanted() {
    const words = controls.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const role = controls.role.value;
    const folder = controls.folder.value;
    const rule = controls.rule.value;
    const says = (one, ...texts) => {
      const text = texts.concat(one.filename).join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const lies = (one) => (!role || one.part === role) && (!folder || one.filename.startsWith(folder));
    return {
      isOn: Boolean(words.length || role || folder || rule),
      rule,
      finding: (one) => (!rule || one.code === rule) && lies(one) && says(one, one.code, one.name, one.message, one.by),
      use: (one) => !rule && lies(one) && says(one, one.by, one.route, one.how, things.get(one.provider).name),
      opening: (one) => !rule && lies(one) && says(one, one.by, one.ending),
      itself: (one) => !rule && lies(one) && says(one, one.name, one.url || "", one.shape || "", one.standing || ""),
    };
  }

  function matches(one, filter) {
    return !filter.isOn || filter.itself(one) || one.uses.some(filter.use) || one.openings.some(filter.opening)
      || one.findings.some(filter.finding);
  }

  // --- the list ---

  const list = document.getElementById("things");
  const count = document.getElementById("count");
  let selected = null;

  function drawList() {
    const filter = wanted();
    const kept = new Set();
    for (const one of all.filter((each) => matches(each, filter))) {
      for (let above = one; above && !kept.has(above); above = above.parent) kept.add(above);
    }
    const items = [];
    const add = (one, depth) => {
      if (kept.has(one)) items.push(item(one, depth, filter));
      for (const child of one.children) add(child, depth + 1);
    };
    const roots = all.filter((each) => !each.parent);
    roots.sort((one, other) => LAST.indexOf(one.part) - LAST.indexOf(other.part));
    for (const one of roots) add(one, 0);
    list.replaceChildren(...items);
    count.textContent = filter.isOn ? `${kept.size} of ${all.length} shown` : `${all.length} in all`;
  }

  function item(one, depth, filter) {
    const users = new Set(one.uses.filter((use) => !filter.isOn || filter.use(use)).map((use) => use.by)).size;
    const findings = one.findings.filter((finding) => !filter.isOn || filter.finding(finding)).length;
    return element("li", {}, element("button", {
      type: "button", class: `depth-${Math.min(depth, 5)}`, "data-id": one.id, "aria-current": one.id === selected ? "true" : null,
      onclick: () => select(one.id),
    }, name(one.name), badge(one.kind), " ",
    one.standing ? [badge(one.standing, BADGES[one.standing]), " "] : null,
    users ? [badge(plural(users, "user")), " "] : null,
    findings ? badge(plural(findings, "finding"), "warning") : null));
  }

  // --- what is selected ---

  const detail = document.getElementById("detail");

  function drawDetail() {
    const one = things.get(selected);
    detail.replaceChildren(...(one ? about(one) : overview()).flat(Infinity).filter(Boolean));
  }

  function about(one) {
    const filter = wanted();
    const uses = one.uses.filter((use) => !filter.isOn || filter.use(use) || filter.itself(one));
    const openings = one.openings.filter((each) => !filter.isOn || filter.opening(each) || filter.itself(one));
    const findings = one.findings.filter((each) => !filter.isOn || filter.finding(each) || (!filter.rule && filter.itself(one)));
    return [
      element("p", {}, element("button", {type: "button", onclick: () => select(null)}, "Overview")),
      element("h2", {id: "detail-title", tabindex: "-1"}, `${one.kind} `, element("code", {}, one.name)),
      facts(one),
      one.kind === "engine" ? providersOf(one) : null,
      section("Findings", findings, findingTable),
      ...usesByRole(uses),
      section("Opened without a provider", openings, openingTable),
      ...["imports", "overrides", "patches"].map((what) => section(HANDLES[what], one[what], handleTable)),
    ];
  }

  const HANDLES = {imports: "Imported by", overrides: "Overridden in", patches: "Patched in"};

  function section(title, rows, draw) {
    return rows.length ? [element("h3", {}, `${title} (${rows.length})`), draw(rows, title)] : null;
  }

  function facts(one) {
    const rows = [["place", at(one)], ["role", one.part]];
    if (one.async !== null) rows.push(["kind", one.async ? "async" : "sync"]);
    if (one.kind === "engine") {
      rows.push(["URL", [...one.driver, one.url].filter(Boolean).join(", ") || "not shown in the code"]);
      rows.push(["built", one.at_import ? "when its module is imported" : "when its function runs"]);
      rows.push(["disposed", one.disposed.length ? places(one.disposed) : "nowhere"]);
    }
    if (one.options && Object.keys(one.options).length) {
      rows.push(["options", element("code", {}, Object.entries(one.options).map(([key, value]) => `${key}=${value}`).join(", "))]);
    }
    if (one.kind === "provider") {
      rows.push(["shape", one.shape]);
      rows.push(["standing", badge(one.standing, BADGES[one.standing])]);
      if (one.of && one.of !== one.id && things.has(one.of)) rows.push(["beside", link(things.get(one.of))]);
      if (one.delegates_to.length) rows.push(["has sessions from", one.delegates_to.map((id) => [link(things.get(id)), " "])]);
      if (one.opens.length) rows.push(["opens", places(one.opens)]);
      rows.push(["commits", one.commits ? "on success" : "not seen to"]);
    }
    for (const [title, id] of [["factory", one.source], ["engine", one.engine]]) {
      if (id && id !== one.id && things.has(id)) rows.push([things.get(id).kind || title, link(things.get(id))]);
    }
    return element("dl", {}, rows.map(([title, value]) => [element("dt", {}, title), element("dd", {}, value)]));
  }

  const places = (list) => list.map((one, index) => [index ? ", " : "", at(one)]);

  function usesByRole(uses) {
    const groups = new Map();
    for (const use of uses) {
      if (!groups.has(use.part)) groups.set(use.part, []);
      groups.get(use.part).push(use);
    }
    return [...groups].sort().map(([part, rows]) => section(`Used by: ${part}`, rows, useTable));
  }

  function useTable(rows, title) {
    const hasRoutes = rows.some((one) => one.route);
    return table(title, [...(hasRoutes ? ["Route"] : []), "Code", "How", "Place"], rows.map((one) => [
      ...(hasRoutes ? [one.route] : []),
      [name(one.by), one.via.length ? element("span", {class: "quiet"}, ` through ${one.via.join(", ")}`) : null], one.how, at(one)]));
  }

  const openingTable = (rows, title) => table(title, ["Code", "Role", "What becomes of it", "Place"],
    rows.map((one) => [name(one.by), one.part, one.ending, at(one)]));
  const handleTable = (rows, title) => table(title, ["Module", "Role", "Place"],
    rows.map((one) => [name(one.module), one.part, at(one)]));
  const findingTable = (rows, title) => table(title, ["Rule", "What will happen", "Code", "Place"], rows.map((one) => [
    [badge(one.code, one.severity), element("span", {class: "visually-hidden"}, ` ${one.severity}`), ` ${one.name}`],
    one.message, name(one.by), at(one)]));

  function providersOf(engine) {
    const rows = all.filter((one) => one.kind === "provider" && one.database === engine.id && one.part !== "test");
    return section("Providers of its sessions", rows, (found, title) => table(title, ["Provider", "Standing", "Shape", "Users"],
      found.map((one) => [link(one), badge(one.standing, BADGES[one.standing]), one.shape, String(new Set(one.uses.map((use) => use.by)).size)])));
  }

  function overview() {
    const filter = wanted();
    const databases = [...new Set(all.filter((one) => one.kind === "provider" && one.database).map((one) => one.database))];
    const findings = data.findings.filter((one) => !filter.isOn || filter.finding(one));
    const lost = data.openings.filter((one) => !things.has(one.source) && (!filter.isOn || filter.opening(one)));
    return [
      element("h2", {id: "detail-title", tabindex: "-1"}, "Overview"),
      element("p", {}, "For each database: the provider through which its sessions are had, those that have them from it, and those that open their own."),
      ...databases.map((id) => standingTable(things.get(id), filter)),
      section("Findings", findings, findingTable),
      section("Opened without a factory that is known", lost, openingTable),
    ];
  }

  function standingTable(database, filter) {
    const order = ["the one", "duplicate", "delegates", "by itself", "hands on", "for tests"];
    const rows = all.filter((one) => one.kind === "provider" && one.database === database.id && matches(one, filter))
      .sort((one, other) => order.indexOf(one.standing) - order.indexOf(other.standing));
    return rows.length ? [element("h3", {}, link(database)), table(database.name, ["Standing", "Provider", "Place", "Users"],
      rows.map((one) => [badge(one.standing, BADGES[one.standing]), link(one), at(one), String(new Set(one.uses.map((use) => use.by)).size)]))] : null;
  }

  // --- moving about ---

  function select(id, fromHistory) {
    selected = things.has(id) ? id : null;
    if (!fromHistory) history.pushState(null, "", selected ? `#${selected}` : "#");
    for (const button of list.querySelectorAll("button")) {
      if (button.dataset.id === selected) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    drawDetail();
    if (!fromHistory) document.getElementById("detail-title").focus();
  }

  function redraw() {
    drawList();
    drawDetail();
  }

  for (const control of Object.values(controls)) control.addEventListener(control.tagName === "INPUT" ? "input" : "change", redraw);
  document.getElementById("reset").addEventListener("click", () => {
    for (const control of Object.values(controls)) control.value = "";
    redraw();
    controls.search.focus();
  });
  window.addEventListener("popstate", () => select(location.hash.slice(1), true));
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const here = buttons.indexOf(document.activeElement);
    const next = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: buttons.length - 1}[event.key];
    if (next === undefined || !buttons[next]) return;
    event.preventDefault();
    buttons[next].focus();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      controls.search.focus();
    } else if (event.key === "Escape") {
      if (document.activeElement === controls.search && controls.search.value) {
        controls.search.value = "";
        redraw();
      } else if (selected) select(null);
    }
  });
  redraw();
  select(location.hash.slice(1), true);
})();
