// The points: all of them in the state that comes from Python, each further one in a message.

import { toBytes } from "../../browser/js/bytes.js";

const PATIENCE = 1000; // ms that a row waits for those before it until Python is asked for all

export class History {
  constructor(model) {
    Object.assign(this, { model, rows: [], epochs: [], held: [], listeners: new Set(), timer: null });
    model.on("msg:custom", (message, buffers) => this.hear(message, buffers));
    for (const key of ["_index", "_data"]) model.on(`change:${key}`, () => setTimeout(() => this.load())); // after both
    this.load();
  }

  /** Take over the state. A training never loses an epoch: what is known already stays. */
  load() {
    const index = this.model.get("_index"), rows = rowsOf(this.model.get("_data"), index.columns);
    if (index.columns !== this.index?.columns || rows.length >= this.rows.length) {
      Object.assign(this, { rows, progress: index.progress });
    }
    this.index = index;
    this.settle();
    this.tell();
  }

  /** A message: new rows. */
  hear(message, buffers) {
    if (message.kind !== "rows") return;
    this.held.push({ ...message, buffer: buffers[0] });
    this.settle();
    this.tell();
  }

  /** Append what fits. A message may overtake the state that it follows: then it waits. */
  settle() {
    while (this.held.length && this.held[0].columns === this.index.columns && this.held[0].first <= this.rows.length) {
      const { first, columns, progress, buffer } = this.held.shift();
      rowsOf(buffer, columns).forEach((row, i) => (this.rows[first + i] = row));
      this.progress = progress;
    }
    clearTimeout(this.timer);
    if (this.held.length) this.timer = setTimeout(() => this.ask(), PATIENCE);
  }

  ask() {
    this.held = [];
    try {
      this.model.send({ kind: "missing" });
    } catch {
      // nobody is there: what is known stays
    }
  }

  /** Have a function called after every change; returns what ends that. */
  onChange(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    this.epochs = this.rows.map((row) => row[0]);
    for (const listener of this.listeners) listener();
  }

  /** All values of a column. */
  column(number) {
    return this.rows.map((row) => row[number]);
  }
}

function rowsOf(buffer, columns) {
  const values = new Float64Array(toBytes(buffer).slice().buffer); // aligned
  return Array.from({ length: values.length / columns }, (_, i) => values.subarray(i * columns, (i + 1) * columns));
}
