// The page without Python: which settings of its address fit its masks.

import { openPage } from "../../browser/js/stand_in.js";
import { SORTS } from "./order.js";
import { CHANGES } from "./views/what_if.js";
import { allViews } from "./views.js";

/** Of the settings that the address names those that fit these masks. */
function fitting(named, index) {
  const names = (of) => of.map(({ name }) => name);
  const stage = index.stages.find(({ name }) => name === named.stage) ?? index.stages[0];
  const allowed = {
    image: index.images.map((_, b) => b), epoch: index.epochs.map(({ epoch }) => epoch),
    task: names(index.tasks), other_task: names(index.tasks), stage: names(index.stages),
    channel: ["mean", ...Array(stage.channels).keys()], scale: ["shared", "own"], sort: SORTS,
    columns: ["stages", "channels"], colors: index.maskColormaps, sort_stages: [true, false],
    change: CHANGES, all_tasks: [true, false], all_stages: [true, false],
    view: allViews().map(({ id }) => id),
  };
  const numbers = (value, length) => Array.isArray(value) && value.length === length && value.every(Number.isFinite);
  const fits = {
    factor: (value) => Number.isFinite(value) && value >= 0 && value <= 2,
    pixel: (value) => numbers(value, 2) && value.every((at, axis) => at >= 0 && at < index.size[axis]),
    zoom: (value) => numbers(value, 3), swipe: (value) => value === null || (value >= 0 && value <= 1),
  };
  return Object.fromEntries(Object.entries(named).filter(([key, value]) =>
    (allowed[key] ? allowed[key].includes(value) : fits[key]?.(value))));
}

/** Start the explorer in an element of the page. */
export function startPage(render, element) {
  return openPage(render, element, fitting);
}
