// On every page of a member: the point chosen before signing up is no longer needed in this tab.

import { forgetPoint } from "./home-point.js";

forgetPoint();
