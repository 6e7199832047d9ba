// The page without Python: it begins as the address says.

import { openPage } from "../../browser/js/stand_in.js";

/** Start the curves in an element of the page. */
export function startPage(render, element) {
  return openPage(render, element, ({ _view }) => (Object(_view) === _view ? { _view } : {}));
}
