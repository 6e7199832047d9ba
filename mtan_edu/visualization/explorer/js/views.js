// The views there are. A view of its own is a module that calls registerView, is listed in assemble.py, and whose id
// stands in VIEWS of state.py; nothing else has to know of it.

const VIEWS = [];

/**
 * Add a view.
 *
 * @param view {
 *   id: what the state's `view` says,
 *   title: what its tab says,
 *   problem(context): why these masks or this page cannot have it; "" if they can. May change with the kernel,
 *   create(context): builds it once, when it is first shown, and returns {
 *     element,
 *     update(): shows the state as it is now,
 *     describe(): one or two sentences that say what is shown, numbers included,
 *     wanted(): the maps that it shows, each [place of the epoch, image, task, stage, channel]; may be left out,
 *     showsItsNumbers: true if what describe() says stands in the view already; may be left out,
 *     idle: names of the parts of the shared controls that do nothing in it; may be left out,
 *     keys: key to a function, for keys of its own; may be left out } }
 *
 * The context: { store, state, kernel, colors, root, look, redraw() }. `kernel.ask(kind, content)` asks Python.
 */
export function registerView(view) {
  VIEWS.push(view);
}

/** All views, in the order of their tabs. */
export function allViews() {
  return VIEWS;
}
