// Installs the locked dependencies when they are missing or the lockfile changed, builds the launcher, and runs it on the
// Node that the lockfile pins. Built-in modules only, and nothing newer than Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.graft-installed');
const pinnedNode = path.join(modules, `node-${process.platform}-${process.arch}/bin/node`);
const neededBytes = 2.5 * 2 ** 30;

function refuse(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

function lockfileHash() {
  const hash = createHash('sha256').update(readFileSync(path.join(root, 'package-lock.json')));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

const isInstalled = () =>
  (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfileHash()) || npmInstalledThisLockfile();

/** Whoever ran `npm ci` or `npm install` by hand need not wait again: npm notes what it installed, package by package. */
function npmInstalledThisLockfile() {
  const note = path.join(modules, '.package-lock.json');
  if (!existsSync(note)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(note);
  const complete = Object.entries(packagesOf(path.join(root, 'package-lock.json')))
    .filter(([location, { optional }]) => location.includes('node_modules/') && !optional)
    .every(([location, { version }]) => installed[location] !== undefined && installed[location].version === version);
  if (complete) writeFileSync(stamp, lockfileHash());
  return complete;
}

async function prepareOnce() {
  if (isInstalled() && isLauncherBuilt()) return;
  const lock = await lockPreparation();
  if (!isInstalled()) await install();
  if (!isLauncherBuilt()) buildLauncher();
  lock?.close();
}

/** One at a time: a socket that the kernel frees with its holder, so that no lock outlives a killed process. */
async function lockPreparation() {
  if (process.platform !== 'linux') return undefined;
  const name = `\0graft-prepare-${createHash('sha256').update(root).digest('hex').slice(0, 32)}`;
  for (let told = false; ; told = true) {
    const server = createServer();
    try {
      server.listen(name);
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') return undefined;
      if (!told) console.log('Another process prepares this checkout; waiting for it ...');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function install() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    refuse(
      `${root} cannot be written by this user, and npm installs into it. Clone Graft into a folder of your own, or start it as the owner of this one.`,
    );
  }
  const npm = spawnSync('npm', ['--version'], { encoding: 'utf8' });
  if (npm.status !== 0)
    refuse('npm was not found beside Node. Install it with Node (https://nodejs.org) and start again.');
  const { bavail, bsize } = statfsSync(root);
  if (!existsSync(modules) && bavail * bsize < neededBytes) {
    refuse(
      `Only ${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB are free below ${root}; the installation needs about 2.5 GiB. Free some space and start again.`,
    );
  }
  console.log('Installing the dependencies from the lockfile (once; a minute or two) ...');
  const started = Date.now();
  const child = spawn('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip', npm_config_engine_strict: 'false' },
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-20_000);
    process.stderr.write(chunk);
  });
  const [code, signal] = await once(child, 'close');
  if (signal !== null || code === 130) process.exit(130);
  if (code !== 0) refuse(explainNpm(errors));
  writeFileSync(stamp, lockfileHash());
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

function explainNpm(errors) {
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { cwd: root, encoding: 'utf8' }).stdout.trim();
  if (/ENOSPC/.test(errors))
    return `npm ci ran out of disk space. Free about 2.5 GiB below ${root} and in npm's cache (npm config get cache), then start again.`;
  if (/EROFS|EACCES|EPERM/.test(errors))
    return `npm ci may not write where it must (see above). Is ${root}, or npm's cache, owned by another user?`;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i.test(errors)) {
    return `npm ci could not fetch packages from ${registry}. Check the network; behind a proxy set HTTPS_PROXY, with a mirror: npm config set registry URL. Then start again: what was fetched is kept.`;
  }
  if (/EINTEGRITY/.test(errors))
    return `A package from ${registry} is not the one in the lockfile. Clean npm's cache (npm cache clean --force) and start again; if it stays so, the mirror is to blame.`;
  return `npm ci failed; what it printed above says why (registry: ${registry}).`;
}

function chooseNode() {
  // A file that does not run is one for another C library (Alpine Linux has musl).
  if (existsSync(pinnedNode) && spawnSync(pinnedNode, ['--version']).status === 0) return pinnedNode;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return refuse(
    `The Node 24 of the lockfile does not run here (${process.platform} on ${process.arch}). Install Node 24 (https://nodejs.org) and start again with it.`,
  );
}

// The launcher is TypeScript and builds everything else, so something must build it, and the one project it imports.
const launcherProjects = ['migrations', 'backend/launcher'];
const launcherEntry = path.join(root, 'backend/launcher/dist/main.js');

function isLauncherBuilt() {
  if (!existsSync(launcherEntry)) return false;
  const builtAt = statSync(launcherEntry).mtimeMs;
  return launcherProjects.every((project) =>
    readdirSync(path.join(root, project, 'src'), { recursive: true, withFileTypes: true }).every(
      (entry) => statSync(path.join(entry.parentPath ?? entry.path, entry.name)).mtimeMs < builtAt,
    ),
  );
}

function buildLauncher() {
  const node = chooseNode();
  for (const project of launcherProjects) {
    const compiler = path.join(modules, 'tsgo/bin/tsc');
    const { status } = spawnSync(node, [compiler, '-p', path.join(root, project, 'tsconfig.build.json')], {
      stdio: 'inherit',
    });
    if (status !== 0) refuse(`${project} could not be compiled; what is printed above says why.`);
  }
  utimesSync(launcherEntry, new Date(), new Date());
}

async function runLauncher(node) {
  const child = spawn(node, [launcherEntry, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [path.dirname(node), path.join(modules, '.bin'), process.env.PATH].join(path.delimiter),
      NX_DAEMON: 'false',
    },
  });
  // Ctrl-C in a terminal reaches the launcher too; it takes what comes at the same moment for one signal.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // npm hands signals on, but SIGKILL of npm reaches nobody: its shell, and we, are given to another parent.
  if (process.env.npm_lifecycle_event !== undefined) {
    const ancestors = () => `${process.ppid} ${parentOf(process.ppid)}`;
    const first = ancestors();
    setInterval(() => ancestors() === first || child.kill('SIGTERM'), 1000).unref();
  }
  const [code, signal] = await once(child, 'exit');
  process.exit(code ?? (signal === 'SIGINT' ? 130 : 1));
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
  } catch {
    return undefined;
  }
}

await prepareOnce();
await runLauncher(chooseNode());
