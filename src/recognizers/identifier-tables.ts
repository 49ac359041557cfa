import type { Identifier } from "./identifiers.ts";
import { AFRICA_MIDEAST_IDS } from "./identifiers-africa-mideast.ts";
import { AMERICAN_IDS } from "./identifiers-americas.ts";
import { ASIA_PACIFIC_IDS } from "./identifiers-asia-pacific.ts";
import { DEVICE_AND_HEALTH_IDS } from "./identifiers-devices-health.ts";
import { DOCUMENT_IDS } from "./identifiers-documents.ts";
import { NORTH_EAST_EUROPEAN_IDS } from "./identifiers-europe-north-east.ts";
import { WEST_EUROPEAN_IDS } from "./identifiers-europe-west.ts";
import { FINANCE_IDS } from "./identifiers-finance.ts";

/** All identifier rows in priority order: those that prove themselves before those that only a word names. */
export const IDENTIFIERS: readonly Identifier[] = [
	...AMERICAN_IDS,
	...WEST_EUROPEAN_IDS,
	...NORTH_EAST_EUROPEAN_IDS,
	...ASIA_PACIFIC_IDS,
	...AFRICA_MIDEAST_IDS,
	...FINANCE_IDS,
	...DEVICE_AND_HEALTH_IDS,
	...DOCUMENT_IDS,
];
