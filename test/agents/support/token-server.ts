import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A JWT that nobody has signed. */
export function jwt(exp: number, claims: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ exp, ...claims })}.none`;
}

/**
 * Stands for the servers that renew logins: each refresh token is taken once. It is reached by its address, and by any name of the
 * internet through the proxy that it is as well.
 */
export class TokenServer {
  /** The refresh tokens that it was given. */
  readonly taken: string[] = [];

  private constructor(
    private readonly plain: Server,
    private readonly secure: Server,
    /** Of the certificate by which it is known. */
    readonly certificate: string,
  ) {}

  /** `answer` makes the new login; the certificate goes into the folder. */
  static async start(folder: string, answer: (count: number) => object): Promise<TokenServer> {
    const [key, certificate] = [join(folder, 'token-server.key'), join(folder, 'token-server.pem')];
    const subject = ['-subj', '/CN=tokens', '-addext', 'subjectAltName=DNS:*.claude.com,DNS:*.anthropic.com'];
    const made = [
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-keyout',
      key,
      '-out',
      certificate,
    ];
    execFileSync('openssl', ['req', ...made, ...subject], { stdio: 'pipe' });
    const listener: RequestListener = (request, response) => {
      void text(request).then((body) => {
        const [status, content] = server.reply(request, body, answer);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      });
    };
    const plain = createServer(listener);
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(certificate) }, listener);
    const server = new TokenServer(plain, secure, certificate);
    plain.on('connect', (_request, client: Socket) => {
      const upstream = connect(portOf(secure), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    for (const each of [plain, secure]) await once(each.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return portOf(this.plain);
  }

  private reply(
    { url = '' }: IncomingMessage,
    body: string,
    answer: (count: number) => object,
  ): [number, object] {
    if (!url.includes('/oauth/token')) return [404, {}];
    const { refresh_token: token } = JSON.parse(body) as { refresh_token: string };
    const isUsed = this.taken.includes(token);
    this.taken.push(token);
    return isUsed ? [400, { error: 'invalid_grant' }] : [200, answer(this.taken.length)];
  }

  close(): void {
    for (const each of [this.plain, this.secure]) {
      each.closeAllConnections();
      each.close();
    }
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
