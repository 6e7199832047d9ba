// Pixel: one place of the image; the masks of all tasks there through the stages, and what each task predicted.

import { drawChart } from "../../../browser/js/chart.js";
import { h, setText, svg } from "../../../browser/js/dom.js";
import { paintWords } from "../paint.js";
import { Panel, pixelAt, pixelPlace } from "../panels.js";
import { Predicted } from "../predicted.js";
import { valueAt } from "../statistics.js";
import { registerView } from "../views.js";
import { listing, short } from "../../../browser/js/words.js";

class Pixel {
  constructor(context) {
    Object.assign(this, context, { showsItsNumbers: true });
    this.predicted = new Predicted(this.store, this.look);
    this.hint = h("div", { class: "mtan-numbers" });
    this.chart = svg("svg", { class: "mtan-chart" });
    this.rows = this.store.index.tasks.map((task) => this.row(task));
    const head = ["task", "mask here", "untrained", "truth", "", "predicted", "", "error"];
    this.table = h("table", { class: "mtan-table" },
      h("thead", {}, h("tr", {}, ...head.map((words) => h("th", { scope: "col" }, words)))),
      h("tbody", {}, ...this.rows.map(({ element }) => element)));
    this.note = h("div", { class: "mtan-caption" });
    this.element = h("div", { class: "mtan-stack" }, this.hint, this.chart, this.table, this.note);
  }

  row({ name, mark }) {
    const pick = (x, y) => this.state.set({ pixel: pixelAt(x, y, this.store.index.size) });
    const panels = ["truth", "said"].map((what) => new Panel({ name: `${name}/${what}`, pick }));
    const cells = ["mask", "untrained", "truth", "said", "error"].map(() => h("td"));
    const [mask, untrained, truth, said, error] = cells;
    const picture = (panel) => h("td", { class: "mtan-thumb" }, panel.frame);
    const element = h("tr", {}, h("th", { scope: "row", class: "mtan-task", style: `color: var(--task-${this.store.tasks.indexOf(name)})` }, `${mark} ${name}`),
      mask, untrained, picture(panels[0]), truth, picture(panels[1]), said, error);
    return { name, element, panels, mask, untrained, truth, said, error, painted: "" };
  }

  update() {
    const { look, state, store } = this, at = pixelPlace(state, store.index.size), pixel = state.get("pixel");
    setText(this.hint, at
      ? `Row ${pixel[0]}, column ${pixel[1]} of image ${look.image}, ${look.epochLabel} · ${state.get("channel") === "mean" ? "mean over each stage's channels" : `${look.stage.name}, ${look.channelWords}; other stages: their channel of the same rank`}`
      : "Click the image, or move the pixel there with the arrow keys.");
    this.series = at ? store.tasks.map((task) => this.throughStages(task, look.place, at)) : [];
    this.before = at && store.hasUntrained && look.place > 0 ? store.tasks.map((task) => this.throughStages(task, 0, at)) : [];
    this.draw(at);
    this.rows.forEach((row, k) => this.updateRow(row, k, at));
    const packed = store.index.predictions;
    setText(this.note, !packed ? "No predictions were recorded with these masks."
      : `${this.predicted.placeOf(look.place) === null ? `Predictions of ${look.epochLabel} are not here. ` : ""}${packed.step > 1 ? `Truth and predictions at every ${packed.step === 2 ? "second" : `${packed.step}th`} pixel.` : ""}`);
  }

  /** The task's mask at the place, stage by stage; NaN where there is none. */
  throughStages(task, place, at) {
    return this.store.index.stages.map((stage) => {
      const channel = this.look.channelOf(stage);
      const map = channel === null ? null : this.store.map(place, this.look.image, task, stage.name, channel);
      return map ? valueAt(map, ...at) : NaN;
    });
  }

  draw(at) {
    const { store, look } = this, count = store.stages.length;
    const x = (s) => (count === 1 ? 0.5 : (s + 0.5) / count);
    const points = (values) => values.map((value, s) => [x(s), value]);
    const line = (values, k, faint) => {
      const { color, dash, mark } = store.index.tasks[k];
      return { points: points(values), color: look.taskColor(store.tasks[k], color), dash, mark: faint ? "" : mark, faint, width: faint ? 1.2 : 2.4 };
    };
    const spoken = this.series.map((values, k) => `${store.tasks[k]} ${values.map(short).join(", ")}`);
    drawChart(this.chart, {
      width: 960, height: 215, low: 0, high: 1, yLabel: `mask value at this place${this.before.length ? " (thin: untrained)" : ""}`,
      xLabels: store.stages.map((text, s) => ({ at: x(s), text })),
      cursor: x(store.stages.indexOf(this.state.get("stage"))),
      lines: [...this.before.map((values, k) => line(values, k, true)), ...this.series.map((values, k) => line(values, k, false))],
      describe: at ? `Mask values through ${listing(store.stages)}: ${spoken.join("; ")}` : "No pixel is chosen.",
    });
  }

  updateRow(row, k, at) {
    const { store, state, look, predicted } = this, s = store.stages.indexOf(state.get("stage"));
    setText(row.mask, at ? short(this.series[k][s]) : "–");
    setText(row.untrained, this.before.length ? short(this.before[k][s]) : "–");
    const there = predicted.has(row.name), place = predicted.placeOf(look.place);
    const key = `${look.image}/${place}`;
    if (there && row.painted !== key) {
      row.painted = key;
      row.panels.forEach((panel, i) => this.paint(panel, predicted.colors(row.name, i === 0 ? -1 : place, look.image)));
    }
    if (!there) row.panels.forEach((panel) => panel.show(null, "–"));
    const whole = there && predicted.isWhole(row.name);
    const values = there && (at || whole) ? predicted.at(row.name, look.place, look.image, ...(at ?? [0, 0])) : null;
    setText(row.truth, values ? predicted.words(row.name, values.truth) : "–");
    setText(row.said, values && values.said !== null ? predicted.words(row.name, values.said) : "–");
    setText(row.error, values ? predicted.errorWords(row.name, values) : "–");
    row.error.classList.toggle("mtan-wrong", row.error.textContent === "wrong");
  }

  paint(panel, colors) {
    const { height, width } = this.store.index.predictions;
    panel.show(colors ? (canvas) => paintWords(canvas, colors, width, height) : null, "whole image");
  }

  describe() {
    const { store, state } = this;
    if (!this.series.length) return "Pixel view: no pixel is chosen yet.";
    const masks = this.rows.map((row) => `${row.name} ${row.mask.textContent}`).join(", ");
    const said = this.rows.filter((row) => row.error.textContent && row.error.textContent !== "–")
      .map((row) => `${row.name}: ${row.said.textContent}, truth ${row.truth.textContent}, ${row.error.textContent}`);
    const [row, column] = state.get("pixel");
    return `Row ${row}, column ${column}, ${this.look.epochLabel}; masks at ${state.get("stage")}: ${masks}. ${said.join("; ")}${said.length ? "." : ""}`.replace("  ", " ");
  }

  wanted() {
    const { look, store } = this, places = store.hasUntrained ? [look.place, 0] : [look.place];
    return places.flatMap((place) => store.tasks.flatMap((task) => store.index.stages.map((stage) =>
      look.address(task, place, stage.name, look.channelOf(stage)))));
  }
}

registerView({ id: "pixel", title: "Pixel", problem: () => "", create: (context) => new Pixel(context) });
