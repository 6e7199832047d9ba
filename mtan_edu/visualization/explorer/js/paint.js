// Maps as pixels: one pixel of the canvas per value, so that what is seen can be read back.

/** 256 colors as the words of an ImageData. */
export function colorTable(hex) {
  const table = new Uint32Array(256);
  for (let i = 0; i < 256; i++) table[i] = colorWord(hex.slice(6 * i, 6 * i + 6));
  return table;
}

/** "#ff00ff" or "ff00ff" as a word of an ImageData. */
export function colorWord(hex) {
  const value = parseInt(hex.replace("#", ""), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/** Which of 256 colors a value gets between low and high, as matplotlib chooses it. */
export function colorIndex(value, low, high) {
  const share = high > low ? (value - low) / (high - low) : 0.5;
  return share >= 1 ? 255 : share <= 0 ? 0 : Math.floor(share * 256);
}

const buffers = new WeakMap();

function pixelsOf(canvas, width, height) {
  let buffer = buffers.get(canvas);
  if (!buffer || canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    buffer = { context, image, words: new Uint32Array(image.data.buffer) };
    buffers.set(canvas, buffer);
  }
  return buffer;
}

/** Paint a mask between low and high. */
export function paintMap(canvas, map, colors, nan, low = 0, high = 1) {
  const { context, image, words } = pixelsOf(canvas, map.width, map.height);
  const table = new Uint32Array(256);
  const step = (map.high - map.low) / 255;
  for (let v = 0; v < 256; v++) table[v] = colors[colorIndex(map.low + v * step, low, high)];
  const { values, bad } = map;
  for (let i = 0; i < values.length; i++) words[i] = table[values[i]];
  if (bad) for (let i = 0; i < values.length; i++) if (bad[i]) words[i] = nan;
  context.putImageData(image, 0, 0);
}

/** Paint numbers, such as the difference of two masks, between low and high. */
export function paintNumbers(canvas, numbers, width, height, colors, nan, low, high) {
  const { context, image, words } = pixelsOf(canvas, width, height);
  for (let i = 0; i < numbers.length; i++) {
    words[i] = numbers[i] === numbers[i] ? colors[colorIndex(numbers[i], low, high)] : nan;
  }
  context.putImageData(image, 0, 0);
}

/** Paint words of colors. */
export function paintWords(canvas, colors, width, height) {
  const { context, image, words } = pixelsOf(canvas, width, height);
  words.set(colors);
  context.putImageData(image, 0, 0);
}

/** Leave a canvas empty. */
export function clearCanvas(canvas) {
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}
