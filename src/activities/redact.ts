import type { Config } from '../config/config.js';
import { secretsIn } from './git/secrets.js';
import { declaredSecrets, inherited } from './keeper/environment.js';

/** Takes secrets out of a text that leaves this host. */
export type Redact = (text: string) => Promise<string>;

const mark = '[redacted]';
/** Shorter values are ordinary words. */
const shortest = 6;
/** Longer texts are not searched for the forms of secrets; all that leave are far shorter. */
const longestSearched = 64 * 1024;
const secretName = /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL/i;

/**
 * Replaces by `[redacted]` what must not get into histories: values of the variables that the
 * workflow file lets through to programs, of the tracker's, and of all whose name looks like a
 * secret's; and what has the form of a secret. Logs on this host stay as they are.
 */
export function redactorOf(env: NodeJS.ProcessEnv, config: Config): Redact {
  const values = secretValues(env, [config]);
  return async (text) => {
    const lines = replaceAll(text, values).split('\n');
    const clean = lines.map((line) => withoutRest(line, values)).join('\n');
    if (clean.length > longestSearched) return clean;
    return replaceAll(clean, await secretsIn(clean));
  };
}

/**
 * The values that must not get into histories and logs; without configurations only those of variables whose name looks
 * like a secret's. The longest first, so that no value hides what contains it.
 */
export function secretValues(env: NodeJS.ProcessEnv, configs: readonly Config[]): string[] {
  const listed = new Set(configs.flatMap(secretNames));
  const values = Object.entries(env)
    .filter(([name]) => listed.has(name) || secretName.test(name))
    // Of a value with many lines, such as a key, a tail shows the last ones.
    .flatMap(([, value = '']) => [value, ...value.split('\n')])
    .map((value) => value.trim())
    .filter((value) => value.length >= shortest);
  return [...new Set(values)].sort((one, other) => other.length - one.length);
}

function secretNames(config: Config): string[] {
  const passed = [...config.agent.env, ...(config.verify?.env ?? [])];
  return [...passed.filter((name) => !inherited.includes(name)), ...declaredSecrets(config)];
}

function replaceAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, mark), text);
}

/** A tail may begin in the middle of a value. */
function withoutRest(line: string, values: readonly string[]): string {
  for (const value of values) {
    for (let from = 1; from <= value.length - shortest; from += 1) {
      if (line.startsWith(value.slice(from))) return mark + line.slice(value.length - from);
    }
  }
  return line;
}
