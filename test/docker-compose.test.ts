import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      ports: z.array(z.string()).default([]),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      volumes: z.array(z.string()).default([]),
      init: z.boolean().default(false),
      environment: z.record(z.string(), z.string()).default({}),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});

async function readCompose(): Promise<z.infer<typeof Compose>> {
  return Compose.parse(parse(await readFile(`${root}docker-compose.yml`, 'utf8'), { merge: true }));
}

const dockerHasCompose = spawnSync('docker', ['compose', 'version']).status === 0;

describe('docker-compose.yml', () => {
  it('publishes ports on the loopback interface only', async () => {
    const { services } = await readCompose();
    const ports = Object.values(services).flatMap((service) => service.ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('pins every image to a version', async () => {
    const { services } = await readCompose();
    const images = Object.values(services).flatMap(({ image }) => image ?? []);
    expect(images.filter((image) => !/:\d+(\.\d+)+$/.test(image))).toEqual([]);
  });

  it('waits only for services that can become ready, and mounts only volumes that it declares', async () => {
    const { services, volumes } = await readCompose();
    for (const { depends_on, volumes: mounts } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(services[name]).toBeDefined();
        if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
      }
      const named = mounts.map((mount) => mount.split(':')[0]!).filter((name) => /^[a-z]+$/.test(name));
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('keeps the worker who it is when its container is replaced, and reaps what outlives its parents', async () => {
    const { worker } = (await readCompose()).services;
    expect(worker?.environment.CONTINUO_HOST).toBeTruthy();
    const mounted = worker?.volumes.map((mount) => mount.split(':')[1]) ?? [];
    expect(mounted).toEqual(
      expect.arrayContaining([worker?.environment.CONTINUO_DATA, '/tmp/symphony_workspaces']),
    );
    expect(worker?.init).toBe(true);
  });

  (dockerHasCompose ? it : it.skip)('is accepted by docker compose', () => {
    const { status, stderr } = spawnSync('docker', ['compose', 'config', '--quiet'], { cwd: root });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
  });
});
