// Work that takes longer than a frame: it begins when what is shown has come to rest, asks the
// engine for one piece after the other, and ends when it is about something that is no longer shown.

import { Dropped } from "lab/engine.js";
import { h } from "lab/dom.js";

const rest = 120; // milliseconds without a change

/**
 * @typedef {object} Turn
 * @property {() => boolean} going whether the work is still wanted
 * @property {(done: number, total: number) => void} progress
 *
 * @param {HTMLElement} panel whose body is hidden while another one is shown
 * @param {string} id
 * @param {string} label of the progress bar
 */
export function createWork(panel, id, label) {
  const bar = h("progress", { id: `${id}-progress`, "aria-label": label, hidden: true });
  const failed = h("p", { class: "message", id: `${id}-message`, role: "status", hidden: true });
  let subject = null;
  let turns = 0;

  async function begin(mine, task) {
    const going = () => mine === turns && !panel.hidden;
    const progress = (done, total) => {
      bar.hidden = done >= total;
      bar.max = total;
      bar.value = done;
    };
    try {
      if (going()) await task({ going, progress });
    } catch (err) {
      failed.textContent = sentence(err.message);
      failed.hidden = !going() || err instanceof Dropped;
    }
    if (mine !== turns) return;
    bar.hidden = true;
    if (panel.hidden) subject = null; // what is not done begins again when the panel is shown
  }

  return {
    element: h("div", { class: "work" }, bar, failed),
    /**
     * Begins a task unless it is about the same as the last one.
     * @param {string|null} next what it is about, all that it depends on; null only ends the last one
     * @param {(turn: Turn) => Promise<void>} [task]
     */
    on(next, task, wait = rest) {
      if (next === subject) return;
      subject = next;
      turns++;
      bar.hidden = true;
      failed.hidden = true;
      if (next !== null) setTimeout(begin, wait, turns, task);
    },
  };
}

/** An error's words as a sentence. */
function sentence(text) {
  const first = text.split("\n")[0];
  return `${first[0].toUpperCase()}${first.slice(1)}${/[.!?]$/.test(first) ? "" : "."}`;
}
