// The slider of a rate. Its scale is logarithmic and its values are decimal text, made of digits
// and an exponent: a number that JavaScript computes may be another one than Go reads.

import { h } from "lab/dom.js";

const digits = ["1", "1.25", "1.6", "2", "2.5", "3.2", "4", "5", "6.3", "8"];
const [lowest, highest] = [-6, 2]; // exponents of the ends

/** The text of the slider's i-th place. */
export function placeText(i) {
  return decimal(digits[i % digits.length], lowest + Math.floor(i / digits.length));
}

/** The text of digits times ten to a power, without an exponent. */
function decimal(mantissa, exponent) {
  const [whole, fraction = ""] = mantissa.split(".");
  if (exponent >= 0) {
    const all = fraction.padEnd(exponent, "0");
    return trim(whole + all.slice(0, exponent), all.slice(exponent));
  }
  const all = whole.padStart(1 - exponent, "0");
  return trim(all.slice(0, exponent), all.slice(exponent) + fraction);
}

function trim(whole, fraction) {
  const rest = fraction.replace(/0+$/, "");
  return rest ? `${whole}.${rest}` : whole;
}

const last = (highest - lowest) * digits.length;

/** Where a number is on the slider, between 0 and last. */
function placeOf(value) {
  return Math.min(last, Math.max(0, (Math.log10(value) - lowest) * digits.length));
}

/**
 * A slider for a rate, with a red zone above what is stable.
 * @param {string} id
 * @param {string} label
 * @param {(text: string, options?: {replace?: boolean}) => void} set
 */
export function createRate(id, label, set) {
  const input = h("input", {
    type: "range", id, class: "rate", min: 0, max: last, step: 1, "aria-label": label,
    oninput: () => set(placeText(Number(input.value)), { replace: true }),
    onchange: () => set(placeText(Number(input.value))),
  });
  return {
    element: input,
    /** @param {string} text the rate */
    update(text) {
      const value = Number(text);
      if (value > 0) input.value = String(Math.round(placeOf(value)));
      input.dataset.rate = text;
    },
    /** @param {{limit: string, about: string, above: boolean}} [found] what is stable, if that is known */
    limit(found) {
      const stable = found?.limit ? placeOf(Number(found.limit)) / last : 1;
      input.style.setProperty("--stable", `${100 * stable}%`);
      input.classList.toggle("beyond", Boolean(found?.above));
      input.setAttribute("aria-valuetext", found?.above ? `${input.dataset.rate}, above what is stable here` : input.dataset.rate);
      input.title = found?.limit ? `${found.limit} is the limit here: ${found.about}` : "";
    },
  };
}
