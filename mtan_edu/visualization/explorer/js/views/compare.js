// Compare: two tasks, what sets them apart, and how much they agree on each channel.

import { control, h, menu, setAttribute, setText } from "../../../browser/js/dom.js";
import { Legend } from "../legend.js";
import { colorIndex, paintMap, paintNumbers } from "../paint.js";
import { Panel, pixelAt, pixelPlace } from "../panels.js";
import { compareMaps, floats, summary, valueAt } from "../statistics.js";
import { registerView } from "../views.js";
import { clamp, plural, short, signed } from "../../../browser/js/words.js";

const STRIP = 64; // height of the strip [pixels]

class Compare {
  constructor(context) {
    Object.assign(this, context, { showsItsNumbers: true });
    const tasks = this.store.tasks.map((value) => ({ value, words: value }));
    this.first = menu("first task", tasks, (task) => this.choosePair(task, this.state.get("other_task"), "first"));
    this.second = menu("second task", tasks, (task) => this.choosePair(this.state.get("task"), task, "second"));
    const swap = control("button", { type: "button", on: { click: () => this.choosePair(this.second.value, this.first.value) } }, "⇄ swap");
    this.swiping = control("input", { type: "checkbox", on: { change: () => this.state.set({ swipe: this.swiping.checked ? 0.5 : null }) } });
    this.swipe = control("input", {
      type: "range", min: 0, max: 100, "aria-label": "swipe", class: "mtan-swipe",
      on: { input: () => this.state.set({ swipe: Number(this.swipe.value) / 100 }) },
    });
    const pick = (x, y) => this.state.set({ pixel: pixelAt(x, y, this.store.index.size) });
    this.panels = ["a", "b", "difference"].map((name) => new Panel({ name, pick }));
    this.over = h("canvas", { width: 1, height: 1, class: "mtan-over", "aria-hidden": "true" });
    this.line = h("div", { class: "mtan-swipe-line", "aria-hidden": "true" });
    this.panels[0].world.insertBefore(this.over, this.panels[0].world.lastChild);
    this.panels[0].frame.append(this.line);
    this.captions = this.panels.map(() => h("div", { class: "mtan-caption" }));
    this.heads = this.panels.map(() => h("div", { class: "mtan-head" }));
    this.figures = this.panels.map((panel, i) =>
      h("div", { class: "mtan-figure", role: "img" }, this.heads[i], panel.frame, this.captions[i]));
    this.legend = new Legend();
    this.differenceLegend = new Legend();
    this.strip = control("canvas", {
      class: "mtan-strip", role: "slider", tabindex: 0, "aria-label": "agreement of each channel", "aria-valuemin": 1,
      on: { click: (event) => this.pickChannel(event), keydown: (event) => this.stripKey(event) },
    });
    this.stripWords = h("div", { class: "mtan-caption" });
    this.numbers = h("div", { class: "mtan-numbers" });
    this.element = h("div", { class: "mtan-stack" },
      h("div", { class: "mtan-row" }, h("label", { class: "mtan-control" }, h("span", {}, "compare"), this.first),
        h("label", { class: "mtan-control" }, h("span", {}, "with"), this.second), swap,
        h("label", { class: "mtan-control" }, this.swiping, h("span", {}, "swipe")), this.swipe),
      h("div", { class: "mtan-figures" }, ...this.figures),
      h("div", { class: "mtan-row mtan-spread" }, this.legend.element, this.differenceLegend.element),
      this.numbers,
      this.strip, this.stripWords);
  }

  /** A task cannot be compared with itself: the other one gives way. */
  choosePair(task, other, moved = "") {
    if (task === other) {
      const rest = this.store.tasks.filter((name) => name !== task);
      if (moved === "first") other = rest[0];
      else task = rest[0];
    }
    this.state.set({ task, other_task: other });
  }

  get pair() {
    const task = this.state.get("task"), other = this.state.get("other_task");
    return [task, other === task ? this.store.tasks.find((name) => name !== task) : other];
  }

  maps(place = this.look.place, channel = this.state.get("channel")) {
    const stage = this.state.get("stage");
    const [a, b] = this.pair.map((task) => this.look.address(task, place, stage, channel));
    return this.store.pair(a, b);
  }

  update() {
    const { look, state } = this, [a, b] = this.pair, maps = this.maps(), swipe = state.get("swipe");
    this.first.value = a;
    this.second.value = b;
    this.swiping.checked = swipe !== null;
    this.swipe.hidden = swipe === null;
    this.figures[1].hidden = swipe !== null;
    this.line.hidden = this.over.hidden = swipe === null;
    this.element.classList.toggle("mtan-swiping", swipe !== null);
    this.updateMaps(maps, a, b, swipe);
    this.legend.show(look.colors, look.ownScale ? "lowest" : "0 closed", look.ownScale ? "highest" : "1 open",
      look.ownScale ? "each rescaled to its data" : "");
    this.updateNumbers(maps, a, b);
    this.drawStrip(a, b);
  }

  updateMaps(maps, a, b, swipe) {
    const { look } = this, [first, second, third] = this.panels;
    if (maps === null) {
      this.panels.forEach((panel) => panel.show(null, look.absence(look.stage, a, this.state.get("channel"))));
      this.captions.forEach((caption) => setText(caption, ""));
      this.heads.forEach((head) => setText(head, ""));
      return;
    }
    first.show((canvas) => paintMap(canvas, maps[0], look.colors, look.nan, ...look.range(maps[0])));
    second.show((canvas) => paintMap(canvas, maps[1], look.colors, look.nan, ...look.range(maps[1])));
    if (swipe !== null) {
      paintMap(this.over, maps[1], look.colors, look.nan, ...look.range(maps[1]));
      this.over.style.clipPath = `inset(0 0 0 ${100 * swipe}%)`;
      this.swipe.value = Math.round(100 * swipe);
      this.line.style.left = `${100 * swipe}%`;
      setAttribute(this.swipe, "aria-valuetext", `${Math.round(100 * swipe)} % ${a}, the rest ${b}`);
    }
    const [x, y] = maps.map(floats), difference = x.map((value, i) => value - y[i]);
    let limit = 0;
    for (const value of difference) if (Math.abs(value) > limit) limit = Math.abs(value);
    limit ||= 1;
    third.show((canvas) =>
      paintNumbers(canvas, difference, maps[0].width, maps[0].height, look.difference, look.nan, -limit, limit));
    this.differenceLegend.show(look.difference, `−${limit.toFixed(2)} ${b} more open`, `+${limit.toFixed(2)} ${a} more open`);
    this.label(maps, a, b, swipe, difference);
  }

  label(maps, a, b, swipe, difference) {
    const mark = (name) => `${this.store.task(name).mark} ${name}`;
    const color = (name) => `var(--task-${this.store.tasks.indexOf(name)})`;
    setText(this.heads[0], swipe === null ? mark(a) : `${mark(a)}  |  ${mark(b)}`);
    setText(this.heads[1], mark(b));
    this.heads[0].style.color = swipe === null ? color(a) : "";
    this.heads[1].style.color = color(b);
    setText(this.heads[2], `${a} − ${b}`);
    const at = pixelPlace(this.state, this.store.index.size);
    maps.forEach((map, i) => {
      const { mean, contrast, low, high, missing } = summary(map);
      const here = at ? ` · here ${short(valueAt(map, ...at))}` : "";
      const range = this.look.ownScale ? ` · scale ${short(low)} to ${short(high)}` : "";
      const nan = missing ? ` · ${plural(missing, "pixel")} NaN` : "";
      setText(this.captions[i], `mean ${short(mean)} ± ${short(contrast)}${range}${here}${nan}`);
      setAttribute(this.figures[i], "aria-label", `${[a, b][i]}: ${this.captions[i].textContent}`);
    });
    const here = at ? ` · here ${signed(valueAt(maps[0], ...at) - valueAt(maps[1], ...at))}` : "";
    const { apart, r } = compareMaps(...maps);
    setText(this.captions[2], `mean |Δ| ${short(apart)} · r ${signed(r)}${here}`);
    let more = 0;
    for (const value of difference) if (value > 0) more += 1;
    setAttribute(this.figures[2], "aria-label",
      `difference ${a} minus ${b}: ${this.captions[2].textContent}; ${a} more open at ${Math.round((100 * more) / difference.length)} % of the pixels`);
  }

  updateNumbers(maps, a, b) {
    const before = this.store.hasUntrained ? this.maps(0) : null;
    const words = (pair) => {
      const { apart, r } = compareMaps(...pair);
      return `mean |Δ| ${short(apart)}, r ${signed(r)}`;
    };
    const now = maps ? `${this.look.epochLabel}: ${words(maps)}` : "not here";
    const untrained = before && this.look.place > 0 ? ` · ${this.store.index.epochs[0].label}: ${words(before)}` : "";
    setText(this.numbers, `${a} and ${b} · ${this.look.stage.name}, ${this.look.channelWords} · ${now}${untrained}`);
  }

  /** Correlation of each channel, in the order of the sort; undefined where a channel is not here. */
  agreements() {
    return this.look.order().map((channel) => {
      const maps = this.maps(this.look.place, channel);
      return { channel, r: maps ? compareMaps(...maps).r : undefined };
    });
  }

  drawStrip(a, b) {
    const bars = this.agreements(), { look } = this, count = bars.length;
    const width = Math.max(200, this.strip.clientWidth || 800), ratio = this.root.ownerDocument.defaultView.devicePixelRatio || 1;
    if (this.strip.width !== Math.round(width * ratio)) this.strip.width = Math.round(width * ratio);
    if (this.strip.height !== STRIP * ratio) this.strip.height = STRIP * ratio;
    const context = this.strip.getContext("2d"), style = getComputedStyle(this.root);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, STRIP);
    const slot = width / count, bar = Math.max(1, Math.min(slot - 1, 40)), middle = STRIP / 2, reach = middle - 6;
    const words = this.store.index.colormaps[this.store.index.differenceColormap];
    bars.forEach(({ channel, r }, i) => {
      const x = i * slot + (slot - bar) / 2, chosen = channel === this.state.get("channel");
      context.fillStyle = r === undefined ? style.getPropertyValue("--mtan-line") : `#${words.slice(6 * colorIndex(r, -1, 1), 6 * colorIndex(r, -1, 1) + 6)}`;
      if (r === undefined) context.fillRect(x, middle - 2, bar, 4);
      else if (r === r) context.fillRect(x, r > 0 ? middle - r * reach : middle, bar, Math.max(1, Math.abs(r) * reach));
      context.strokeStyle = style.getPropertyValue("--mtan-ink");
      context.lineWidth = 1;
      if (r === r && r !== undefined) context.strokeRect(x, r > 0 ? middle - r * reach : middle, bar, Math.max(1, Math.abs(r) * reach));
      if (!chosen) return;
      context.fillStyle = style.getPropertyValue("--mtan-accent");
      context.fillRect(x - 1, STRIP - 4, bar + 2, 4);
      context.fillRect(x - 1, 0, bar + 2, 4);
    });
    context.fillStyle = style.getPropertyValue("--mtan-ink");
    context.fillRect(0, middle - 0.5, width, 1);
    context.font = "12px system-ui, sans-serif";
    context.fillText("+1", 2, 13);
    context.fillText("−1", 2, STRIP - 5);
    context.textAlign = "center";
    if (slot > 24) bars.forEach(({ channel, r }, i) => context.fillText(`${channel}`, (i + 0.5) * slot, r < 0 ? middle - 5 : middle + 14));
    context.textAlign = "left";
    this.describeStrip(bars, a, b, look);
  }

  describeStrip(bars, a, b, look) {
    const known = bars.filter(({ r }) => r === r && r !== undefined), missing = bars.filter(({ r }) => r === undefined).length;
    const mean = known.reduce((sum, { r }) => sum + r, 0) / known.length;
    const here = bars[look.rank];
    const chosen = here ? `channel ${here.channel}: r ${here.r === undefined ? "not here" : signed(here.r)}` : "no channel chosen";
    const rest = missing ? ` · ${missing} not in this page` : "";
    setText(this.stripWords, `Agreement r of ${a} and ${b} on each channel of ${look.stage.name} (up: same places, down: opposite) · mean ${signed(mean)} · ${chosen}${rest} · click or arrow keys choose`);
    setAttribute(this.strip, "aria-valuemax", bars.length);
    setAttribute(this.strip, "aria-valuenow", look.rank + 1);
    setAttribute(this.strip, "aria-valuetext", chosen);
  }

  pickChannel(event) {
    const box = this.strip.getBoundingClientRect(), order = this.look.order();
    const rank = Math.floor(((event.clientX - box.left) / box.width) * order.length);
    this.state.set({ channel: order[clamp(rank, 0, order.length - 1)] });
  }

  stripKey(event) {
    const order = this.look.order(), { rank } = this.look;
    const target = { ArrowRight: rank + 1, ArrowUp: rank + 1, ArrowLeft: rank - 1, ArrowDown: rank - 1, Home: 0, End: order.length - 1 }[event.key];
    if (target === undefined) return;
    this.state.set({ channel: order[clamp(target, 0, order.length - 1)] });
    event.preventDefault();
  }

  describe() {
    return `Comparison, ${this.look.where}. ${this.numbers.textContent}.`;
  }

  wanted() {
    const { look, store } = this, places = store.hasUntrained ? [look.place, 0] : [look.place];
    return places.flatMap((place) => this.pair.map((task) => look.address(task, place)));
  }
}

registerView({
  id: "compare", title: "Compare",
  problem: ({ store }) => (store.tasks.length < 2 ? "needs two tasks" : ""),
  create: (context) => new Compare(context),
});
