// One quantity: its chart, and in words what it is at an epoch.

import { drawChart, shareAt, ticks } from "../../browser/js/chart.js";
import { h, setText, svg } from "../../browser/js/dom.js";
import { nearestPlace, reach, smooth, spanWords, thin, trendWords, valueWords } from "./series.js";

const HEIGHT = 200;
const LABEL = 0.28; // of the width, for "epoch 200"
const MARKS = 8; // about so many on a line
const TRAINING = "5 3"; // dashes of a training loss; a validation loss is solid, as in all figures
const SMALLEST_DRAG = 0.02; // of the width; less is a click

export class Panel {
  /** `act`: what the pointer does, { point(place or null), mark([x, x] or null), zoom([x, x]), reset() }. */
  constructor(spec, curves, act) {
    Object.assign(this, { spec, curves, act, start: null });
    this.chart = svg("svg", { class: "mtan-chart mtan-curve" });
    this.caption = h("div", { class: "mtan-caption" });
    this.element = h("div", { class: "mtan-quantity", "data-group": spec.group, "data-task": spec.task }, this.chart, this.caption);
    const on = (event, listener) => this.chart.addEventListener(event, listener);
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", () => this.drop());
    on("pointerleave", () => this.start === null && act.point(null));
    on("dblclick", () => act.reset());
  }

  get log() {
    return this.spec.group === "losses" && this.curves.view.get("log");
  }

  measure() {
    this.width = Math.max(200, this.element.clientWidth);
  }

  /** Draw the epochs of a window, [first, last]. */
  draw([from, to]) {
    const { curves, spec } = this, { history, cursor } = curves, epochs = history.epochs;
    const x = (epoch) => (epoch - from) / (to - from), inside = epochs.map((epoch) => epoch >= from && epoch <= to);
    const lines = spec.lines.map((line) => this.line(line, epochs, inside, x));
    const drawn = lines.flatMap(({ parts }) => parts);
    const [low, high] = reach(drawn.flatMap(({ points }) => points.map(([, value]) => value)), { log: this.log, zero: spec.group === "weights" });
    drawChart(this.chart, {
      width: this.width, height: HEIGHT, low, high, log: this.log, lines: drawn,
      yLabel: `${curves.mark(spec.task)}${spec.title}${this.log ? " (log)" : ""}`, yColor: spec.task && curves.color(spec.task),
      xLabels: epochLabels(from, to).map((epoch, i, { length }) => ({ at: x(epoch), text: i === length - 1 ? `epoch ${epoch}` : `${epoch}`, anchor: x(epoch) > 0.9 ? "end" : "middle" })),
      cursor: cursor !== null && inside[cursor] ? x(epochs[cursor]) : null, band: curves.marked,
      describe: `${spec.title}, ${spanWords(from, to)}: ${lines.map(({ name, seen }) => trendWords(name, seen)).join("; ")}`,
    });
    const place = cursor ?? (inside.includes(true) ? inside.lastIndexOf(true) : epochs.length - 1);
    setText(this.caption, `epoch ${epochs[place]}: ${this.read(place)}`);
  }

  /** A line's name, its values in the window, and what is drawn of it. */
  line({ column, task, kind }, epochs, inside, x) {
    const { curves, spec } = this, share = curves.view.get("smoothing"), raw = this.usable(curves.history.column(column));
    const points = (values) => thin(values.flatMap((value, i) => (inside[i] ? [[x(epochs[i]), value]] : [])), 2 * this.width);
    const color = curves.color(task), ofTask = spec.group === "weights";
    const look = { color, gaps: true, dash: ofTask ? curves.dash(task) : kind === "training" ? TRAINING : "" };
    const parts = share ? [{ ...look, points: points(raw), dash: "", faint: true, width: 1 }] : [];
    const shown = points(share ? smooth(raw, share) : raw);
    parts.push({ ...look, points: shown, width: ofTask ? 2.2 + 3 * this.hides(column) : 2.2 });
    if (ofTask || shown.length <= MARKS) {
      const step = Math.max(1, Math.round(shown.length / MARKS));
      parts.push({ color, points: shown.filter((_, i) => i % step === 0), mark: curves.mark(task).trim(), width: 0 });
    }
    return { name: ofTask ? task : kind, seen: raw.filter((_, i) => inside[i]), parts };
  }

  /** How many later lines would hide a weight: they have the same values. It is drawn wider, they inside it. */
  hides(column) {
    const { rows } = this.curves.history, later = this.spec.lines.filter((line) => line.column > column);
    return later.filter((line) => rows.every((row) => Object.is(row[line.column], row[column]))).length;
  }

  /** Values with a place on the axis; NaN for the others. */
  usable(values) {
    return values.map((value) => (Number.isFinite(value) && (!this.log || value > 0) ? value : NaN));
  }

  /** The values of an epoch. */
  read(place) {
    const { history, view } = this.curves, share = view.get("smoothing");
    return this.spec.lines.map(({ column, task, kind }) => {
      const value = history.rows[place][column], soft = share ? smooth(history.column(column), share)[place] : NaN;
      const name = this.spec.group === "weights" ? task : kind;
      return `${name} ${valueWords(value)}${Number.isFinite(soft) ? ` (${valueWords(soft)} smoothed)` : ""}`;
    }).join(" · ");
  }

  share(event) {
    return Math.min(1, Math.max(0, shareAt(this.chart, event, this.width)));
  }

  press(event) {
    if (event.button !== 0) return;
    this.start = this.share(event);
    this.chart.setPointerCapture(event.pointerId);
    event.preventDefault(); // no text is selected
    this.curves.focus();
  }

  move(event) {
    const at = this.share(event);
    if (this.start !== null) this.act.mark([Math.min(this.start, at), Math.max(this.start, at)]);
    else this.act.point(nearestPlace(this.curves.history.epochs, this.curves.epochAt(at)));
  }

  release(event) {
    if (this.start === null) return;
    const at = this.share(event), [low, high] = [Math.min(this.start, at), Math.max(this.start, at)];
    this.drop();
    if (high - low >= SMALLEST_DRAG) this.act.zoom([low, high]);
  }

  drop() {
    this.start = null;
    this.act.mark(null);
  }
}

/** Whole epochs below a chart; the last one says what they are, and needs room for it. */
function epochLabels(from, to) {
  const rounded = ticks(from, to, 5).map((epoch) => Number(epoch.toFixed(6))); // five steps of 0.2 are not quite 1
  const found = rounded.filter(Number.isInteger), last = found.at(-1);
  return found.filter((epoch) => epoch === last || (last - epoch) / (to - from) > LABEL);
}
