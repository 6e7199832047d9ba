// Numbers: what is measured of every task, pair of tasks and stage, beside the start and the spread over the images.

import { drawChart, shareAt } from "../../../browser/js/chart.js";
import { chooseStage } from "../controls.js";
import { control, h, setAttribute, setText, svg } from "../../../browser/js/dom.js";
import { registerView } from "../views.js";
import { clamp, number, plural, short, signed } from "../../../browser/js/words.js";

const PAIR_MARKS = "○□△◇▽☆";
const PAIR_DASHES = ["", "7 3", "2 3", "9 3 2 3", "4 2 1 2", "12 3"];
const CHART = { width: 262, height: 134 };
const WITH_SIGN = "correlation";

class Numbers {
  constructor(context) {
    Object.assign(this, context, { showsItsNumbers: true });
    this.numbers = this.store.index.numbers;
    this.names = [...this.numbers.tasks, ...this.numbers.pairs];
    this.charts = this.names.map((name) => svg("svg", { class: "mtan-chart", on: { click: (event) => this.pick(event) }, "data-statistic": name }));
    this.multiples = control("div", {
      class: "mtan-multiples", tabindex: 0, role: "application", on: { keydown: (event) => this.stageKey(event) },
    }, ...this.charts);
    this.legend = h("div", { class: "mtan-row" });
    this.words = h("div", { class: "mtan-numbers" });
    this.tables = [this.numbers.tasks, this.numbers.pairs].map((names, i) => this.table(names, i === 0 ? "task" : "tasks"));
    this.note = h("div", { class: "mtan-caption" });
    this.element = h("div", { class: "mtan-stack" }, this.words, this.legend, this.multiples,
      h("div", { class: "mtan-row mtan-tables" }, ...this.tables.map(({ element }) => element)), this.note);
  }

  table(names, head) {
    const body = h("tbody"), caption = h("caption", { class: "mtan-hidden" });
    const element = h("table", { class: "mtan-table" }, caption,
      h("thead", {}, h("tr", {}, ...[head, ...names].map((words) => h("th", { scope: "col" }, words)))), body);
    element.hidden = !names.length;
    return { names, body, caption, element };
  }

  /** The epoch whose numbers are shown: the chosen one, or the last if the chosen one was not measured. */
  get epoch() {
    const { epochs } = this.store.index, { look, numbers } = this;
    return numbers.epochs[epochs[look.place].place] ? epochs[look.place] : epochs.at(-1);
  }

  update() {
    const { look, store } = this, { epoch } = this, s = store.stages.indexOf(look.stage.name);
    this.values = this.numbers.epochs[epoch.place];
    this.pairs = this.shownPairs();
    const start = this.start(epoch);
    setText(this.words, `${look.stage.name}, ${epoch.label}${start ? `, beside ${start}` : ""}, all channels, all of ${plural(this.numbers.images, "image")}`);
    this.updateLegend(start);
    this.names.forEach((name, i) => this.draw(this.charts[i], name, s));
    const last = store.stages.length - 1;
    setAttribute(this.multiples, "aria-label", `statistics by stage; ${look.stage.name}, ${s + 1} of ${last + 1}, is chosen; left and right arrow keys move to another stage`);
    for (const table of this.tables) this.fill(table, s, start);
    setText(this.note, this.remarks(epoch, s));
  }

  /** What the numbers of the start are called; "" where the epoch is the start itself, or there is none. */
  start(epoch) {
    return epoch.place > 0 ? this.numbers.start ?? "" : "";
  }

  /** All pairs, or those of the chosen task where they would be too many to tell apart. */
  shownPairs() {
    if (!this.numbers.pairs.length) return [];
    const all = Object.keys(this.values[this.numbers.pairs[0]] ?? {});
    return all.length <= PAIR_MARKS.length ? all : all.filter((pair) => pair.split(" – ").includes(this.state.get("task"))).slice(0, PAIR_MARKS.length);
  }

  /** The lines of a statistic: name, color, dash and mark. */
  lines(name) {
    if (!this.numbers.tasks.includes(name)) {
      return this.pairs.map((of, p) => ({ of, color: "currentColor", dash: PAIR_DASHES[p], mark: PAIR_MARKS[p] }));
    }
    return this.store.index.tasks.map(({ name: of, color, dash, mark }) => ({ of, color: this.look.taskColor(of, color), dash, mark }));
  }

  updateLegend(start) {
    const sample = ({ of, color, mark }) => h("span", { class: "mtan-label", style: `color: ${color}` }, `${mark} ${of}`);
    const lines = [...this.lines(this.numbers.tasks[0]), ...(this.numbers.pairs.length ? this.lines(this.numbers.pairs[0]) : [])];
    const bars = this.numbers.images > 1 ? "upright: ± standard deviation over the images" : "";
    this.legend.replaceChildren(...lines.map(sample),
      h("span", { class: "mtan-caption" }, [start && `faint: ${start}`, bars].filter(Boolean).join(" · ")));
  }

  draw(element, name, s) {
    const { stages } = this.store, count = stages.length, x = (i) => (i + 0.5) / count;
    const of = (line) => this.values[name]?.[line.of] ?? [];
    const lines = this.lines(name), numbers = lines.map(of);
    const drawn = lines.flatMap((line, k) => {
      const shift = (k - (lines.length - 1) / 2) * 0.012;
      const points = (column) => numbers[k].map((values, i) => [x(i) + shift, values[column] ?? NaN]);
      const bars = numbers[k].flatMap(([value, spread], i) => (spread ? [{
        points: [[x(i) + shift, value - spread], [x(i) + shift, value + spread]], color: line.color, dash: "", width: 1.2,
      }] : []));
      const { color, dash, mark } = line;
      return [{ points: points(2), color, dash, faint: true, width: 1.2 }, ...bars, { points: points(0), color, dash, mark, width: 1.8 }];
    });
    const reach = drawn.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
    const low = Math.min(0, ...reach), high = Math.max(low + 0.05, ...reach);
    drawChart(element, {
      ...CHART, low, high: high + 0.04 * (high - low), yLabel: name, lines: drawn, cursor: x(s), bottom: 18,
      xLabels: stages.map((stage, i) => ({ at: x(i), text: stageLetters(stage, i) })),
      describe: `${name} through ${stages.join(", ")}: ${lines.map((line, k) => `${line.of} ${numbers[k].map(([value]) => this.write(name, value)).join(", ")}`).join("; ")}`,
    });
  }

  write(name, value) {
    if (value === null || value === undefined) return "none";
    return name === WITH_SIGN ? signed(value) : value !== 0 && Math.abs(value) < 0.1 ? number(value) : short(value);
  }

  fill({ names, body, caption }, s, start) {
    if (!names.length) return;
    setText(caption, `${this.look.stage.name}, ${this.epoch.label}: value, ± standard deviation over the images${start && `, and in brackets ${start}`}`);
    body.replaceChildren(...this.lines(names[0]).map(({ of, mark, color }) => h("tr", {},
      h("th", { scope: "row", class: "mtan-task", style: `color: ${color}` }, `${mark} ${of}`),
      ...names.map((name) => h("td", {}, this.cell(name, of, s))))));
  }

  cell(name, of, s) {
    const [value, spread, first] = this.values[name]?.[of]?.[s] ?? [null, null, null];
    if (value === null) return "none";
    const around = spread === null ? "" : ` ± ${this.write("", spread)}`;
    return `${this.write(name, value)}${around}${first === null ? "" : ` (${this.write(name, first)})`}`;
  }

  remarks(epoch, s) {
    const { look, store, numbers } = this, { width, height, channels } = look.stage;
    const wanted = store.index.epochs[look.place], all = [];
    if (wanted !== epoch) all.push(`${wanted.label} was not measured: these are the numbers of ${epoch.label}.`);
    const start = this.start(epoch);
    all.push(`${numbers.images > 1 ? "±: standard deviation over the images, each measured alone. " : ""}${start ? `In brackets: ${start}.` : epoch.place > 0 || store.index.epochs.length < 2 ? "The untrained network was not recorded." : "This is the start."}`);
    const noise = numbers.noise[look.stage.name];
    if (numbers.pairs.length && noise !== undefined) {
      all.push(`CKA of few pixels is high even for noise: white noise of ${plural(channels, "channel")} at ${height} × ${width} pixels${numbers.images > 1 ? ` of ${numbers.images} images` : ""} would have about ${this.write("CKA", noise)}.`);
    }
    if (this.pairs.length && this.pairs.length < Object.keys(this.values[numbers.pairs[0]]).length) all.push(`Pairs: those of ${this.state.get("task")}, the chosen task.`);
    if (numbers.reduced) all.push(numbers.reduced);
    return all.join(" ");
  }

  /** A click in a chart chooses the stage below the pointer. */
  pick(event) {
    const { stages } = this.store, share = shareAt(event.currentTarget, event, CHART.width);
    chooseStage(this, stages[clamp(Math.floor(share * stages.length), 0, stages.length - 1)]);
  }

  stageKey(event) {
    const { stages } = this.store, s = stages.indexOf(this.look.stage.name), last = stages.length - 1;
    const to = { ArrowLeft: s - 1, ArrowRight: s + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    chooseStage(this, stages[clamp(to, 0, last)]);
    event.preventDefault();
  }

  describe() {
    const s = this.store.stages.indexOf(this.look.stage.name);
    const of = (name) => this.lines(name).map((line) => `${line.of} ${this.cell(name, line.of, s)}`).join(", ");
    const start = this.start(this.epoch);
    return `Numbers at ${this.look.stage.name}, ${this.epoch.label}${start && ` (in brackets ${start})`}. ${this.names.map((name) => `${name}: ${of(name)}`).join(". ")}.`;
  }
}

/** A stage's name below a small chart: "encoder_3" is e3, a long name its number. */
function stageLetters(stage, i) {
  const letters = stage.replace(/^encoder_/, "e").replace(/^decoder_/, "d");
  return letters.length <= 3 ? letters : String(i + 1);
}

registerView({ id: "numbers", title: "Numbers", problem: () => "", create: (context) => new Numbers(context) });
