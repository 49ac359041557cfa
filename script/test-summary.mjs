#!/usr/bin/env node
/**
 * What failed in vitest's JSON reports, file by file, then how many tests passed and failed. It comes last, so that whoever sees
 * only the end of a log knows what to look at. Exit code 1 where a report is of a failure or of no test at all.
 */
import { readFileSync } from "node:fs";

/** Characters of a failure's message that are shown, and failures. */
const [MESSAGE, FAILURES] = [600, 20];

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const failures = reports.flatMap(({ testResults }) => testResults.filter(({ status }) => status === "failed").flatMap(failuresOf));
for (const { name, message } of failures.slice(0, FAILURES)) console.log(`FAILED ${name}\n${message.slice(0, MESSAGE)}\n`);
if (failures.length > FAILURES) console.log(`and ${failures.length - FAILURES} more\n`);

const sum = (count) => reports.reduce((total, report) => total + report[count], 0);
console.log(`${sum("numPassedTests")} passed, ${sum("numFailedTests")} failed`);
process.exit(reports.length > 0 && reports.every(({ numPassedTests, success }) => numPassedTests > 0 && success) ? 0 : 1);

/** A file that could not be loaded has a message and no test. */
function failuresOf({ name: file, message, assertionResults }) {
	const failed = assertionResults.filter(({ status }) => status === "failed");
	if (failed.length === 0) return [{ name: file, message }];
	return failed.map(({ fullName, failureMessages }) => ({ name: `${file} > ${fullName}`, message: failureMessages.join("\n") }));
}
