// Elements in one expression.

/**
 * An element. Attributes that are functions or of on... are properties; true is an attribute
 * without a value, and false, null and undefined none.
 * @param {string} tag
 * @param {Object<string, any>} [attributes]
 * @param {...(Node|string|null|false|undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) e[name.toLowerCase()] = value;
    else if (value === true) e.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) e.setAttribute(name, value);
  }
  e.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

/** Replaces what is in an element, and keeps the focus on the control of the same id. */
export function refill(element, ...children) {
  const id = element.contains(document.activeElement) ? document.activeElement.id : "";
  element.replaceChildren(...children.flat());
  if (id) document.getElementById(id)?.focus();
}

/** A small sign: the paths of an SVG of 16 by 16. */
export function icon(name) {
  const template = document.createElement("template");
  template.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${icons[name]}"/></svg>`;
  return template.content.firstChild;
}

const icons = {
  copy: "M5.5 5.5V3.5a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1z",
  close: "M4 4l8 8M12 4l-8 8",
  undo: "M5.5 3L2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6",
  redo: "M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 0 0 0 8H10",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  basins: "M2.5 8C4.5 3 6.5 3 8 8s3.5 5 5.5 0M8 2.5v2M8 11.5v2",
  whole: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
};
