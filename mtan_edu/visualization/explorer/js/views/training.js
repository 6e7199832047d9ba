// Through training: a mask now, untrained, and what has changed; how far tasks are apart, and how much of it is learned.

import { drawChart } from "../../../browser/js/chart.js";
import { h, setAttribute, setText, svg } from "../../../browser/js/dom.js";
import { Legend } from "../legend.js";
import { paintMap, paintNumbers } from "../paint.js";
import { Panel, pixelAt } from "../panels.js";
import { compareMaps, floats, summary } from "../statistics.js";
import { registerView } from "../views.js";
import { short, signed } from "../../../browser/js/words.js";

const DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2 1 2"];

class Training {
  constructor(context) {
    Object.assign(this, context, { showsItsNumbers: true });
    const { tasks } = this.store;
    this.pairs = tasks.flatMap((a, i) => tasks.slice(i + 1).map((b) => [a, b]));
    this.heads = ["first", "now", "change"].map(() => h("div", { class: "mtan-head" }));
    this.rows = this.store.index.tasks.map((task) => this.row(task));
    this.table = h("div", { class: "mtan-grid mtan-history" }, h("div"), ...this.heads, ...this.rows.flatMap(({ parts }) => parts));
    this.legend = new Legend();
    this.changeLegend = new Legend();
    this.charts = [svg("svg", { class: "mtan-chart" }), svg("svg", { class: "mtan-chart" })];
    this.learned = h("tbody");
    this.words = h("div", { class: "mtan-numbers" });
    this.learnedTable = h("table", { class: "mtan-table" }, h("thead", {}, h("tr", {},
      ...["tasks", "|Δ| at first", "|Δ| now", "learned", "r at first", "r now"].map((words) => h("th", { scope: "col" }, words)))), this.learned);
    this.learnedTable.hidden = !this.pairs.length;
    this.element = h("div", { class: "mtan-stack" }, this.words,
      h("div", { class: "mtan-two" },
        h("div", { class: "mtan-stack" }, this.table, h("div", { class: "mtan-row" }, this.legend.element, this.changeLegend.element)),
        h("div", { class: "mtan-stack" }, ...this.charts, this.learnedTable)));
  }

  row({ name, mark }) {
    const pick = (x, y) => this.state.set({ pixel: pixelAt(x, y, this.store.index.size) });
    const panels = ["first", "now", "change"].map((what) => new Panel({ name: `${name}/${what}`, pick }));
    const captions = panels.map(() => h("span", { class: "mtan-caption" }));
    const figures = panels.map((panel, i) => h("div", { class: "mtan-figure", role: "img" }, panel.frame, captions[i]));
    return { name, panels, captions, figures, parts: [h("div", { class: "mtan-task", style: `color: var(--task-${this.store.tasks.indexOf(name)})` }, `${mark} ${name}`), ...figures] };
  }

  update() {
    const { look, store } = this, first = store.index.epochs[0].label;
    setText(this.heads[0], first);
    setText(this.heads[1], look.epochLabel);
    setText(this.heads[2], "change");
    this.updateRows();
    this.legend.show(look.colors, look.ownScale ? "lowest" : "0 closed", look.ownScale ? "highest" : "1 open", look.ownScale ? "each rescaled to its data" : "");
    this.measure();
    this.drawMoved();
    this.drawApart();
    this.updateTable();
    setText(this.words, `${look.stage.name}, ${look.channelWords}, image ${look.image} · ${store.hasUntrained ? "what was there before training was not learned" + this.flat() : "the untrained network was not recorded"}`);
  }

  updateRows() {
    const { look, store } = this;
    const all = store.tasks.map((task) => store.pair(look.address(task), look.address(task, 0)));
    const changes = all.map((maps) => maps && floats(maps[0]).map((value, i) => value - floats(maps[1])[i]));
    let limit = 0;
    for (const change of changes) if (change) for (const value of change) if (Math.abs(value) > limit) limit = Math.abs(value);
    limit ||= 1;
    this.rows.forEach((row, k) => this.updateRow(row, all[k], changes[k], limit));
    this.changeLegend.show(look.difference, `−${limit.toFixed(2)} closed`, `+${limit.toFixed(2)} opened`);
  }

  updateRow(row, maps, change, limit) {
    const { look } = this;
    if (!maps) {
      row.panels.forEach((panel) => panel.show(null, look.absence(look.stage, row.name, this.state.get("channel"))));
      row.captions.forEach((caption) => setText(caption, ""));
      return;
    }
    const [now, first] = maps;
    [first, now].forEach((map, i) => {
      const { mean, contrast, low, high } = summary(map);
      row.panels[i].show((canvas) => paintMap(canvas, map, look.colors, look.nan, ...look.range(map)));
      setText(row.captions[i], look.ownScale ? `${short(low)} to ${short(high)}` : `${short(mean)} ± ${short(contrast)}`);
    });
    row.panels[2].show((canvas) => paintNumbers(canvas, change, now.width, now.height, look.difference, look.nan, -limit, limit));
    const { apart, r } = compareMaps(now, first);
    setText(row.captions[2], `|Δ| ${short(apart)} · r ${signed(r)}`);
    row.figures.forEach((figure, i) => setAttribute(figure, "aria-label", `${row.name}, ${this.heads[i].textContent}: ${row.captions[i].textContent}`));
  }

  /** Numbers of all epochs: per task how far it is from the first, per pair how far the tasks are apart. */
  measure() {
    const { store, look, state } = this;
    const key = [look.image, state.get("stage"), state.get("channel"), store.fetched.size].join("/");
    if (this.measured === key) return;
    this.measured = key;
    const compare = (first, second) => {
      const maps = store.pair(first, second);
      return maps ? compareMaps(...maps) : { apart: NaN, r: NaN };
    };
    const epochs = store.index.epochs.map((_, e) => e);
    this.moved = store.tasks.map((task) => epochs.map((e) => compare(look.address(task, e), look.address(task, 0)).apart));
    this.apart = this.pairs.map(([a, b]) => epochs.map((e) => compare(look.address(a, e), look.address(b, e))));
  }

  /** x of an epoch in a chart, and the labels below it. */
  axis() {
    const { epochs } = this.store.index, end = epochs.at(-1).epoch || 1, x = (e) => epochs[e].epoch / end;
    const shown = [];
    epochs.forEach(({ epoch }, e) => {
      if (!shown.length || x(e) - shown.at(-1).at > 0.05) shown.push({ at: x(e), text: epoch === 0 ? "0" : `${epoch}` });
    });
    return { x, labels: shown };
  }

  drawMoved() {
    const { store, look } = this, { x, labels } = this.axis();
    const lines = this.moved.map((values, k) => {
      const { color, dash, mark, name } = store.index.tasks[k];
      return { points: values.map((value, e) => [x(e), value]), color: look.taskColor(name, color), dash, mark, label: name };
    });
    drawChart(this.charts[0], {
      width: 430, height: 150, low: 0, high: highest(this.moved.flat()), yLabel: "how far each mask has moved: mean |change|", right: 70,
      xLabels: labels, cursor: x(look.place), lines,
      describe: `Change since ${store.index.epochs[0].label}: ${this.moved.map((values, k) => `${store.tasks[k]} ${values.map(short).join(", ")}`).join("; ")}`,
    });
  }

  drawApart() {
    const { store, look } = this, { x, labels } = this.axis();
    this.charts[1].toggleAttribute("hidden", !this.pairs.length);
    if (!this.pairs.length) return;
    const chosen = this.pairs.findIndex((pair) => pair.includes(this.state.get("task")) && pair.includes(this.state.get("other_task")));
    const lines = this.apart.map((values, p) => ({
      points: values.map(({ apart }, e) => [x(e), apart]), color: "currentColor", dash: DASHES[p % DASHES.length],
      label: this.pairs[p].map((name) => name.slice(0, 3)).join("–"), width: p === chosen ? 3 : 1.6,
    }));
    const values = this.apart.flat().map(({ apart }) => apart);
    drawChart(this.charts[1], {
      width: 430, height: 160, low: 0, high: highest(values), yLabel: "how far tasks are apart: mean |Δ|", right: 70, bottom: 22,
      xLabels: labels.map((label, i) => (i === labels.length - 1 ? { ...label, text: `epoch ${label.text}` } : label)), cursor: x(look.place), lines,
      describe: `Difference between tasks by epoch: ${this.apart.map((of, p) => `${this.pairs[p].join(" and ")} ${of.map(({ apart }) => short(apart)).join(", ")}`).join("; ")}`,
    });
  }

  updateTable() {
    const { look } = this;
    const rows = this.apart.map((of, p) => {
      const first = of[0], now = of[look.place];
      const cells = [short(first.apart), short(now.apart), signed(now.apart - first.apart), signed(first.r), signed(now.r)];
      return h("tr", {}, h("th", { scope: "row" }, this.pairs[p].join(" – ")), ...cells.map((words) => h("td", {}, words)));
    });
    this.learned.replaceChildren(...rows);
  }

  /** A remark on an untrained network that is flat for a reason of its own. */
  flat() {
    const maps = this.store.tasks.map((task) => this.look.map(task, 0));
    const flat = this.store.index.epochs[0].label === "untrained" && maps.every((map) => map && summary(map).contrast < 0.03);
    return flat ? " (flat, as BatchNorm has seen no image yet: untrained=... shows a fairer one)" : "";
  }

  describe() {
    const { look, store } = this, e = look.place;
    const moved = store.tasks.map((task, k) => `${task} ${short(this.moved[k][e])}`).join(", ");
    const apart = this.pairs.map((pair, p) => `${pair.join("–")} ${short(this.apart[p][0].apart)} then ${short(this.apart[p][e].apart)}`).join(", ");
    return `Through training, ${look.where}, ${look.stage.name}, ${look.channelWords}. Change since ${store.index.epochs[0].label}: ${moved}.${apart && ` Difference between tasks, first and now: ${apart}.`}`;
  }

  wanted() {
    const { store, look } = this;
    return store.tasks.flatMap((task) => [look.address(task), look.address(task, 0)]);
  }
}

function highest(values) {
  const known = values.filter(Number.isFinite);
  return Math.max(0.05, ...known) * 1.08;
}

registerView({
  id: "training", title: "Through training",
  problem: ({ store }) => (store.index.epochs.length < 2 ? "needs masks of two epochs" : ""),
  create: (context) => new Training(context),
});
