// Maps that did not fit into the page: asked for when somebody looks at them and rests.

import { toBytes } from "../../browser/js/bytes.js";

const FETCH_AFTER = 200; // ms

export class Fetcher {
  constructor(store, kernel, arrived) {
    this.store = store;
    this.kernel = kernel;
    this.arrived = arrived;
    this.timer = null;
    this.asked = new Set();
    this.problem = "";
  }

  /** Ask for what could be sharper of these maps: each [place of the epoch, image, task, stage, channel]. */
  want(maps) {
    clearTimeout(this.timer);
    if (this.kernel.status !== "there") return;
    const missing = maps.filter((map) => map[4] !== null && this.store.couldBeSharper(...map));
    const fresh = missing.filter((map) => !this.asked.has(this.store.key(...map))).slice(0, 200);
    if (fresh.length) this.timer = setTimeout(() => this.ask(fresh), FETCH_AFTER);
  }

  async ask(maps) {
    const keys = maps.map((map) => this.store.key(...map));
    const places = maps.map(([e, ...rest]) => [this.store.index.epochs[e].place, ...rest]);
    keys.forEach((key) => this.asked.add(key));
    try {
      const { content, buffers } = await this.kernel.ask("want", { maps: places });
      this.store.keep(content.maps, toBytes(buffers[0]));
      keys.forEach((key) => this.asked.delete(key));
      this.problem = "";
    } catch (error) {
      this.problem = error.message; // and what was refused once is not asked for again
    }
    this.arrived();
  }

  end() {
    clearTimeout(this.timer);
  }
}
