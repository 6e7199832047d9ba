// What maps have in common and what they do not, in numbers. What is not a number is left out.

/** The values of a map as numbers; NaN where there is none. */
export function floats(map) {
  if (map.floats) return map.floats;
  const result = new Float32Array(map.values.length);
  const step = (map.high - map.low) / 255;
  for (let i = 0; i < result.length; i++) {
    result[i] = map.bad && map.bad[i] ? NaN : map.low + map.values[i] * step;
  }
  map.floats = result;
  return result;
}

/** Mean, contrast (standard deviation over the pixels), lowest, highest value and how many are NaN. */
export function summary(map) {
  if (map.summary) return map.summary;
  const values = floats(map);
  let count = 0, sum = 0, low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value !== value) continue;
    count += 1;
    sum += value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const mean = sum / count;
  let squares = 0;
  for (const value of values) if (value === value) squares += (value - mean) ** 2;
  const none = count === 0;
  map.summary = {
    mean: none ? NaN : mean, contrast: none ? NaN : Math.sqrt(squares / count),
    low: none ? 0 : low, high: none ? 1 : high, missing: values.length - count,
  };
  return map.summary;
}

/** Mean |a − b| and Pearson's correlation of two maps of one size; the correlation of a constant map is NaN. */
export function compareMaps(first, second) {
  const a = floats(first), b = floats(second);
  let count = 0, sumA = 0, sumB = 0, apart = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] - b[i];
    if (difference !== difference) continue;
    count += 1;
    sumA += a[i];
    sumB += b[i];
    apart += Math.abs(difference);
  }
  const meanA = sumA / count, meanB = sumB / count;
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] - meanA, y = b[i] - meanB;
    if (x + y !== x + y) continue;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  const varies = aa * bb > 1e-20;
  return { apart: count ? apart / count : NaN, r: varies ? clampOne(ab / Math.sqrt(aa * bb)) : NaN };
}

function clampOne(r) {
  return Math.min(1, Math.max(-1, r));
}

/** Where a map is most open, in words: the brightest of nine parts. "" if it is nearly the same everywhere. */
export function brightest(map) {
  const { contrast } = summary(map);
  if (!(contrast > 0.01) || map.width < 3 || map.height < 3) return "";
  const values = floats(map), sums = new Float64Array(9), counts = new Float64Array(9);
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const value = values[y * map.width + x];
      if (value !== value) continue;
      const part = Math.floor((3 * y) / map.height) * 3 + Math.floor((3 * x) / map.width);
      sums[part] += value;
      counts[part] += 1;
    }
  }
  let best = 0;
  for (let part = 1; part < 9; part++) if (sums[part] / counts[part] > sums[best] / counts[best]) best = part;
  const rows = ["upper", "middle", "lower"], columns = ["left", "middle", "right"];
  const place = best === 4 ? "in the middle" : `at the ${rows[Math.floor(best / 3)]} ${columns[best % 3]}`;
  return `most open ${place.replace("middle middle", "middle")}`;
}

/** The value of a map at a place of the image, x and y in [0, 1). */
export function valueAt(map, x, y) {
  const column = Math.min(map.width - 1, Math.floor(x * map.width));
  const row = Math.min(map.height - 1, Math.floor(y * map.height));
  return floats(map)[row * map.width + column];
}
