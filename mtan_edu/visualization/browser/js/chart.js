// Small line charts in SVG: axes with numbers, lines with dashes and marks, words for the ear.

import { svg } from "./dom.js";
import { number } from "./words.js";

const LINE_HEIGHT = 14; // of a label
const LEFT = 44, RIGHT = 12; // margins
const DOT = 2.4; // radius of a point that has no neighbor to be joined to

/**
 * Draw a chart into an SVG element.
 *
 * @param element an <svg>; it is emptied
 * @param chart { width, height, low, high, log, xLabels: [{at, text}], yLabel, yColor, lines, cursor, band, baseline, describe }
 *   lines: [{ points: [[x in 0..1, value or NaN], ...], color, dash, mark, label, faint, width, gaps }]
 *   gaps: whether a line ends at a NaN and begins anew after it. log: whether the axis is logarithmic; low is above 0.
 *   cursor: x in 0..1 or null. band: [x, x] of what is marked, or null. baseline: { value, label } or null.
 */
export function drawChart(element, chart) {
  const { width, height, low, high, lines } = chart;
  const margin = { left: LEFT, right: chart.right ?? RIGHT, top: 24, bottom: chart.bottom ?? 22 };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const atX = (x) => margin.left + x * inner.width;
  const level = chart.log ? Math.log : (value) => value;
  const atY = (value) => margin.top + (1 - (level(value) - level(low)) / (level(high) - level(low) || 1)) * inner.height;
  element.setAttribute("viewBox", `0 0 ${width} ${height}`);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", chart.describe);
  const parts = [svg("text", { x: 0, y: 12, class: "mtan-axis mtan-title", style: chart.yColor && `fill: ${chart.yColor}` }, chart.yLabel)];
  if (chart.band) {
    const [from, to] = chart.band.map(atX);
    parts.push(svg("rect", { x: from, width: to - from, y: margin.top, height: inner.height, class: "mtan-band" }));
  }
  for (const value of chart.log ? logTicks(low, high) : ticks(low, high)) {
    const y = atY(value);
    parts.push(svg("line", { x1: margin.left, x2: width - margin.right, y1: y, y2: y, class: "mtan-gridline" }));
    parts.push(svg("text", { x: margin.left - 6, y: y + 4, "text-anchor": "end", class: "mtan-axis" }, tickText(value)));
  }
  for (const { at, text, anchor } of chart.xLabels) {
    const x = atX(at);
    parts.push(svg("text", { x, y: height - 4, "text-anchor": anchor ?? "middle", class: "mtan-axis" }, text));
  }
  if (chart.baseline && Number.isFinite(chart.baseline.value)) {
    const y = atY(chart.baseline.value);
    parts.push(svg("line", { x1: margin.left, x2: width - margin.right, y1: y, y2: y, class: "mtan-baseline" }));
    parts.push(svg("text", { x: width - margin.right, y: y - 4, "text-anchor": "end", class: "mtan-axis" }, chart.baseline.label));
  }
  if (chart.cursor !== null && chart.cursor !== undefined) {
    const x = atX(chart.cursor);
    parts.push(svg("line", { x1: x, x2: x, y1: margin.top, y2: margin.top + inner.height, class: "mtan-cursor" }));
  }
  for (const line of lines) parts.push(...drawLine(line, atX, atY));
  parts.push(...drawLabels(lines, atX, atY));
  element.replaceChildren(...parts);
}

function drawLine({ points, color, dash, mark, faint, width, gaps }, atX, atY) {
  const known = points.filter(([, value]) => Number.isFinite(value));
  const look = { stroke: color, class: faint ? "mtan-line mtan-line-faint" : "mtan-line", "stroke-width": width ?? 2.2 };
  const parts = (gaps ? runs(points) : [known]).map((run) => {
    if (gaps && run.length === 1) return svg("circle", { cx: atX(run[0][0]), cy: atY(run[0][1]), r: DOT, fill: color });
    const shape = run.map(([x, value]) => `${atX(x).toFixed(1)},${atY(value).toFixed(1)}`).join(" ");
    return svg("polyline", { points: shape, "stroke-dasharray": dash || null, ...look });
  });
  if (mark) {
    for (const [x, value] of known) {
      parts.push(svg("text", { x: atX(x), y: atY(value) + 4, "text-anchor": "middle", class: "mtan-mark", fill: color }, mark));
    }
  }
  return parts;
}

/** The points between two gaps, each a list. */
function runs(points) {
  const found = [[]];
  for (const point of points) {
    if (Number.isFinite(point[1])) found.at(-1).push(point);
    else if (found.at(-1).length) found.push([]);
  }
  return found.filter((run) => run.length);
}

/** Names at the ends of the lines, one below the other where they would overlap. */
function drawLabels(lines, atX, atY) {
  const ends = lines.filter(({ label }) => label).flatMap(({ points, color, label }) => {
    const known = points.filter(([, value]) => Number.isFinite(value));
    return known.length ? [{ x: atX(known.at(-1)[0]) + 8, y: atY(known.at(-1)[1]) + 4, color, label }] : [];
  }).sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => {
    if (i > 0) end.y = Math.max(end.y, ends[i - 1].y + LINE_HEIGHT);
  });
  return ends.map(({ x, y, color, label }) => svg("text", { x, y, class: "mtan-label", fill: color }, label));
}

/** Round numbers from low to high. */
export function ticks(low, high, about = 4) {
  const rough = (high - low) / about;
  if (!(rough > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + step * 1e-6; value += step) {
    found.push(Math.abs(value) < step * 1e-6 ? 0 : value);
  }
  return found;
}

/** Numbers for a logarithmic axis: 1, 2 and 5 of every decade, powers of ten if these are many; or round ones if few. */
export function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
    for (const factor of [1, 2, 5]) found.push(factor * 10 ** power);
  }
  const inside = found.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  if (inside.length < 3) return ticks(low, high).filter((value) => value > 0);
  return inside.length <= 6 ? inside : inside.filter((value) => Number.isInteger(Number(Math.log10(value).toFixed(9))));
}

/** Where in a chart of some width a pointer is: 0 at its left end, 1 at its right end, between or outside of them. */
export function shareAt(element, event, width, right = RIGHT) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(element.getScreenCTM().inverse());
  return (at.x - LEFT) / (width - LEFT - right);
}

function tickText(value) {
  return Number.isInteger(value) ? String(value).replace("-", "−") : number(value).replace(/(\.\d*?)0+$/, "$1");
}
