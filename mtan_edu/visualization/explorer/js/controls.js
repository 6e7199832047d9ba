// The controls that all views share: image, epoch with play, stage, channel, sort, scale, colors, zoom.

import { control, h, labeled, menu, setAttribute, setText, slider } from "../../browser/js/dom.js";
import { SORTS, SORT_WORDS, sortProblem } from "./order.js";
import { clamp } from "../../browser/js/words.js";

const EPOCH_STAYS = 700; // ms that an epoch stays while playing

export class Controls {
  constructor({ store, state, look }) {
    Object.assign(this, { store, state, look, timer: null });
    const images = store.index.images.length, epochs = store.index.epochs.length;
    this.image = slider("image", images, (value) => state.set({ image: value }));
    this.epoch = slider("epoch", epochs, (value) => state.set({ epoch: store.index.epochs[value].epoch }));
    this.play = control("button", { type: "button", class: "mtan-play", on: { click: () => this.toggle() } }, "▶ play");
    this.play.hidden = epochs < 2;
    this.channel = slider("channel", 2, (value) => this.chooseRank(value - 1));
    this.mean = control("button", {
      type: "button", "aria-label": "mean over channels", title: "mean over channels (m)",
      on: { click: () => this.toggleMean() },
    }, "mean");
    this.stage = menu("stage", store.stages.map((value) => ({ value, words: value })), (stage) => chooseStage(this, stage));
    this.sort = menu("sort channels by", SORTS.map((value) => ({
      value, words: SORT_WORDS[value], problem: sortProblem(store, value),
    })), (sort) => state.set({ sort }));
    this.scale = menu("scale of colors", [
      { value: "shared", words: "0 to 1, shared" }, { value: "own", words: "rescaled to its data" },
    ], (scale) => state.set({ scale }));
    this.colors = menu("colors", store.index.maskColormaps.map((value) => ({ value, words: value })),
      (colors) => state.set({ colors }));
    this.zoomWords = h("output", { class: "mtan-value" });
    const button = (words, name, act) =>
      control("button", { type: "button", "aria-label": name, title: name, on: { click: act } }, words);
    this.parts = {
      epoch: h("div", { class: "mtan-control" }, this.epoch.element, this.play),
      stage: labeled("stage", this.stage),
      channel: h("div", { class: "mtan-control" }, this.channel.element, this.mean),
      row: h("div", { class: "mtan-break" }),
      sort: labeled("sort", this.sort), scale: labeled("scale", this.scale), colors: labeled("colors", this.colors),
    };
    this.element = h("div", { class: "mtan-controls", role: "group", "aria-label": "what is shown" },
      this.image.element, ...Object.values(this.parts),
      h("div", { class: "mtan-control" }, h("span", {}, "zoom"),
        button("−", "zoom out (-)", () => this.zoom(0.5)), this.zoomWords, button("+", "zoom in (+)", () => this.zoom(2))),
    );
  }

  /** Show the state; hide the parts that are idle, which do nothing in the view that is shown. */
  update(idle) {
    const { state, look, store } = this;
    const { stage } = look, channel = state.get("channel");
    for (const [name, part] of Object.entries(this.parts)) part.hidden = idle.includes(name);
    this.image.show(state.get("image"), store.index.images.length, `${state.get("image")}`, `image ${state.get("image")}`);
    const epoch = look.epochLabel;
    this.epoch.show(look.place, store.index.epochs.length, epoch, epoch);
    this.channel.show(look.rank + 1, stage.channels + 1, channel === "mean" ? "" : `${channel}`, look.channelWords);
    setAttribute(this.mean, "aria-pressed", channel === "mean");
    this.stage.value = state.get("stage");
    this.sort.value = state.get("sort");
    this.scale.value = state.get("scale");
    this.colors.value = state.get("colors");
    setText(this.zoomWords, `${state.get("zoom")[0]}×`);
  }

  /** The channel of a rank of the chosen stage; -1 = the mean. */
  chooseRank(rank) {
    const order = this.look.order();
    this.state.set({ channel: rank < 0 ? "mean" : order[clamp(rank, 0, order.length - 1)] });
  }

  stepChannel(by) {
    this.chooseRank(clamp(this.look.rank + by, -1, this.look.stage.channels - 1));
  }

  toggleMean() {
    this.chooseRank(this.state.get("channel") === "mean" ? 0 : -1);
  }

  stepEpoch(by) {
    const place = clamp(this.look.place + by, 0, this.store.last);
    this.state.set({ epoch: this.store.index.epochs[place].epoch });
  }

  stepImage(by) {
    this.state.set({ image: clamp(this.state.get("image") + by, 0, this.store.index.images.length - 1) });
  }

  /** Zoom around the chosen pixel, or the middle of what is seen. */
  zoom(by) {
    const [factor, x, y] = this.state.get("zoom"), pixel = this.state.get("pixel");
    const [height, width] = this.store.index.size;
    const center = pixel ? [(pixel[1] + 0.5) / width, (pixel[0] + 0.5) / height] : [x, y];
    const next = clamp(factor * by, 1, 8);
    this.state.set({ zoom: next === 1 ? [1, 0.5, 0.5] : [next, ...center] });
  }

  /** Play from the first epoch to the last, once; again = stop. */
  toggle() {
    if (this.timer) return this.stop();
    if (this.look.place === this.store.last) this.state.set({ epoch: this.store.index.epochs[0].epoch });
    setText(this.play, "■ stop");
    this.timer = setInterval(() => {
      this.stepEpoch(1);
      if (this.look.place === this.store.last) this.stop();
    }, EPOCH_STAYS);
    return undefined;
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    setText(this.play, "▶ play");
  }
}

/** Move to another stage; a channel becomes the one of the same rank there. */
export function chooseStage({ state, look, store }, name) {
  const stage = store.stage(name), { rank } = look;
  const order = look.order(stage);
  state.set({ stage: name, channel: rank < 0 ? "mean" : order[clamp(rank, 0, order.length - 1)] });
}
