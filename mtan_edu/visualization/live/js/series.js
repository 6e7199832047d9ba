// Numbers over epochs: smoothed, thinned out, and in words.

import { clamp, number } from "../../browser/js/words.js";

/**
 * Exponential moving average, m ← s m + (1 − s) value, divided by the sum of its shares so that it starts unbiased.
 * What is not finite stays as it is and counts for nothing.
 */
export function smooth(values, share) {
  let mean = 0, sum = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = share * mean + (1 - share) * value;
    sum = share * sum + (1 - share);
    return mean / sum;
  });
}

/** At most about `most` points that look the same: of every bundle its lowest and its highest; gaps stay. */
export function thin(points, most) {
  if (points.length <= most) return points;
  const size = Math.ceil((2 * points.length) / most), kept = [];
  for (let start = 0; start < points.length; start += size) {
    const bundle = points.slice(start, start + size), known = bundle.filter(([, value]) => Number.isFinite(value));
    const sorted = [...known].sort((a, b) => a[1] - b[1]);
    const ends = known.length < bundle.length ? [bundle.find(([, value]) => !Number.isFinite(value))] : [];
    if (sorted.length) ends.push(sorted[0], sorted.at(-1));
    kept.push(...new Set(ends.sort((a, b) => a[0] - b[0])));
  }
  return kept;
}

/** Lowest and highest of an axis that shows the values. */
export function reach(values, { log, zero }) {
  const known = values.filter(Number.isFinite);
  if (!known.length) return [log ? 0.1 : 0, 1];
  let low = Infinity, high = -Infinity;
  for (const value of known) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (log) return [low / 1.1, high * 1.1];
  const room = 0.06 * (high - low) || 0.1 * Math.abs(high) || 0.5;
  return zero && low >= 0 ? [0, 1.15 * high || 1] : [low - room, high + room];
}

/** A value for reading out. */
export function valueWords(value) {
  if (Number.isFinite(value)) return number(value);
  return Number.isNaN(value) ? "none" : "infinite";
}

/** "training fell from 1.20 to 0.610". */
export function trendWords(name, values) {
  const known = values.filter(Number.isFinite);
  if (!known.length) return `${name} could not be measured`;
  const [first, last] = [known[0], known.at(-1)].map(number);
  if (known.length === 1) return `${name} is ${first}`;
  if (first === last) return `${name} stayed at ${last}`;
  return `${name} ${known.at(-1) < known[0] ? "fell" : "rose"} from ${first} to ${last}`;
}

/** "epoch 3", "epochs 1 to 12". */
export function spanWords(first, last) {
  return first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
}

/** Place of the epoch that is closest to a number; epochs stand in order. */
export function nearestPlace(epochs, epoch) {
  let low = 0, high = epochs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (epochs[middle] < epoch) low = middle;
    else high = middle;
  }
  return clamp(Math.abs(epochs[high] - epoch) < Math.abs(epochs[low] - epoch) ? high : low, 0, epochs.length - 1);
}
