import fc from "fast-check";
import { FIRST_SEED } from "./fuzz.ts";

// Every run of the suite tries the same cases, so that it fails for a change and not by chance; new ones are for `npm run test:fuzz`.
fc.configureGlobal({ seed: FIRST_SEED });
