import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The only file of the command line that reads the environment. */
const env = process.env;

const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

export const environment = {
  /** Address of the platform; `--url` wins. */
  url: env['GRAFT_URL'],
  /** API token; `--token` wins. */
  token: env['GRAFT_TOKEN'],
  /** A second token, of an admin: the main job needs somebody else to approve what it asked for. */
  adminToken: env['GRAFT_ADMIN_TOKEN'],
  /** Where `login` keeps its token. */
  configFolder: join(env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'graft'),
  /** Folder with data sets that are not shipped. */
  dataFolder: resolve(env['GRAFT_DATA_DIR'] ?? join(repositoryRoot, '../shared/data')),
  /** Graft's own data: rendered catalogues and reports go below it. */
  home: resolve(env['GRAFT_HOME'] ?? join(repositoryRoot, '.graft')),
  experimentsFolder: fileURLToPath(new URL('../experiments', import.meta.url)),
} as const;
