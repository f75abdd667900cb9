// One running Graft: PostgreSQL, migrations, the first admin, and the three processes of backend/api under supervision.
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureBubblewrap } from './bubblewrap.js';
import { buildIfChanged } from './build.js';
import { freePort } from './free-port.js';
import { claimHome } from './home.js';
import { type Kept, keepRunning, type Running } from './keep-running.js';
import { spawnOwned } from './owned-process.js';
import { assertPortFree } from './port-holder.js';
import { startPostgres } from './postgres/index.js';
import { Refusal } from './refusal.js';
import { setUp, type SetUpResult } from './set-up.js';
import { codeRevision, type Workplace } from './workplace.js';

export interface StartOptions {
  place: Workplace;
  say: (line: string) => void;
  /** Aborted: the start is given up and everything that runs already is stopped. */
  signal: AbortSignal;
}

export interface RunningGraft extends SetUpResult {
  url: string;
  /** Name to pid, as of now: a restarted process has another one. */
  processes(): Record<string, number>;
  /** Ends api, worker and gateway; they come back with the code that is on disk now. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

const processNames = ['api', 'worker', 'gateway'] as const;
const readyDeadlineMs = 90_000;
/** A process that ended this often before Graft was ready for the first time will not come up by trying again. */
const hopelessRestarts = 3;
const keepLogBytes = 16 * 2 ** 20;

/** Starts everything and answers when requests are answered. When it throws, nothing is left running. */
export async function startGraft({ place, say, signal }: StartOptions): Promise<RunningGraft> {
  const home = await claimHome(place.home);
  const url = `http://${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`;
  let database: Kept | undefined;
  const kept: Kept[] = [];
  let settingUp: Promise<SetUpResult> | undefined;
  const processes = (): Record<string, number> =>
    Object.fromEntries([...(database === undefined ? [] : [database]), ...kept].map(({ name, pid }) => [name, pid]));
  const remember = (): void => home.record({ url, pids: processes() });
  const stop = async (): Promise<void> => {
    await Promise.all(kept.map((process) => process.stop()));
    await database?.stop();
    await home.release();
  };

  try {
    await assertPortFree(place.host, place.port, 'GRAFT_PORT');
    remember();
    await ensureBubblewrap(place, say, signal);
    await buildIfChanged({ place, say, signal });
    let databaseUrl = place.environment.DATABASE_URL;
    if (!databaseUrl) {
      const embedded = await keepPostgres(place, say, remember);
      ({ kept: database, url: databaseUrl } = embedded);
      remember();
    }
    signal.throwIfAborted();
    await applyMigrations(databaseUrl);
    signal.throwIfAborted();
    const environment = await processEnvironment(place, databaseUrl);
    for (const name of processNames) {
      signal.throwIfAborted();
      kept.push(
        await keepRunning({ name, say, onRestart: remember, start: () => startProcess(name, place, environment) }),
      );
    }
    remember();
    settingUp = setUp(place, environment);
    const [setUpResult] = await Promise.all([settingUp, untilReady({ url, kept, home: place.home, signal })]);
    const reload = async (): Promise<void> => {
      await Promise.all(kept.map((process) => process.restart()));
    };
    return { ...setUpResult, url, processes, reload, stop };
  } catch (error) {
    // The first admin may have been made by now, and its password can be read once only.
    const made = await settingUp?.catch(() => undefined);
    if (made?.adminPassword !== undefined)
      say(`The first admin was made: ${made.adminEmail}, password ${made.adminPassword} (shown this once)`);
    await stop();
    throw error;
  }
}

async function keepPostgres(
  place: Workplace,
  say: (line: string) => void,
  onRestart: () => void,
): Promise<{ kept: Kept; url: string }> {
  const dataDir = path.join(place.home, 'pg');
  // The processes hold its address, so a restarted server comes back on the port of the first.
  const port = await freePort();
  let url = '';
  const start = async (): Promise<Running> => {
    const server = await startPostgres({ dataDir, port });
    ({ url } = server);
    return server;
  };
  return { kept: await keepRunning({ name: 'PostgreSQL', start, say, onRestart }), url };
}

async function applyMigrations(databaseUrl: string): Promise<void> {
  // Loaded only now: it is built by the start that runs it.
  const { migrate } = await import('@graft/migrations');
  try {
    await migrate(databaseUrl);
  } catch (cause) {
    const { hostname, port, pathname } = new URL(databaseUrl);
    const reason = cause instanceof AggregateError ? cause.errors.map(String).join('; ') : String(cause);
    throw new Refusal(
      `The database ${hostname}:${port || 5432}${pathname} could not be prepared: ${reason}. ` +
        'If DATABASE_URL is set, check that this server runs, that the user may create tables there, and start again.',
      { cause },
    );
  }
}

async function processEnvironment(place: Workplace, databaseUrl: string): Promise<NodeJS.ProcessEnv> {
  const inherited = place.environment;
  return {
    ...inherited,
    NODE_ENV: 'production',
    DATABASE_URL: databaseUrl,
    GRAFT_HOME: place.home,
    GRAFT_HOST: place.host,
    GRAFT_PORT: String(place.port),
    GRAFT_GATEWAY_PORT: inherited.GRAFT_GATEWAY_PORT || String(await freePort()),
    GRAFT_APP_ROOT: place.root,
    GRAFT_CODE_REVISION: inherited.GRAFT_CODE_REVISION || codeRevision(place),
  };
}

const entries = { api: 'main.js', worker: 'worker.js', gateway: 'gateway.js' };

async function startProcess(
  name: (typeof processNames)[number],
  place: Workplace,
  environment: NodeJS.ProcessEnv,
): Promise<Running> {
  const file = logFile(place.home, name);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const tooLong = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > keepLogBytes;
  const log = openSync(file, tooLong ? 'w' : 'a', 0o600);
  const running = spawnOwned(process.execPath, [path.join(place.root, 'backend/api/dist', entries[name])], {
    cwd: place.root,
    env: environment,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  return Promise.resolve(running);
}

const logFile = (home: string, name: string): string => path.join(home, 'logs', `${name}.log`);

async function untilReady(facts: { url: string; kept: Kept[]; home: string; signal: AbortSignal }): Promise<void> {
  const { url, kept, home, signal } = facts;
  const deadline = Date.now() + readyDeadlineMs;
  // The gateway is asked through the api: one address, and it must work.
  const probes = [`${url}/api/health/ready`, `${url}/v2/health/ready`];
  for (;;) {
    signal.throwIfAborted();
    const answers = await Promise.all(
      probes.map((probe) =>
        fetch(probe, { signal: AbortSignal.timeout(5000) }).then(
          ({ ok }) => ok,
          () => false,
        ),
      ),
    );
    if (answers.every(Boolean)) return;
    const hopeless = kept.find(({ restarts }) => restarts >= hopelessRestarts);
    if (hopeless !== undefined || Date.now() > deadline) {
      const name = hopeless?.name ?? (answers[0] === true ? 'gateway' : 'api');
      const file = logFile(home, name);
      const what =
        hopeless === undefined ? `does not answer within ${readyDeadlineMs / 1000} s` : 'ends again and again';
      throw new Refusal(`${name} ${what}. The end of ${file}:\n${readFileSync(file, 'utf8').slice(-3000)}`);
    }
    await delay(100);
  }
}
