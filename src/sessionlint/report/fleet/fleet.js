"use strict";
(() => {
  const services = [...document.querySelectorAll(".service")].map((element) => ({
    element,
    owners: element.dataset.owners.split("\n"),
    rules: element.dataset.rules.split(" "),
    search: element.dataset.search,
    recent: Number(element.dataset.recent),
  }));
  const byId = (id) => document.getElementById(id);
  const [search, owner, rule, recent] = ["search", "owner", "rule", "recent"].map(byId);
  if (!search) return;

  function show() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of services) {
      const fits = words.every((word) => one.search.includes(word))
        && (!owner.value || one.owners.includes(owner.value.slice(1)))
        && (!rule.value || one.rules.includes(rule.value.slice(1)))
        && (!recent || !recent.checked || one.recent > 0);
      one.element.hidden = !fits;
      shown += fits;
    }
    byId("count").textContent = shown === services.length ? "" : `${shown} of ${services.length} shown`;
  }

  function reset() {
    search.value = owner.value = rule.value = "";
    if (recent) recent.checked = false;
    show();
  }

  for (const one of [search, owner, rule, recent]) if (one) one.addEventListener("input", show);
  byId("reset").addEventListener("click", reset);
  for (const link of document.querySelectorAll("a[data-owner], a[data-rule]")) {
    link.addEventListener("click", () => {
      reset();
      if (link.dataset.owner !== undefined) owner.value = `=${link.dataset.owner}`;
      else rule.value = `=${link.dataset.rule}`;
      show();
    });
  }
  show();
})();
