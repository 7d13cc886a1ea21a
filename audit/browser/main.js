/** Where the program begins: on the page, and once more in the Worker that the page makes of it. */

import { serveJobs } from "./audit.js";
import { startPage } from "./page.js";

if (typeof document === "undefined") serveJobs(self);
else startPage(document.currentScript.textContent);
