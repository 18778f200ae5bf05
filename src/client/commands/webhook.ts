import { variableName } from '../../config/github-provider.js';
import { CliError, ExitCode } from '../error.js';
import { webhookPath } from '../http/webhooks.js';
import type { Invocation } from '../invocation.js';
import { openProject } from '../project.js';

const events = [
  'Check runs',
  'Check suites',
  'Issue comments',
  'Issues',
  'Pull request review comments',
  'Pull request review threads',
  'Pull request reviews',
  'Pull requests',
  'Pushes',
  'Statuses',
  'Workflow runs',
];

/** Prints how GitHub is told to tell of changes. Throws `CliError` where the workflow file has no webhooks. */
export async function printWebhook(invocation: Invocation): Promise<void> {
  const { out, json } = invocation;
  const { config } = await openProject(invocation);
  const { webhooks, file } = config;
  if (webhooks === undefined) {
    const how = 'add for example: webhooks: { port: 8791, secret: $WEBHOOK_SECRET }';
    throw new CliError(ExitCode.failed, `${file} has no section webhooks`, how);
  }
  const { host, port, allowed_hosts } = webhooks;
  const secret = variableName(webhooks.secret);
  const url = `https://${allowed_hosts[0] ?? '<name of this host>'}${webhookPath}`;
  if (json) {
    out.json({ listens: { host, port }, url, content_type: 'application/json', secret, events });
    return;
  }
  out.line(
    `continuo up listens at http://${host}:${port}${webhookPath}. GitHub has to reach it: put a reverse proxy or`,
  );
  out.line('a tunnel with TLS before it, and name in webhooks.allowed_hosts the host that it passes on.');
  out.line('');
  out.line('On GitHub, in the settings of the repository or the App, under Webhooks:');
  out.line(`  Payload URL:  ${url}`);
  out.line('  Content type: application/json');
  out.line(`  Secret:       the value of ${secret}, such as one by: openssl rand -hex 32`);
  out.line(`  Events:       ${events.join(', ')}`);
  out.line('');
  out.line('What gets lost on the way is found by looking, as without webhooks.');
}
