// The whole: tabs, shared controls, the image, a view, and in words what is shown. Python and pages call render().

import { Controls } from "./controls.js";
import { control, h, setAttribute, setText } from "../../browser/js/dom.js";
import { Fetcher } from "./fetch.js";
import { inflate, toBytes } from "../../browser/js/bytes.js";
import { Kernel } from "./kernel.js";
import { Look } from "./look.js";
import { Panel, moveFrames, pixelAt } from "./panels.js";
import { State } from "./state.js";
import { Store } from "./store.js";
import { Surroundings, hideStill, lighter } from "../../browser/js/surroundings.js";
import { allViews } from "./views.js";
import { clamp, plural } from "../../browser/js/words.js";

const SPOKEN_REST = 400; // ms without a change before a screen reader hears what is shown

const KEYS = [
  ["1 2 3 …", "view"], ["[ ]", "epoch"], [", .", "channel"], ["m", "mean over channels"], ["i I", "image"],
  ["p", "play"], ["s", "scale"], ["+ − 0", "zoom"], ["arrows", "cell of the grid; pixel of the image (with Shift: by 8)"],
  ["Enter", "in the grid: channels of the stage, and back"], ["?", "this list"], ["Escape", "leave to the notebook"],
];

class Explorer {
  constructor(model, root, bytes) {
    this.root = root;
    this.store = new Store(model.get("_index"), bytes);
    this.kernel = new Kernel(model);
    this.state = new State(model, this.kernel);
    this.look = new Look(this.store, this.state);
    this.look.taskColor = (name, color) => (root.classList.contains("mtan-dark") ? lighter(color) : color);
    this.fetcher = new Fetcher(this.store, this.kernel, () => this.update());
    this.context = { store: this.store, state: this.state, kernel: this.kernel, look: this.look, root, redraw: () => this.update() };
    this.controls = new Controls(this.context);
    this.views = new Map();
    this.build();
    this.state.onChange(() => this.update());
    this.kernel.onStatus(() => this.kernelChanged());
    root.addEventListener("keydown", (event) => this.key(event));
    this.follow();
    this.update();
    this.kernel.check();
  }

  build() {
    const { store, root } = this;
    const pick = (x, y) => this.state.set({ pixel: pixelAt(x, y, store.index.size) });
    this.picture = h("img", { alt: "", draggable: "false" });
    this.image = new Panel({ content: this.picture, pick, name: "image" });
    this.imageBox = control("div", {
      class: "mtan-image", tabindex: 0, role: "application", on: { keydown: (event) => this.pixelKey(event) },
    }, this.image.frame);
    this.imageWords = h("div", { class: "mtan-caption" });
    this.tabs = allViews().map((view, i) => control("button", {
      type: "button", role: "tab", "data-view": view.id, title: `${view.title} (${i + 1})`,
      on: { click: () => this.state.set({ view: view.id }), keydown: (event) => this.tabKey(event, i) },
    }, view.title));
    this.help = h("div", { class: "mtan-help", hidden: true }, ...KEYS.map(([keys, does]) => h("div", {}, h("kbd", {}, keys), ` ${does}`)));
    this.helpButton = control("button", { type: "button", "aria-label": "keys (?)", title: "keys (?)", "aria-expanded": "false", on: { click: () => this.toggleHelp() } }, "?");
    this.panel = h("div", { class: "mtan-view", role: "tabpanel" });
    this.status = h("div", { class: "mtan-status" });
    this.spoken = h("div", { class: "mtan-hidden", role: "status", "aria-live": "polite" });
    this.notes = h("div", { class: "mtan-notes" });
    root.append(
      h("div", { class: "mtan-top" }, h("b", { class: "mtan-name" }, store.index.name),
        h("div", { role: "tablist", "aria-label": "views", class: "mtan-tabs" }, ...this.tabs), this.helpButton),
      this.help, this.controls.element,
      h("div", { class: "mtan-body" }, h("div", { class: "mtan-side" }, this.imageBox, this.imageWords), this.panel),
      this.status, this.spoken, this.notes);
    root.setAttribute("role", "region");
    root.setAttribute("aria-label", `Attention masks of ${store.index.name}`);
    store.index.tasks.forEach(({ name, color }) => root.style.setProperty(`--task-${store.tasks.indexOf(name)}`, color));
  }

  /** Show the state as it is now. */
  update() {
    const { state, store, root } = this;
    moveFrames(root, state, store.index.size);
    this.updateImage();
    const views = allViews(), wanted = views.find(({ id }) => id === state.get("view")) ?? views[0];
    const problem = wanted.problem(this.context);
    this.tabs.forEach((tab, i) => {
      const chosen = views[i] === wanted, off = views[i].problem(this.context);
      setAttribute(tab, "aria-selected", chosen);
      setAttribute(tab, "tabindex", chosen ? 0 : -1);
      setAttribute(tab, "aria-disabled", Boolean(off));
      setAttribute(tab, "title", off ? `${views[i].title}: ${off}` : `${views[i].title} (${i + 1})`);
    });
    setAttribute(this.panel, "aria-label", wanted.title);
    const view = problem ? null : this.open(wanted);
    const element = view ? view.element : (this.problemBox ??= h("div", { class: "mtan-problem", role: "alert" }));
    if (this.panel.firstChild !== element) this.panel.replaceChildren(element);
    this.controls.update(view?.idle ?? []);
    if (view) view.update();
    else setText(this.problemBox, `${wanted.title}: ${problem}.`);
    this.active = view;
    this.say(view ? view.describe() : `${wanted.title}: ${problem}.`);
    this.updateNotes();
    if (view && view.wanted) this.fetcher.want(view.wanted());
  }

  open(view) {
    if (!this.views.has(view.id)) this.views.set(view.id, view.create(this.context));
    return this.views.get(view.id);
  }

  updateImage() {
    const { store, state } = this, b = state.get("image"), pixel = state.get("pixel");
    if (this.shownImage !== b) {
      this.shownImage = b;
      this.picture.src = store.imageUrl(b);
    }
    const where = pixel ? `row ${pixel[0]}, column ${pixel[1]}` : "click to choose a pixel";
    setText(this.imageWords, `image ${b}: ${where}`);
    setAttribute(this.imageBox, "aria-label", `image ${b}, ${store.index.size.join(" × ")} pixels: ${pixel ? where : "no pixel chosen"}; arrow keys move the pixel`);
  }

  updateNotes() {
    const { store } = this, { flaws, notes } = store.index, e = this.look.place;
    const all = [...notes];
    if (flaws.nan[e]) all.push(`${plural(flaws.nan[e], "value")} of ${this.look.epochLabel} ${flaws.nan[e] === 1 ? "is" : "are"} NaN (drawn in magenta).`);
    if (flaws.outside[e]) all.push(`${plural(flaws.outside[e], "value")} of ${this.look.epochLabel} ${flaws.outside[e] === 1 ? "lies" : "lie"} outside 0 to 1 (cut off).`);
    const { status, words } = this.kernel;
    if (status !== "there") all.push(notes.length || status === "silent" ? `${words[0].toUpperCase()}${words.slice(1)}.` : "");
    else if (this.fetcher.problem) all.push(`The kernel did not send a map: ${this.fetcher.problem}`);
    else if (notes.length) all.push("The rest comes from the kernel when you stop at it.");
    setText(this.notes, all.join(" "));
  }

  kernelChanged() {
    if (this.kernel.status === "there") this.state.save();
    this.update();
  }

  /** Write what is shown, and say it once nothing moves. */
  say(words) {
    setText(this.status, words);
    this.status.hidden = Boolean(this.active?.showsItsNumbers);
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => setText(this.spoken, words), SPOKEN_REST);
  }

  toggleHelp() {
    this.help.hidden = !this.help.hidden;
    setAttribute(this.helpButton, "aria-expanded", !this.help.hidden);
  }

  tabKey(event, i) {
    const count = this.tabs.length;
    const to = { ArrowRight: (i + 1) % count, ArrowLeft: (i + count - 1) % count, Home: 0, End: count - 1 }[event.key];
    if (to === undefined) return;
    this.state.set({ view: allViews()[to].id });
    this.tabs[to].focus();
    event.preventDefault();
  }

  pixelKey(event) {
    const step = event.shiftKey ? 8 : 1, { size } = this.store.index;
    const by = { ArrowLeft: [0, -step], ArrowRight: [0, step], ArrowUp: [-step, 0], ArrowDown: [step, 0] }[event.key];
    if (!by) return;
    const [row, column] = this.state.get("pixel") ?? [Math.floor(size[0] / 2), Math.floor(size[1] / 2)];
    this.state.set({ pixel: [clamp(row + by[0], 0, size[0] - 1), clamp(column + by[1], 0, size[1] - 1)] });
    event.preventDefault();
  }

  /** Keys of the whole. Nothing but Escape and the shortcuts of the browser leaves the explorer. */
  key(event) {
    if (event.key === "Escape" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (event.defaultPrevented || event.target.tagName === "SELECT") return;
    const { controls, state } = this, views = allViews(), number = Number(event.key);
    const acts = {
      "[": () => controls.stepEpoch(-1), "]": () => controls.stepEpoch(1),
      ",": () => controls.stepChannel(-1), ".": () => controls.stepChannel(1),
      i: () => controls.stepImage(1), I: () => controls.stepImage(-1),
      m: () => controls.toggleMean(), p: () => controls.toggle(),
      s: () => state.set({ scale: state.get("scale") === "own" ? "shared" : "own" }),
      "+": () => controls.zoom(2), "=": () => controls.zoom(2), "-": () => controls.zoom(0.5),
      0: () => state.set({ zoom: [1, 0.5, 0.5] }), "?": () => this.toggleHelp(),
      ...this.active?.keys,
    };
    if (acts[event.key]) acts[event.key]();
    else if (views[number - 1]) state.set({ view: views[number - 1].id });
    else return;
    event.preventDefault();
  }

  /** Follow the theme and the size of whatever surrounds us. */
  follow() {
    const { root } = this;
    this.surroundings = new Surroundings(root, () => {
      const dark = root.classList.contains("mtan-dark");
      this.store.index.tasks.forEach(({ color }, k) => root.style.setProperty(`--task-${k}`, dark ? lighter(color) : color));
      if (this.active) this.update();
    });
  }

  end() {
    this.controls.stop();
    clearTimeout(this.speaking);
    this.surroundings.end();
    this.fetcher.end();
    this.kernel.end();
    this.state.end();
  }
}

/** Show the model in an element, and anew whenever Python gives it other masks. */
async function render({ model, el }) {
  const root = h("div", { class: "mtan-widget mtan-explorer" });
  el.append(root);
  let explorer = null, made = 0;
  const make = async () => {
    const number = (made += 1), bytes = await inflate(toBytes(model.get("_data")));
    if (number !== made) return; // others have come meanwhile
    explorer?.end();
    root.replaceChildren();
    explorer = new Explorer(model, root, bytes);
    hideStill(el);
  };
  const renew = () => setTimeout(make); // index and data have both arrived then
  model.on("change:_data", renew);
  await make();
  return () => {
    model.off("change:_data", renew);
    made += 1;
    explorer?.end();
  };
}

export default { render };
