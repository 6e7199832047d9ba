// What the tasks should have and have predicted: values at a pixel, and maps in color.

import { colorIndex, colorWord } from "./paint.js";
import { number, short } from "../../browser/js/words.js";

const KNOWN_ANGLE = 180 / Math.PI;

export class Predicted {
  /** `from` says where they are: the table of contents, a DataView that it points into, and how many images it has. */
  constructor(store, look, from = { packed: store.index.predictions, numbers: store.numbers, images: store.index.images.length }) {
    Object.assign(this, from);
    this.store = store;
    this.look = look;
  }

  /** Place among the predicted epochs that belongs to a place among the epochs: the same, or null. */
  placeOf(e) {
    const place = this.packed ? this.packed.epochs.indexOf(e) : -1;
    return place < 0 ? null : place;
  }

  has(task) {
    return Boolean(this.packed && this.packed.tasks[task] && this.display(task));
  }

  /** How a task is shown. */
  display(task) {
    return this.packed.tasks[task].display ?? this.store.task(task).display;
  }

  /** Whether a task says one thing of the whole image. */
  isWhole(task) {
    return this.packed.tasks[task].whole;
  }

  /** The value of a pixel: { truth, said }, each a label, a number, a vector, or null where it is unknown. */
  at(task, e, image, x, y) {
    const place = this.placeOf(e), of = this.packed.tasks[task];
    if (of.whole) {
      const truth = of.targets[image];
      return { truth: truth < 0 ? null : truth, said: place === null ? null : of.values[place][image] };
    }
    const { height, width } = this.packed;
    const pixel = Math.min(height - 1, Math.floor(y * height)) * width + Math.min(width - 1, Math.floor(x * width));
    const map = this.read(task, -1, image);
    return { truth: map(pixel), said: place === null ? null : this.read(task, place, image)(pixel) };
  }

  /** A function from a pixel's number to its value; place −1 is the truth. */
  read(task, place, image) {
    const of = this.packed.tasks[task], { kind } = this.display(task), { numbers, images } = this;
    const area = this.packed.height * this.packed.width;
    const size = kind === "direction" ? 3 : 2;
    const start = this.packed.offset + (place < 0 ? of.targets : of.values + place * images * area * size) + image * area * size;
    if (kind === "classes") {
      return (pixel) => {
        const label = numbers.getUint16(start + 2 * pixel, true);
        return label === 65535 ? null : label;
      };
    }
    if (kind === "scalar") {
      return (pixel) => {
        const step = numbers.getUint16(start + 2 * pixel, true);
        return step === 0 ? null : of.low + ((step - 1) / 65534) * (of.high - of.low);
      };
    }
    return (pixel) => {
      const vector = [0, 1, 2].map((axis) => numbers.getInt8(start + 3 * pixel + axis) / 127);
      return vector.every((value) => value === 0) ? null : vector;
    };
  }

  /** A value in words. */
  words(task, value) {
    const { kind, classes, unit } = this.display(task);
    if (value === null || value === undefined) return "unknown";
    if (kind === "classes" || kind === "class") return classes[value] ?? `class ${value}`;
    if (kind === "scalar") return `${number(value)} ${unit}`.trim();
    return `(${value.map(short).join(", ")})`;
  }

  /** How far a prediction is from the truth, in words. */
  errorWords(task, { truth, said }) {
    const { kind, unit } = this.display(task);
    if (truth === null || said === null) return "";
    if (kind === "classes" || kind === "class") return truth === said ? "right" : "wrong";
    if (kind === "scalar") return `off by ${number(Math.abs(truth - said))} ${unit}`.trim();
    const length = (v) => Math.hypot(...v);
    const cosine = truth.reduce((sum, value, i) => sum + value * said[i], 0) / (length(truth) * length(said) || 1);
    return `${Math.round(Math.acos(Math.min(1, Math.max(-1, cosine))) * KNOWN_ANGLE)}° apart`;
  }

  /** Colors of a whole map, as words of an ImageData; null for a task that says one thing of the image. */
  colors(task, place, image) {
    if (this.isWhole(task) || place === null) return null;
    const { kind, colors } = this.display(task), area = this.packed.height * this.packed.width;
    const read = this.read(task, place, image), result = new Uint32Array(area);
    const unknown = colorWord(this.store.index.unknownColor), classes = colors.map(colorWord);
    const table = this.look.tables[this.store.index.scalarColormap];
    const { low: lowest, high: highest, shown } = this.packed.tasks[task];
    const [low, high] = shown ?? [lowest, highest];
    for (let pixel = 0; pixel < area; pixel++) {
      const value = read(pixel);
      if (value === null) result[pixel] = unknown;
      else if (kind === "classes") result[pixel] = classes[value % classes.length];
      else if (kind === "scalar") result[pixel] = table[colorIndex(value, low, high)];
      else {
        const [r, g, b] = value.map((axis) => Math.round(127.5 * (axis + 1)));
        result[pixel] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
      }
    }
    return result;
  }
}
