import { holdStates } from "./hold-states.ts";
import { states } from "./states.ts";

holdStates(states.slice(0, 13));
