// The table behind a picture: the same numbers for those who do not see it, or want to read them.

/**
 * Adds a table that is shown on demand, and filled only then.
 * @param {HTMLElement} parent
 * @param {() => {caption: string, head: string[], rows: string[][]}} content
 * @returns {{refresh: () => void}} to call when the content has changed
 */
export function tableBehind(parent, content) {
  const details = document.createElement("details");
  details.className = "data";
  const summary = document.createElement("summary");
  summary.textContent = "Table";
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  details.append(summary, scroll);
  parent.append(details);

  function refresh() {
    if (!details.open) return;
    const { caption, head, rows } = content();
    const table = document.createElement("table");
    table.createCaption().textContent = caption;
    const top = table.createTHead().insertRow();
    for (const text of head) top.append(cell("th", text, "col"));
    const body = table.createTBody();
    for (const [first, ...rest] of rows) {
      const row = body.insertRow();
      row.append(cell("th", first, "row"), ...rest.map((text) => cell("td", text)));
    }
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", caption);
    scroll.replaceChildren(table);
  }
  details.addEventListener("toggle", refresh);
  return { refresh };
}

function cell(name, text, scope) {
  const element = document.createElement(name);
  element.textContent = text;
  if (scope) element.scope = scope;
  return element;
}
