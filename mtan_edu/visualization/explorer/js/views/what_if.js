// What if: other masks in place of the network's own; what every task predicts then, and what its metrics become.

import { chooseStage } from "../controls.js";
import { control, h, menu, setAttribute, setText } from "../../../browser/js/dom.js";
import { toBytes } from "../../../browser/js/bytes.js";
import { Newest } from "../newest.js";
import { paintWords } from "../paint.js";
import { Panel, pixelAt, pixelPlace } from "../panels.js";
import { Predicted } from "../predicted.js";
import { registerView } from "../views.js";
import { number, plural } from "../../../browser/js/words.js";

const ALL = ""; // in a menu, of tasks and of stages

const CHANGE_WORDS = {
  scale: "multiplied by", open: "1 everywhere", mean: "the same at every pixel", shuffle: "those of another image", swap: "those of",
};

export const CHANGES = Object.keys(CHANGE_WORDS);

const OFF = {
  absent: "“What if” is off: this page has no Python that could compute; in a notebook, connect_what_if(explorer, run) turns it on.",
  silent: "“What if” is off: the kernel does not answer (busy, or gone); it goes on when the kernel does, and after a restart when the cells have run again.",
  there: "“What if” is off: no network is connected to these masks; connect_what_if(explorer, run) of mtan_edu.experiment turns it on.",
};

const IDLE = ["epoch", "stage", "channel", "row", "sort", "scale", "colors"]; // it asks for stages itself, of the trained network

const COLUMNS = ["truth", "own masks", "other masks"];

class WhatIf {
  constructor(context) {
    Object.assign(this, context, { showsItsNumbers: true, idle: IDLE, shown: null, asked: "", problem: "" });
    this.questions = new Newest(this.kernel, "what_if", (...end) => this.hear(...end));
    this.buildControls();
    this.sentence = h("div", { class: "mtan-numbers" });
    this.work = h("span", { class: "mtan-caption", role: "status" });
    this.off = h("div", { class: "mtan-problem", role: "alert" });
    this.rows = this.store.index.tasks.map((task, k) => this.row(task, k));
    const pictures = h("div", { class: "mtan-grid mtan-history" }, h("div"),
      ...COLUMNS.map((words) => h("div", { class: "mtan-head" }, words)), ...this.rows.flatMap(({ parts }) => parts));
    this.measured = h("tbody");
    this.heads = ["metric", "this image", "all images", "difference over all"].map((words) => h("th", { scope: "col" }, words));
    const table = h("table", { class: "mtan-table mtan-measured" },
      h("caption", { class: "mtan-hidden" }, "metrics with the network's own masks, and with other masks"),
      h("thead", {}, h("tr", {}, ...this.heads)), this.measured);
    this.note = h("div", { class: "mtan-caption" });
    this.results = h("div", { class: "mtan-stack" }, h("div", { class: "mtan-row" }, this.sentence, this.work),
      h("div", { class: "mtan-answer" }, pictures, h("div", { class: "mtan-stack" }, table, this.note)));
    this.element = h("div", { class: "mtan-stack" }, this.controls, this.off, this.results);
  }

  buildControls() {
    const { state, store } = this, { tasks, stages } = store;
    const named = (names) => names.map((value) => ({ value, words: value }));
    this.task = menu("whose masks", [...named(tasks), { value: ALL, words: "all tasks" }],
      (task) => state.set(task === ALL ? { all_tasks: true } : { all_tasks: false, task }));
    this.stage = menu("at which stages", [{ value: ALL, words: "all stages" }, ...named(stages)], (stage) => this.chooseStage(stage));
    const lacks = { shuffle: store.index.images.length < 2 && "needs two images", swap: tasks.length < 2 && "needs two tasks" };
    this.change = menu("what the masks become", CHANGES.map((value) => ({ value, words: CHANGE_WORDS[value], problem: lacks[value] })),
      (change) => state.set({ change }));
    this.other = menu("whose masks instead", named(tasks), (other_task) => state.set({ other_task }));
    this.factor = control("input", {
      type: "range", min: 0, max: 2, step: 0.05, "aria-label": "factor",
      on: { input: () => state.set({ factor: Number(this.factor.value) }) },
    });
    this.factorWords = h("output", { class: "mtan-value" });
    this.slider = h("span", { class: "mtan-control" }, this.factor, this.factorWords);
    const button = (words, changes) => control("button", { type: "button", on: { click: () => state.set(changes) } }, words);
    this.shared = button("all masks 1: the shared network", { change: "open", all_tasks: true, all_stages: true });
    this.back = button("back to its own masks", { change: "scale", factor: 1 });
    const words = (text) => h("span", {}, text);
    this.controls = h("div", { class: "mtan-row mtan-question", role: "group", "aria-label": "what if" },
      words("What if the masks of"), this.task, words("at"), this.stage, words("were"), this.change, this.slider, this.other,
      words("?"), this.shared, this.back);
  }

  row({ name, mark }, k) {
    const pick = (x, y) => this.state.set({ pixel: pixelAt(x, y, this.store.index.size) });
    const panels = ["truth", "own", "other"].map((what) => new Panel({ name: `${name}/${what}`, pick }));
    const captions = panels.map(() => h("span", { class: "mtan-caption" }));
    const figures = panels.map((panel, i) => h("div", { class: "mtan-figure", role: "img" }, panel.frame, captions[i]));
    const label = h("div", { class: "mtan-task", style: `color: var(--task-${k})` }, `${mark} ${name}`);
    return { name, panels, captions, figures, parts: [label, ...figures] };
  }

  chooseStage(stage) {
    if (stage !== ALL) chooseStage(this, stage);
    this.state.set({ all_stages: stage === ALL });
  }

  /** What is asked now; null = all. What a change does not need is always the same, so that it is not asked twice. */
  question() {
    const get = (key) => this.state.get(key), change = get("change");
    return {
      task: get("all_tasks") ? null : get("task"), stage: get("all_stages") ? null : get("stage"), change,
      factor: change === "scale" ? get("factor") : 1, other_task: change === "swap" ? get("other_task") : "", image: get("image"),
    };
  }

  update() {
    const { state, kernel } = this, on = kernel.answers("what_if");
    this.task.value = state.get("all_tasks") ? ALL : state.get("task");
    this.stage.value = state.get("all_stages") ? ALL : state.get("stage");
    this.change.value = state.get("change");
    this.other.value = state.get("other_task");
    this.factor.value = state.get("factor");
    setText(this.factorWords, number(state.get("factor")));
    setAttribute(this.factor, "aria-valuetext", `times ${number(state.get("factor"))}`);
    this.slider.hidden = state.get("change") !== "scale";
    this.other.hidden = state.get("change") !== "swap";
    for (const one of [this.task, this.stage, this.change, this.other, this.factor, this.shared, this.back]) one.disabled = !on;
    this.controls.hidden = !on && kernel.status === "absent";
    this.off.hidden = Boolean(on);
    setText(this.off, on ? "" : OFF[kernel.status]);
    if (on) this.ask(on);
    this.updateWork();
    this.updateCaptions();
    this.results.hidden = !on || !(this.shown || this.questions.running || this.problem);
  }

  /** Ask anew if another question is asked now, or another network would answer it. */
  ask(network) {
    const question = this.question(), key = JSON.stringify([network, question]);
    if (key === this.asked) return;
    this.asked = key;
    this.questions.ask(question);
  }

  hear(question, answer, problem) {
    this.problem = problem;
    if (answer) this.show(question, answer);
    else if (this.kernel.status !== "there") this.asked = ""; // nobody heard it: asked again when somebody is there
    this.redraw();
  }

  updateWork() {
    const working = Boolean(this.questions.running);
    setAttribute(this.results, "aria-busy", working);
    setText(this.work, working ? "the kernel computes …" : this.problem);
    this.work.classList.toggle("mtan-wrong", !working && Boolean(this.problem));
    setText(this.note, this.remarks());
  }

  remarks() {
    const epoch = this.shown?.content.epoch ?? null;
    if (epoch === null || epoch === this.state.get("epoch")) return "";
    return `The network that is asked is the one after epoch ${epoch}, whichever epoch is chosen above.`;
  }

  show(question, { content, buffers }) {
    const bytes = toBytes(buffers[0]);
    this.shown = { question, content };
    this.predicted = new Predicted(this.store, this.look, {
      packed: content.predictions, numbers: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), images: 1,
    });
    const unchanged = question.change === "scale" && question.factor === 1;
    setText(this.sentence, unchanged
      ? `Image ${question.image}: nothing is changed yet. Predict what will happen, then change something.`
      : `Image ${question.image}: ${content.description}`);
    this.rows.forEach((row) => this.showRow(row));
    setText(this.heads[2], content.images === 1 ? "its one image" : `all ${content.images} images`);
    this.measured.replaceChildren(...content.metrics.flatMap((metric, i) =>
      [...(content.metrics[i - 1]?.task === metric.task ? [] : [this.taskRow(metric.task)]), metricRow(metric)]));
  }

  showRow({ name, panels, captions, figures }) {
    const { predicted } = this, { height, width } = predicted.packed, whole = predicted.isWhole(name);
    const words = whole ? this.said(name, [0, 0]) : [];
    const { moved, shown } = predicted.packed.tasks[name], { unit } = predicted.display(name);
    const colors = shown ? `dark ${rounded(shown[0])}, bright ${rounded(shown[1])} ${unit}`.trim() : "";
    const remarks = [colors, "", movedWords(predicted.display(name), moved)];
    [-1, 0, 1].forEach((place, i) => {
      const painted = predicted.colors(name, place, 0);
      panels[i].show(painted ? (canvas) => paintWords(canvas, painted, width, height) : null, words[i]);
      captions[i].dataset.remark = remarks[i];
      setAttribute(figures[i], "aria-label", [`${name}, ${COLUMNS[i]}`, words[i], remarks[i]].filter(Boolean).join(": "));
    });
  }

  /** Below the pictures: what is said at the chosen pixel, or what there is to say of the whole. */
  updateCaptions() {
    const at = pixelPlace(this.state, this.store.index.size);
    for (const { name, captions } of this.rows) {
      const here = this.predicted && at && !this.predicted.isWhole(name) ? this.said(name, at) : null;
      captions.forEach((caption, i) => setText(caption, here ? here[i] : caption.dataset.remark ?? ""));
    }
  }

  /** Truth and both predictions at a place, in words. */
  said(name, at) {
    const { predicted } = this, { truth, said } = predicted.at(name, 0, 0, ...at);
    return [truth, said, predicted.at(name, 1, 0, ...at).said].map((value) => predicted.words(name, value));
  }

  taskRow(task) {
    const color = `color: var(--task-${this.store.tasks.indexOf(task)})`;
    return h("tr", {}, h("th", { scope: "rowgroup", colspan: 4, class: "mtan-task", style: color }, `${this.store.task(task).mark} ${task}`));
  }

  describe() {
    if (!this.kernel.answers("what_if")) return OFF[this.kernel.status];
    if (this.problem) return `What if: ${this.problem}`;
    if (!this.shown) return "What if: the kernel computes.";
    const { metrics, images } = this.shown.content, firsts = metrics.filter(({ task }, i) => metrics[i - 1]?.task !== task);
    const said = firsts.map(({ task, metric, all, higher_is_better }) => `${task}: ${metric.replaceAll("_", " ")} ${arrow(all)}, ${differenceWords(all, higher_is_better).words}`);
    return `${this.sentence.textContent}. Over ${plural(images, "image")}, own masks → other masks: ${said.join("; ")}.`.replace("..", ".");
  }
}

function metricRow({ task, metric, unit, higher_is_better, image, all }) {
  const { words, worse } = differenceWords(all, higher_is_better);
  return h("tr", { "data-metric": `${task}/${metric}` }, h("th", { scope: "row" }, metric.replaceAll("_", " ") + (unit && ` [${unit}]`)),
    h("td", {}, arrow(image)), h("td", {}, arrow(all)), h("td", { class: worse ? "mtan-worse" : null }, words));
}

function movedWords({ kind, unit }, moved) {
  if (moved === null) return "not a number";
  if (moved === 0) return "no change";
  if (kind === "class") return "another class";
  if (kind === "classes") return `${percent(moved)} other classes`;
  if (kind === "direction") return `mean turn ${number(moved)}°`;
  return `mean |Δ| ${number(moved)} ${unit}`.trim();
}

function arrow([own, other]) {
  const words = (value) => (value === null ? "none" : number(value));
  return own === other ? words(own) : `${words(own)} → ${words(other)}`;
}

/** "+0.310 · 45 % worse": how a metric differs; `worse` from a hundredth of its value on. */
function differenceWords([own, other], higherIsBetter) {
  if (own === null || other === null) return { words: "cannot be measured", worse: false };
  const difference = other - own;
  if (Math.abs(difference) <= 1e-6 * Math.abs(own)) return { words: "as before", worse: false };
  const worse = difference > 0 !== higherIsBetter, sign = difference < 0 ? "−" : "+";
  const by = own === 0 ? "" : `${percent(Math.abs(difference / own))} `;
  const words = `${sign}${number(Math.abs(difference))} · ${by}${worse ? "worse" : "better"}`;
  return { words, worse: worse && Math.abs(difference) >= 0.01 * Math.abs(own) };
}

function rounded(value) {
  return Math.abs(value) < 0.05 ? "0" : value.toFixed(1).replace("-", "−");
}

function percent(share) {
  return share < 0.01 ? "under 1 %" : `${Math.round(100 * share)} %`;
}

registerView({ id: "what_if", title: "What if", problem: () => "", create: (context) => new WhatIf(context) });
