import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';

const mostMegabytes = 1_000;
const mostFiles = 100;

/** What a command that serves can be asked of its log and its metrics. */
export function addServeOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--log-format <format>', 'how lines of the log are written')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--log-file <file>', 'write the log to this file, in place of stderr')
    .option('--log-size <MB>', 'put the log file aside before it is larger', numberUpTo(mostMegabytes), 10)
    .option('--log-keep <n>', 'how many older log files stay', numberUpTo(mostFiles), 5)
    .option('--metrics-port <port>', 'serve metrics for Prometheus on this port', numberUpTo(65_535));
}

function numberUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from 1 to ${most}.`);
  };
}
