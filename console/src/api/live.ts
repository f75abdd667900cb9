export type Change = { resource: string; id: string; type: 'created' | 'updated' | 'deleted' };
export type LiveHandlers = {
  onChange: (change: Change) => void;
  /** Changes may have been missed: everything on screen is worth reading again. */
  onRefresh: () => void;
  onConnected: (connected: boolean) => void;
};
/** Starts listening and returns how to stop. */
export type LiveSource = (handlers: LiveHandlers) => () => void;

/** The server's event stream. EventSource reconnects by itself. */
export const serverEvents: LiveSource = ({ onChange, onRefresh, onConnected }) => {
  const source = new EventSource('/api/stream');
  source.onopen = () => onConnected(true);
  source.onerror = () => onConnected(false);
  source.addEventListener('change', (message: MessageEvent<string>) => onChange(JSON.parse(message.data) as Change));
  source.addEventListener('refresh', onRefresh);
  return () => source.close();
};

/** Resources whose answers contain parts of another resource, so that a change of the one makes the other stale. */
const dependents: Record<string, readonly string[]> = {
  runs: ['experiments', 'sandboxes', 'model-versions'],
  experiments: ['runs'],
  imports: ['datasets', 'dataset-versions'],
  'model-versions': ['models'],
  endpoints: ['analyses'],
  'model-servers': ['endpoints', 'sandboxes'],
  rollouts: ['models', 'model-versions'],
};

export const staleResources = (changed: Iterable<string>): Set<string> =>
  new Set([...changed].flatMap((resource) => [resource, ...(dependents[resource] ?? [])]));
