// Small line charts in SVG: axes with numbers, lines with dashes and marks, words for the ear.

import { svg } from "./dom.js";
import { number } from "./words.js";

const LINE_HEIGHT = 14; // of a label

/**
 * Draw a chart into an SVG element.
 *
 * @param element an <svg>; it is emptied
 * @param chart { width, height, low, high, xLabels: [{at, text}], yLabel, lines, cursor, baseline, describe }
 *   lines: [{ points: [[x in 0..1, value or NaN], ...], color, dash, mark, label, faint, width }]
 *   cursor: x in 0..1 or null. baseline: { value, label } or null.
 */
export function drawChart(element, chart) {
  const { width, height, low, high, lines } = chart;
  const margin = { left: 44, right: chart.right ?? 12, top: 24, bottom: chart.bottom ?? 22 };
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const atX = (x) => margin.left + x * inner.width;
  const atY = (value) => margin.top + (1 - (value - low) / (high - low || 1)) * inner.height;
  element.setAttribute("viewBox", `0 0 ${width} ${height}`);
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", chart.describe);
  const parts = [svg("text", { x: 0, y: 12, class: "mtan-axis mtan-title" }, chart.yLabel)];
  for (const value of ticks(low, high)) {
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

function drawLine({ points, color, dash, mark, faint, width }, atX, atY) {
  const known = points.filter(([, value]) => Number.isFinite(value));
  const shape = known.map(([x, value]) => `${atX(x).toFixed(1)},${atY(value).toFixed(1)}`).join(" ");
  const look = { stroke: color, class: faint ? "mtan-line mtan-line-faint" : "mtan-line", "stroke-width": width ?? 2.2 };
  const parts = [svg("polyline", { points: shape, "stroke-dasharray": dash || null, ...look })];
  if (mark) {
    for (const [x, value] of known) {
      parts.push(svg("text", { x: atX(x), y: atY(value) + 4, "text-anchor": "middle", class: "mtan-mark", fill: color }, mark));
    }
  }
  return parts;
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

function tickText(value) {
  return Number.isInteger(value) ? String(value).replace("-", "−") : number(value).replace(/(\.\d*?)0+$/, "$1");
}
