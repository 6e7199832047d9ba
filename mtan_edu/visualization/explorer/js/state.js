// What is looked at. It lives in the model, so that Python can set and read it.

const SETTINGS = [
  "view", "image", "task", "other_task", "stage", "channel", "epoch", "pixel",
  "scale", "sort", "sort_stages", "columns", "swipe", "colors", "zoom",
  "change", "factor", "all_tasks", "all_stages",
];

const SAVE_AFTER = 250; // ms without a change before Python hears of it: nothing is sent while somebody drags

export class State {
  constructor(model, kernel) {
    this.model = model;
    this.kernel = kernel;
    this.listeners = [];
    this.setting = false;
    this.timer = null;
    this.hear = () => this.setting || this.notify();
    for (const key of SETTINGS) model.on(`change:${key}`, this.hear);
  }

  get(key) {
    return this.model.get(key);
  }

  /** All of it, by name. */
  all() {
    return Object.fromEntries(SETTINGS.map((key) => [key, this.get(key)]));
  }

  /** Change some of it. */
  set(changes) {
    const changed = Object.entries(changes).filter(([key, value]) => !same(this.get(key), value));
    if (!changed.length) return;
    this.setting = true;
    for (const [key, value] of changed) this.model.set(key, value);
    this.setting = false;
    this.notify();
    this.save();
  }

  /** Tell Python, or the address of a page, once nothing moves. A kernel that is away hears of it when it is back. */
  save() {
    clearTimeout(this.timer);
    if (this.kernel.status === "silent") return;
    this.timer = setTimeout(() => this.kernel.reaches() && this.model.save_changes(), SAVE_AFTER);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }

  notify() {
    for (const listener of this.listeners) listener();
  }

  /** Stop listening. */
  end() {
    for (const key of SETTINGS) this.model.off(`change:${key}`, this.hear);
    this.listeners = [];
  }
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
