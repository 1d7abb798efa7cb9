/**
 * What each rank runs: it tells the ledger that its attempt starts and ends, each in one appending write, and writes a
 * log whose every byte can be told from the attempt's name.
 */
import { quote } from "../../../worker/index.ts";
import type { RankPlan } from "./plan.ts";

export function jobScript(ranks: readonly RankPlan[], ledger: string): string {
  const list = (values: readonly number[]) => `(${values.join(" ")})`;
  return `ledger=${quote(ledger)}
seconds=${list(ranks.map((rank) => rank.seconds))}
codes=${list(ranks.map((rank) => rank.exitCode))}
lines=${list(ranks.map((rank) => rank.lines))}
rank=$SKYPILOT_JOB_RANK
me=$(readlink /proc/$$/fd/1)
me=\${me##*/} me=\${me%.log}
read -r machine < ~/machine
printf 'start %s %s %s\\n' "\${me/./ }" "$machine" "$$" >> "$ledger"
whole=1
for ((line = 1; line <= lines[rank]; line++)); do
  printf '%s line %s of %s\\n' "$me" "$line" "\${lines[rank]}" || whole=0
done
sleep "\${seconds[rank]}"
printf 'end %s %s %s\\n' "\${me/./ }" "\${codes[rank]}" "$whole" >> "$ledger"
exit "\${codes[rank]}"
`;
}

/** What such an attempt writes to its log when nothing hinders it. */
export function logOf({ lines }: RankPlan, attempt: string): string {
  return Array.from({ length: lines }, (_, index) => `${attempt} line ${index + 1} of ${lines}\n`).join("");
}
