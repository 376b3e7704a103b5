// Pointers, wheel and keys on a picture, as what they mean: dragging a thing, moving the view,
// zooming, pointing.

/**
 * @typedef {object} Meaning
 * @property {(x: number, y: number) => boolean} grab whether a press at (x, y) takes hold of the thing
 * @property {(x: number, y: number, done: boolean) => void} drag the thing is at (x, y)
 * @property {(dx: number, dy: number) => void} pan the view by pixels
 * @property {(factor: number, x: number, y: number) => void} zoom in by factor around (x, y)
 * @property {() => void} settle after the last pan or zoom of a gesture
 * @property {() => void} [cancel] what was a pan so far has become a scroll of the page
 * @property {() => void} reset the view
 * @property {(x: number|null, y: number|null) => void} hover the pointer is at (x, y), or away
 * @property {(x: number, y: number) => void} [click] a press and release without moving
 *
 * @param {HTMLElement} element
 * @param {Meaning} on
 */
export function watchPointers(element, on) {
  const held = new Map(); // pointers that are down, by id
  let dragging = false;
  let moved = false;

  const place = (event) => {
    const rect = element.getBoundingClientRect();
    return [event.clientX - rect.left, event.clientY - rect.top];
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = place(event);
    element.setPointerCapture(event.pointerId);
    held.set(event.pointerId, [x, y]);
    if (held.size === 1) {
      moved = false;
      dragging = on.grab(x, y);
    } else if (dragging) {
      // A second finger turns the drag into a pinch.
      if (moved) on.drag(...held.values().next().value, true);
      dragging = false;
    }
  });

  element.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = held.get(event.pointerId);
    if (!before) {
      on.hover(x, y);
      return;
    }
    if (Math.hypot(x - before[0], y - before[1]) < 3 && !moved) return;
    moved = true;
    if (held.size === 2) {
      const [other] = [...held].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      const grown = Math.hypot(x - other[0], y - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
      on.pan((x - before[0]) / 2, (y - before[1]) / 2);
      on.zoom(grown, (x + other[0]) / 2, (y + other[1]) / 2);
    } else if (dragging) {
      on.drag(x, y, false);
    } else {
      on.pan(x - before[0], y - before[1]);
    }
    held.set(event.pointerId, [x, y]);
    on.hover(x, y);
  });

  const release = (event) => {
    if (!held.delete(event.pointerId)) return;
    const [x, y] = place(event);
    if (dragging && moved) on.drag(x, y, true);
    else if (moved && event.type === "pointercancel") on.cancel?.();
    else if (moved) on.settle();
    else if (event.type === "pointerup") on.click?.(x, y);
    dragging = false;
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => on.hover(null, null));
  element.addEventListener("dblclick", (event) => {
    event.preventDefault();
    on.reset();
  });

  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? 16 * event.deltaY : event.deltaY;
    on.zoom(2 ** (-Math.max(-200, Math.min(200, pixels)) / 300), ...place(event));
    on.settle();
  }, { passive: false });

  // A finger that neither holds the thing nor has a second one beside it scrolls the page up and down.
  element.style.touchAction = "pan-y";
  element.addEventListener("touchstart", (event) => {
    if (event.touches.length > 1 || on.grab(...place(event.touches[0]))) event.preventDefault();
  }, { passive: false });
}

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * Keys while the element has the focus: arrows move the thing, and moved follows when the key is let
 * go; with Shift they move the view. + and - zoom, 0 resets. They go no further, since the page has its
 * own meaning for some.
 */
export function watchKeys(element, { move, moved, pan, zoom, reset }) {
  let moving = false;
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (arrow) {
      moving ||= !event.shiftKey;
      (event.shiftKey ? pan : move)(...arrow);
    } else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const end = () => {
    if (moving) moved();
    moving = false;
  };
  element.addEventListener("keyup", (event) => arrows[event.key] && end());
  element.addEventListener("blur", end);
}
