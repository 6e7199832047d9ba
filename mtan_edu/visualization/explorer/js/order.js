// In which order channels and stages stand.

export const SORTS = ["number", "disagreement", "variance", "contrast"];

export const SORT_WORDS = {
  number: "channel number",
  disagreement: "disagreement between tasks",
  variance: "variance over images",
  contrast: "contrast over pixels",
};

/** What a sort needs and the masks lack; "" if nothing. */
export function sortProblem(store, sort) {
  if (sort === "disagreement" && store.tasks.length < 2) return "needs two tasks";
  if (sort === "variance" && store.index.images.length < 2) return "needs two images";
  return "";
}

/** Channel numbers of a stage, the one to look at first in front. */
export function channelOrder(stage, sort) {
  return sort === "number" ? Array.from({ length: stage.channels }, (_, channel) => channel) : stage.orders[sort];
}

/** Stages in the order of the network or, if asked for, with the highest mean score in front. */
export function stageOrder(store, sort, sortStages) {
  if (!sortStages || sort === "number") return store.stages;
  const score = (name) => {
    const known = store.stage(name).scores[sort].filter((value) => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : -Infinity;
  };
  return [...store.stages].sort((a, b) => score(b) - score(a));
}

/** The channel of a stage at the same rank as a channel of another one; null if the stage has not as many. */
export function channelAtRank(stage, rank, sort) {
  return channelOrder(stage, sort)[rank] ?? null;
}
