// The masks: cut out of one buffer when they are asked for, plus those that the kernel has sent since.

const MOST_FETCHED = 8e6; // bytes of maps from the kernel that are kept
const MOST_CUT = 3000; // maps whose numbers and statistics are kept

export class Store {
  /**
   * @param index the table of contents that Python made
   * @param bytes a Uint8Array of everything it points to
   */
  constructor(index, bytes) {
    this.index = index;
    this.bytes = bytes;
    this.numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.tasks = index.tasks.map((task) => task.name);
    this.stages = index.stages.map((stage) => stage.name);
    this.meansAt = [];
    this.channelsAt = [];
    this.meansLength = 0;
    this.channelsLength = 0;
    for (const { sent } of index.stages) {
      const area = sent.height * sent.width;
      this.meansAt.push(this.meansLength);
      this.channelsAt.push(this.channelsLength);
      this.meansLength += area;
      this.channelsLength += area * sent.channels.length;
    }
    this.bad = new Map(index.flaws.bad.map(([e, b, k, s, at]) => [`${e}/${b}/${k}/${s}`, at]));
    this.cut = new Map(); // maps of the buffer that were cut out: small objects that point into it
    this.fetched = new Map();
    this.fetchedBytes = 0;
  }

  task(name) {
    return this.index.tasks[this.tasks.indexOf(name)];
  }

  stage(name) {
    return this.index.stages[this.stages.indexOf(name)];
  }

  /** Place of an epoch among those that are here. */
  placeOf(epoch) {
    return this.index.epochs.findIndex((one) => one.epoch === epoch);
  }

  get last() {
    return this.index.epochs.length - 1;
  }

  /** Whether the first epoch that is here is the untrained network. */
  get hasUntrained() {
    return this.index.epochs[0].epoch === 0 && this.index.epochs.length > 1;
  }

  /**
   * A map: { values (uint8), low, high (what 0 and 255 stand for), bad (1 = not a number) or null, width, height }.
   * null if the task has no mask there, or the map is not here. The sharpest one there is, unless `sent` is true.
   */
  map(e, b, task, stage, channel, sent = false) {
    const key = this.key(e, b, task, stage, channel);
    if (!sent && this.fetched.has(key)) return this.fetched.get(key);
    if (!this.cut.has(key)) {
      if (this.cut.size >= MOST_CUT) this.cut.clear();
      this.cut.set(key, this.cutOut(e, b, task, stage, channel));
    }
    return this.cut.get(key);
  }

  cutOut(e, b, task, stage, channel) {
    const s = this.stages.indexOf(stage), k = this.tasks.indexOf(task);
    const { sent, without } = this.index.stages[s];
    const place = channel === "mean" ? -1 : sent.channels.indexOf(channel);
    if (without.includes(task) || (channel !== "mean" && place < 0)) return null;
    const area = sent.height * sent.width, offsets = this.index.offsets;
    const block = (e * this.index.images.length + b) * this.tasks.length + k;
    const at = place < 0
      ? offsets.means + block * this.meansLength + this.meansAt[s]
      : offsets.channels + block * this.channelsLength + this.channelsAt[s] + place * area;
    const range = offsets.ranges + 8 * (block * this.stages.length + s);
    const flawed = this.bad.get(`${e}/${b}/${k}/${s}`);
    return {
      values: this.bytes.subarray(at, at + area),
      low: place < 0 ? this.numbers.getFloat32(range, true) : 0,
      high: place < 0 ? this.numbers.getFloat32(range + 4, true) : 1,
      bad: flawed === undefined ? null : unpackBits(this.bytes, offsets.bad + flawed, (place + 1) * area, area),
      width: sent.width,
      height: sent.height,
    };
  }

  /** Two maps of the same size; null unless both are here. */
  pair(first, second) {
    let a = this.map(...first), b = this.map(...second);
    if (a && b && a.width !== b.width) {
      a = this.map(...first, true);
      b = this.map(...second, true);
    }
    return a && b ? [a, b] : null;
  }

  key(e, b, task, stage, channel) {
    return [this.index.epochs[e].place, b, task, stage, channel].join("/");
  }

  /** What the kernel could improve on: a map that is not here, or was sent smaller than it was recorded. */
  couldBeSharper(e, b, task, stage, channel) {
    const { sent, height, without } = this.stage(stage);
    if (without.includes(task) || this.fetched.has(this.key(e, b, task, stage, channel))) return false;
    return sent.height < height || (channel !== "mean" && !sent.channels.includes(channel));
  }

  /** Keep maps that the kernel sent; the oldest go when there are too many. */
  keep(maps, bytes) {
    for (const { key, height, width, low, high, at, bad } of maps) {
      const area = height * width;
      const values = bytes.slice(at, at + area);
      const missing = bad === null ? null : unpackBits(bytes, bad, 0, area);
      this.fetched.set(key.join("/"), { values, low, high, bad: missing, width, height });
      this.fetchedBytes += area;
    }
    for (const [key, map] of this.fetched) {
      if (this.fetchedBytes <= MOST_FETCHED) break;
      this.fetched.delete(key);
      this.fetchedBytes -= map.values.length;
    }
  }

  /** An image as something that an <img> can show. */
  imageUrl(b) {
    const { offset, length } = this.index.images[b];
    return `data:image/png;base64,${toBase64(this.bytes.subarray(offset, offset + length))}`;
  }
}

function unpackBits(bytes, at, from, count) {
  const bits = new Uint8Array(count);
  let any = false;
  for (let i = 0; i < count; i++) {
    const bit = from + i;
    bits[i] = (bytes[at + (bit >> 3)] >> (7 - (bit & 7))) & 1;
    any ||= bits[i] === 1;
  }
  return any ? bits : null;
}

export function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}
