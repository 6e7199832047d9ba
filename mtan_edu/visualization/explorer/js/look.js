// What every view asks: what is shown now, in which colors and in which words.

import { channelAtRank, channelOrder } from "./order.js";
import { colorTable, colorWord } from "./paint.js";
import { summary } from "./statistics.js";

export class Look {
  constructor(store, state) {
    this.store = store;
    this.state = state;
    const { colormaps, differenceColormap, nanColor } = store.index;
    this.tables = Object.fromEntries(Object.entries(colormaps).map(([name, hex]) => [name, colorTable(hex)]));
    this.difference = this.tables[differenceColormap];
    this.nan = colorWord(nanColor);
  }

  /** Colors of masks. */
  get colors() {
    return this.tables[this.state.get("colors")];
  }

  /** Place of the epoch that is shown. */
  get place() {
    const place = this.store.placeOf(this.state.get("epoch"));
    return place < 0 ? this.store.last : place;
  }

  get image() {
    return this.state.get("image");
  }

  /** The chosen stage with all that is known of it. */
  get stage() {
    return this.store.stage(this.state.get("stage"));
  }

  get ownScale() {
    return this.state.get("scale") === "own";
  }

  get epochLabel() {
    return this.store.index.epochs[this.place].label;
  }

  order(stage = this.stage) {
    return channelOrder(stage, this.state.get("sort"));
  }

  /** Rank of the chosen channel at the chosen stage; -1 for the mean. */
  get rank() {
    const channel = this.state.get("channel");
    return channel === "mean" ? -1 : this.order().indexOf(channel);
  }

  /** What another stage shows beside the chosen channel: the mean, or its channel of the same rank; null = none. */
  channelOf(stage) {
    const channel = this.state.get("channel");
    if (channel === "mean" || stage.name === this.stage.name) return channel;
    return channelAtRank(stage, this.rank, this.state.get("sort"));
  }

  /** The map of a task at the chosen stage and channel. */
  map(task, place = this.place) {
    return this.store.map(place, this.image, task, this.state.get("stage"), this.state.get("channel"));
  }

  /** The place in all indices of a map. */
  address(task, place = this.place, stage = this.state.get("stage"), channel = this.state.get("channel")) {
    return [place, this.image, task, stage, channel];
  }

  /** The range of colors of a map. */
  range(map) {
    if (!this.ownScale) return [0, 1];
    const { low, high } = summary(map);
    return [low, high];
  }

  /** "encoder_2, channel 5, rank 1 of 16 by contrast". */
  get channelWords() {
    const channel = this.state.get("channel"), { stage } = this;
    const words = channelWords(stage, channel);
    return channel === "mean" ? words : `${words}, ${rankWords(this.rank, stage.channels, this.state.get("sort"))}`;
  }

  /** Why a map is not shown. */
  absence(stage, task, channel) {
    if (stage.without.includes(task)) return "no mask";
    if (channel === null) return `has ${stage.channels}`;
    return "not here";
  }

  /** "image 0 of 4, epoch 8". */
  get where() {
    return `image ${this.image}, ${this.epochLabel}`;
  }
}

/** "mean over 8 channels", "channel 5". */
export function channelWords(stage, channel) {
  if (channel === "mean") return stage.channels === 1 ? "its one channel" : `mean over ${stage.channels} channels`;
  return `channel ${channel}`;
}

/** "channel 5, 1st of 8 by disagreement". */
export function rankWords(rank, count, sort) {
  return sort === "number" ? `${rank + 1} of ${count}` : `rank ${rank + 1} of ${count} by ${sort}`;
}
