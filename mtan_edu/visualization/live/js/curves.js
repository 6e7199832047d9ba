// The whole: progress, controls, legend, a panel per quantity, and in words what is shown. Python and pages call it.

import { control, h, setAttribute, setText, svg } from "../../browser/js/dom.js";
import { Surroundings, hideStill, lighter } from "../../browser/js/surroundings.js";
import { clamp, plural } from "../../browser/js/words.js";
import { History } from "./history.js";
import { Panel } from "./panel.js";
import { spanWords } from "./series.js";
import { Toolbar } from "./toolbar.js";
import { View } from "./view.js";

const SPOKEN_REST = 400; // ms without a change before a screen reader hears what is shown
const MOST_REMARKS = 3;

const KEYS = [
  ["← →", "epoch that is read out (Page: by 10; Home, End)"], ["Shift + ← →", "mark epochs"], ["Enter", "zoom to what is marked"],
  ["+ − 0", "zoom"], ["l", "logarithmic axis"], ["s S", "smoothing"], ["drag", "zoom to epochs; double click: all"],
  ["?", "this list"], ["Escape", "unmark, all epochs, then leave to the notebook"],
];

class Curves {
  constructor(model, root, history) {
    Object.assign(this, { root, history, cursor: null, anchor: null, marked: null, panels: [], frame: null });
    this.view = new View(model, () => this.schedule(true));
    const act = {
      point: (place) => this.point(place), mark: (marked) => this.markShare(marked), reset: () => this.reset(),
      zoom: (shares) => this.zoomTo(...shares.map((share) => this.epochAt(share))), zoomBy: (factor) => this.zoomBy(factor),
    };
    this.act = act;
    this.toolbar = new Toolbar(this.view, act);
    this.build();
    root.addEventListener("keydown", (event) => this.key(event));
    this.surroundings = new Surroundings(root, () => {
      this.shown = null;
      this.schedule();
    });
    this.forget = history.onChange(() => this.schedule());
    this.draw();
  }

  build() {
    this.progress = h("b", { class: "mtan-name mtan-progress" });
    this.help = h("div", { class: "mtan-help", hidden: true }, ...KEYS.map(([keys, does]) => h("div", {}, h("kbd", {}, keys), ` ${does}`)));
    this.helpButton = control("button", { type: "button", "aria-label": "keys (?)", title: "keys (?)", "aria-expanded": "false", on: { click: () => this.toggleHelp() } }, "?");
    this.legend = h("div", { class: "mtan-row mtan-looks" });
    this.grid = control("div", { class: "mtan-curves", tabindex: 0, role: "application", on: { keydown: (event) => this.gridKey(event) } });
    this.problem = h("div", { class: "mtan-problem" });
    this.status = h("div", { class: "mtan-status" });
    this.spoken = h("div", { class: "mtan-hidden", role: "status", "aria-live": "polite" });
    this.notes = h("div", { class: "mtan-notes" });
    this.root.append(h("div", { class: "mtan-top" }, this.progress, this.helpButton), this.help, this.toolbar.element,
      this.legend, this.problem, this.grid, this.status, this.spoken, this.notes);
    setAttribute(this.root, "role", "region");
    setAttribute(this.root, "aria-label", "Training curves");
  }

  /** Draw with the next picture of the screen: what comes faster is drawn together. */
  schedule(said = false) {
    this.say ||= said;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    const { history, root } = this, { index } = history, empty = !history.rows.length;
    setText(this.progress, history.progress);
    this.toolbar.update(index);
    this.problem.hidden = !empty;
    setText(this.problem, index.nothing);
    for (const element of [this.grid, this.legend, this.status]) element.hidden = empty;
    root.dataset.rows = history.rows.length;
    if (empty) return setText(this.notes, "");
    this.arrange(index);
    for (const panel of this.panels) panel.draw(this.window);
    setText(this.notes, this.remarks());
    this.describe();
    return undefined;
  }

  /** Put the chosen panels in their places, if others are chosen than before, or there is another width or theme. */
  arrange(index) {
    const key = `${this.toolbar.chosen().value} of ${index.panels.length}`;
    if (key === this.shown) return;
    this.shown = key;
    const specs = index.panels.filter(this.toolbar.chosen().shows);
    this.panels = specs.map((spec) => new Panel(spec, this, this.act));
    this.grid.replaceChildren(...this.panels.map(({ element }) => element));
    this.drawLegend(specs);
    for (const panel of this.panels) panel.measure(); // all before any is drawn: the browser then lays out once
  }

  /** The epochs that are seen: [first, last]. */
  get window() {
    const { epochs, index } = this.history, zoom = this.view.get("zoom");
    if (zoom) return zoom;
    const first = epochs[0], last = Math.max(epochs.at(-1), index.planned ?? 0);
    return first === last ? [first - 1, last + 1] : [first, last];
  }

  epochAt(share) {
    const [from, to] = this.window;
    return from + share * (to - from);
  }

  task(name) {
    return this.history.index.tasks.find((task) => task.name === name);
  }

  color(name) {
    const { color } = this.task(name);
    return this.root.classList.contains("mtan-dark") ? lighter(color) : color;
  }

  dash(name) {
    return this.task(name).dash;
  }

  mark(name) {
    return name ? `${this.task(name).mark} ` : "";
  }

  drawLegend(specs) {
    const sample = (color, dash, words, mark = "") => h("span", { class: "mtan-look" },
      svg("svg", { width: 40, height: 14, "aria-hidden": "true" },
        svg("line", { x1: 1, x2: 39, y1: 7, y2: 7, stroke: color, "stroke-width": 2.4, "stroke-dasharray": dash || null }),
        svg("text", { x: 20, y: 11, "text-anchor": "middle", class: "mtan-mark", fill: color }, mark)), words);
    const has = (wanted) => specs.some(({ group }) => group === wanted);
    const entries = has("losses") ? [sample("currentColor", "5 3", "training"), sample("currentColor", "", "validation")] : [];
    const tasks = this.history.index.tasks.filter(({ name }) => has("weights") || specs.some(({ task }) => task === name));
    entries.push(...tasks.map(({ name, mark }) => sample(this.color(name), has("weights") ? this.dash(name) : "", name, mark)));
    this.legend.replaceChildren(...entries);
  }

  /** Values that have no place on an axis. */
  remarks() {
    const { history } = this, all = this.panels.flatMap((panel) => panel.spec.lines.flatMap(({ column, task, kind }) => {
      const values = history.column(column), lost = panel.usable(values).flatMap((value, i) => (Number.isNaN(value) ? [i] : []));
      if (!lost.length) return [];
      const finite = lost.every((i) => Number.isFinite(values[i]));
      return [`${task}, ${kind}: ${plural(lost.length, "value")} ${finite ? "not above 0" : panel.log ? "not finite or not above 0" : "not finite"}, first in epoch ${history.epochs[lost[0]]}: a gap`];
    }));
    const rest = all.length - MOST_REMARKS;
    return all.length ? `${all.slice(0, MOST_REMARKS).join(". ")}.${rest > 0 ? ` The same in ${plural(rest, "other line")}.` : ""}` : "";
  }

  describe() {
    const { view, history, cursor } = this, zoom = view.get("zoom");
    const how = [this.toolbar.chosen().words, spanWords(...(zoom ?? [history.epochs[0], history.epochs.at(-1)]))];
    if (zoom) how.push("zoomed in");
    if (view.get("log")) how.push("losses on a logarithmic axis");
    if (view.get("smoothing")) how.push(`smoothed by ${view.get("smoothing").toFixed(2)}, thin: as measured`);
    const shown = how.join(", ");
    const read = cursor === null ? "" : ` Epoch ${history.epochs[cursor]}: ${this.panels.map((panel) => `${panel.spec.title}: ${panel.read(cursor)}`).join("; ")}.`;
    const words = `Shown: ${shown}.`;
    setText(this.status, words);
    setAttribute(this.grid, "aria-label", `Training curves: ${shown}; arrow keys read out epochs`);
    if (!this.say) return;
    this.say = false;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => setText(this.spoken, words + read), SPOKEN_REST);
  }

  focus() {
    this.grid.focus({ preventScroll: true });
  }

  /** Read out an epoch; null: the last one. */
  point(place) {
    if (place === this.cursor) return;
    this.cursor = place;
    this.schedule(true);
  }

  markShare(marked) {
    this.marked = marked;
    if (!marked) this.anchor = null;
    this.schedule();
  }

  reset() {
    this.markShare(null);
    this.view.set({ zoom: null });
  }

  /** Zoom to whole epochs around two of them. */
  zoomTo(from, to) {
    this.markShare(null);
    this.view.set({ zoom: [Math.floor(from + 1e-6), Math.max(Math.floor(from + 1e-6) + 1, Math.ceil(to - 1e-6))] });
  }

  /** See so many times as many epochs, around the one that is read out or the middle. */
  zoomBy(factor) {
    if (!this.history.rows.length) return;
    const { epochs } = this.history, [from, to] = this.window, whole = [epochs[0], Math.max(epochs.at(-1), epochs[0] + 1)];
    const center = this.cursor === null ? (from + to) / 2 : epochs[this.cursor], half = ((to - from) / 2) * factor;
    const next = [Math.max(whole[0], center - half), Math.min(Math.max(whole[1], this.history.index.planned ?? 0), center + half)];
    if (factor > 1 && next[0] <= whole[0] && next[1] >= whole[1]) this.reset();
    else this.zoomTo(...next);
  }

  gridKey(event) {
    const { epochs } = this.history, last = epochs.length - 1, now = this.cursor ?? last;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, PageUp: now - 10, PageDown: now + 10, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      if (event.shiftKey) this.anchor ??= now;
      else this.anchor = null;
      this.point(clamp(to, 0, last));
      const [from, end] = this.window, share = (place) => clamp((epochs[place] - from) / (end - from), 0, 1);
      this.marked = this.anchor === null ? null : [share(Math.min(this.anchor, this.cursor)), share(Math.max(this.anchor, this.cursor))];
    } else if (event.key === "Enter" && this.marked) this.act.zoom(this.marked);
    else return;
    this.schedule(true);
    event.preventDefault();
  }

  /** Keys of the whole. Nothing but Escape, once all is seen, and the shortcuts of the browser leaves the curves. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (!this.marked && !this.view.get("zoom")) return;
      if (this.marked) this.markShare(null);
      else this.reset();
    }
    event.stopPropagation();
    if (event.defaultPrevented || event.target.tagName === "SELECT") return;
    const smoothing = (by) => this.view.set({ smoothing: clamp(Math.round(20 * this.view.get("smoothing") + by), 0, 19) / 20 });
    const acts = {
      "+": () => this.zoomBy(0.5), "=": () => this.zoomBy(0.5), "-": () => this.zoomBy(2), 0: () => this.reset(),
      l: () => this.toolbar.toggleLog(), s: () => smoothing(1), S: () => smoothing(-1), "?": () => this.toggleHelp(), Escape: () => {},
    };
    if (!acts[event.key]) return;
    acts[event.key]();
    event.preventDefault();
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    setAttribute(this.helpButton, "aria-expanded", !this.help.hidden);
  }

  end() {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.speaking);
    this.surroundings.end();
    this.forget();
    this.view.end();
  }
}

/** Show a history in an element. */
function render({ model, el, history = new History(model) }) {
  const root = h("div", { class: "mtan-widget mtan-live" });
  el.append(root);
  const curves = new Curves(model, root, history);
  const still = () => history.rows.length && hideStill(el); // before the first point it may know more than we do
  const forget = history.onChange(still);
  still();
  try {
    model.send({ kind: "ready" }); // from now on JupyterLab passes on what we say although a cell is busy
  } catch {
    // nobody is there
  }
  return () => {
    forget();
    curves.end();
  };
}

/** The widget: its history begins with the model, so that a view that opens late knows all points. */
function makeWidget() {
  let history = null;
  return {
    initialize({ model }) {
      history = new History(model);
    },
    render: ({ model, el }) => render({ model, el, history }),
  };
}

export default makeWidget;
