/**
 * The commands that there are, and which one a command line means. Only the file of that one command is loaded, and
 * with it what it needs; the others are names with a line of help.
 */
import { Command, Option } from "commander";
import { expectNoFile } from "../../worker/folder.ts";
import type { Cli } from "./cli.ts";

/** Makes a command with its options: the parse function of a command's file. */
export type MakeCommand = (context: CommandContext) => Command;

export interface CommandContext {
  readonly cli: Cli;
  /** Told the exit code of the command that ran. */
  readonly done: (exitCode: number) => void;
  readonly version: string;
  /** The words after `--`, which are also the last of the arguments. */
  readonly afterDashes: readonly string[];
}

interface Entry {
  /** `jobs queue` */
  readonly path: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: MakeCommand }>;
}

const ENTRIES: readonly Entry[] = [
  { path: "jobs launch", summary: "run a job, or many ranks of it, on a pool", load: () => import("./jobs-launch.ts") },
  { path: "jobs queue", summary: "list jobs and how they stand", load: () => import("./jobs-queue.ts") },
  { path: "jobs show", summary: "show everything about a job", load: () => import("./jobs-show.ts") },
  { path: "jobs why", summary: "say why a job waits", load: () => import("./jobs-why.ts") },
  { path: "jobs logs", summary: "print or follow the log of a job", load: () => import("./jobs-logs.ts") },
  { path: "jobs cancel", summary: "cancel jobs", load: () => import("./jobs-cancel.ts") },
  { path: "jobs retry", summary: "run failed or cancelled jobs once more", load: () => import("./jobs-retry.ts") },
  { path: "jobs wait", summary: "wait until jobs are over", load: () => import("./jobs-wait.ts") },
  { path: "pool apply", summary: "create or change a pool", load: () => import("./pool-apply.ts") },
  { path: "pool status", summary: "show pools and their workers", load: () => import("./pool-status.ts") },
  { path: "pool logs", summary: "print or follow the setup of workers", load: () => import("./pool-logs.ts") },
  { path: "pool down", summary: "tear a pool down", load: () => import("./pool-down.ts") },
  { path: "workers list", summary: "list workers and what each does", load: () => import("./workers-list.ts") },
  { path: "workers show", summary: "show everything about a worker", load: () => import("./workers-show.ts") },
  { path: "workers ssh", summary: "open a shell on a worker", load: () => import("./workers-ssh.ts") },
  { path: "workers drain", summary: "give a worker no new jobs", load: () => import("./workers-drain.ts") },
  { path: "workers resume", summary: "give a worker jobs again", load: () => import("./workers-resume.ts") },
  { path: "controller start", summary: "start the controller", load: () => import("./controller-start.ts") },
  { path: "controller stop", summary: "stop the controller; jobs go on", load: () => import("./controller-stop.ts") },
  { path: "controller status", summary: "show the controller", load: () => import("./controller-status.ts") },
];

/** Commands of one word come after the groups. */
const SINGLE: readonly Entry[] = [
  { path: "check", summary: "explain pool and job files, and what is wrong in them", load: () => import("./check.ts") },
  { path: "schema", summary: "print the JSON Schema of pool or job files", load: () => import("./schema.ts") },
  { path: "doctor", summary: "look at all that Lido stands on", load: () => import("./doctor.ts") },
  { path: "completion", summary: "complete commands in your shell", load: () => import("./completion.ts") },
  { path: "version", summary: "print the version", load: () => import("./version.ts") },
];

const GROUPS: Readonly<Record<string, string>> = {
  jobs: "run jobs on a pool and look after them",
  pool: "create, change, show and tear down pools (also `lido jobs pool …`)",
  workers: "look at single workers, log in, take them out and back",
  controller: "the process that owns the queue",
};

const ENVIRONMENT = `
Environment:
  LIDO_HOME             Lido's folder, ~/.lido unless told
  LIDO_VERBOSE=1        as --verbose
  LIDO_NO_COLOR=1       as --no-color
  LIDO_YES=1            as --yes, wherever there is one

Examples:
  lido pool apply pool.yaml -p gpu-pool
  lido jobs launch -p gpu-pool --num-jobs 1000 job.yaml`;

export type ProgramOptions = Omit<CommandContext, "afterDashes">;

/** The command tree for these arguments; arguments as after `node bin.js`. */
export async function makeProgram(args: readonly string[], options: ProgramOptions): Promise<Command> {
  const { flags, afterDashes } = splitAtDashes(args);
  const meant = meantEntry(flags);
  const made = meant === undefined ? undefined : (await meant.load()).command({ ...options, afterDashes });
  // What these find is in Lido's folder, and no folder is no pool: a file in its place must not pass for that.
  if (meant !== undefined && !SINGLE.includes(meant)) made?.hook("preAction", () => expectNoFile(options.cli.home));
  const program = new Command("lido")
    .description("Worker pools as infrastructure code: dispatches ranked jobs to the free workers of a pool.")
    .version(options.version, "-V, --version", "print the version");
  program.addHelpText("after", ENVIRONMENT);
  for (const [group, summary] of Object.entries(GROUPS)) {
    program.addCommand(makeGroup(group, summary, { meant, made }));
  }
  for (const entry of SINGLE) program.addCommand(makeEntry(entry, { meant, made }));
  addCommonOptions(program, options.cli);
  return program;
}

interface Meant {
  readonly meant: Entry | undefined;
  readonly made: Command | undefined;
}

function makeGroup(group: string, summary: string, { meant, made }: Meant): Command {
  const command = new Command(group).summary(summary).description(summary);
  for (const entry of ENTRIES.filter(({ path }) => path.startsWith(`${group} `))) {
    command.addCommand(makeEntry(entry, { meant, made }));
  }
  return command;
}

/** A command that is not the one that is meant is only a name with a line of help. */
function makeEntry(entry: Entry, { meant, made }: Meant): Command {
  return entry === meant && made !== undefined
    ? made.summary(entry.summary)
    : new Command(lastWord(entry.path)).summary(entry.summary);
}

function lastWord(path: string): string {
  return path.slice(path.lastIndexOf(" ") + 1);
}

/**
 * `lido jobs pool apply` is `lido pool apply`, and `lido help jobs launch` is `lido jobs launch --help`. Help for what is
 * no command is an unknown command. Flags before a command's name are passed over.
 */
export function plainArgs(given: readonly string[]): readonly string[] {
  const { flags, afterDashes } = splitAtDashes(given);
  const words = flags.filter((word) => !word.startsWith("-"));
  const isAsked = words[0] === "help" || (words[1] === "help" && Object.hasOwn(GROUPS, words[0] ?? ""));
  if (!isAsked && !flags.some(isHelpFlag)) return withoutAlias(given);
  const named = isAsked ? flags.toSpliced(flags.indexOf("help"), 1) : flags;
  const plain = withoutAlias(named.filter((word) => !isHelpFlag(word)));
  return isKnown(plain)
    ? [...plain, "--help"]
    : [...plain, ...(afterDashes.length === 0 ? [] : ["--", ...afterDashes])];
}

const isHelpFlag = (word: string): boolean => word === "--help" || word === "-h";

function withoutAlias(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => !word.startsWith("-"));
  return args[at] === "jobs" && args[at + 1] === "pool" ? args.toSpliced(at, 1) : args;
}

/** Lido itself, a group, or a command, whatever follows it. */
function isKnown(args: readonly string[]): boolean {
  const words = args.filter((word) => !word.startsWith("-"));
  const [name] = words;
  return name === undefined || (words.length === 1 && Object.hasOwn(GROUPS, name)) || meantEntry(words) !== undefined;
}

/** What stands before the first `--`, and what after it. */
export function splitAtDashes(args: readonly string[]): {
  readonly flags: readonly string[];
  readonly afterDashes: readonly string[];
} {
  const at = args.indexOf("--");
  return at === -1 ? { flags: args, afterDashes: [] } : { flags: args.slice(0, at), afterDashes: args.slice(at + 1) };
}

function meantEntry(args: readonly string[]): Entry | undefined {
  const words = args.filter((word) => !word.startsWith("-"));
  const path = words.slice(0, 2).join(" ");
  return ENTRIES.find((entry) => entry.path === path) ?? SINGLE.find((entry) => entry.path === words[0]);
}

/** The names that may follow these; none where they name a command, or nothing. */
export function commandNames(given: readonly string[]): readonly string[] {
  const words = withoutAlias(given[0] === "help" ? given.slice(1) : given);
  const [group] = words;
  if (group === undefined) return [...Object.keys(GROUPS), ...SINGLE.map(({ path }) => path)];
  if (words.length > 1) return [];
  const names = ENTRIES.filter(({ path }) => path.startsWith(`${group} `)).map(({ path }) => lastWord(path));
  return group === "jobs" ? [...names, "pool"] : names;
}

/** The options of the command that these words name; without those that every command takes. */
export async function optionsOf(given: readonly string[], context: CommandContext): Promise<readonly Option[]> {
  const meant = meantEntry(withoutAlias(given));
  return meant === undefined ? [] : (await meant.load()).command(context).options;
}

/** Every command takes the flags that concern them all, and writes and ends through `cli` only. */
function addCommonOptions(command: Command, cli: Cli): void {
  command
    .addOption(new Option("--verbose", "with an error, print what led to it"))
    .addOption(new Option("--no-color", "no colours (also NO_COLOR=1)"))
    .helpOption("-h, --help", "print this help")
    .configureHelp({ subcommandTerm: (sub) => sub.name() })
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => cli.stdout.columns || 80,
      outputError: () => undefined,
    });
  refuseRepeated(command);
  for (const sub of command.commands) addCommonOptions(sub, cli);
}

/** Else the last value would count, and the others be dropped without a word. What gathers its values has a list of them. */
function refuseRepeated(command: Command): void {
  const given = new Set<Option>();
  for (const option of command.options.filter(({ required }) => required)) {
    command.on(`option:${option.name()}`, () => {
      const isSingle = !Array.isArray(command.getOptionValue(option.attributeName()));
      if (isSingle && given.has(option)) command.error(`error: option '${option.flags}' can be given only once`);
      given.add(option);
    });
  }
}

/** The commands of groups that are called by this word alone: `lido jobs launch` for `launch`. */
export function pathsOf(word: string | undefined): readonly string[] {
  return ENTRIES.map(({ path }) => path).filter((path) => lastWord(path) === word);
}

/** `jobs queue`, `doctor`, …: all that there are. */
export function allCommands(): readonly string[] {
  return [...ENTRIES, ...SINGLE].map(({ path }) => path);
}
