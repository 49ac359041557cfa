import { z } from "zod";

/** ms, at most an hour. */
export const milliseconds = z.int().min(1).max(3_600_000);
