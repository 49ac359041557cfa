/** Writes what is generated from the schema of the configuration and from the recognizers: `npm run schema`. */
import { readFileSync, writeFileSync } from "node:fs";
import { configurationPage } from "./configuration-page.ts";
import { schemaFile } from "./json-schema.ts";
import { recognizersPage } from "./recognizers-page.ts";

const PAGE = "docs/configuration.md";
writeFileSync("config/schema.json", schemaFile());
writeFileSync(PAGE, configurationPage(readFileSync(PAGE, "utf8")));
writeFileSync("docs/recognizers.md", recognizersPage());
