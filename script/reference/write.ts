/** Writes what is generated from the schema of the configuration: `npm run schema`. */
import { readFileSync, writeFileSync } from "node:fs";
import { configurationPage } from "./configuration-page.ts";
import { schemaFile } from "./json-schema.ts";

const PAGE = "docs/configuration.md";
writeFileSync("config/schema.json", schemaFile());
writeFileSync(PAGE, configurationPage(readFileSync(PAGE, "utf8")));
