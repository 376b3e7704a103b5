// The panels behind the tabs, in their order.

import { panel as race } from "lab/panels/race.js";
import { panel as inspect } from "lab/panels/inspect.js";
import { panel as stability } from "lab/panels/stability.js";
import { panel as noise } from "lab/panels/noise.js";
import { panel as schedule } from "lab/panels/schedule.js";
import { panel as formats } from "lab/panels/formats.js";
import { panel as network } from "lab/panels/network.js";
import { panel as second } from "lab/panels/second.js";
import { panel as tour } from "lab/panels/tour.js";
import { panel as take } from "lab/panels/take.js";

/**
 * A panel. mount is called once, when its tab is first shown; update after each change while it
 * is shown, and when it becomes shown.
 * @typedef {object} Panel
 * @property {string} id of its tab, as the key tab has it
 * @property {string} title
 * @property {(root: HTMLElement, lab: import("lab/lab.js").Lab) => void} mount
 * @property {(ctx: import("lab/lab.js").Context) => void} update
 */

/** @type {Panel[]} */
export const panels = [tour, race, inspect, stability, noise, schedule, formats, network, second, take];
