// A page whose map shows the place and nothing else.

import { openMap } from "./map.js";

await openMap(document.getElementById("map"));
