/** What pages load: defines <llcodec-viewer>. */

import { Viewer } from "./viewer.ts";

customElements.define("llcodec-viewer", Viewer);
