// The controls: which quantities, the axis of the losses, smoothing, zoom.

import { control, h, labeled, menu, setAttribute, slider } from "../../browser/js/dom.js";

const STEPS = 20; // of the smoothing slider: 0, 0.05, ... 0.95

/** Which panels each choice shows. */
export function quantities(index) {
  const of = (...groups) => ({ group }) => groups.includes(group);
  const found = [
    { value: "main", words: "losses and weights", shows: of("losses", "weights") },
    { value: "losses", words: "losses", shows: of("losses") },
    { value: "weights", words: "weights", shows: of("weights") },
  ];
  const measured = index.tasks.filter(({ name }) => index.panels.some(({ group, task }) => group === "metrics" && task === name));
  if (!measured.length) return found;
  found.push({ value: "metrics", words: "metrics", shows: of("metrics") });
  for (const { name } of measured) {
    found.push({ value: `task ${name}`, words: `all of ${name}`, shows: ({ task }) => task === name });
  }
  return [...found, { value: "all", words: "everything", shows: () => true }];
}

export class Toolbar {
  /** `act`: { zoomBy(factor), reset() }. */
  constructor(view, act) {
    Object.assign(this, { view, index: null, choices: [] });
    const button = (words, name, click) => control("button", { type: "button", "aria-label": name, title: name, on: { click } }, words);
    this.place = h("span", { class: "mtan-contents" });
    this.log = button("log axis", "logarithmic axis of the losses (l)", () => this.toggleLog());
    this.smoothing = slider("smoothing", STEPS, (step) => view.set({ smoothing: step / STEPS }));
    this.element = h("div", { class: "mtan-controls", role: "group", "aria-label": "what is shown" }, this.place, this.log, this.smoothing.element,
      h("div", { class: "mtan-control" }, h("span", {}, "zoom"), button("−", "zoom out (-)", () => act.zoomBy(2)),
        button("+", "zoom in (+)", () => act.zoomBy(0.5)), button("all epochs", "all epochs (0)", () => act.reset())));
  }

  toggleLog() {
    this.view.set({ log: !this.view.get("log") });
  }

  update(index) {
    const { view } = this;
    if (index !== this.index) {
      Object.assign(this, { index, choices: quantities(index) });
      this.menu = menu("quantity", this.choices, (quantity) => view.set({ quantity }));
      this.place.replaceChildren(labeled("quantity", this.menu));
    }
    const smoothing = view.get("smoothing"), words = smoothing ? smoothing.toFixed(2) : "off";
    this.menu.value = this.chosen().value;
    setAttribute(this.log, "aria-pressed", view.get("log"));
    this.smoothing.show(Math.round(smoothing * STEPS), STEPS, words, words);
  }

  /** The choice that is made. */
  chosen() {
    const { choices } = this;
    return choices.find(({ value }) => value === this.view.get("quantity")) ?? choices[0];
  }
}
