// Grid: a row per task; a column per stage, or per channel of the chosen stage.

import { chooseStage } from "../controls.js";
import { control, h, setAttribute, setText } from "../../../browser/js/dom.js";
import { channelWords } from "../look.js";
import { Legend } from "../legend.js";
import { SORT_WORDS, stageOrder } from "../order.js";
import { paintMap } from "../paint.js";
import { Panel, pixelAt } from "../panels.js";
import { brightest, summary, valueAt } from "../statistics.js";
import { registerView } from "../views.js";
import { clamp, number, plural, short } from "../../../browser/js/words.js";

const PAGE = 10; // channels side by side

class Grid {
  constructor(context) {
    Object.assign(this, context);
    this.cells = [];
    this.shape = "";
    this.columns = menuOfColumns(this);
    this.sortStages = control("input", {
      type: "checkbox", on: { change: () => this.state.set({ sort_stages: this.sortStages.checked }) },
    });
    this.sortStagesLabel = h("label", { class: "mtan-control" }, this.sortStages, h("span", {}, "sort stages, too"));
    this.page = h("span", { class: "mtan-faint" });
    this.legend = new Legend();
    this.table = h("div", { class: "mtan-grid", role: "grid" });
    this.hovered = h("span", { class: "mtan-faint" });
    this.element = h("div", { class: "mtan-stack" },
      h("div", { class: "mtan-row" }, h("label", { class: "mtan-control" }, h("span", {}, "columns"), this.columns),
        this.sortStagesLabel, this.page),
      h("div", { class: "mtan-scroll" }, this.table),
      h("div", { class: "mtan-row" }, this.legend.element, this.hovered));
  }

  /** What the columns show: stage and channel each. */
  shown() {
    const { store, state, look } = this;
    if (state.get("columns") === "stages") {
      return stageOrder(store, state.get("sort"), state.get("sort_stages")).map((name) => {
        const stage = store.stage(name);
        return { stage, channel: look.channelOf(stage) };
      });
    }
    const order = look.order(), start = Math.floor(Math.max(0, look.rank) / PAGE) * PAGE;
    return order.slice(start, start + PAGE).map((channel) => ({ stage: look.stage, channel }));
  }

  update() {
    const { store, state, look } = this, columns = this.shown();
    this.build(columns.length);
    const stages = state.get("columns") === "stages";
    this.columns.value = state.get("columns");
    this.sortStages.checked = state.get("sort_stages");
    this.sortStagesLabel.hidden = !stages || state.get("sort") === "number";
    const first = look.order().indexOf(columns[0].channel);
    setText(this.page, stages
      ? state.get("channel") === "mean" || columns.length === 1 ? "" : `each stage's channel of the same rank by ${SORT_WORDS[state.get("sort")]}`
      : `${first + 1} to ${first + columns.length} of ${plural(look.stage.channels, "channel")}, by ${SORT_WORDS[state.get("sort")]}${state.get("sort") === "number" ? "" : ` at ${store.index.ranked} (the number below)`}`);
    columns.forEach((column, c) => this.updateHead(c, column, stages));
    store.tasks.forEach((task, t) => columns.forEach((column, c) => this.updateCell(t, c, task, column)));
    const own = look.ownScale;
    this.legend.show(look.colors, own ? "lowest value of each panel" : "0 closed", own ? "highest" : "1 open",
      own ? "each panel rescaled to its data, its range below it: as in the paper's figure 5; do not compare contrasts" : "");
  }

  updateHead(c, { stage, channel }, stages) {
    const [name, size] = this.heads[c];
    setText(name, stages ? stage.name : `channel ${channel}`);
    const what = stages && channel !== "mean" && channel !== null ? `ch. ${channel} of ` : "";
    setText(size, stages ? `${what}${stage.channels} @ ${stage.height}×${stage.width}` : this.scoreWords(stage, channel));
  }

  scoreWords(stage, channel) {
    const sort = this.state.get("sort");
    return sort === "number" ? `of ${stage.channels}` : short(stage.scores[sort][channel]);
  }

  updateCell(t, c, task, { stage, channel }) {
    const { look, store, state } = this, cell = this.cells[t][c];
    const map = channel === null ? null : store.map(look.place, look.image, task, stage.name, channel);
    const chosen = task === state.get("task") && this.isChosen(stage, channel);
    setAttribute(cell.element, "aria-selected", chosen);
    setAttribute(cell.element, "tabindex", chosen ? 0 : -1);
    if (map === null) {
      const words = look.absence(stage, task, channel);
      cell.panel.show(null, words);
      setText(cell.caption, "");
      setAttribute(cell.element, "aria-label", `${task}, ${stage.name}: ${words}`);
      return;
    }
    const { mean, contrast, low, high, missing } = summary(map);
    cell.panel.show((canvas) => paintMap(canvas, map, look.colors, look.nan, ...look.range(map)));
    const numbers = missing === map.values.length ? "all NaN"
      : look.ownScale ? `${short(low)} to ${short(high)}` : `${short(mean)} ± ${short(contrast)}`;
    setText(cell.caption, missing ? `${numbers}, NaN` : numbers);
    const nan = missing ? `, ${plural(missing, "pixel")} not a number` : "";
    setAttribute(cell.element, "aria-label",
      `${task}, ${stage.name}, ${channelWords(stage, channel)}: mean ${short(mean)}, contrast ${short(contrast)}${nan}`);
  }

  isChosen(stage, channel) {
    const byStage = this.state.get("columns") === "stages";
    if (byStage) return stage.name === this.state.get("stage");
    return channel === this.state.get("channel") || (this.state.get("channel") === "mean" && this.look.order()[0] === channel);
  }

  /** As many cells as there are maps; they are kept until their number changes. */
  build(count) {
    const { store } = this;
    if (this.shape === `${count}`) return;
    this.shape = `${count}`;
    this.table.style.setProperty("--columns", count);
    this.heads = Array.from({ length: count }, () => [h("b"), h("span", { class: "mtan-faint" })]);
    const head = h("div", { role: "row", class: "mtan-contents" }, h("div", { role: "columnheader" }),
      ...this.heads.map((parts) => h("div", { role: "columnheader", class: "mtan-head" }, ...parts)));
    const rows = store.index.tasks.map(({ name, mark }, t) => {
      this.cells[t] = Array.from({ length: count }, (_, c) => this.cell(t, c));
      return h("div", { role: "row", class: "mtan-contents" },
        h("div", { role: "rowheader", class: "mtan-task", style: `color: var(--task-${t})` }, `${mark} ${name}`),
        ...this.cells[t].map((cell) => cell.element));
    });
    this.table.replaceChildren(head, ...rows);
  }

  cell(t, c) {
    const panel = new Panel({
      name: `${t}/${c}`,
      pick: (x, y) => this.state.set({ pixel: pixelAt(x, y, this.store.index.size) }),
      hover: (x, y) => this.hover(t, c, x, y),
    });
    const caption = h("span", { class: "mtan-caption" });
    const element = control("div", {
      role: "gridcell", class: "mtan-cell",
      on: { click: () => this.choose(t, c), keydown: (event) => this.key(event, t, c) },
    }, panel.frame, caption);
    return { panel, caption, element };
  }

  choose(t, c, focus = false) {
    const columns = this.shown(), { stage, channel } = columns[clamp(c, 0, columns.length - 1)];
    this.state.set({ task: this.store.tasks[clamp(t, 0, this.store.tasks.length - 1)] });
    if (this.state.get("columns") === "stages") chooseStage(this, stage.name);
    else this.state.set({ channel });
    if (focus) this.table.querySelector('[aria-selected="true"]')?.focus();
  }

  key(event, t, c) {
    const columns = this.shown().length, rows = this.store.tasks.length;
    const moves = {
      ArrowLeft: [t, Math.max(0, c - 1)], ArrowRight: [t, Math.min(columns - 1, c + 1)],
      ArrowUp: [Math.max(0, t - 1), c], ArrowDown: [Math.min(rows - 1, t + 1), c],
      Home: [t, 0], End: [t, columns - 1],
    };
    const channels = this.state.get("columns") === "channels";
    if (event.key === "ArrowRight" && channels && c === columns - 1) this.turn(1, t);
    else if (event.key === "ArrowLeft" && channels && c === 0) this.turn(-1, t);
    else if (moves[event.key]) this.choose(...moves[event.key], true);
    else if (event.key === "Enter" || event.key === " ") this.toggleColumns();
    else return;
    event.preventDefault();
  }

  /** To the next or the previous page of channels. */
  turn(by) {
    const order = this.look.order(), rank = Math.max(0, this.look.rank);
    this.state.set({ channel: order[clamp(rank + by, 0, order.length - 1)] });
    this.table.querySelector('[aria-selected="true"]')?.focus();
  }

  setColumns(columns) {
    const first = columns === "channels" && this.state.get("channel") === "mean" ? { channel: this.look.order()[0] } : {};
    this.state.set({ columns, ...first });
  }

  toggleColumns() {
    this.setColumns(this.state.get("columns") === "stages" ? "channels" : "stages");
    this.table.querySelector('[aria-selected="true"]')?.focus();
  }

  hover(t, c, x, y) {
    const column = this.shown()[c];
    if (x === null || !column || column.channel === null) return setText(this.hovered, "");
    const task = this.store.tasks[t];
    const map = this.store.map(this.look.place, this.look.image, task, column.stage.name, column.channel);
    const [row, place] = pixelAt(x, y, this.store.index.size);
    return setText(this.hovered, map ? `${task}, ${column.stage.name} at row ${row}, column ${place}: ${number(valueAt(map, x, y))}` : "");
  }

  describe() {
    const { look, state, store } = this, task = state.get("task"), map = look.map(task), columns = this.shown();
    const what = state.get("columns") === "stages" ? plural(columns.length, "stage") : `${plural(columns.length, "channel")} of ${look.stage.name}`;
    const seen = map ? summary(map) : null;
    const chosen = seen
      ? `${task} at ${look.stage.name}, ${look.channelWords}: mean ${short(seen.mean)}, contrast ${short(seen.contrast)}, from ${short(seen.low)} to ${short(seen.high)}${brightest(map) && `, ${brightest(map)}`}`
      : `${task} at ${look.stage.name}: not here`;
    return `Grid of ${plural(store.tasks.length, "task")} × ${what}, ${look.where}. ${chosen}.`;
  }

  wanted() {
    return this.store.tasks.flatMap((task) =>
      this.shown().map(({ stage, channel }) => this.look.address(task, this.look.place, stage.name, channel)));
  }
}

function menuOfColumns(grid) {
  const select = control("select", { "aria-label": "columns", on: { change: () => grid.setColumns(select.value) } });
  select.append(h("option", { value: "stages" }, "all stages"), h("option", { value: "channels" }, "channels of the stage"));
  return select;
}

registerView({ id: "grid", title: "Grid", problem: () => "", create: (context) => new Grid(context) });
