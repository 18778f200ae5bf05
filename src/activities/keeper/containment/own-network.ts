import { readFileSync, realpathSync } from 'node:fs';
import { diesWithParent } from './dies-with-us.js';

const resolverFile = '/etc/resolv.conf';
/** What systemd-resolved asks itself: its own address is on a loopback that is out of reach. */
const upstreamFile = '/run/systemd/resolve/resolv.conf';

/**
 * A command in a network of its own, with the internet and a loopback of its own. Of this machine's loopback it has
 * the TCP ports that are named. pasta gets namespaces of its own: it would leave a process behind where it is killed
 * or fails, and would become `nobody` for root unless root looks like another user. Ends with its program, and with
 * its exit code.
 */
export function inOwnNetwork(command: readonly string[], hostPorts: readonly number[]): string[] {
  const user =
    process.getuid?.() === 0 ? [`--map-user=${stranger}`, `--map-group=${stranger}`] : ['--map-current-user'];
  const dns = asksLoopback() ? 53 : null;
  const tcp = [...new Set([...hostPorts, ...(dns === null ? [] : [dns])])].join(',') || 'none';
  const udp = String(dns ?? 'none');
  return [
    ...[...diesWithParent, 'sh', '-c', onlyRealSuccess, 'sh', ...diesWithParent],
    ...['unshare', '--user', ...user, '--pid', '--fork', '--mount-proc', '--kill-child=SIGKILL', '--'],
    ...['pasta', '--quiet', '--foreground', '--log-file', '/dev/null', '--config-net', '--no-map-gw'],
    ...['--tcp-ports', 'none', '--udp-ports', 'none', '--tcp-ns', tcp, '--udp-ns', udp, '--'],
    // Its program has a process namespace once more, and needs the `/proc` that fits.
    ...[...diesWithParent, 'unshare', '--mount-proc', '--', 'sh', '-c', realSuccess, 'sh', ...command],
  ];
}

/**
 * pasta ends with 0 when it is told to end by a signal, as on a machine that shuts down, and its older versions also when
 * its program was killed. That must not pass for success: inside, success is another number.
 */
const success = 199;
const realSuccess = `"$@"; code=$?; case $code in 0) exit ${success};; ${success}) exit 1;; esac; exit $code`;
const onlyRealSuccess = `"$@"; code=$?; case $code in 0) exit 143;; ${success}) exit 0;; esac; exit $code`;

/** Any number but root's. */
const stranger = 65_533;

/** Words for bubblewrap that let a program find names of the internet, though `/run` is hidden. */
export function resolverView(isOwnNetwork: boolean): string[] {
  const file = linkTarget(resolverFile);
  if (!file?.startsWith('/run/')) return [];
  const hasUpstream = readOrNull(upstreamFile) !== null;
  return ['--ro-bind', isOwnNetwork && hasUpstream ? upstreamFile : file, file];
}

/** Whether names are resolved by a server on 127.0.0.1 itself. */
function asksLoopback(): boolean {
  return /^\s*nameserver\s+127\.0\.0\.1\s*$/m.test(readOrNull(resolverFile) ?? '');
}

function linkTarget(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
