// Play, pause, step, step back and scrub. The runs are known as a whole, so a step is only a number
// and going back is as easy as going on.

// Paths in a square of 16.
const shapes = {
  first: "M3 3h2v10H3zM13 3v10L6 8z",
  back: "M6 3h2v10H6zM13 3v10L9 8z",
  play: "M4 2l10 6-10 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  forward: "M3 3v10l4-5zM8 3h2v10H8z",
  last: "M3 3v10l7-5zM11 3h2v10h-2z",
};
const icon = (name) => `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="${shapes[name]}" fill="currentColor"/></svg>`;

/**
 * Fills root with the buttons.
 * @param {HTMLElement} root
 * @param {(step: number, rests: boolean) => void} onStep called with each new step; rests is false while
 * it will soon change again, by playing or scrubbing
 */
export function createPlayback(root, onStep) {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let steps = 0;
  let step = 0;
  let frame = 0; // of the animation, 0 while it rests
  let time = 0;
  let exact = 0; // step with its fraction

  const button = (id, label, sign, onClick) => {
    const b = document.createElement("button");
    b.type = "button";
    b.id = id;
    b.title = label;
    b.setAttribute("aria-label", label);
    b.innerHTML = icon(sign);
    b.addEventListener("click", onClick);
    return b;
  };
  const first = button("first", "To the start", "first", () => seek(0));
  const back = button("back", "One step back", "back", () => seek(step - 1));
  const play = button("play", "Play", "play", toggle);
  const forward = button("forward", "One step on", "forward", () => seek(step + 1));
  const last = button("last", "To the end", "last", () => seek(steps));

  const scrub = document.createElement("input");
  scrub.type = "range";
  scrub.id = "scrub";
  scrub.min = "0";
  scrub.setAttribute("aria-label", "Step");
  scrub.addEventListener("input", () => {
    const to = Number(scrub.value); // before pause writes it anew
    pause();
    go(to, false);
  });
  scrub.addEventListener("change", () => go(Number(scrub.value), true));

  const count = document.createElement("output");
  count.id = "step-count";
  count.htmlFor = "scrub";

  const speed = document.createElement("select");
  speed.id = "speed";
  speed.setAttribute("aria-label", "Steps in a second");
  for (const v of [1, 5, 20, 60, 200]) speed.add(new Option(`${v}/s`, String(v), v === 60, v === 60));
  root.classList.add("playback");
  root.append(first, back, play, forward, last, scrub, count, speed);

  function show() {
    scrub.max = String(steps);
    scrub.value = String(step);
    scrub.setAttribute("aria-valuetext", `step ${step} of ${steps}`);
    count.value = `${step} / ${steps}`;
    const label = frame ? "Pause" : "Play";
    if (play.title !== label) {
      play.title = label;
      play.setAttribute("aria-label", label);
      play.innerHTML = icon(label.toLowerCase());
    }
    first.disabled = back.disabled = step <= 0;
    forward.disabled = last.disabled = step >= steps;
  }

  function go(to, rests) {
    step = Math.min(steps, Math.max(0, to));
    show();
    onStep(step, rests);
  }

  function seek(to) {
    pause();
    go(to, true);
  }

  function toggle() {
    if (frame) {
      pause();
      go(step, true);
      return;
    }
    if (step >= steps) step = 0;
    exact = step;
    time = performance.now();
    frame = requestAnimationFrame(advance);
    show();
  }

  function pause() {
    cancelAnimationFrame(frame);
    frame = 0;
    show();
  }

  /** Goes on by the time since the last frame; in half seconds for readers who want less motion. */
  function advance(now) {
    frame = requestAnimationFrame(advance);
    const passed = now - time;
    if (still.matches && passed < 500) return;
    time = now;
    exact += (Number(speed.value) * Math.min(passed, still.matches ? 1000 : 100)) / 1000;
    const next = Math.min(steps, Math.floor(exact));
    if (next === step) return;
    if (next >= steps) pause();
    go(next, next >= steps);
  }

  show();
  return {
    /** Takes over a step and a number of steps from outside. A step given while it plays is an echo of its own. */
    update(next) {
      steps = next.steps;
      if (!frame) step = Math.min(steps, next.step);
      show();
    },
    toggle,
    seek,
    forward: (n = 1) => seek(step + n),
    back: (n = 1) => seek(step - n),
    pause,
    get step() {
      return step;
    },
    get playing() {
      return frame !== 0;
    },
  };
}
