// Which color means what, always with numbers or words at both ends.

import { h, setText } from "../../browser/js/dom.js";
import { paintWords } from "./paint.js";

/** A flat colorbar between two texts. */
export class Legend {
  constructor() {
    this.canvas = h("canvas", { width: 256, height: 1, class: "mtan-bar", "aria-hidden": "true" });
    this.low = h("span");
    this.high = h("span");
    this.note = h("span", { class: "mtan-faint" });
    this.element = h("div", { class: "mtan-legend" }, this.low, this.canvas, this.high, this.note);
  }

  show(colors, low, high, note = "") {
    paintWords(this.canvas, colors, 256, 1);
    setText(this.low, low);
    setText(this.high, high);
    setText(this.note, note);
  }
}
