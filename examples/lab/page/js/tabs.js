// The tabs: one panel is shown, and only that one is kept up to date.

import { panels } from "lab/panels.js";

/** @param {import("lab/lab.js").Lab} lab */
export function createTabs(list, bodies, lab) {
  let shown = null;
  const tabs = panels.map((panel) => {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", id: `tab-${panel.id}`, textContent: panel.title });
    tab.setAttribute("role", "tab");
    const body = document.createElement("div");
    Object.assign(body, { id: `panel-${panel.id}`, hidden: true, tabIndex: 0 });
    body.setAttribute("role", "tabpanel");
    body.setAttribute("aria-labelledby", tab.id);
    tab.setAttribute("aria-controls", body.id);
    tab.onclick = () => lab.set({ tab: panel.id });
    list.append(tab);
    bodies.append(body);
    return { panel, tab, body, mounted: false };
  });

  list.addEventListener("keydown", (event) => {
    const to = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const at = tabs.indexOf(shown) + to;
    const next = Number.isFinite(to) ? (at + tabs.length) % tabs.length : to < 0 ? 0 : tabs.length - 1;
    tabs[next].tab.click();
    tabs[next].tab.focus();
  });

  return {
    /** @param {import("lab/lab.js").Context} ctx */
    update(ctx) {
      const before = shown;
      shown = tabs.find((t) => t.panel.id === ctx.view.tab) ?? tabs[0];
      for (const t of tabs) {
        const on = t === shown;
        t.tab.setAttribute("aria-selected", String(on));
        t.tab.tabIndex = on ? 0 : -1;
        t.body.hidden = !on;
      }
      if (!shown) return;
      if (!shown.mounted) shown.panel.mount(shown.body, lab);
      shown.mounted = true;
      const left = before !== null && before !== shown;
      if (left) lab.overlay = { arrows: [] }; // those of the panel before
      shown.panel.update(ctx);
      if (left) lab.redraw();
    },
  };
}
