/** Reads one file as `lido check` does, and tells what that took: CPU milliseconds and MiB of memory, of this whole process. */
import { normalForm, problemLines, reportOnFile } from "../../spec/index.ts";

const report = reportOnFile(process.argv[2] ?? "", { cwd: process.cwd() });
const answer = report.spec ? JSON.stringify(normalForm(report.spec)) : problemLines(report.problems).join("\n");
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const told = { cpuMs: (userCPUTime + systemCPUTime) / 1000, rssMiB: maxRSS / 1024, answer: answer.slice(0, 200) };
process.stdout.write(JSON.stringify(told));
