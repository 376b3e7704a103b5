// What a reader takes away: files, and text for the clipboard.

import { GIFEncoder, applyPalette, quantize } from "gifenc";

/** Saves a file by the browser's own way. @param {BlobPart} data */
export function download(name, type, data) {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const a = document.createElement("a");
  a.href = url;
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** Copies text. Pages that were opened from disk may have no clipboard but the old one. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("the browser allows no copying: select the text instead");
  }
}

/** The bytes of a picture as PNG. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function png(canvas) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser makes no picture of it"))), "image/png");
  });
}

/**
 * An animated GIF.
 * @param {(i: number) => Promise<HTMLCanvasElement>} frame draws the i-th picture
 * @param {number} count of pictures
 * @param {(done: number) => void} progress
 * @returns {Promise<Uint8Array>}
 */
export async function gif(frame, count, progress) {
  const end = await frame(count - 1);
  const scale = Math.min(1, 720 / end.width);
  const [width, height] = [Math.round(end.width * scale), Math.round(end.height * scale)];
  const small = Object.assign(document.createElement("canvas"), { width, height });
  const pen = small.getContext("2d", { willReadFrequently: true });
  const pixels = (canvas) => {
    pen.drawImage(canvas, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data;
  };
  // The last picture has all colours of those before. One more stands for what stays as it is.
  const palette = quantize(pixels(end), 255);
  const same = palette.push([0, 0, 0]) - 1;
  const out = GIFEncoder();
  let before = null;
  for (let i = 0; i < count; i++) {
    const indices = applyPalette(pixels(await frame(i)), palette.slice(0, same));
    const changes = before ? indices.map((c, k) => (c === before[k] ? same : c)) : indices;
    out.writeFrame(changes, width, height, {
      palette: before ? undefined : palette, transparent: Boolean(before), transparentIndex: same,
      dispose: 1, delay: i === count - 1 ? 2000 : 80,
    });
    before = indices;
    progress(i + 1);
  }
  out.finish();
  return out.bytes();
}
