// Values of the experiment's text: words, lists (a,b) and calls Name(Option=value,...). Only
// their structure is read here, so that a control can change one part; what they mean is the
// engine's to say.

/** @typedef {{name: string, args: [string, string][]}} Call */

/** Splits at commas that are not inside parentheses. @returns {string[]} */
export function split(text) {
  const parts = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.filter(Boolean);
}

/** Reads a call. Text that is none is a name alone. @returns {Call} */
export function read(text) {
  const at = text.indexOf("(");
  if (at <= 0) return { name: text, args: [] };
  const inside = text.slice(at + 1, text.endsWith(")") ? -1 : undefined);
  const args = split(inside).map((arg) => {
    const eq = arg.indexOf("=");
    return eq < 0 ? [arg, ""] : [arg.slice(0, eq), arg.slice(eq + 1)];
  });
  return { name: text.slice(0, at), args };
}

/** The text of a call. */
export function write({ name, args }) {
  return args.length === 0 ? name : `${name}(${args.map(([k, v]) => `${k}=${v}`).join(",")})`;
}

/** Whether two names are the same: their case does not matter. */
export const same = (a, b) => a.toLowerCase() === b.toLowerCase();

/** The entry of a catalogue's list that has a name, or undefined. */
export const find = (list, name) => list.find((entry) => same(entry.name, name));

/** The text of an argument, or undefined. */
export function arg(text, name) {
  return read(text).args.find(([k]) => same(k, name))?.[1];
}

/** The text of a call with an argument changed, or left out: null. */
export function withArg(text, name, value) {
  const call = read(text);
  const at = call.args.findIndex(([k]) => same(k, name));
  if (value === null) call.args = call.args.filter(([k]) => !same(k, name));
  else if (at < 0) call.args.push([name, value]);
  else call.args[at] = [name, value];
  return write(call);
}

/** The elements of a list. */
export function elements(text) {
  return split(text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1) : text);
}

/** The text of a list. */
export const list = (parts) => `(${parts.join(",")})`;
