// A map or the image in a frame: same zoom, same crosshair, a click chooses the pixel.

import { clearCanvas } from "./paint.js";
import { h } from "../../browser/js/dom.js";
import { clamp } from "../../browser/js/words.js";

/**
 * A frame around a canvas (or another element) that shows a part of the image.
 * Zoom and crosshair come from the root's style, so that all frames follow at once.
 * `pick(x, y)` hears clicks and `hover(x, y)` the pointer, x and y in [0, 1); `hover(null)` when it leaves.
 */
export class Panel {
  constructor({ content = null, pick = null, hover = null, name = "" } = {}) {
    this.content = content ?? h("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    this.world = h("div", { class: "mtan-world" }, this.content, h("div", { class: "mtan-cross", "aria-hidden": "true" }));
    this.frame = h("div", { class: "mtan-frame", "data-panel": name }, this.world);
    if (pick) this.frame.addEventListener("click", (event) => pick(...this.place(event)));
    if (hover) {
      this.frame.addEventListener("pointermove", (event) => hover(...this.place(event)));
      this.frame.addEventListener("pointerleave", () => hover(null));
    }
  }

  /** Where in the image the pointer is. */
  place(event) {
    const box = this.world.getBoundingClientRect();
    const inside = (value) => clamp(value, 0, 0.999999);
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  }

  /** Paint with a function of the canvas, or say why there is nothing to paint. */
  show(paint, words = "") {
    const there = paint !== null;
    this.frame.classList.toggle("mtan-empty", !there);
    this.frame.dataset.words = words;
    if (there) paint(this.content);
    else clearCanvas(this.content);
  }
}

/** Move all frames below the root to the zoom and the pixel of the state. */
export function moveFrames(root, state, size) {
  const [height, width] = size;
  const [factor, x, y] = state.get("zoom");
  const edge = (center) => clamp(center * factor - 0.5, 0, factor - 1);
  const pixel = state.get("pixel");
  const styles = {
    "--factor": factor, "--left": edge(x), "--top": edge(y), "--ratio": width / height,
    "--cross-x": pixel ? (pixel[1] + 0.5) / width : -1, "--cross-y": pixel ? (pixel[0] + 0.5) / height : -1,
  };
  for (const [name, value] of Object.entries(styles)) root.style.setProperty(name, value);
}

/** The pixel of the image as a place, x and y in [0, 1); null if none is chosen. */
export function pixelPlace(state, size) {
  const pixel = state.get("pixel");
  return pixel ? [(pixel[1] + 0.5) / size[1], (pixel[0] + 0.5) / size[0]] : null;
}

/** The pixel of the image at a place. */
export function pixelAt(x, y, size) {
  return [Math.floor(y * size[0]), Math.floor(x * size[1])];
}
